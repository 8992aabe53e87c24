"""Tables of a few deals, so that every answer can be computed in the head: as of Tuesday 2026-03-31, the end of Q1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import PIPELINE, QUOTAS, REPS
from xlpipeline.model.settings import Settings

AS_OF: Final = dt.date(2026, 3, 31)
Q1: Final = Period("2026 Q1", dt.date(2026, 1, 1), dt.date(2026, 4, 1))

STAGES: Final = (
    (1, "Prospect", "open", 0.1, 10, ""),
    (2, "Qualified", "open", 0.4, 5, "Y"),
    (3, "Offer", "open", 0.5, None, "Y"),
    (4, "Won", "won", 1, None, "Y"),
    (5, "After sale", "post", 1, None, "Y"),
    (6, "Lost", "lost", 0, None, ""),
    (7, "No decision", "derailed", 0, None, ""),
)
STAGE_HEADS: Final = ("Order", "Stage", "Type", "Default probability", "Max business days", "Counts as qualified")
NO_QUALIFIED: Final = tuple((*stage[:5], "") for stage in STAGES)

Row = dict[str, Any]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def won(closed: str = "2026-02-20", created: str = "2026-02-10", amount: float | None = 100, **cells: Any) -> Row:  # noqa: ANN401
    """A deal won after ten days, if not said otherwise."""
    return {"Stage": "Won", "Created": day(created), "Actual close": day(closed), "Amount": amount} | cells


def lost(closed: str = "2026-02-20", created: str = "2026-02-10", amount: float | None = 100, **cells: Any) -> Row:  # noqa: ANN401
    last = {"Stage": "Lost", "Last stage before loss": "Qualified"}
    return {"Created": day(created), "Actual close": day(closed), "Amount": amount} | last | cells


def derailed(**cells: Any) -> Row:  # noqa: ANN401
    return lost() | {"Stage": "No decision"} | cells


def in_play(amount: float | None = 100, closes: str | None = "2026-03-31", **cells: Any) -> Row:  # noqa: ANN401
    """An open, qualified deal without a stale flag that should close on the as-of date."""
    fresh = {"Created": AS_OF, "Last touch": AS_OF, "Next step": "Call", "Next step date": AS_OF}
    close = {"Expected close": day(closes) if closes else None}
    return {"Stage": "Offer", "Amount": amount} | fresh | close | cells


def facts_of(
    deals: Sequence[Mapping[str, Any]],
    *,
    stages: Sequence[Sequence[object]] = STAGES,
    reps: Sequence[str] = (),
    quotas: Sequence[tuple[str, str, str, object]] = (),
    as_of: dt.date = AS_OF,
    **settings: Any,  # noqa: ANN401
) -> Facts:
    """Facts of a book with these deals; ``quotas`` are (rep, first day, last day, amount)."""
    rows = [
        {"Deal ID": f"D{i}", "Opportunity": f"Deal {i}", "Owner": "Ann"} | dict(deal) for i, deal in enumerate(deals)
    ]
    tables = {
        "Pipeline": pd.DataFrame(rows, columns=list(PIPELINE.heads), dtype=object),
        "Stages": pd.DataFrame([list(stage) for stage in stages], columns=list(STAGE_HEADS), dtype=object),
        "Reps": pd.DataFrame({"Rep": list(reps)}, columns=list(REPS.heads), dtype=object),
        "Quotas": pd.DataFrame(
            [[rep, day(first), day(last), amount] for rep, first, last, amount in quotas],
            columns=list(QUOTAS.heads),
            dtype=object,
        ),
    }
    book = Book({name: BookTable(name, name, 4, 2, frame) for name, frame in tables.items()})
    return read_facts(book, as_of, replace(Settings(), **settings))
