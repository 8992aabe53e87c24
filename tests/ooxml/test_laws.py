# ruff: noqa: DTZ001 - cells know no time zone
"""Laws over random tables and random changes: what is read back is what a plain list of rows would be."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ooxml.books import changed_parts, plain_book, twins
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import CellError, ChangeSet, TableChange, canonical, needed_changes

HEADS = ("A", "B", "C")
texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12)
days = st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31))
moments = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 30)).map(lambda m: m.replace(microsecond=0))
errors = st.sampled_from(["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"]).map(CellError)
cells = st.none() | texts | numbers | st.booleans() | days | moments | errors


@st.composite
def books_and_changes(draw: st.DrawFn) -> tuple[list[list[Any]], dict[str, dict[int, Any]], int | None]:
    """Rows of a table, cells to write by head and position, and a number of rows (or none)."""
    rows = draw(st.lists(st.lists(st.none() | st.integers(0, 99), min_size=3, max_size=3), min_size=1, max_size=5))
    most = draw(st.integers(1, 8))
    positions = st.integers(0, most - 1)
    columns = draw(st.dictionaries(st.sampled_from(HEADS), st.dictionaries(positions, cells, max_size=6), max_size=3))
    return rows, columns, draw(st.none() | st.just(most))


def what_is_written_is_read_back(
    case: tuple[list[list[Any]], dict[str, Any], int | None],
) -> None:
    rows, columns, count = case
    change = TableChange("T", {head: pd.Series(new, dtype=object) for head, new in columns.items()}, count)
    with tempfile.TemporaryDirectory() as folder:
        path, before = twins(plain_book(Path(folder) / "a.xlsx", HEADS, [tuple(row) for row in rows]))
        saved = apply_changes(path, ChangeSet((change,)))
        frame = read_book(path).frame("T")
        assert saved.written
        expected = naive(rows, columns, count)
        got = [[canonical(cell) for cell in row] for row in frame.itertuples(index=False, name=None)]
        assert got == [[canonical(cell) for cell in row] for row in expected]
        assert changed_parts(before, path) <= {
            "xl/worksheets/sheet1.xml",
            "xl/tables/table1.xml",
            "xl/styles.xml",
            "xl/workbook.xml",
        }
        assert not needed_changes(ChangeSet((change,)), read_book(path))


@settings(max_examples=20, deadline=None)
@given(books_and_changes())
def test_what_is_written_is_read_back_and_the_rest_stays(
    case: tuple[list[list[Any]], dict[str, Any], int | None],
) -> None:
    what_is_written_is_read_back(case)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(books_and_changes())
def test_what_is_written_is_read_back_and_the_rest_stays_over_many(
    case: tuple[list[list[Any]], dict[str, Any], int | None],
) -> None:
    what_is_written_is_read_back(case)


def naive(rows: list[list[Any]], columns: dict[str, dict[int, Any]], count: int | None) -> list[list[Any]]:
    """The rows as they should be, one cell after the other."""
    highest = max((p + 1 for new in columns.values() for p in new), default=0)
    wanted = max(count, highest) if count is not None else max(len(rows), highest)
    out = [list(row) for row in rows[:wanted]] + [[None] * 3 for _ in range(wanted - len(rows))]
    for head, new in columns.items():
        for position, value in new.items():
            out[position][HEADS.index(head)] = value
    return out
