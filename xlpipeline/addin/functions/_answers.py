"""From a call to its answer: read the arguments, ask the function, and put every refusal into a sentence."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.addin.functions._cells import is_omitted, read_cell, read_day, rows_of, serial_day, single_cell
from xlpipeline.addin.functions._record import VALUE_ERROR, Answer, Argument, Asked, WorksheetFunction
from xlpipeline.addin.functions._tables import read_table
from xlpipeline.errors import RequestError, XlpipelineError
from xlpipeline.model.book import NOT_AVAILABLE, CellError, is_blank
from xlpipeline.model.figure import Figure

ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth",
    "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    "13th", "14th", "15th", "16th", "17th", "18th", "19th", "20th",
)  # fmt: skip
MOST_DAYS: Final = 3650
MOST_NOTES, MOST_NAMES = 8, 3
"""How many different notes of a table the sentence repeats, and of how many rows; the column Note has them all."""


def answer(function: WorksheetFunction, given: Sequence[object], functions: tuple[WorksheetFunction, ...]) -> Answer:
    """What a worksheet function answers to arguments as COM hands them over; it never raises.

    Wrong arguments give ``#VALUE!``, a figure that cannot honestly be given ``#N/A``; ``Answer.why`` says the reason.
    """
    try:
        return function.give(Asked(read_arguments(function, given), functions))
    except XlpipelineError as refusal:
        return Answer(((VALUE_ERROR,),), str(refusal))
    except Exception as fault:  # noqa: BLE001 - a cell must never show a traceback
        return Answer(
            ((VALUE_ERROR,),),
            f"{function.name} met something unexpected ({type(fault).__name__}: {fault!s:.120}); "
            "please run Validate on the workbook and report this sentence.",
        )


def read_arguments(function: WorksheetFunction, given: Sequence[object]) -> Mapping[str, object]:
    """Every argument by its name; what was left out holds what it usually means.

    Raises:
        RequestError: there are too many, one is missing, or one is not of its kind; the sentence says which.
    """
    wanted = function.arguments
    cells = list(given)
    more: tuple[object, ...] = ()
    if function.takes_more:
        wanted = wanted[:-1]
        cells, more = cells[: len(wanted)], tuple(cells[len(wanted) :])
    if len(cells) > len(wanted):
        raise RequestError(f"{function.name} takes at most {len(wanted)} arguments; please remove the others.")
    cells += [None] * (len(wanted) - len(cells))
    read = {
        one.name: _argument(function, one, place, cell)
        for place, (one, cell) in enumerate(zip(wanted, cells, strict=True))
    }
    return {**read, function.arguments[-1].name: more} if function.takes_more else read


def _argument(function: WorksheetFunction, one: Argument, place: int, given: object) -> object:
    if is_omitted(given):
        if one.optional:
            return one.usual
        if one.kind != "table":
            raise RequestError(f"{function.name} needs its {ORDINALS[place]} argument, {one.name}. {one.description}")
    where = f"The {ORDINALS[place]} argument"
    many = {"table": _table, "days": _days, "numbers": _numbers}
    if one.kind in many:
        return many[one.kind](one, where, given)
    cell = single_cell(given)
    if cell is None:
        raise RequestError(f"{where} ({one.name}) must be one cell or value, not a range.")
    if isinstance(cell, CellError):
        raise RequestError(f"{where} ({one.name}) is {cell}; please mend that cell first.")
    if one.kind == "day":
        day = read_day(cell)
        if day is None:
            raise RequestError(f"{where} ({one.name}) must be a day, such as AsOf or DATE(2026,3,31).")
        return day
    if one.kind == "count":
        return _count(one, where, cell)
    return _word(one, where, cell)


def _table(one: Argument, where: str, given: object) -> object:
    found = read_table(one.table, given)
    if found is None:
        raise RequestError(f"{where} must be a whole table with its head, such as {one.table}[#All].")
    return found


def _count(one: Argument, where: str, cell: object) -> int:
    if isinstance(cell, float) and cell.is_integer() and 1 <= cell <= MOST_DAYS:
        return int(cell)
    raise RequestError(f"{where} ({one.name}) must be a whole number of days from 1 to {MOST_DAYS}.")


def _days(one: Argument, where: str, given: object) -> tuple[dt.date | CellError | None, ...]:
    """One day per row, None where the cell is blank; a cell that is no day becomes its error."""
    rows = rows_of(given)
    if any(len(row) != 1 for row in rows):
        raise RequestError(f"{where} ({one.name}) must be one date or one column of dates.")
    return tuple(_day_or_error(read_cell(row[0])) for row in rows)


def _numbers(one: Argument, where: str, given: object) -> tuple[float | CellError | None, ...]:
    """One number per row; None where a cell holds none."""
    rows = rows_of(given)
    if any(len(row) != 1 for row in rows):
        raise RequestError(f"{where} ({one.name}) must be one column of numbers.")
    cells = (read_cell(row[0]) for row in rows)
    return tuple(cell if isinstance(cell, float | CellError) and not isinstance(cell, bool) else None for cell in cells)


def _day_or_error(cell: object) -> dt.date | CellError | None:
    if isinstance(cell, CellError):
        return cell
    return None if is_blank(cell) else read_day(cell) or VALUE_ERROR


def _word(one: Argument, where: str, cell: object) -> object:
    if one.kind in {"window", "quarter"}:
        return read_day(cell) or str(cell)
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if one.kind != "choice":
        return text
    word = "-".join(text.casefold().split())
    if word not in one.choices:
        listed = f"{', '.join(one.choices[:-1])} or {one.choices[-1]}"
        raise RequestError(f"{where} ({one.name}) is '{text:.40}'; please use {listed}.")
    return word


def of_figure(figure: Figure, unit: float = 1) -> Answer:
    """A figure in one cell, divided by ``unit`` (of money: its minor units); refused ones are ``#N/A``."""
    if figure.value is None:
        return Answer(((NOT_AVAILABLE,),), figure.reason)
    return Answer(((figure.value / unit,),), told(figure))


