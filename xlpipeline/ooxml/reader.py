"""Reading every table of a workbook quickly: calamine gives the values, a scan of the bytes what calamine leaves out.

calamine reads a whole sheet at a time, so each sheet is read once and cut into its tables. It gives error cells as
empty texts; those are found by their ``t="e"``. It passes over formulas, and they are most of a sheet with calculated
columns, so such a sheet is handed to it without their texts.
"""

from __future__ import annotations

import codecs
import datetime as dt
import io
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from xlpipeline.errors import BookError
from xlpipeline.model.book import Book, BookTable, CellError
from xlpipeline.ooxml.archive import Packed, packed
from xlpipeline.ooxml.bare_cells import BareCells
from xlpipeline.ooxml.cells import Writing, take_apart
from xlpipeline.ooxml.markup import decoded, element, encoding_of, plain, refuse_doctype, unescaped
from xlpipeline.ooxml.package import Package, check_part, workbook_part
from xlpipeline.ooxml.rows import HEAD, TAIL, has_held, scan, take_row_apart
from xlpipeline.ooxml.tables import SheetPart, TablePart, find_names, find_sheets, find_tables

_IS_ERROR: Final = re.compile(rb"""\st\s*=\s*["']e["']""")
_DATA_PREFIX: Final = re.compile(rb"<([\w.-]+:)?sheetData[\s/>]")
_FORMULA: Final = re.compile(rb"<f>[^<]*+</f>")
_DAY_SECONDS: Final = 86_400
_AS_THEY_ARE: Final = frozenset({float, bool, dt.date})


@dataclass
class _Look:
    """A first pass over a sheet's bytes: they are counted, and what calamine cannot see is noticed."""

    bare: BareCells
    is_held: bool = False
    has_errors: bool = False
    lean: Packed | None = None
    """The sheet without the texts of its formulas, if it has calculated columns."""

    def passing(self, chunks: Iterable[bytes], part: str) -> Iterator[bytes]:
        """The chunks, each looked at as it passes."""
        head, last = True, b""
        for chunk in chunks:
            self.bare.see(chunk)
            yield chunk
            if self.is_held:
                continue
            seam = last + chunk[:_SEAM]
            start = chunk.find(b"?>") + 2 if head and chunk.removeprefix(codecs.BOM_UTF8).startswith(b"<?xml") else 0
            if head:
                refuse_doctype(chunk, part)
            is_other = head and encoding_of(chunk[:200]) != "utf-8"
            self.is_held = is_other or has_held(chunk, start) or (not head and has_held(seam))
            self.has_errors = self.is_held or self.has_errors or _has_errors(chunk) or _has_errors(seam)
            head, last = False, (last + chunk if len(chunk) < _SEAM else chunk)[-_SEAM:]


@dataclass(frozen=True)
class _Grid:
    """Values of a sheet by column; ``top`` and ``left`` are the 1-based place of the first."""

    top: int
    left: int
    height: int
    columns: list[tuple[Any, ...]]
    errors: dict[tuple[int, int], CellError]

    def cell(self, row: int, column: int) -> object:
        """One cell in the contract's form."""
        if (row, column) in self.errors:
            return self.errors[row, column]
        i, j = row - self.top, column - self.left
        return _cell(self.columns[j][i]) if 0 <= j < len(self.columns) and 0 <= i < self.height else None


def read_package(package: Package, tables: Collection[str] | None = None) -> Book:
    """Tables (all, or those named) and single-cell names of a package as a Book; see ``hosts.file.read_book``."""
    sheets = find_sheets(package)
    wanted = {n: t for n, t in find_tables(package, sheets).items() if tables is None or n in tables}
    names = find_names(package, sheets)
    needed = {t.sheet for t in wanted.values()} | {n.sheet for n in names.values() if n.sheet is not None}
    frames: dict[str, BookTable] = {}
    values: dict[str, object] = {n.name: n.constant for n in names.values() if n.sheet is None}
    on_sheet = {sheet: [t for t in wanted.values() if t.sheet == sheet] for sheet in sheets if sheet in needed}
    looks = {sheet: _look(package, sheet, tables_on) for sheet, tables_on in on_sheet.items()}
    reader = _calamine(package, looks)
    for sheet, look in looks.items():
        grid, bare = _grid(package, reader, sheet, look), look.bare.by_table()
        frames |= {t.name: _table(t, grid, bare.get(t.name, {})) for t in on_sheet[sheet]}
        values |= {n.name: grid.cell(n.row, n.column) for n in names.values() if n.sheet == sheet}
    ordered = {name: frames[name] for name in wanted}
    return Book(ordered, {name: values[name] for name in names}, package.title)


def _look(package: Package, sheet: SheetPart, tables: Collection[TablePart]) -> _Look:
    look = _Look(BareCells(tables))
    if any(column.formula is not None for table in tables for column in table.columns):
        look.lean = packed(look.passing(_lean_chunks(package, sheet.part), sheet.part))
    else:
        deque(look.passing(package.chunks(sheet.part), sheet.part), maxlen=0)
    return look


