"""A sheet's rows one after another, and the splicing of cells into one row's bytes.

A sheet is never parsed into objects: it is cut at ``</row>``, and only rows that change are looked into. What cutting
cannot see through (comments and CDATA between the cells) raises ``HeldMarkupError``: the caller sets it aside.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from xlpipeline.errors import BookError
from xlpipeline.model.book import column_letters, column_number
from xlpipeline.ooxml.markup import attributes, encoding_of, refuse_doctype, with_attribute

HEAD: Final = 0
"""Number under which ``scan`` gives what stands before the rows."""
TAIL: Final = -1
"""Number under which ``scan`` gives what stands after the rows."""

_DATA: Final = re.compile(rb"<([\w.-]+:)?sheetData(?:\s[^>]*?)?(/?)>")
_NUMBER: Final = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_CELL_REFERENCE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)\d+["']""")
_SPANS: Final = re.compile(rb"""\sspans\s*=\s*["'](\d+):(\d+)["']""")


class HeldMarkupError(Exception):
    """The sheet holds comments, CDATA or another encoding: it must be decoded as a whole first (never leaves ooxml)."""


@dataclass
class Row:
    """A row taken apart: its start tag, and its cells with their column (each with the bytes that follow it)."""

    tag: bytes
    cells: list[tuple[int, bytes]]
    close: bytes


def scan(chunks: Iterable[bytes], part: str) -> Iterator[tuple[int, bytes]]:
    """Head of the sheet, its rows by number, and its tail; joined they are the sheet's bytes again.

    (Only an empty ``<sheetData/>`` comes as ``<sheetData></sheetData>``.)

    Raises:
        HeldMarkupError: see there.
        BookError: rows out of order, or a sheet without rows' place.
    """
    damaged = BookError(f"The workbook is damaged in {part}; please save it again in Excel.")
    coming, buffer = iter(chunks), b""
    while (found := _DATA.search(buffer)) is None:
        more = next(coming, None)
        if more is None:
            raise HeldMarkupError if encoding_of(buffer[:200]) != "utf-8" else damaged
        buffer += more
    _refuse_held(buffer, found.start(), part)
    prefix = found.group(1) or b""
    close, end = b"</" + prefix + b"row>", b"</" + prefix + b"sheetData"
    rest = buffer[found.end() :]
    if found.group(2):
        opening = found.group()[:-2].rstrip()
        yield HEAD, buffer[: found.start()] + opening + b">"
        yield TAIL, b"".join([end, b">", rest, *coming])
        return
    yield HEAD, buffer[: found.end()]
    number = 0
    while True:
        if has_held(rest):
            raise HeldMarkupError
        pieces = rest.split(close)
        carry = pieces.pop()
        for piece in pieces:
            for here, row in _numbered(piece, number, prefix, close, damaged):
                yield here, row
                number = here
        stop = carry.find(end)
        if stop >= 0:
            break
        more = next(coming, None)
        if more is None:
            raise damaged
        rest = carry + more
    empty, left = _self_closing(carry[:stop], prefix)
    for row in empty:
        number = _row_number(row, number, damaged)
        yield number, row
    tail = b"".join([left, carry[stop:], *coming])
    if has_held(tail):
        raise HeldMarkupError
    yield TAIL, tail


def has_held(text: bytes, start: int = 0) -> bool:
    """Whether comments, CDATA or processing instructions occur."""
    return _has_after_angle(text, b"!", start) or _has_after_angle(text, b"?", start)


def _has_after_angle(text: bytes, letter: bytes, start: int) -> bool:
    """Whether ``<`` and the letter occur: the letter is the rarer one, and one letter is found much sooner than two."""
    at = start
    for _ in range(_MOST_LOOKS):
        at = text.find(letter, at + 1)
        if at < 0:
            return False
        if text[at - 1] == _ANGLE:
            return True
    return text.find(b"<" + letter, at) >= 0


_ANGLE: Final = b"<"[0]
_SLASH: Final = b"/"[0]
_MOST_LOOKS: Final = 4_000
"""So often the letter may occur before both are looked for together."""


