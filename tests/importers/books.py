"""Small workbooks in memory, and the workbook as it is after a plan was carried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from xlpipeline.importers.generic import ImportPlan, plan_import
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.source import read_source
from xlpipeline.model.book import Book, BookTable, is_blank, needed_changes
from xlpipeline.model.schema import MAPPINGS, PIPELINE, REPS, SETTINGS, STAGES, Table

NOW = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001
STAGE_ROWS = [
    {"Order": 1, "Stage": "Prospecting", "Type": "open"},
    {"Order": 2, "Stage": "Qualification", "Type": "open"},
    {"Order": 3, "Stage": "Proposal", "Type": "open"},
    {"Order": 4, "Stage": "Won", "Type": "won"},
    {"Order": 5, "Stage": "Lost", "Type": "lost"},
]


def body(heads: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """A table's body of object cells, None where a row has none."""
    known = list(rows)
    return pd.DataFrame({head: pd.Series([row.get(head) for row in known], dtype=object) for head in heads})


def table(of: Table, rows: Iterable[Mapping[str, object]], extra: Iterable[str] = ()) -> BookTable:
    return BookTable(of.name, of.tab, 4, 1, body([*of.heads, *extra], rows))


def book(
    deals: Iterable[Mapping[str, object]] = ({}, {}),
    *,
    mappings: Iterable[Mapping[str, object]] = ({},),
    reps: Iterable[str] = (),
    settings: Mapping[str, object] | None = None,
    extra: Iterable[str] = (),
) -> Book:
    """A workbook with the five stages of `STAGE_ROWS`."""
    tables = (
        table(PIPELINE, deals, extra),
        table(STAGES, STAGE_ROWS),
        table(MAPPINGS, mappings),
        table(REPS, [{"Rep": rep} for rep in reps]),
        table(SETTINGS, [{"Key": key, "Value": value} for key, value in (settings or {}).items()]),
    )
    return Book({one.name: one for one in tables})


def after(before: Book, plan: ImportPlan) -> Book:
    """The workbook with a plan's changes carried out cell by cell."""
    tables = dict(before.tables)
    for change in needed_changes(plan.changes, before).tables:
        frame = tables[change.table].frame
        frame = frame.reindex(range(change.rows or len(frame)))
        for name, cells in change.columns.items():
            values = frame[name].tolist()
            for position, cell in cells.items():
                values[int(str(position))] = cell
            frame[name] = pd.Series(values, dtype=object)
        old = tables[change.table]
        tables[change.table] = BookTable(old.name, old.sheet, 4, 1, frame.astype(object).where(frame.notna(), None))
    return Book(tables)


def plan_text(
    folder: Path, text: str, into: Book | None = None, choices: MappingChoices | None = None, encoding: str = "utf-8"
) -> ImportPlan:
    """Plan the import of a CSV with this text."""
    path = folder / "deals.csv"
    path.write_bytes(text.encode(encoding))
    return plan_import(into or book(), read_source(path), choices or MappingChoices(), now=NOW)


def deals(of: Book) -> list[dict[str, object]]:
    """Filled cells of every deal in Pipeline."""
    rows = of.frame("Pipeline").to_dict("records")
    return [{str(k): v for k, v in row.items() if not is_blank(v)} for row in rows if not is_blank(row["Deal ID"])]


def imported(
    folder: Path, text: str, into: Book | None = None, choices: MappingChoices | None = None
) -> list[dict[str, object]]:
    """Deals in the workbook after importing a CSV with this text."""
    into = into or book()
    return deals(after(into, plan_text(folder, text, into, choices)))
