"""Tables as Excel hands them to a worksheet function: rows of floats, texts and None, the head first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from xlpipeline.addin.functions import FUNCTIONS, Answer, WorksheetFunction, answer
from xlpipeline.model.book import Book, CellError, is_blank

EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone
OMITTED: Final = -2147352572
NOT_AVAILABLE: Final = -2146826246
BY_NAME: Final = {function.name: function for function in FUNCTIONS}

Cells = tuple[tuple[object, ...], ...]


def serial(day: dt.date) -> float:
    """A day, or a moment, as Excel counts it."""
    moment = day if isinstance(day, dt.datetime) else dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001
    return (moment - EPOCH).total_seconds() / 86400


def com_cell(cell: object) -> object:
    """One cell as ``Range.Value2`` gives it."""
    if isinstance(cell, CellError):
        return NOT_AVAILABLE
    if is_blank(cell):
        return None
    if isinstance(cell, dt.date):
        return serial(cell)
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def com_table(frame: pd.DataFrame) -> Cells:
    """A table with its head, as ``Table[#All]``; an Excel table always has at least one row, if a blank one."""
    body = [tuple(map(com_cell, row)) for row in frame.itertuples(index=False, name=None)]
    return (tuple(map(str, frame.columns)), *(body or [(None,) * len(frame.columns)]))


def com_tables(book: Book) -> dict[str, Cells]:
    """Every table of a book."""
    return {name: com_table(table.frame) for name, table in book.tables.items()}


def arguments(
    function: WorksheetFunction, tables: Mapping[str, Cells], as_of: dt.date, **given: object
) -> list[object]:
    """The arguments of a call: all tables there are, the day, and what is ``given`` by name; others are left out."""
    values: list[object] = []
    for one in function.arguments:
        if one.name in given:
            values.append(given[one.name])
        elif one.kind == "table":
            values.append(tables.get(one.table, OMITTED))
        elif one.kind == "day":
            values.append(serial(as_of))
        elif one.kind != "anything":
            values.append(OMITTED)
    return values


def ask(name: str, tables: Mapping[str, Cells], as_of: dt.date, **given: object) -> Answer:
    """What the function answers."""
    function = BY_NAME[name]
    return answer(function, arguments(function, tables, as_of, **given), FUNCTIONS)


def value(found: Answer) -> Any:  # noqa: ANN401
    """The single cell of an answer."""
    ((cell,),) = found.cells
    return cell
