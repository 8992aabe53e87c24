"""Pressing the ribbon's buttons in a live spreadsheet, and comparing what they leave with the file host."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
import xlwings as xw
from xlwings import base_classes

from tests.live.call_count import failing
from tests.live.filters import set_filter
from tests.live.tables import Table
from xlpipeline.addin import macros
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.hosts.live import LiveWorkbook
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import Book, ChangeSet, TableChange, canonical

USER: Final = "Tess Tester"
_HOSTS_DIFFER: Final = ("Tool",)
"""Columns in which the history says by which door a line came."""


def press(button: str, book: xw.Book, *answers: object) -> list[str]:
    """Press a button with answers waiting; gives the texts of all boxes. No answer may be left over."""
    app: Any = book.app
    before, status = len(app.impl.asked), len(app.impl.status_history)
    app.impl.answers.clear()
    app.impl.answers.extend(answers)
    book.set_mock_caller()
    try:
        getattr(macros, button)()
    finally:
        delattr(xw.Book, "_mock_caller")  # there is no other way to say that nobody calls
    assert not app.impl.answers, f"nobody asked for {list(app.impl.answers)}"
    assert list(app.impl.status_history)[status:][-1:] == [False]
    return [asked[1] for asked in list(app.impl.asked)[before:]]


@contextlib.contextmanager
def nothing_written(book: xw.Book) -> Generator[None, None, None]:
    """Holds that within nothing in any workbook is changed, not even for a moment."""
    with failing(book.app, after=1_000_000) as fault:
        yield
    assert fault.writes == 0


def prepare(path: Path, as_of: dt.date, now: dt.datetime) -> None:
    """Make the day of a closed workbook a setting, so that its live cells are for that day whenever the test runs."""
    frame = read_book(path).frame("Settings")
    row = frame.index[frame["Key"] == "as_of"]
    change = TableChange("Settings", {"Value": pd.Series([as_of], index=row, dtype=object)})
    apply_changes(path, ChangeSet((change,)), keep_backup=False)
    refresh_in(ClosedWorkbook(path, keep_backup=False), now=now, user=USER)


def differences(live: Book, closed: Book, *, apart_from: Collection[str] = ()) -> list[str]:
    """Every cell of every table, and every named cell, that the two do not have alike; ``apart_from``: names."""
    found = [f"table {name}" for name in sorted(set(live.tables) ^ set(closed.tables))]
    for name in sorted(set(live.tables) & set(closed.tables)):
        left, right = live.tables[name].frame, closed.tables[name].frame
        if list(left.columns) != list(right.columns) or len(left) != len(right):
            found.append(f"{name}: {left.shape} is not {right.shape}")
            continue
        for head in left.columns:
            if head in _HOSTS_DIFFER:
                continue
            pairs = zip(left[head].tolist(), right[head].tolist(), strict=True)
            found += [f"{name}[{head}] {i}: {a!r} is not {b!r}" for i, (a, b) in enumerate(pairs) if not alike(a, b)]
    for name in sorted(set(live.names) | set(closed.names)):
        a, b = live.names.get(name), closed.names.get(name)
        if name not in apart_from and not alike(a, b):
            found.append(f"name {name}: {a!r} is not {b!r}")
    return found


def alike(left: object, right: object) -> bool:
    """Whether two cells hold the same; numbers that two programs computed may differ in their last digits."""
    a, b = canonical(left), canonical(right)
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(a, dt.datetime) and isinstance(b, dt.datetime):
        return abs((a - b).total_seconds()) < 1.5
    return a == b


def cells_of(book: xw.Book) -> Book:
    """Everything that jobs read of an open workbook."""
    return LiveWorkbook(book).read()


def table(book: xw.Book, name: str) -> Any:  # noqa: ANN401
    """The table of that name."""
    return next(t for sheet in book.sheets for t in sheet.tables if t.name == name)


def select(book: xw.Book, name: str, head: str, position: int, rows: int = 1) -> xw.Range:
    """Select cells of a table's column."""
    found = table(book, name)
    column = found.range.column + found.header_row_range.value.index(head)
    row = found.range.row + 1 + position
    cells: xw.Range = found.parent.range((row, column), (row + rows - 1, column))
    book.activate()
    found.parent.activate()
    cells.select()
    return cells


def deal_rows(book: Book, **wanted: object) -> list[int]:
    """Positions of the deals whose cells are as wanted; ``Stage_type="open"``, ``Missing_criteria=None``."""
    frame = book.frame("Pipeline")
    keep = frame["Deal ID"].notna()
    for head, value in wanted.items():
        cells = frame[head.replace("_", " ")]
        keep &= cells.isna() if value is None else cells == value
    return [int(i) for i in frame.index[keep]]


class _TableFilter(base_classes.AutoFilter):  # type: ignore[misc, unused-ignore]
    """xlwings' filter of a table over LibreOffice's."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def criteria(self) -> list[dict[str, object]]:
        on = self._table.sheet.book.filters.get(self._table.name, {})
        count = self._table.range.shape[1]
        return [{"field": n, "type": "comparison" if n in on else "none"} for n in range(1, count + 1)]

    def apply_comparison(self, field: int, operator: str, value1: str | None, value2: str | None) -> None:
        assert (operator, value1, value2) == ("not_equal_to", None, None)
        self._table.sheet.must_be_unprotected("set a filter")
        set_filter(self._table, field, "<>")

    def clear(self, field: int) -> None:
        self._table.sheet.must_be_unprotected("set a filter")
        set_filter(self._table, field, None)


def give_tables_filters(patch: pytest.MonkeyPatch) -> None:
    """Let the engine's tables have xlwings' autofilter, where the engine itself has none."""
    if "autofilter" not in vars(Table):
        patch.setattr(Table, "autofilter", property(_TableFilter), raising=False)
