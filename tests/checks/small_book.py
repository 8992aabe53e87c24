"""A small team on one screen: as of Friday 2026-05-15, four stages, a good deal to start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import PIPELINE

AS_OF: Final = dt.date(2026, 5, 15)

GOOD: Final[dict[str, Any]] = {
    "Opportunity": "Renewal",
    "Account": "Acme",
    "Owner": "Ann",
    "Stage": "Proposal",
    "Amount": 1000.0,
    "Created": dt.date(2026, 5, 1),
    "Expected close": dt.date(2026, 6, 30),
    "Next step": "Call",
    "Next step date": dt.date(2026, 5, 20),
    "Last touch": dt.date(2026, 5, 14),
    "Stage since": dt.date(2026, 5, 14),
}
"""An open deal in which no check finds anything (its ID comes from its row)."""

CLOSED: Final[dict[str, Any]] = {"Stage": "Won", "Expected close": None, "Actual close": dt.date(2026, 5, 4)}
STAGES = (
    (1, "Prospect", "open", 0.1, 10),
    (2, "Proposal", "open", 0.4, 5),
    (3, "Won", "won", 1, None),
    (4, "Lost", "lost", 0, None),
    (5, "No decision", "derailed", 0, None),
)
_STAGE_HEADS = ("Order", "Stage", "Type", "Default probability", "Max business days")


def table(name: str, heads: Sequence[str], rows: Sequence[Sequence[object]], sheet: str = "") -> BookTable:
    """A table whose head stands in B4."""
    return BookTable(
        name, sheet or name, 4, 2, pd.DataFrame([list(r) for r in rows], columns=list(heads), dtype=object)
    )


def pipeline(deals: Sequence[Mapping[str, Any]], heads: Sequence[str] = PIPELINE.heads) -> BookTable:
    """Pipeline with one row per deal: the good deal, changed as said."""
    rows = [{"Deal ID": f"D{i}", "Opportunity": f"Deal {i}"} | dict(deal) for i, deal in enumerate(deals)]
    return table("Pipeline", heads, [[(GOOD | row).get(head) for head in heads] for row in rows])


def facts_of(
    deals: Sequence[Mapping[str, Any]],
    *,
    others: Sequence[BookTable] = (),
    stages: Sequence[Sequence[object]] = STAGES,
    heads: Sequence[str] = PIPELINE.heads,
    without_formula: Mapping[str, frozenset[int]] | None = None,
    names: Mapping[str, object] | None = None,
    as_of: dt.date = AS_OF,
) -> Facts:
    """Facts of a book with these deals and other tables."""
    own = replace(pipeline(deals, heads), without_formula=without_formula or {})
    tables = [table("Stages", _STAGE_HEADS, stages, "Process"), own, *others]
    return read_facts(Book({t.name: t for t in tables}, names or {}), as_of)
