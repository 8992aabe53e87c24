"""Cells of one source column as values of one kind. Every distinct cell is read once, whatever the row count.

A reader returns a `Reading`: values where they could be read, None where the cell is blank, and a mark on each row
whose cell says something that is no value of the kind.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

LONGEST_TEXT: Final = 32767
"""Letters that one Excel cell can hold."""
_BLANKS: Final = frozenset({"", "-", "–", "—", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "(blank)", "(null)"})
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_YES: Final = frozenset({"true", "yes", "y", "1", "x", "ja", "wahr"})
_NO: Final = frozenset({"false", "no", "n", "0", "nein", "falsch"})


class _Unread:
    """Marks a cell that is no value of its column's kind."""


UNREAD: Final = _Unread()


@dataclass(frozen=True)
class Reading:
    """A column as read: ``values`` (object, None = blank), ``unread`` (True where the cell made no sense).

    ``how`` says in words how the column was read; ``order`` is the date order; ``codes`` the currencies in amounts.
    """

    values: pd.Series
    unread: pd.Series
    how: str = ""
    order: str = ""
    codes: pd.Series | None = None


@dataclass(frozen=True)
class Distinct:
    """The distinct cells of a column, and for each row which of them it holds (-1: blank)."""

    cells: list[Any]
    codes: np.ndarray[Any, np.dtype[np.intp]]
    index: pd.Index

    def spread(self, values: Sequence[object]) -> pd.Series:
        """One value per distinct cell, given back to all rows."""
        pool = np.empty(len(values) + 1, dtype=object)
        pool[:-1] = np.fromiter(values, dtype=object, count=len(values))
        pool[-1] = None
        return pd.Series(pool[self.codes], index=self.index, dtype=object)

    def first_row(self, position: int) -> int:
        """Row number in the source at which a distinct cell stands first."""
        return int(self.index[int(np.argmax(self.codes == position))])


def distinct(cells: pd.Series) -> Distinct:
    """Distinct filled cells of a column in order of appearance."""
    codes, found = pd.factorize(cells.to_numpy(dtype=object))
    return Distinct(list(found), codes, cells.index)


def reading(known: Distinct, values: Sequence[object], how: str = "", order: str = "") -> Reading:
    """Reading from one value per distinct cell, `UNREAD` where the cell makes no sense."""
    unread = known.spread([value is UNREAD for value in values])
    clean = known.spread([None if value is UNREAD else value for value in values])
    return Reading(clean, unread.eq(True), how, order)


def says_nothing(cell: object) -> bool:
    """True for a cell that stands for a blank in a column of dates or numbers, such as ``N/A``."""
    return cell is None or (isinstance(cell, str) and len(cell) < 12 and cell.strip().casefold() in _BLANKS)


def read_texts(cells: pd.Series) -> Reading:
    """Texts without white space around them and without signs that a workbook cannot hold; whole numbers as such.

    A text longer than a cell can hold is cut, and its row is marked. What begins with ``=`` stays a text.
    """
    known = distinct(cells)
    texts = [_text(cell) for cell in known.cells]
    values = known.spread([text[:LONGEST_TEXT] if text else None for text in texts])
    return Reading(values, known.spread([len(text) > LONGEST_TEXT for text in texts]).eq(True))


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return _CONTROLS.sub("", cell.replace("\u00a0", " ")).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return str(cell)


def read_yes_no(cells: pd.Series) -> Reading:
    """Y or N for every usual way to say so; other texts stay as they are."""
    texts = read_texts(cells)
    known = distinct(texts.values)
    values = ["Y" if t.casefold() in _YES else "N" if t.casefold() in _NO else t for t in known.cells]
    return Reading(known.spread(values), texts.unread)


_PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d+)?")
_PLAIN_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_extra(cells: pd.Series) -> Reading:
    """A user's own column: numbers if all its texts are plain numbers, dates if all are ISO dates, else texts."""
    known = distinct(cells)
    texts = [cell.strip() for cell in known.cells if isinstance(cell, str) and cell.strip()]
    convert: Callable[[str], object]
    if texts and all(_PLAIN_NUMBER.fullmatch(text) for text in texts):
        convert = float
    elif texts and all(_PLAIN_DATE.fullmatch(text) for text in texts):
        convert = _date_or_text
    elif all(not isinstance(cell, str) for cell in known.cells):
        return reading(known, known.cells)
    else:
        return read_texts(cells)
    return reading(
        known, [(convert(c.strip()) if c.strip() else None) if isinstance(c, str) else c for c in known.cells]
    )


def _date_or_text(text: str) -> object:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text
