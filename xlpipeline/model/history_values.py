"""How the cells of Pipeline are kept in ``_History``: one text per cell, one JSON text per row, and back unharmed.

A *packed* cell is None (blank), a number, or a text. A text stands as it is; what is no text is a text that begins
with ``|``: ``|2026-01-31`` a date, ``|2026-01-31T09:30:00`` a moment, ``|TRUE`` a truth value, ``|!#N/A`` an error.
A number is itself in a row's JSON and ``|1250`` in a cell of its own. A text that a spreadsheet might take for
something else (``=1+1``, ``00123``) is marked by ``|"`` in front.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from xlpipeline.model.book import CellError, canonical

LONGEST_TEXT: Final = 32_767
"""Most characters of a cell, counted as Excel does (UTF-16 units)."""
SHORTENED: Final = " … (shortened)"
"""End of a text that was too long to keep."""

_RISKY: Final = frozenset("|=+-@'#.0123456789 \t\n\r")
_DAY: Final = re.compile(r"\|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?")
_NUMBER: Final = re.compile(r"\|-?(\d+(\.\d*)?(e[+-]?\d+)?|inf)", re.IGNORECASE)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_decode = json.JSONDecoder(parse_int=float, parse_constant={"Infinity": math.inf, "-Infinity": -math.inf}.get).decode
_NOTHING: Final = type(None)

Packed = str | float | None


def pack(cell: object) -> Packed:
    """A cell as history keeps it; alike cells (blank and "", 1 and 1.0, a date and its midnight) pack alike."""
    value = canonical(cell)
    if value is None:
        return None
    if isinstance(value, CellError):
        return "|!" + _cut(str(value), LONGEST_TEXT - 2)
    if isinstance(value, bool):
        return "|TRUE" if value else "|FALSE"
    if isinstance(value, float):
        return pack_number(value)
    if isinstance(value, dt.datetime):
        return _pack_day(value)
    return _pack_text(str(value))


def _pack_text(text: str) -> str:
    if text[0] in _RISKY:
        return '|"' + _cut(text, LONGEST_TEXT - 2)
    return _cut(text, LONGEST_TEXT)


def pack_number(number: float) -> float:
    """A number in its one form: whole numbers as int (shorter in JSON, equal to the float, no -0.0)."""
    return int(number) if abs(number) < 1e15 and number == int(number) else number


def _pack_day(day: dt.date) -> str:
    if isinstance(day, dt.datetime):
        plain = dt.datetime(*day.timetuple()[:6])  # noqa: DTZ001 - cells know no time zone
        if plain.time() != dt.time():
            return f"|{plain.isoformat()}"
        day = plain.date()
    return f"|{day.isoformat()}"


def pack_column(cells: Sequence[object]) -> list[Packed]:
    """Packed cells of a column; columns of one kind take a fast road."""
    kinds = set(map(type, cells)) - {_NOTHING}
    if not kinds:
        return [None] * len(cells)
    if kinds == {str}:
        texts: Any = cells
        return [t if t and len(t) < 10_000 and t[0] not in _RISKY else _pack_text(t) if t else None for t in texts]
    if kinds <= {float, int}:
        numbers: Any = cells
        # NaN is the one number unequal to itself.
        return [None if n is None or n != n else pack_number(float(n)) for n in numbers]  # noqa: PLR0124
    if kinds == {dt.date}:
        known: dict[object, Packed] = {day: None if day is None else _pack_day(day) for day in set(cells)}  # type: ignore[arg-type]
        return [known[day] for day in cells]
    return [None if cell is None else pack(cell) for cell in cells]


def unpack(packed: object) -> object:
    """The cell that was packed: None, str, float, bool, date, datetime or CellError. What is damaged stays a text."""
    if not isinstance(packed, str):
        return float(packed) if isinstance(packed, int | float) else None
    if not packed.startswith("|"):
        return packed
    if packed.startswith('|"'):
        return packed[2:]
    if packed.startswith("|!"):
        return CellError(packed[2:])
    if packed in ("|TRUE", "|FALSE"):
        return packed == "|TRUE"
    return _unpack_day(packed)


def _unpack_day(packed: str) -> object:
    if not _DAY.fullmatch(packed):
        return packed
    try:
        if "T" in packed:
            return dt.datetime.fromisoformat(packed[1:])
        return dt.date.fromisoformat(packed[1:])
    except ValueError:
        return packed


def unpack_column(packed: Iterable[object]) -> list[object]:
    """Cells of a packed column."""
    values = list(packed)
    known = {value: unpack(value) for value in set(values)}
    return [known[value] for value in values]


def to_cell(packed: Packed) -> str | None:
    """A packed cell as Old and New hold it: always a text, or blank."""
    if packed is None or isinstance(packed, str):
        return packed
    return f"|{int(packed)}" if abs(packed) < 1e15 and packed == int(packed) else f"|{packed!r}"


def from_cell(cell: object) -> Packed:
    """What ``to_cell`` wrote; a cell that a spreadsheet has turned into a number, date … is taken as that."""
    if isinstance(cell, str) and not isinstance(cell, CellError):
        if _NUMBER.fullmatch(cell):
            return float(cell[1:])
        return cell or None
    return pack(cell)


def clean(value: object) -> Packed:
    """A value of a row's JSON as a packed cell, whatever somebody has made of it."""
    if value is None or type(value) is str or type(value) is float:
        return value or (None if value == "" else value)
    return pack(value) if isinstance(value, bool) else _pack_text(str(value))


