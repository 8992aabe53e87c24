"""A small team for the criteria: stages A to C, Won, Post; Lost above them. As of Friday 2026-05-15."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import CRITERIA

AS_OF: Final = dt.date(2026, 5, 15)
HOLIDAY: Final = dt.date(2026, 5, 11)
"""A Monday."""
STAGES: Final = (
    (9, "Lost", "lost"),
    (1, "A", "open"),
    (2, "B", "open"),
    (3, "C", "open"),
    (4, "Won", "won"),
    (5, "Post", "post"),
)
COLUMNS: Final = (
    "Deal ID",
    "Opportunity",
    "Stage",
    "Amount",
    "Created",
    "Stage seen",
    "Stage since",
    "Text",
    "Sent",
    "Back",
)
CRITERIA_HEADS: Final = CRITERIA.heads


def table(name: str, sheet: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> BookTable:
    """A table whose head stands in A1."""
    return BookTable(name, sheet, 1, 1, pd.DataFrame([list(r) for r in rows], columns=list(heads), dtype=object))


def criterion(stage: str, kind: str, *arguments: object, **other: object) -> tuple[object, ...]:
    """A row of Criteria; blocking exit criterion with the ID x unless said otherwise."""
    given: dict[str, object] = {"Stage": stage, "Kind": kind, "ID": "x", "Blocking": "Y", "Text": "A sentence."}
    given |= {f"Argument {n}": value for n, value in enumerate(arguments, start=1)}
    given |= {key.replace("_", " "): value for key, value in other.items()}
    return tuple(given.get(head) for head in CRITERIA_HEADS)


def book(
    deals: Sequence[Mapping[str, Any]],
    criteria: Sequence[Sequence[object]],
    *,
    activities: Sequence[Sequence[object]] = (),
    stages: Sequence[Sequence[object]] = STAGES,
    columns: Sequence[str] = COLUMNS,
) -> Book:
    """A book with these deals and criteria."""
    rows = [
        [({"Deal ID": f"D{n}", "Opportunity": "Deal"} | dict(deal)).get(head) for head in columns]
        for n, deal in enumerate(deals)
    ]
    tables = (
        table("Pipeline", "Pipeline", columns, rows),
        table("Stages", "Process", ["Order", "Stage", "Type"], stages),
        table("Criteria", "Process", CRITERIA_HEADS, criteria),
        table("Activities", "Activities", ["Date", "Deal ID", "Type"], activities),
        table("Holidays", "Calendar", ["Date"], [[HOLIDAY]]),
    )
    return Book({t.name: t for t in tables})


def facts(deals: Sequence[Mapping[str, Any]], criteria: Sequence[Sequence[object]], **other: Any) -> Facts:  # noqa: ANN401
    """Facts of such a book."""
    return read_facts(book(deals, criteria, **other), AS_OF)