def _refuse_held(buffer: bytes, end: int, part: str) -> None:
    refuse_doctype(buffer, part)
    if encoding_of(buffer[:200]) != "utf-8":
        raise HeldMarkupError
    head = buffer[:end].removeprefix(codecs.BOM_UTF8)
    declared = head.find(b"?>") if head.startswith(b"<?xml") else 0
    if has_held(head, declared + 2):
        raise HeldMarkupError


def _numbered(piece: bytes, last: int, prefix: bytes, close: bytes, damaged: BookError) -> list[tuple[int, bytes]]:
    opening = b"<" + prefix + b"row"
    quick = opening + b' r="'
    tag_end = piece.find(b">")
    if piece.startswith(quick) and piece[tag_end - 1] != _SLASH and not piece.startswith(opening, tag_end + 1):
        number = int(piece[len(quick) : piece.index(b'"', len(quick))])
        if number <= last:
            raise damaged
        return [(number, piece + close)]
    empty, piece = _self_closing(piece, prefix)
    if piece.count(opening) != 1:
        raise damaged
    rows = []
    for row in [*empty, piece + close]:
        last = _row_number(row, last, damaged)
        rows.append((last, row))
    return rows


def _self_closing(piece: bytes, prefix: bytes) -> tuple[list[bytes], bytes]:
    found, start = [], 0
    for empty in re.finditer(rb"<" + prefix + rb"row(?:\s[^>]*)?/>", piece):
        found.append(piece[start : empty.end()])
        start = empty.end()
    return found, piece[start:]


def _row_number(row: bytes, last: int, damaged: BookError) -> int:
    found = _NUMBER.search(row[: row.index(b">") + 1])
    number = int(found.group(1)) if found else last + 1
    if number <= last:
        raise damaged
    return number


def take_row_apart(row: bytes, prefix: bytes) -> Row:
    """A row as start tag, cells by column, and closing tag; a self-closing row is opened."""
    close = b"</" + prefix + b"row>"
    if not row.endswith(close):
        return Row(row[: row.rindex(b"/>")].rstrip() + b">", [], close)
    first, *pieces = re.split(rb"(?=<" + prefix + rb"c[\s/>])", row.removesuffix(close))
    cells, column = [], 0
    for piece in pieces:
        found = _CELL_REFERENCE.search(piece[: piece.index(b">") + 1])
        column = column_number(found.group(1).decode()) if found else column + 1
        cells.append((column, piece))
    return Row(first, cells, close)


def put_together(row: Row) -> bytes:
    """The bytes of a row; its ``spans`` are widened where cells now stand outside them."""
    tag = row.tag
    found = _SPANS.search(tag)
    if found is not None and row.cells:
        low, high = int(found.group(1)), int(found.group(2))
        columns = [column for column, _ in row.cells]
        if min(columns) < low or max(columns) > high:
            spans = f"{min(low, *columns)}:{max(high, *columns)}" if len(columns) > 1 else _span(low, high, columns[0])
            tag = tag[: found.start()] + b' spans="' + spans.encode() + b'"' + tag[found.end() :]
    return b"".join([tag, *(piece for _, piece in row.cells), row.close])


def _span(low: int, high: int, column: int) -> str:
    return f"{min(low, column)}:{max(high, column)}"


def row_like(tag: bytes, number: int, prefix: bytes) -> Row:
    """A new, empty row with the look of another one: its height and style, but neither hidden nor grouped."""
    for gone in ("r", "spans", "hidden", "collapsed", "outlineLevel"):
        tag = with_attribute(tag, gone, None)
    name = b"<" + prefix + b"row"
    rest = tag[tag.index(name) + len(name) :]
    return Row(b'%s r="%d"%s' % (name, number, rest), [], b"</" + prefix + b"row>")


def row_style(tag: bytes) -> bytes:
    """Style index that a row gives to its empty cells, or nothing."""
    given = attributes(tag)
    return given.get("s", "").encode() if given.get("customFormat") in {"1", "true"} else b""


@cache
def letters_of(column: int) -> bytes:
    """``AB`` of column 28, as bytes."""
    return column_letters(column).encode()


def cell_name(column: int, row: int) -> bytes:
    """``AB12`` as bytes."""
    return b"%s%d" % (letters_of(column), row)
