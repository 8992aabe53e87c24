"""Cell ranges: the engine's ``Range``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from tests.live import cells
from tests.live.call_count import Boundary, ComError, crossing
from tests.live.excel_api import RangeApi
from tests.live.fonts import Colour, Font, colour_number, rgb
from tests.live.formula_text import quoted_sheet
from tests.live.office import enum
from xlpipeline.model.book import column_letters

if TYPE_CHECKING:
    from tests.live.names import Name
    from tests.live.sheets import Sheet
    from tests.live.tables import Table

LAST_ROW, LAST_COLUMN = 1_048_576, 1_024
"""LibreOffice 7.4 has 1,024 columns where Excel has 16,384."""

_CLEARED_CONTENTS: Final = 1 | 2 | 4 | 16
_CLEARED_FORMATS: Final = 32 | 64
_STEPS: Final = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}

Box = tuple[int, int, int, int]
"""First row, first column, last row, last column: 1-based, as Excel counts."""


@crossing(("clear", "clear_contents", "clear_formats", "delete", "insert"))
class Range(base_classes.Range):  # type: ignore[misc, no-untyped-call, unused-ignore]
    """A rectangle of cells of one sheet."""

    def __init__(self, sheet: Sheet, box: Box) -> None:
        top, left, bottom, right = box
        if top < 1 or left < 1:
            raise ComError("Application-defined or object-defined error")
        self._sheet = sheet
        self.box = (top, left, min(bottom, LAST_ROW), min(right, LAST_COLUMN))
        self.boundary: Boundary = sheet.boundary
        self.options: dict[str, object] | None = None

    @property
    def uno(self) -> Any:  # noqa: ANN401
        """LibreOffice's cell range."""
        top, left, bottom, right = self.box
        return self._sheet.uno.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)

    @property
    def api(self) -> RangeApi:
        return RangeApi(self)

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def row(self) -> int:
        return self.box[0]

    @property
    def column(self) -> int:
        return self.box[1]

    @property
    def shape(self) -> tuple[int, int]:
        top, left, bottom, right = self.box
        return bottom - top + 1, right - left + 1

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return (self._sheet.name, self.box[0], self.box[1], *self.shape)

    def __len__(self) -> int:
        rows, columns = self.shape
        return rows * columns

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            down, across = divmod(row - 1, self.shape[1])
            row, column = down + 1, across + 1
        top, left = self.row + row - 1, self.column + column - 1
        return Range(self._sheet, (top, left, top, left))

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        top, left, bottom, right = self.box
        down, across = ("$" if row_absolute else ""), ("$" if col_absolute else "")
        first = f"{across}{column_letters(left)}{down}{top}"
        last = f"{across}{column_letters(right)}{down}{bottom}"
        place = f"[{self._sheet.book.name}]{self._sheet.name}" if external else ""
        prefix = f"{quoted_sheet(place)}!" if external else ""
        return prefix + (first if first == last else f"{first}:{last}")

    @property
    def max_cells_per_read(self) -> int:
        return base_classes.DEFAULT_MAX_CELLS_PER_READ

    @property
    def max_cells_per_write(self) -> int:
        """As on Windows: a bigger block goes in several calls, unless ``chunksize`` says otherwise."""
        return base_classes.DEFAULT_MAX_CELLS_PER_WRITE

    @property
    def has_array(self) -> bool:
        return False

    @property
    def raw_value(self) -> object:
        block = cells.read_values(self.uno, self._sheet.book.formats)
        return block[0][0] if self.shape == (1, 1) else tuple(map(tuple, block))

    @raw_value.setter
    def raw_value(self, value: object) -> None:
        self._sheet.must_be_open(self, "change a cell")
        rows, columns = self.shape
        if isinstance(value, list | tuple):
            block = [list(row) for row in value]
        else:
            block = [[value] * columns for _ in range(rows)]
            if isinstance(value, str) and value.startswith("=") and len(value) > 1 and len(self) > 1:
                cells.fill_formula(self.uno, value)
                return
        cells.write_values(self.uno, block, self._sheet.book.formats)

    @property
    def formula(self) -> object:
        block = cells.read_formulas(self.uno, self._sheet.book.formats)
        return block[0][0] if self.shape == (1, 1) else tuple(map(tuple, block))

    @formula.setter
    def formula(self, value: object) -> None:
        self.raw_value = value

    @property
    def formula2(self) -> object:
        return self.formula

    @formula2.setter
    def formula2(self, value: object) -> None:
        self.raw_value = value

    @property
    def number_format(self) -> str | None:
        """None where the cells differ."""
        keys = {key for _, key in self._sheet.book.formats.of(self.uno)}
        return self._sheet.book.formats.text(keys.pop()) if len(keys) == 1 else None

    @number_format.setter
    def number_format(self, text: str) -> None:
        self._sheet.must_be_formattable()
        self.uno.NumberFormat = self._sheet.book.formats.key(text)

    @property
    def color(self) -> Colour | None:
        return rgb(self.uno.CellBackColor)

    @color.setter
    def color(self, colour: Colour | str | int | None) -> None:
        self._sheet.must_be_formattable()
        self.uno.CellBackColor = colour_number(colour)

    @property
    def font(self) -> Font:
        return Font(self)

    @property
    def row_hidden(self) -> bool | None:
        return self.api.EntireRow.Hidden

    @row_hidden.setter
    def row_hidden(self, hidden: bool) -> None:
        self.api.EntireRow.Hidden = hidden

    @property
    def column_width(self) -> float:
        return float(self.uno.Columns.getByIndex(0).Width / 200)

    @column_width.setter
    def column_width(self, characters: float) -> None:
        self._sheet.must_be_formattable()
        self.uno.Columns.Width = int(characters * 200)

    def clear_contents(self) -> None:
        self._sheet.must_be_open(self, "clear cells")
        self.uno.clearContents(_CLEARED_CONTENTS)

    def clear_formats(self) -> None:
        self._sheet.must_be_formattable()
        self.uno.clearContents(_CLEARED_FORMATS)

    def clear(self) -> None:
        self._sheet.must_be_open(self, "clear cells")
        self.uno.clearContents(_CLEARED_CONTENTS | _CLEARED_FORMATS | 8)

    def delete(self, shift: str | None = None) -> None:
        self._sheet.must_be_unprotected("delete cells")
        mode = enum("sheet.CellDeleteMode", "LEFT" if shift == "left" else "UP")
        self._sheet.uno.removeRange(self.uno.RangeAddress, mode)

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        del copy_origin
        self._sheet.must_be_unprotected("insert cells")
        mode = enum("sheet.CellInsertMode", "RIGHT" if shift == "right" else "DOWN")
        self._sheet.uno.insertCells(self.uno.RangeAddress, mode)

    def select(self) -> None:
        """Only on the active sheet of the active book; elsewhere Excel refuses."""
        book = self._sheet.book
        if book.app.books.active is not book or book.sheets.active.name != self._sheet.name:
            raise ComError("Select method of Range class failed")
        book.selections[self._sheet.name] = self.box

    @property
    def current_region(self) -> Range:
        cursor = self._sheet.uno.createCursorByRange(self.uno)
        cursor.collapseToCurrentRegion()
        return self._sheet.range_at(cursor.RangeAddress)

    def end(self, direction: str) -> Range:
        """The last filled cell before a blank one, or the next filled one, or the edge."""
        down, across = _STEPS[direction]
        _, _, last_row, last_column = self._sheet.used_range.box
        row, column = self.row, self.column
        edge = {"down": LAST_ROW - row, "up": row - 1, "right": LAST_COLUMN - column, "left": column - 1}[direction]
        far = {"down": max(last_row - row, 0), "right": max(last_column - column, 0)}.get(direction, edge)
        last = (row + down * min(far, edge), column + across * min(far, edge))
        strip = self._sheet.range((row, column), last).uno.getFormulaArray()
        filled = [text != "" for line in strip for text in line]
        step = _end_of(filled if down + across > 0 else filled[::-1])
        step = edge if step is None else step
        return self._sheet.range((row + down * step, column + across * step))

    @property
    def table(self) -> Table | None:
        return next((table for table in self._sheet.tables if holds(table.range.box, self.box)), None)

    @property
    def name(self) -> Name | None:
        """The name of exactly these cells, if there is one."""
        for name in self._sheet.book.names:
            place = name.place
            if place is not None and place.box == self.box and place.sheet.name == self._sheet.name:
                return name
        return None

    @name.setter
    def name(self, text: str) -> None:
        self._sheet.book.names.add(text, f"={quoted_sheet(self._sheet.name)}!{self.address}")


def _end_of(filled: list[bool]) -> int | None:
    """Steps to where Ctrl+arrow stops; None: at the edge of the sheet."""
    steps: Iterator[int] = iter(range(1, len(filled)))
    if len(filled) > 1 and filled[0] and filled[1]:
        return next((step - 1 for step in steps if not filled[step]), len(filled) - 1)
    return next((step for step in steps if filled[step]), None)


def holds(outer: Box, inner: Box) -> bool:
    """Whether all cells of ``inner`` are in ``outer``."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def overlap(one: Box, other: Box) -> bool:
    """Whether two rectangles share a cell."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
