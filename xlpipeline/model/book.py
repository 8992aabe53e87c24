"""What a host reads and what it is asked to write: tables, single named cells, and changes to both.

A cell is None (blank; an empty text counts as blank), str, bool, int, float, datetime.date, datetime.datetime or
CellError. Hosts give dates without a time of day as datetime.date. Row positions are 0-based within a table's body.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd


class CellError(str):
    """An error value of a cell, such as ``#N/A``: reading gives it, writing it makes a true error cell."""

    __slots__ = ()


NOT_AVAILABLE: Final = CellError("#N/A")


Result = TypeVar("Result")


@dataclass(frozen=True)
class Formula:
    """A formula for one named cell with the value it has now (text without the leading ``=``)."""

    text: str
    cached: object = None


@dataclass(frozen=True)
class BookTable:
    """One Excel table as read.

    ``frame``: object columns in sheet order, one row per body row (blank rows included), index 0..n-1.
    ``first_row`` and ``first_column`` are the 1-based sheet position of the head's first cell.
    ``formulas``: text of each calculated column's formula by its head (without ``=``).
    """

    name: str
    sheet: str
    first_row: int
    first_column: int
    frame: pd.DataFrame
    formulas: Mapping[str, str] = field(default_factory=dict)
    without_formula: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Positions in a calculated column whose cell holds no formula (blank or a constant); only such columns."""

    def constants(self, column: str) -> list[int]:
        """Positions in a calculated column at which a constant stands in the place of the formula."""
        cells = self.frame[column]
        return [p for p in sorted(self.without_formula.get(column, ())) if not is_blank(cells.iat[p])]

    @property
    def formula_columns(self) -> frozenset[str]:
        """Heads of the columns that have a calculated formula."""
        return frozenset(self.formulas)

    def address(self, position: int, column: str) -> str:
        """Reference of a body cell with its sheet, such as ``'Pipeline'!F12``, ready for HYPERLINK."""
        letters = column_letters(self.first_column + list(self.frame.columns).index(column))
        return f"{quoted_sheet(self.sheet)}!{letters}{self.first_row + 1 + position}"


@dataclass(frozen=True)
class Book:
    """A workbook as a host read it: tables by name, and values of single-cell defined names."""

    tables: Mapping[str, BookTable]
    names: Mapping[str, object] = field(default_factory=dict)
    title: str = "the workbook"
    """How messages call it: the file's name."""

    remembered: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What ``once_per_book`` keeps: set-up tables as read, which many ask for in one refresh."""

    def day(self, name: str) -> dt.date | None:
        """The day in a single named cell, whatever its time; None where there is none."""
        cell = self.names.get(name)
        if isinstance(cell, dt.datetime):
            return cell.date()
        return cell if isinstance(cell, dt.date) else None

    def frame(self, table: str) -> pd.DataFrame:
        """Body of a table, or an empty frame where the book has no such table (an older book)."""
        found = self.tables.get(table)
        return pd.DataFrame() if found is None else found.frame


@dataclass(frozen=True)
class TableChange:
    """New values for cells of one table.

    ``columns``: per head, a Series of cells indexed by row position; cells not named stay as they are. A value for a
    column with a calculated formula becomes the formula's cached value (a live host leaves it to Excel).
    ``rows``: body rows the table has afterwards; None: as many as now, or as the highest position needs.
    ``formulas``: per head, the calculated formula that the column is to have (without ``=``) in its every body cell.
    """

    table: str
    columns: Mapping[str, pd.Series]
    rows: int | None = None
    formulas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangeSet:
    """All that a job wants written: changes to tables and to single named cells."""

    tables: tuple[TableChange, ...] = ()
    names: Mapping[str, object] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """True if there is anything to write."""
        return bool(self.tables or self.names)

    def __add__(self, other: ChangeSet) -> ChangeSet:
        """Both, the later winning where names meet."""
        return ChangeSet(self.tables + other.tables, {**self.names, **other.names})


def once_per_book(read: Callable[[Book], Result]) -> Callable[[Book], Result]:
    """For a pure reader of a book: asked again it gives the same object, which nobody may change."""

    @functools.wraps(read)
    def asked(book: Book) -> Result:
        key = f"{read.__module__}.{read.__qualname__}"
        if key not in book.remembered:
            book.remembered[key] = read(book)
        found: Result = book.remembered[key]
        return found

    return asked


def whole_table(table: str, frame: pd.DataFrame) -> TableChange:
    """Change that makes ``frame`` the whole body of ``table`` (an Excel table keeps at least one, blank, row)."""
    body = frame.reset_index(drop=True)
    if body.empty:
        body = pd.DataFrame({name: pd.Series([None], dtype=object) for name in frame.columns})
    return TableChange(table, {str(name): body[name] for name in body.columns}, rows=len(body))


def needed_changes(changes: ChangeSet, book: Book) -> ChangeSet:
    """What of ``changes`` differs from ``book``: equal cells drop out, so an idle refresh writes nothing.

    Tables and names that the book lacks drop out too (an older book). A column that gets its first formula keeps all
    its cells: they are what the formula shows until it is calculated.
    """
    known = [change for change in changes.tables if change.table in book.tables]
    first = {
        (change.table, head)
        for change in known
        for head in change.formulas.keys() - book.tables[change.table].formulas.keys()
    }
    tables = tuple(
        left
        for change in known
        if (left := _needed_table(change, book.tables[change.table], {h for t, h in first if t == change.table}))
    )
    names = {
        name: value
        for name, value in changes.names.items()
        if name in book.names and not same_cell(_plain(value), book.names[name])
    }
    return ChangeSet(tables, names)


def _needed_table(change: TableChange, table: BookTable, first: set[str]) -> TableChange | None:
    now = len(table.frame)
    columns: dict[str, pd.Series] = {}
    for name, wanted in change.columns.items():
        if name not in table.frame.columns:
            continue
        cells = table.frame[name]
        known = (cells if cells.index.equals(wanted.index) else cells.reindex(wanted.index)).tolist()
        differs = _differs(wanted.tolist(), known)
        if table.without_formula.get(name):
            differs = _differs_without_formula(wanted, known, differs, table.without_formula[name])
        if any(differs) or (name in first and len(wanted)):
            columns[name] = wanted if all(differs) or name in first else wanted[np.array(differs)]
    rows = change.rows if change.rows is not None and change.rows != now else None
    formulas = {
        name: text
        for name, text in change.formulas.items()
        if name in table.frame.columns and not same_formula(text, table.formulas.get(name, ""))
    }
    return TableChange(change.table, columns, rows, formulas) if columns or formulas or rows is not None else None


def _differs(wanted: list[object], known: list[object]) -> list[bool]:
    if list(map(type, wanted)) == list(map(type, known)) and wanted == known:  # most columns, a hundred times faster
        return [False] * len(wanted)
    return [new is not old and not _same_quickly(new, old) for new, old in zip(wanted, known, strict=True)]


def _differs_without_formula(
    wanted: pd.Series, known: list[object], differs: list[bool], positions: frozenset[int]
) -> list[bool]:
    """A constant that somebody typed over a formula stays (it is an issue); a cell that was cleared gets it back."""
    at = zip(wanted.index.tolist(), known, differs, strict=True)
    return [is_blank(cell) if row in positions else changed for row, cell, changed in at]


_KEPT: Final = re.compile(r'("(?:[^"]|"")*"|\[[^\[\]]*\])')
"""Texts and column heads: what stands between them is free in its case and spaces."""


def same_formula(left: str, right: str) -> bool:
    """Whether two formulas are the same but for case and spaces outside texts, which Excel may change when it saves."""
    return left == right or _spelled(left) == _spelled(right)


def _spelled(formula: str) -> str:
    parts = _KEPT.split(formula.removeprefix("="))
    return "".join(part if at % 2 else "".join(part.split()).upper() for at, part in enumerate(parts))


_ALIKE: Final = frozenset({str, float, int, bool, dt.date})
_NUMBERS: Final = frozenset({float, int})


def _same_quickly(new: object, old: object) -> bool:
    """What ``same_cell`` says; most pairs need no second look, and a refresh compares millions."""
    kind = type(new)
    if kind is type(old):
        if kind in _ALIKE and new == old:
            return True
    elif kind in _NUMBERS and type(old) in _NUMBERS and new == old:
        return True
    return same_cell(new, old)


def same_cell(left: object, right: object) -> bool:
    """Whether two cells hold the same: blanks alike, 1 as 1.0, a date as its midnight; texts by every letter."""
    left, right = canonical(left), canonical(right)
    if left is None or right is None:
        return left is right
    return type(left) is type(right) and left == right


_MOST: Final = 1e300
"""Whole numbers beyond this do not fit into a float (nor into a cell)."""


def canonical(cell: object) -> object:  # noqa: PLR0911 - one line per kind of cell reads best
    """A cell in the one form that comparing needs: None, str, CellError, bool, float or datetime."""
    if type(cell) is float:
        return cell if cell == cell else None  # noqa: PLR0124 - NaN is the one number unequal to itself
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, str):
        return cell or None
    if hasattr(cell, "item"):
        cell = cell.item()
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return None if cell != cell else float(cell) if abs(cell) < _MOST else cell  # noqa: PLR0124 - NaN
    if isinstance(cell, dt.datetime):
        return dt.datetime(*cell.timetuple()[:6])  # noqa: DTZ001 - cells know no time zone
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - cells know no time zone
    return cell


def _plain(value: object) -> object:
    return value.cached if isinstance(value, Formula) else value


def column_letters(number: int) -> str:
    """Letters of a 1-based column number: 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1-based number of a column's letters: AB is 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def quoted_sheet(name: str) -> str:
    """A sheet's name as references write it, always in quotes."""
    return "'" + name.replace("'", "''") + "'"


def is_blank(cell: object) -> bool:
    """True for a cell that holds nothing: None, NaN, NaT, or text of only white space."""
    if type(cell) is str:  # most cells that are asked about
        return not cell.strip()
    cell = canonical(cell)
    return cell is None or (isinstance(cell, str) and not cell.strip())


def filled_positions(frame: pd.DataFrame, columns: Iterable[str]) -> list[int]:
    """Row positions in which at least one of ``columns`` holds something."""
    blank = [True] * len(frame)
    for name in columns:
        if name in frame.columns:
            blank = [known and is_blank(cell) for known, cell in zip(blank, frame[name].tolist(), strict=True)]
    return [position for position, nothing in enumerate(blank) if not nothing]
