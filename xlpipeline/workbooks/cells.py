"""Writing single cells: data is never a formula, whatever it begins with."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.book import CellError, Formula, canonical

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold."""
_FIRST_DAY: Final = dt.datetime(1900, 3, 1)  # noqa: DTZ001 - cells know no zone
"""Excel's serial numbers are off by one before this day; older dates are written as text."""


def cell_at(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell, never a hidden part of a merged one."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{sheet.title}!{cell.coordinate} is hidden by merged cells")
    return cell


def put(cell: Cell, value: object) -> None:
    """Write ``value``; a text that begins with ``=`` stays a text, a Formula becomes one, a CellError an error."""
    if isinstance(value, Formula):
        put_formula(cell, value.text)
        return
    value = canonical(value)
    if isinstance(value, dt.datetime):
        _put_moment(cell, value)
    elif isinstance(value, CellError):
        cell.value = str(value)
        cell.data_type = "e"
    elif isinstance(value, str):
        cell.value = _UNWRITABLE.sub(" ", value)[:32_767]
        cell.data_type = "s"
        # else Excel would read it as a formula as soon as somebody edits the cell
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        cell.value = int(value)
    else:
        cell.value = value  # type: ignore[assignment]


def _put_moment(cell: Cell, moment: dt.datetime) -> None:
    if moment < _FIRST_DAY:
        cell.value = moment.date().isoformat()
        cell.data_type = "s"
    else:
        cell.value = moment.date() if moment.time() == dt.time() else moment


def put_formula(cell: Cell, text: str) -> None:
    """Write a formula given without its ``=``."""
    cell.value = "=" + text
    cell.data_type = "f"