def row_text(row: dict[str, Packed]) -> str:
    """The filled cells of a row as compact JSON."""
    return _encode(row)


def read_rows(texts: Sequence[object]) -> list[dict[str, Packed] | None]:
    """The rows behind JSON texts; None where one is no such text."""
    rows: list[dict[str, Packed] | None] = []
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        rows += _read_chunk(chunk) or [_read_row(text) for text in chunk]
    return rows


_CHUNK: Final = 2_000
"""Rows decoded together: their keys are then one object each, which halves time and memory."""


def _read_chunk(texts: Sequence[object]) -> list[dict[str, Packed] | None]:
    """Rows of sound texts, [] if any is damaged: the zeros between them show a text that is not one row."""
    try:
        found = _decode("[" + ",0,".join(texts) + "]")  # type: ignore[arg-type]
    except (TypeError, ValueError, RecursionError):
        return []
    rows, zeros = found[::2], found[1::2]
    whole = len(found) == 2 * len(texts) - 1 and all(type(row) is dict for row in rows) and not any(zeros)
    return rows if whole else []


def _read_row(text: object) -> dict[str, Packed] | None:
    if not isinstance(text, str):
        return None
    try:
        row = _decode(text)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def shortened_row_text(row: dict[str, Packed]) -> str:
    """``row_text``, the longest text cut as far as it must be to fit into one cell."""
    kept = dict(row)
    while (over := length(row_text(kept)) - LONGEST_TEXT) > 0:
        longest = max(kept, key=lambda name: length(str(kept[name])))
        text = str(kept[longest]).removesuffix(SHORTENED)
        kept[longest] = text[: max(0, len(text) - over - len(SHORTENED))] + SHORTENED
        if not text:
            del kept[longest]
    return row_text(kept)


def length(text: str) -> int:
    """Characters as Excel counts them: those beyond the first 65,536 count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, most: int) -> str:
    if len(text) <= most // 2 or length(text) <= most:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (most - len(SHORTENED))]
    return units.decode("utf-16-le", "ignore") + SHORTENED


def event_id(told: Sequence[str | None], earlier: int) -> str:
    """Name of an event, the same in every copy of the workbook: no clock, user or row position is in it.

    Args:
        told: key of the deal, kind, column, cells of Old and New.
        earlier: how many events this deal and column had before, so that a change made, undone and made again is three.
    """
    text = "\x1f".join([*(part or "" for part in told), str(earlier)])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
