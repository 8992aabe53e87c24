"""Comparing what two hosts read, and the small things that tests of the live host share."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import Book, ChangeSet, TableChange, same_cell

LATER = dt.datetime(2026, 5, 26, 10, tzinfo=dt.UTC)
"""Eleven days after the workbooks of the tests were made."""

TRAPS = (
    "=1+1",
    "+41 79",
    "-x",
    "@acct",
    "00123",
    "1/2",
    "Jan 5",
    "TRUE",
    "1e5",
    "#N/A",
    "'quoted",
    "=cmd|'/C calc'!A0",
)
"""Texts that Excel would take for something else if they were just written."""


def differences(left: Book, right: Book, *, formulas: bool = True, places: bool = True) -> list[tuple[Any, ...]]:
    """Everything in which two books differ; numbers may differ in the last digit, which a save may round."""
    found: list[tuple[Any, ...]] = [("tables", set(left.tables) ^ set(right.tables))] * (
        left.tables.keys() != right.tables.keys()
    )
    for name in left.tables.keys() & right.tables.keys():
        one, other = left.tables[name], right.tables[name]
        if list(one.frame.columns) != list(other.frame.columns) or len(one.frame) != len(other.frame):
            found.append((name, one.frame.shape, other.frame.shape))
            continue
        if places and (one.sheet, one.first_row, one.first_column) != (
            other.sheet,
            other.first_row,
            other.first_column,
        ):
            found.append((name, "place"))
        if formulas and (one.formulas, one.without_formula) != (other.formulas, other.without_formula):
            found.append((name, one.formulas, other.formulas, one.without_formula, other.without_formula))
        for head in one.frame.columns:
            cells = zip(one.frame[head].tolist(), other.frame[head].tolist(), strict=True)
            found += [(name, head, at, a, b) for at, (a, b) in enumerate(cells) if not alike(a, b)]
    for name in left.names.keys() | right.names.keys():
        if name not in left.names or name not in right.names or not alike(left.names[name], right.names[name]):
            found.append((name, left.names.get(name), right.names.get(name)))
    return found


def alike(left: object, right: object) -> bool:
    """The same kind of cell with the same content; numbers to fifteen digits, as many as a file has."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-14, abs_tol=1e-300)
    return type(left) is type(right) and same_cell(left, right)


def with_rows(path: Path, rows: int) -> Path:
    """The workbook with so many rows in Pipeline: its deals again and again, with IDs of their own."""
    pipeline = read_book(path).tables["Pipeline"]
    typed = [head for head in pipeline.frame.columns if head not in pipeline.formulas]
    body = pipeline.frame.iloc[[at % 200 for at in range(rows)]].reset_index(drop=True)[typed]
    body["Deal ID"] = pd.Series([f"DEAL-{at}" for at in range(rows)], dtype=object)
    apply_changes(path, ChangeSet((TableChange("Pipeline", {head: body[head] for head in typed}, rows),)))
    return path


def cells(values: Mapping[int, object]) -> pd.Series:
    """A column's new cells by their position."""
    return pd.Series(list(values.values()), index=list(values), dtype=object)


def worked_in(path: Path) -> Path:
    """The workbook after a rep has worked in it: amounts and a stage changed, and deals with odd names added."""
    pipeline = read_book(path).frame("Pipeline")
    rows, stage = len(pipeline), pipeline["Stage"].iloc[40]
    added = range(rows, rows + len(TRAPS))
    change = TableChange(
        "Pipeline",
        {
            "Amount": cells({3: 12345.5, 9: 777.0} | dict.fromkeys(added, 100.0)),
            "Stage": cells({5: stage} | dict.fromkeys(added, stage)),
            "Opportunity": cells(dict(zip(added, TRAPS, strict=True))),
            "Account": cells(dict(zip(added, reversed(TRAPS), strict=True))),
        },
    )
    apply_changes(path, ChangeSet((change,)))
    return path
