"""Sheets: the engine's ``Sheets`` and ``Sheet``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils.cell import range_boundaries
from xlwings import base_classes

from tests.live.call_count import Boundary, ComError, crossing
from tests.live.excel_api import Worksheet
from tests.live.names import Names
from tests.live.protection import Protection
from tests.live.ranges import LAST_COLUMN, LAST_ROW, Box, Range
from tests.live.tables import Tables

if TYPE_CHECKING:
    from tests.live.books import Book


_CELLS: Final = re.compile(r"\$?[A-Za-z]{1,3}\$?\d+(:\$?[A-Za-z]{1,3}\$?\d+)?|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}")


@crossing(("add",))
class Sheets(base_classes.Sheets):  # type: ignore[misc, unused-ignore]
    """A book's sheets in the order of their tabs."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.boundary: Boundary = book.boundary

    @property
    def api(self) -> Any:  # noqa: ANN401
        raise NotImplementedError

    @property
    def active(self) -> Sheet:
        return self(self._book.active_sheet)

    def __len__(self) -> int:
        return int(self._book.uno.Sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self._book, name) for name in self._book.uno.Sheets.ElementNames])

    def __contains__(self, key: str) -> bool:
        return any(name.lower() == key.lower() for name in self._book.uno.Sheets.ElementNames)

    def __call__(self, key: int | str) -> Sheet:
        names = self._book.uno.Sheets.ElementNames
        if isinstance(key, int):
            if 1 <= key <= len(names):
                return Sheet(self._book, names[key - 1])
        else:
            for name in names:
                if name.lower() == key.lower():
                    return Sheet(self._book, name)
        raise ComError("Invalid index.")

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        at = before.index - 1 if before else after.index if after else self.active.index - 1
        title = name or f"Sheet{len(self) + 1}"
        self._book.uno.Sheets.insertNewByName(title, at)
        self._book.active_sheet = title
        return self(title)


@crossing(("clear_contents", "clear", "delete"))
class Sheet(base_classes.Sheet):  # type: ignore[misc, unused-ignore]
    """One sheet, known by its name."""

    def __init__(self, book: Book, name: str) -> None:
        self._book, self._name = book, name
        self.boundary: Boundary = book.boundary

    @property
    def uno(self) -> Any:  # noqa: ANN401
        """LibreOffice's sheet."""
        return self._book.uno.Sheets.getByName(self._name)

    @property
    def api(self) -> Worksheet:
        return Worksheet(self)

    @property
    def book(self) -> Book:
        return self._book

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self.uno.Name = name
        self._book.rename_sheet(self._name, name)
        self._name = name

    @property
    def index(self) -> int:
        return int(self.uno.RangeAddress.Sheet) + 1

    @property
    def names(self) -> Names:
        return Names(self._book, self._name)

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def visible(self) -> bool:
        return bool(self.uno.IsVisible)

    @visible.setter
    def visible(self, visible: bool) -> None:
        self.uno.IsVisible = visible

    def activate(self) -> None:
        if not self.visible:
            raise ComError("Activate method of Worksheet class failed")
        self._book.activate()
        self._book.active_sheet = self._name

    def select(self) -> None:
        self.activate()

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear(self) -> None:
        self.cells.clear()

    def delete(self) -> None:
        self._book.uno.Sheets.removeByName(self._name)
        if self._book.active_sheet == self._name:
            self._book.active_sheet = self._book.first_visible_sheet()

    @property
    def cells(self) -> Range:
        return Range(self, (1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def used_range(self) -> Range:
        cursor = self.uno.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.range_at(cursor.RangeAddress)

    def range(self, first: Any, last: Any = None) -> Range:  # noqa: ANN401 - all that xlwings' Sheet.range takes
        box = self._box(first)
        if last is not None:
            other = self._box(last)
            box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
        return Range(self, box)

    def _box(self, place: Any) -> Box:  # noqa: ANN401
        if hasattr(place, "box"):
            box: Box = place.box
            return box
        if isinstance(place, tuple):
            if 0 in place:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            row, column, rows, columns = place if len(place) == 4 else (*place, 1, 1)
            return row, column, row + rows - 1, column + columns - 1
        cells = place.rsplit("!", 1)[-1]
        if not _CELLS.fullmatch(cells):
            return self._named(place).box
        left, top, right, bottom = range_boundaries(cells)
        return top or 1, left or 1, bottom or LAST_ROW, right or LAST_COLUMN

    def _named(self, text: str) -> Range:
        """Cells of a name or of (a part of) a table; as in Excel only where they are on this very sheet."""
        names = self._book.names
        found = self._book.table_part(text) or (names(text).refers_to_range if names.contains(text) else None)
        if found is None or found.sheet.name != self._name:
            raise ComError("Method 'Range' of object '_Worksheet' failed")
        return found

    def range_at(self, area: Any) -> Range:  # noqa: ANN401
        """The range of a UNO address; the engine's own."""
        return Range(self, (area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1))

    @property
    def protection(self) -> Protection:
        """How the sheet is protected; the engine's own."""
        return self._book.protection(self._name)

    def must_be_unprotected(self, what: str) -> None:
        """Refuse what Excel refuses on a protected sheet whatever the cells; the engine's own.

        Tables do not grow on a protected sheet even with UserInterfaceOnly.
        """
        if self.protection.contents:
            raise ComError(f"This sheet is protected: cannot {what}")

    def must_be_open(self, cells: Range, what: str) -> None:
        """Refuse to change locked cells of a protected sheet; the engine's own."""
        found = self.protection
        if found.contents and not found.interface_only and _any_locked(cells.uno):
            raise ComError(f"This cell is protected: cannot {what}")

    def must_be_formattable(self) -> None:
        """Refuse to format cells of a protected sheet that does not allow it; the engine's own."""
        found = self.protection
        if found.contents and not found.interface_only and "AllowFormattingCells" not in found.allowed:
            raise ComError("This sheet is protected: cannot format cells")


def _any_locked(cells: Any) -> bool:  # noqa: ANN401
    if cells.getPropertyState("CellProtection").value == "AMBIGUOUS_VALUE":
        return True
    return bool(cells.CellProtection.IsLocked)
