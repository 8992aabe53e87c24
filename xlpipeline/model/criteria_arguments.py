"""The arguments of a criterion: checked against the book, so that both evaluators can trust them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, CellError, is_blank
from xlpipeline.model.schema import CRITERION_KINDS, OPERATORS, PIPELINE

OWN_COLUMNS: Final = ("Missing criteria", "Furthest stage")
"""Columns made from the criteria; a criterion that read one would read itself."""
TODAY: Final = "today"
"""What a date is compared with instead of a fixed day."""
_EPOCH: Final = dt.date(1899, 12, 30).toordinal()
LONGEST_LITERAL: Final = 200
"""Letters of one text; Excel allows 255 in a text of a formula."""
_HEADS: Final = ("Argument 1", "Argument 2", "Argument 3")


class RefusedRowError(Exception):
    """A row of Criteria cannot be used; becomes a CriterionFault at the loop over the rows."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.sentence = sentence


@dataclass(frozen=True)
class Arguments:
    """``columns``: heads of Pipeline as it spells them; ``number``: of value; ``numbers``, ``words``: of list.

    ``is_today``: value compares with the as-of date. ``is_day``: ``number`` was written as a date.
    """

    columns: tuple[str, ...] = ()
    operator: str = ""
    number: float | None = None
    is_today: bool = False
    is_day: bool = False
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    activity: str = ""
    least: int = 0


def read_arguments(name: str, kind: str, cells: pd.Series, book: Book, *, dated: bool) -> Arguments:
    """Arguments of one row; ``dated``: its column must hold dates (within business days).

    Raises:
        RefusedRowError: an unknown kind, a column that Pipeline lacks, or an argument that the kind cannot use.
    """
    if kind not in CRITERION_KINDS:
        raise RefusedRowError(
            "Kind", f"the kind of {name} is '{kind:.40}'; please choose one of {', '.join(CRITERION_KINDS)}."
        )
    given = [cells.get(head) for head in _HEADS]
    if kind == "activity":
        if "Activities" not in book.tables:
            raise RefusedRowError("Kind", f"{name} counts activities, but this workbook has no table Activities.")
        return Arguments(activity=_words(name, given[0], 0)[0], least=_least(name, given[1]))
    first = _column(name, given[0], book, 0)
    if kind == "date_order":
        return Arguments(columns=(first, _column(name, given[1], book, 1)))
    if dated and kind == "filled":
        _must_hold_dates(name, first)
    if kind == "list":
        return _listed(name, first, given[1], 1)
    return _value(name, first, given) if kind == "value" else Arguments(columns=(first,))


def _column(name: str, cell: object, book: Book, at: int) -> str:
    wanted = "" if is_blank(cell) else str(cell).strip()
    heads = {str(head).strip().casefold(): str(head) for head in book.frame("Pipeline").columns}
    head = heads.get(wanted.casefold())
    if head is None:
        raise RefusedRowError(
            _HEADS[at], f"{name} reads the column '{wanted:.60}', which Pipeline does not have; please correct it."
        )
    if head in OWN_COLUMNS:
        raise RefusedRowError(
            _HEADS[at], f"{name} reads {head}, which is made from the criteria; please choose another column."
        )
    if re.search(r"[\x00-\x1f]", head):
        raise RefusedRowError(
            _HEADS[at], f"{name} reads a column whose head has a line break; please put the head on one line."
        )
    return head


def _must_hold_dates(name: str, head: str) -> None:
    kinds = {column.name: column.kind for column in PIPELINE.columns}
    if kinds.get(head, "date") not in {"date", "moment"}:
        raise RefusedRowError(
            "Argument 1", f"{name} is about a day, but {head} is not a date; please choose a date column."
        )


