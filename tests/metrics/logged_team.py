"""Small teams that log what they do, so that every count can be made on the fingers; as of Tuesday 2026-03-31."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from tests.metrics.small_team import Row, day, facts_of
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import ACTIVITIES, CADENCE, LEADS, PLAYBOOK

TYPES: Final = (
    ("Call", "call"), ("E-mail", "e-mail"), ("Meeting", "meeting"), ("Proposal delivered", "proposal"),
    ("Value touch", "value touch"), ("Note", "other"),
)  # fmt: skip
Log = Sequence[tuple[str, str, str] | tuple[str, str, str, str]]
"""Activities as day, deal, type and, where it is not the owner, who did it."""


def logging(
    facts: Facts,
    log: Log = (),
    *,
    cadence: Sequence[tuple[Any, ...]] = (),
    leads: Sequence[Mapping[str, Any]] = (),
    playbook: Sequence[tuple[Any, ...]] = (),
    types: Sequence[tuple[str, str | None]] = TYPES,
) -> Facts:
    """The facts of a team that logged these activities."""
    rows = [(day(when), deal, kind, None, by[0] if by else None) for when, deal, kind, *by in log]
    frames = {
        "Activities": pd.DataFrame(rows, columns=list(ACTIVITIES.heads), dtype=object),
        "ActivityTypes": pd.DataFrame(types, columns=["Activity type", "Counts as"], dtype=object),
        "Cadence": pd.DataFrame(
            [(*row, *[None] * (4 - len(row))) for row in cadence], columns=list(CADENCE.heads), dtype=object
        ),
        "Leads": pd.DataFrame([dict(row) for row in leads], columns=list(LEADS.heads), dtype=object),
        "Playbook": pd.DataFrame(playbook, columns=list(PLAYBOOK.heads), dtype=object),
    }
    tables = {name: BookTable(name, name, 4, 2, frame) for name, frame in frames.items()}
    book = Book({**facts.book.tables, **tables}, facts.book.names)
    again = read_facts(book, facts.as_of, facts.settings)
    return replace(again, deals=facts.deals, reps=facts.reps, quotas=facts.quotas)


def team(deals: Sequence[Row], log: Log = (), **more: Any) -> Facts:  # noqa: ANN401 - as ``logging`` and ``facts_of``
    """Ann and Bob, their deals D0, D1 … and what they logged."""
    own = {key: more.pop(key) for key in ("cadence", "leads", "playbook", "types") if key in more}
    return logging(facts_of(deals, reps=("Ann", "Bob"), **more), log, **own)
