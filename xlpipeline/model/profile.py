"""The ideal customer profile: the rows of ICP, and which of them a company matches, misses, or leaves open."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.book import Book, is_blank, once_per_book
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.schema import OPERATORS

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq, "<>": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_ORDER: Final = (">", ">=", "<", "<=")
_UNCLEAR: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""1.500 and 1,500: one country's thousand and a half is another country's one and a half."""
_GROUPED: Final = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
}
"""Thousands parted by that sign, and the other one before the decimals: 1,234.5 and 1.234,5."""
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Trait:
    """One row of ICP. ``number``: the value where it is one; ``words``: in lower case; ``row``: position in ICP."""

    field: str
    operator: str
    number: float | None
    words: tuple[str, ...]
    points: float
    row: int

    def holds(self, cell: object) -> bool | None:
        """Whether a cell matches; None where it tells nothing: blank, an error, or a text where a number is asked.

        A text that may be one of two numbers (1.500) tells nothing where numbers are compared.
        """
        if is_blank(cell) or isinstance(cell, bool) or (self._asks_for_numbers and is_unclear(cell)):
            return None
        given = _number(cell)
        if self.operator in _ORDER or (self.operator != "in" and self.number is not None and given is not None):
            return None if given is None or self.number is None else _COMPARE[self.operator](given, self.number)
        found = _word(cell) in self.words
        return not found if self.operator == "<>" else found

    @property
    def _asks_for_numbers(self) -> bool:
        return self.number is not None or (
            self.operator == "in" and any(_number(word) is not None for word in self.words)
        )


@dataclass(frozen=True)
class BrokenRow:
    """A row of ICP that cannot be used: its position, the faulty column, and a sentence."""

    row: int
    column: str
    wrong: str


@once_per_book
def read_profile(book: Book) -> tuple[Trait, ...]:
    """The rows of ICP that can be used; the others are told by the check broken_profile."""
    return tuple(one for one in profile_rows(book) if isinstance(one, Trait))


@once_per_book
def profile_rows(book: Book) -> tuple[Trait | BrokenRow, ...]:
    """Every filled row of ICP: as a trait, or with its fault."""
    frame = book.frame("ICP")
    heads = {name: texts(frame, name).str.strip() for name in ("Field", "Operator", "Value")}
    points, cells = numbers(frame, "Points")[0], frame["Value"].tolist() if "Value" in frame.columns else []
    out: list[Trait | BrokenRow] = []
    for row in range(len(frame)):
        field, sign, value = (heads[name].iloc[row] for name in ("Field", "Operator", "Value"))
        if not field and not value:
            continue
        given = cells[row] if value and isinstance(cells[row], int | float) else value
        out.append(_trait(row, field, sign.casefold(), given, float(points.iloc[row])))
    return tuple(out)


def _trait(row: int, field: str, sign: str, cell: object, points: float) -> Trait | BrokenRow:
    value = _text(cell)
    parts = [part.strip() for part in value.split(";")] if sign == "in" else [value]
    if not field:
        return BrokenRow(row, "Field", "The field is blank.")
    if sign not in OPERATORS:
        return BrokenRow(row, "Operator", f"The operator of {field:.40} is '{sign:.20}'.")
    if wrong := _wrong_value(field, sign, cell, parts):
        return BrokenRow(row, "Value", wrong)
    if np.isnan(points):
        return BrokenRow(row, "Points", f"The points of {field:.40} are blank or no number.")
    return Trait(field, sign, _number(cell), tuple(_word(part) for part in parts if part), points, row)


def _wrong_value(field: str, sign: str, cell: object, parts: list[str]) -> str:
    """Why a value cannot be used, or would be read as something else than was meant; "" where it is right."""
    if not any(parts):
        return f"The value of {field:.40} is blank."
    unclear = [part for part in parts if isinstance(cell, str) and is_unclear(part)]
    if unclear:
        bare = re.sub(r"[.,]", "", unclear[0])
        return f"{field:.40} is compared with '{unclear[0]}', which may be read as two numbers; is it {bare}?"
    if sign == "in" and len(parts) == 1 and "," in parts[0]:
        return f"{field:.40} is compared with '{parts[0]:.40}'; please part the texts by semicolons, not by commas."
    if sign in _ORDER and _number(cell) is None:
        return f"{field:.40} is compared by {sign} with '{parts[0]:.40}', which is no number."
    return ""


def is_unclear(cell: object) -> bool:
    """Whether a text may be one of two numbers: 1.500 is 1500 in some countries and 1.5 in others."""
    return isinstance(cell, str) and _UNCLEAR.fullmatch(cell.strip()) is not None


def _number(cell: object) -> float | None:
    """A number, also one written as a text in one clear way; None for all else."""
    if isinstance(cell, bool):
        return None
    number = float(cell) if isinstance(cell, int | float) else _number_in(str(cell).strip())
    return number if number is not None and np.isfinite(number) else None


def _number_in(text: str) -> float | None:
    if is_unclear(text):
        return None
    for sign, pattern in _GROUPED.items():
        if pattern.fullmatch(text):
            text = text.replace(sign, "")
            break
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _text(cell: object) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


def _word(cell: object) -> str:
    return _text(cell).casefold()


def fits(frame: pd.DataFrame, traits: tuple[Trait, ...]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Fit 0-100 (NaN: nothing is known) and confidence 0-1 of each row of ``frame``.

    Fit = points of what matches / points of what would match, both of known traits only; points below 0 are taken off
    where they match, and the fit never leaves 0-100. Confidence = size of the points known / of all points.
    """
    heads = {str(head).strip().casefold(): head for head in frame.columns}
    won, best, known, everything = (np.zeros(len(frame)) for _ in range(4))
    for trait in traits:
        everything += abs(trait.points)
        head = heads.get(trait.field.casefold())
        if head is None:
            continue
        told = [trait.holds(cell) for cell in frame[head].tolist()]
        is_known = np.array([one is not None for one in told], dtype=bool)
        matches = np.array([one is True for one in told], dtype=bool)
        won += np.where(matches, trait.points, 0.0)
        best += np.where(is_known, max(trait.points, 0.0), 0.0)
        known += np.where(is_known, abs(trait.points), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = np.where(best > 0, np.clip(100 * won / best, 0, 100), np.nan)
        return fit, np.where(everything > 0, known / everything, 0.0)
