"""Cells as Excel gives them and takes them: between what xlwings hands over and the contract's cells.

Pure, so that every rule stands in a test. Excel reads a text that is written into a cell as if it had been typed: a
text that could be anything else gets an apostrophe, which Excel takes off and which marks the cell as text.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from xlpipeline.model.book import CellError, Formula, canonical
from xlpipeline.ooxml.cells import MAX_TEXT, serial_of

ERROR_TEXTS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
"""Errors that a cell may be given, as Excel's English formulas write them; xlwings reads errors as these texts."""

_FIRST_CODE: Final = -2_146_828_288
ERROR_CODES: Final = {
    _FIRST_CODE + number: text
    for number, text in (
        (2000, "#NULL!"), (2007, "#DIV/0!"), (2015, "#VALUE!"), (2023, "#REF!"), (2029, "#NAME?"), (2036, "#NUM!"),
        (2042, "#N/A"), (2043, "#GETTING_DATA"), (2045, "#SPILL!"), (2046, "#CONNECT!"), (2047, "#BLOCKED!"),
        (2048, "#UNKNOWN!"), (2049, "#FIELD!"), (2050, "#CALC!"), (2051, "#BUSY!"),
    )
}  # fmt: skip
"""COM gives an error as an integer (a number is always a float); xlwings knows only the seven old ones."""

_DAY_ZERO: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no time zone
_FIRST_DAY: Final = dt.datetime(1900, 1, 1)  # noqa: DTZ001
_DAY: Final = dt.timedelta(days=1)
_MOST: Final = 9.99999999999999e307
"""The largest number that a cell can hold."""
_AS_THEY_ARE: Final = frozenset({float, bool, type(None)})


def cells_read(column: Sequence[object], *, errors_are_texts: bool = False) -> list[object]:
    """A column as Excel gives it, in the contract's form; columns of one kind take a fast road.

    ``errors_are_texts``: as on macOS, where an error comes as its text and so cannot be told from one that was typed.
    """
    kinds = set(map(type, column))
    if kinds <= _AS_THEY_ARE:
        return list(column)
    if kinds <= {str, *_AS_THEY_ARE} and not (errors_are_texts and not ERROR_TEXTS.isdisjoint(column)):
        return [cell if cell != "" else None for cell in column]
    return [cell_read(cell, errors_are_texts=errors_are_texts) for cell in column]


def cell_read(cell: Any, *, errors_are_texts: bool = False) -> object:  # noqa: ANN401 - what COM gives
    """One cell as read: a midnight is a date, an error's code a CellError, a time of day a part of a day."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, str):
        return CellError(cell) if errors_are_texts and cell in ERROR_TEXTS else str(cell) or None
    if isinstance(cell, int):
        return CellError(ERROR_CODES[cell]) if cell in ERROR_CODES else float(cell)
    if isinstance(cell, dt.datetime):  # pywin32's own kind of it, with a time zone that means nothing
        return _moment_read(dt.datetime(*cell.timetuple()[:6], cell.microsecond))  # noqa: DTZ001
    if isinstance(cell, dt.date):
        return cell
    return float(cell) if isinstance(cell, float | decimal.Decimal) else None  # macOS has a keyword for "missing"


def _moment_read(moment: dt.datetime) -> object:
    if moment < _FIRST_DAY:  # only a time of day: the day number lies before the calendar
        return (moment - _DAY_ZERO) / _DAY
    rounded = moment + dt.timedelta(microseconds=500)
    rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
    return rounded if rounded.time() != dt.time() else rounded.date()


def needs_formula_call(cells: Iterable[Iterable[object]]) -> bool:
    """Whether a block can only be written as formulas: a true error cell or a formula has no other way in."""
    return any(isinstance(cell, Formula) or _error_of(cell) is not None for row in cells for cell in row)


def _error_of(cell: object) -> str | None:
    """The error that a cell is to show: its own, or that of a number which no cell can hold."""
    if isinstance(cell, CellError):
        return str(cell) if cell in ERROR_TEXTS else None
    if isinstance(cell, int | float):
        return "#NUM!" if abs(cell) > _MOST else None
    return None


def cell_written(cell: object, *, as_formula: bool = False, is_1904: bool = False) -> object:  # noqa: PLR0911
    """One cell as xlwings is to be given it; ``as_formula``: for a block that is written as formulas."""
    if isinstance(cell, Formula):
        return "=" + cell.text.removeprefix("=") if as_formula else cell_written(cell.cached)
    cell = canonical(cell)
    if cell is None or isinstance(cell, bool):
        return cell
    if (error := _error_of(cell)) is not None:
        return error
    if isinstance(cell, str):
        return typed(_fitting(cell))
    if isinstance(cell, dt.timedelta):
        return cell / _DAY
    if isinstance(cell, dt.datetime):
        serial = serial_of(cell, is_1904=is_1904)
        if serial is None:  # before Excel's calendar: as the file host writes it
            return typed(cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" "))
        return serial if as_formula else cell
    return cell if isinstance(cell, float) else typed(_fitting(str(cell)))


def _fitting(text: str) -> str:
    """A text without what no cell can hold: too many letters, halves of letters, the letter that ends a text in C."""
    safe = re.sub("[\x00\ud800-\udfff]", "", text)
    return safe if len(safe) <= MAX_TEXT else safe[: MAX_TEXT - 1] + "…"


_STARTS: Final = frozenset("=+-@'#＝＋－＠")
"""A formula, an error, or the apostrophe itself; Japanese Excel takes the wide signs too."""
_TRUTHS: Final = frozenset({
    "true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero", "verdadeiro", "waar",
    "onwaar", "sann", "sant", "falskt", "usann", "usant", "sand", "falsk", "tosi", "epätosi", "prawda", "fałsz",
    "pravda", "nepravda", "igaz", "hamis", "doğru", "yanlış", "adevărat", "fals", "veritat", "cert", "verdader",
    "истина", "ложь", "істина", "хибність", "αληθησ", "ψευδησ", "αληθής", "ψευδής",
})  # fmt: skip
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_MOST_LETTERS: Final = 40
_MOST_WORDS: Final = 4
"""A date has at most so many: "lunes, 5 de enero de 2026"."""


def typed(text: str) -> str:
    """A text as it has to be typed so that the cell holds just this text: with an apostrophe if there is any doubt."""
    return "'" + text if could_be_more(text) else text


def could_be_more(text: str) -> bool:
    """Whether some Excel, in some language, could take the text for a formula, number, date, truth or error.

    Words without a digit and sentences are only texts; a short text with a digit may be a number, a fraction, a time
    or a date in any language ("1e5", "00123", "1/2", "5 Mai", "€ 5").
    """
    bare = text.strip()
    if not bare:
        return False
    if bare[0] in _STARTS or bare.casefold() in _TRUTHS:
        return True
    return len(bare) <= _MOST_LETTERS and bool(_DIGIT.search(bare)) and len(_WORD.findall(bare)) <= _MOST_WORDS
