"""Cells as Excel hands them over through COM, turned into the plain cells of ``model.book``.

Excel gives a range as a tuple of rows, a single cell as itself, and one row of an array as a flat tuple. Numbers,
dates and amounts are floats (dates count from 1899-12-30), empty cells are None, error values are whole numbers, and an
omitted argument is one whole number more. Where dates or amounts do come as such, they are taken as such.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from types import NoneType
from typing import Final

from xlpipeline.hosts.live.values import ERROR_CODES
from xlpipeline.model.book import CellError, is_blank

OMITTED: Final = -2147352572
"""What COM passes for an argument that was left out (DISP_E_PARAMNOTFOUND)."""

ERROR_MARK: Final = "\x01"
"""First letter of a text that our VBA turns into an error value; it is taken out of every other text."""

_PLAIN: Final = frozenset({str, float, bool, NoneType})
_EPOCH: Final = dt.date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = dt.date(1899, 12, 31), dt.date(9989, 12, 31)
"""What a cell can hold as a day, but for the very last years: a day must have quarters after it."""


def read_cell(cell: object) -> object:
    """One cell: error numbers as CellError, days without a time as date, exact decimals (amounts) as float."""
    if type(cell) in _PLAIN:
        return cell
    if isinstance(cell, int):
        return None if cell == OMITTED else CellError(ERROR_CODES[cell]) if cell in ERROR_CODES else float(cell)
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, dt.datetime):
        # pywin32 marks every date as UTC, but a cell knows no time zone
        moment = dt.datetime(*cell.timetuple()[:6])  # noqa: DTZ001
        return moment.date() if moment.time() == dt.time() else moment
    return cell


def read_column(cells: Sequence[object]) -> list[object]:
    """One column; most hold only plain cells and are taken as they are."""
    return list(cells) if set(map(type, cells)) <= _PLAIN else [read_cell(cell) for cell in cells]


def read_days(cells: Sequence[object]) -> list[object]:
    """A column of days: whole serial numbers as dates, as a file host gives them; other cells as they are."""
    known = {cell: read_day(cell) for cell in {cell for cell in cells if type(cell) is float} if cell.is_integer()}
    return [known.get(cell) or cell if type(cell) is float else cell for cell in cells]


def read_moments(cells: Sequence[object]) -> list[object]:
    """A column of moments: serial numbers to the second, other cells as they are."""
    known = {cell: read_moment(cell) for cell in {cell for cell in cells if isinstance(cell, float | dt.date)}}
    return [known.get(cell) or cell if isinstance(cell, float | dt.date) else cell for cell in cells]


def rows_of(given: object) -> tuple[tuple[object, ...], ...]:
    """A range or array as rows, whichever way it came."""
    if not isinstance(given, tuple | list):
        return ((given,),)
    if given and all(isinstance(row, tuple | list) for row in given):
        return tuple(tuple(row) for row in given)
    return (tuple(given),)


def write_cell(cell: object) -> object:
    """One cell for the way back: COM cannot carry an error value from Python, so it goes as a marked text."""
    if isinstance(cell, CellError):
        return ERROR_MARK + cell
    return cell.replace(ERROR_MARK, "") if isinstance(cell, str) else cell


def is_omitted(given: object) -> bool:
    """Whether an argument was left out, or is a single blank cell."""
    rows = rows_of(given)
    return len(rows) == 1 and len(rows[0]) <= 1 and all(is_blank(read_cell(cell)) for cell in rows[0])


def single_cell(given: object) -> object | None:
    """The one cell of a range, or None where there are several."""
    rows = rows_of(given)
    return read_cell(rows[0][0]) if len(rows) == 1 and len(rows[0]) == 1 else None


def read_moment(cell: object) -> dt.datetime | None:
    """A moment to the second: a date with its time, or its serial number; None for anything else."""
    day = read_day(cell)
    if day is None or not isinstance(cell, float | dt.date):
        return None
    if isinstance(cell, dt.datetime):
        return cell.replace(microsecond=0)
    since = dt.timedelta(seconds=round(cell % 1 * 86_400)) if isinstance(cell, float) else dt.timedelta()
    return dt.datetime.combine(day, dt.time()) + since


def serial_day(day: dt.date) -> float:
    """A day as Excel counts it, for the way back."""
    return float((day - _EPOCH).days)


def read_day(cell: object) -> dt.date | None:
    """A day: a date, its serial number, or a text such as 2026-03-31; None for anything else."""
    day: dt.date | None = None
    with contextlib.suppress(ValueError, OverflowError):
        if isinstance(cell, dt.date):
            day = cell.date() if isinstance(cell, dt.datetime) else cell
        elif isinstance(cell, int | float) and not isinstance(cell, bool):
            day = _EPOCH + dt.timedelta(days=math.floor(cell))
        elif type(cell) is str:
            day = dt.date.fromisoformat(cell.strip())
    return day if day is not None and _FIRST_DAY <= day <= _LAST_DAY else None