def told(figure: Figure) -> str:
    """The sentence of a figure that is given, such as ``Given: n = 12, basis closed-broad, all deals, 2026 Q1.``."""
    known = figure.low is not None and figure.high is not None
    between = f"; 95 % interval {figure.low:.0%} to {figure.high:.0%}" if known else ""
    return f"Given: n = {figure.n:,}, basis {figure.basis}{between}. {figure.note}".strip()


def of_number(value: float, why: str, refusal: str, unit: float = 1) -> Answer:
    """A number in one cell, divided by ``unit``; NaN is ``#N/A`` with the refusal."""
    if math.isnan(value):
        return Answer(((NOT_AVAILABLE,),), refusal)
    return Answer(((value / unit,),), why)


def of_table(  # noqa: PLR0917 - the frame, what is shown of it, and what is said
    frame: pd.DataFrame, shown: Mapping[str, str], why: str, refusal: str, money: Sequence[str] = (), unit: float = 1
) -> Answer:
    """A table with a head, one row per row of ``frame``; without any row ``#N/A`` with the refusal.

    Args:
        frame: the figures.
        shown: its columns and their heads in the cells.
        why: the sentence; the notes of the first rows are added.
        refusal: why there is no row.
        money: columns in minor units, of which ``unit`` make one.
        unit: minor units in one unit.
    """
    if frame.empty:
        return Answer(((NOT_AVAILABLE,),), refusal)
    table = frame[list(shown)].astype(object)
    for name in money:
        table[name] = frame[name].astype(float) / unit
    rows = [tuple(shown.values()), *table.itertuples(index=False, name=None)]
    return of_rows(rows, " ".join([why, *_notes(frame)]))


def _notes(frame: pd.DataFrame) -> list[str]:
    if "note" not in frame.columns:
        return []
    rows: dict[str, list[str]] = {}
    for name, note in zip(frame.iloc[:, 0].tolist(), frame["note"].tolist(), strict=True):
        rows.setdefault(note, []).append(str(name))
    rows.pop("", None)
    told = [f"{_joined(names)}: {note}" for note, names in rows.items()]
    return [*told[:MOST_NOTES], *(["And more; see the column Note."] if len(told) > MOST_NOTES else [])]


def _joined(names: list[str]) -> str:
    return ", ".join([*names[:MOST_NAMES], *(["..."] if len(names) > MOST_NAMES else [])])


def of_rows(rows: Iterable[Sequence[object]], why: str) -> Answer:
    """Several rows of cells; a number that is not given is ``#N/A``, a day is its serial number."""
    return Answer(tuple(tuple(_shown(cell) for cell in row) for row in rows), why)


def _shown(cell: object) -> object:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is pd.NaT:
        return None
    if isinstance(cell, dt.date):
        return serial_day(cell.date() if isinstance(cell, dt.datetime) else cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return NOT_AVAILABLE
    return cell