def _value(name: str, column: str, given: list[object]) -> Arguments:
    operator = "" if is_blank(given[1]) else str(given[1]).strip()
    if operator not in OPERATORS:
        raise RefusedRowError(
            "Argument 2", f"{name} compares with '{operator:.20}'; please choose one of {' '.join(OPERATORS)}."
        )
    if operator == "in":
        return _listed(name, column, given[2], 2)
    if isinstance(given[2], str) and given[2].strip().lower() == TODAY:
        _must_hold_dates(name, column)
        return Arguments(columns=(column,), operator=operator, is_today=True)
    number = as_number(given[2])
    if number is not None:
        is_day = isinstance(given[2], dt.date) or (isinstance(given[2], str) and _is_iso(given[2].strip()))
        return Arguments(columns=(column,), operator=operator, number=number, is_day=is_day)
    words = _words(name, given[2], 2)
    if operator not in {"=", "<>"}:
        raise RefusedRowError(
            "Argument 3",
            f"{name} compares by {operator} with the text '{words[0]:.40}'; please enter a number or a date.",
        )
    return Arguments(columns=(column,), operator=operator, words=words)


def _listed(name: str, column: str, cell: object, at: int) -> Arguments:
    if isinstance(cell, str) and not isinstance(cell, CellError):
        items = [trimmed(item) for item in re.split(r"[;|]", cell)]
    else:
        items = list(_words(name, cell, at))
    words = tuple(dict.fromkeys(word for item in items if item for word in _words(name, item, at)))
    if not words:
        raise RefusedRowError(_HEADS[at], f"{name} allows nothing; please list the texts, such as: red; green.")
    numbers = [number for word in words if (number := as_number(word)) is not None]
    return Arguments(columns=(column,), operator="in", words=words, numbers=tuple(numbers))


def _words(name: str, cell: object, at: int) -> tuple[str]:
    if isinstance(cell, CellError) or is_blank(cell):
        found = "an error" if isinstance(cell, CellError) else "blank"
        raise RefusedRowError(_HEADS[at], f"{_HEADS[at]} of {name} is {found}; please fill it in.")
    text = trimmed(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    if len(text) > LONGEST_LITERAL or re.search(r"[\x00-\x1f]", text):
        raise RefusedRowError(_HEADS[at], f"{_HEADS[at]} of {name} is too long or has a line break; please shorten it.")
    return (text,)


def _least(name: str, cell: object) -> int:
    number = 1.0 if is_blank(cell) else as_number(cell)
    if number is None or not number.is_integer() or not 1 <= number <= 1000:
        raise RefusedRowError(
            "Argument 2", f"{name} asks for '{cell!s:.40}' activities; please enter a whole number from 1 to 1000."
        )
    return int(number)


def as_number(cell: object) -> float | None:
    """A number as Excel keeps it (dates as serial numbers, 15 digits); None for what is no number."""
    if isinstance(cell, str):
        return None if isinstance(cell, CellError) else _number_in_text(cell.strip())
    if cell is pd.NaT or isinstance(cell, bool):
        return None
    if isinstance(cell, dt.date):
        return serial(cell)
    known = isinstance(cell, int | float) and abs(cell) < 1e100
    return float(format(cell, ".15g")) if known else None


def _number_in_text(text: str) -> float | None:
    if re.fullmatch(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)", text):
        return float(format(float(text), ".15g"))
    return serial(_iso_date(text)) if _is_iso(text) else None


def _is_iso(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


def _iso_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def serial(day: dt.date | None) -> float | None:
    """Excel's number of a date or moment: days since 1899-12-30, the time of day as a fraction."""
    if day is None:
        return None
    days = float(day.toordinal() - _EPOCH)
    if isinstance(day, dt.datetime):
        days += (day.hour * 3600 + day.minute * 60 + day.second) / 86_400
    return days


def day_of(number: float) -> dt.date:
    """The day of Excel's number, the other way round than ``serial``."""
    return dt.date.fromordinal(int(number) + _EPOCH)


def trimmed(text: str) -> str:
    """As the worksheet function TRIM: no outer spaces, inner runs of spaces as one."""
    return " ".join(part for part in text.split(" ") if part)