def _lean_chunks(package: Package, part: str) -> Iterator[bytes]:
    """A sheet's bytes without the texts of its formulas (but those that the end of a chunk cuts through)."""
    return (_FORMULA.sub(b"<f/>", chunk) for chunk in package.chunks(part))


_SEAM: Final = 4
"""Letters at the end of one piece in which something may begin that the next one ends."""


def _has_errors(text: bytes) -> bool:
    return b't="e"' in text or (b"'" in text and b"t='e'" in text)


def _calamine(package: Package, looks: Mapping[SheetPart, _Look]) -> CalamineWorkbook:
    """Open the same package with calamine, after every part it is going to read has been counted.

    Sheets in another encoding, or with comments or CDATA, are given to it in a form that it understands.
    """
    workbook = workbook_part(package)
    for kind in ("sharedStrings", "styles"):
        for part in package.related(workbook, kind):
            check_part(package, part)
    given = replace(package, changed=dict(package.changed))
    for sheet, look in looks.items():
        if look.is_held:
            given.put(sheet.part, plain(decoded(package.read(sheet.part), sheet.part)))
        elif look.lean is not None:
            given.put(sheet.part, look.lean)
    data = b"".join(given.pieces()) if given.changed else package.data
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except CalamineError as fault:
        raise _unreadable(package.title) from fault


def _unreadable(title: str) -> BookError:
    return BookError(f"{title} cannot be read; please open it in Excel, save it and try again.")


def _grid(package: Package, reader: CalamineWorkbook, sheet: SheetPart, look: _Look) -> _Grid:
    try:
        read = reader.get_sheet_by_name(sheet.name)
        rows = read.to_python()
    except (CalamineError, ValueError, OverflowError) as fault:
        raise _unreadable(package.title) from fault
    top, left = read.start or (0, 0)
    errors: dict[tuple[int, int], CellError] = {}
    if look.has_errors:
        parts = _lean_chunks(package, sheet.part)
        if look.is_held:
            parts = iter([plain(decoded(package.read(sheet.part), sheet.part))])
        errors = dict(_errors(parts, sheet.part))
    return _Grid(top + 1, left + 1, len(rows), list(zip(*rows, strict=True)), errors)


def _errors(parts: Iterable[bytes], part: str) -> Iterator[tuple[tuple[int, int], CellError]]:
    """Place and text of every error cell."""
    writing = Writing()
    for number, row in scan(parts, part):
        if number == HEAD:
            found = _DATA_PREFIX.search(row)
            writing = Writing((found.group(1) or b"") if found else b"")
        elif number != TAIL and (b't="e"' in row or b"t='e'" in row):
            for column, piece in take_row_apart(row, writing.prefix).cells:
                cell = take_apart(piece, writing)
                value = element(cell.body, "v") if _IS_ERROR.search(cell.tag) else None
                if value is not None:
                    yield (number, column), CellError(unescaped(value.body))


def _table(table: TablePart, grid: _Grid, bare: dict[str, frozenset[int]]) -> BookTable:
    body = table.body
    count = body.bottom - body.top + 1
    columns: dict[str, np.ndarray[Any, Any]] = {}
    for i, column in enumerate(table.columns):
        columns[column.name] = _column(grid, body.left + i, body.top, count)
    for (row, number), error in grid.errors.items():
        if body.top <= row <= body.bottom and body.left <= number <= body.right:
            columns[table.columns[number - body.left].name][row - body.top] = error
    frame = pd.DataFrame(columns, index=pd.RangeIndex(count), dtype=object)
    formulas = {column.name: unescaped(column.formula) for column in table.columns if column.formula is not None}
    return BookTable(table.name, table.sheet.name, body.top - 1, body.left, frame, formulas, bare)


def _column(grid: _Grid, number: int, top: int, count: int) -> np.ndarray[Any, Any]:
    """``count`` cells of a sheet's column from row ``top`` on; what lies outside the used cells is blank."""
    out: np.ndarray[Any, Any] = np.full(count, None, dtype=object)
    j, skipped = number - grid.left, max(grid.top - top, 0)
    if 0 <= j < len(grid.columns):
        start = max(top - grid.top, 0)
        cells = grid.columns[j][start : start + count - skipped]
        out[skipped : skipped + len(cells)] = _cells(cells)
    return out


def _cells(cells: tuple[Any, ...]) -> list[object]:
    """What ``_cell`` gives for each; columns of one kind take a fast road."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        return [c or None for c in cells]
    if kinds <= {float, str}:
        return [c if c != "" else None for c in cells]
    return [c if type(c) in _AS_THEY_ARE else c or None if type(c) is str else _cell(c) for c in cells]


def _cell(value: object) -> object:
    """A value of calamine's in the contract's form: no empty texts, no durations; moments to the millisecond."""
    if value == "":
        return None
    if isinstance(value, dt.datetime):
        rounded = value + dt.timedelta(microseconds=500)
        rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
        return rounded if rounded.time() != dt.time() else rounded.date()
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / _DAY_SECONDS
    if isinstance(value, dt.timedelta):
        return value.total_seconds() / _DAY_SECONDS
    return value
