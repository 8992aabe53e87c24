"""Cell values as the bytes of a sheet.

A *payload* is what follows a cell's reference and style: its type, ``>``, its content and the closing tag, such as
``b' t="b"><v>1</v></c>'``. A date's payload begins with DATE or MOMENT, for it also needs a style that shows a date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from xlpipeline.errors import BookError
from xlpipeline.model.book import CellError, Formula, canonical
from xlpipeline.ooxml.markup import escaped

DATE: Final = b"\x01"
MOMENT: Final = b"\x02"
MAX_TEXT: Final = 32_767
"""Most characters a cell may hold; Excel repairs a file that has more."""

_UNSAFE: Final = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_EDGES: Final = re.compile(r"^\s|\s$|\s\s|[\n\t]")
_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Writing:
    """How one sheet wants its cells: the prefix of its tags, and whether the book counts days from 1904."""

    prefix: bytes = b""
    is_1904: bool = False

    def element(self, local: bytes, content: bytes, attributes: bytes = b"") -> bytes:
        """``<v>content</v>`` with the sheet's prefix."""
        name = self.prefix + local
        return b"<" + name + attributes + b">" + content + b"</" + name + b">"

    def cell(self, start: bytes, payload: bytes) -> bytes:
        """A whole cell from reference and style (``b' r="A1" s="3"'``) and a payload without its date mark."""
        return b"<" + self.prefix + b"c" + start + payload


def payloads(values: Iterable[object], writing: Writing, *, as_cached: bool = False) -> list[bytes]:
    """Payloads of many values; ``as_cached``: as results that a formula in the cell has."""
    close = b"</" + writing.prefix + b"c>"
    v_open, v_close = b"><" + writing.prefix + b"v>", b"</" + writing.prefix + b"v>" + close
    texts: dict[str, bytes] = {}
    out: list[bytes] = []
    for value in values:
        kind = type(value)
        if kind is float and -1e15 < (number := cast(float, value)) < 1e15:
            digits = b"%d" % number if number.is_integer() else repr(number).encode()
            out.append(v_open + digits + v_close)
        elif kind is str and value:
            known = texts.get(value)  # type: ignore[call-overload]
            if known is None:
                known = texts[value] = payload(value, writing, as_cached=as_cached)  # type: ignore[index]
            out.append(known)
        else:
            out.append(payload(value, writing, as_cached=as_cached))
    return out


def payload(  # noqa: PLR0911 - one return per kind of cell reads best
    value: object, writing: Writing, *, as_cached: bool = False
) -> bytes:
    """Payload of one value (see ``payloads``); None blanks a cell and keeps the style it has."""
    close = b"</" + writing.prefix + b"c>"
    if isinstance(value, Formula):
        if as_cached:
            return payload(value.cached, writing, as_cached=True)
        formula = writing.element(b"f", escaped(value.text.removeprefix("=")))
        return with_formula(payload(value.cached, writing, as_cached=True), formula)
    value = canonical(value)
    if value is None:
        return b' t="str">' + writing.element(b"v", b"") + close if as_cached else b"/>"
    if isinstance(value, CellError) and str(value) in _ERRORS:
        return b' t="e">' + writing.element(b"v", escaped(value)) + close
    if isinstance(value, bool):
        return b' t="b">' + writing.element(b"v", b"1" if value else b"0") + close
    if isinstance(value, int | float):
        if value in {float("inf"), float("-inf")}:
            return payload(CellError("#NUM!"), writing, as_cached=as_cached)
        return b">" + writing.element(b"v", _number(value)) + close
    if isinstance(value, dt.datetime):
        serial = serial_of(value, is_1904=writing.is_1904)
        if serial is not None:
            mark = DATE if value.time() == dt.time() else MOMENT
            return mark + b">" + writing.element(b"v", _number(serial)) + close
        value = value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        return b">" + writing.element(b"v", _number(value.total_seconds() / _DAY_SECONDS)) + close
    return _text(str(value), writing, as_cached=as_cached)


def _text(text: str, writing: Writing, *, as_cached: bool) -> bytes:
    safe = _safe_text(text)
    content = escaped(safe)
    close = b"</" + writing.prefix + b"c>"
    if as_cached:
        return b' t="str">' + writing.element(b"v", content) + close
    space = b' xml:space="preserve"' if _EDGES.search(safe) else b""
    inline = writing.element(b"is", writing.element(b"t", content, space))
    return b' t="inlineStr">' + inline + close


def _safe_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - 1] + "…"
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    return "" if "\ud800" <= character <= "\udfff" else f"_x{ord(character):04X}_"


def _number(value: float) -> bytes:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return repr(value).encode()


def serial_of(moment: dt.datetime, *, is_1904: bool = False) -> float | None:
    """A moment as Excel's day number, or None before its calendar begins (1900, or 1904)."""
    base = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel has no zones
    passed = moment.replace(tzinfo=None) - base
    serial = passed.days + (passed.seconds + passed.microseconds / 1e6) / _DAY_SECONDS
    if is_1904:
        return serial if serial >= 0 else None
    if serial < 61:  # Excel believes in 29 February 1900
        serial -= 1
    return serial if serial >= 1 else None


def with_formula(payload_: bytes, formula: bytes) -> bytes:
    """A payload made for a formula's result, with the formula in it."""
    start, _, rest = payload_.partition(b">")
    return start + b">" + formula + rest


@dataclass(frozen=True)
class Cell:
    """A cell taken apart: reference, style attribute, content, the formula within it, and what follows the cell."""

    tag: bytes
    style: bytes
    formula: bytes
    body: bytes
    after: bytes

    @property
    def is_filled(self) -> bool:
        """Whether it holds a value or a formula, not just a style."""
        return bool(self.body.strip())


_STYLE: Final = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")


def take_apart(piece: bytes, writing: Writing) -> Cell:
    """The cell at the start of a piece, which may lack its ``<c``."""
    close = b"</" + writing.prefix + b"c>"
    tag_end = piece.index(b">") + 1
    tag = piece[:tag_end]
    if piece[tag_end - 2] == 47:  # a slash: <c r="A1"/>
        body, end = b"", tag_end
    else:
        at = piece.find(close, tag_end)
        if at < 0:
            raise BookError("The workbook is damaged (an unclosed cell); please save it again in Excel.")
        body, end = piece[tag_end:at], at + len(close)
    found = _STYLE.search(tag)
    style = found.group(1) if found else b""
    return Cell(tag, style, formula_of(body, writing), body, piece[end:])


def formula_of(body: bytes, writing: Writing) -> bytes:
    """The ``<f>`` element in a cell's content, or nothing."""
    start = body.find(b"<" + writing.prefix + b"f")
    if start < 0 or body[start + len(writing.prefix) + 2 : start + len(writing.prefix) + 3] not in b"> /\t\r\n":
        return b""
    tag_end = body.index(b">", start) + 1
    if body[tag_end - 2] == 47:
        return body[start:tag_end]
    close = b"</" + writing.prefix + b"f>"
    return body[start : body.index(close, tag_end) + len(close)]
