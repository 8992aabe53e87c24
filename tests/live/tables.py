"""Excel tables, which LibreOffice keeps as database ranges; their columns are the cells of their first row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.live.call_count import Boundary, ComError, crossing
from tests.live.excel_api import ListObject
from tests.live.office import enum
from tests.live.ranges import Box, Range, overlap

if TYPE_CHECKING:
    from tests.live.sheets import Sheet


@crossing()
class Tables(base_classes.Tables):  # type: ignore[misc, unused-ignore]
    """The tables of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.boundary: Boundary = sheet.boundary

    @property
    def api(self) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def _names(self) -> list[str]:
        """Names of the sheet's tables. LibreOffice is asked anew where tables or sheets have come, gone or moved."""
        book = self._sheet.book
        ranges, sheets = book.uno.DatabaseRanges, book.uno.Sheets.ElementNames
        known = (sheets, ranges.ElementNames)
        if book.tables_seen is None or book.tables_seen[0] != known:
            book.tables_seen = (known, {name: ranges.getByName(name).DataArea.Sheet for name in known[1]})
        index = self._sheet.index - 1
        return [name for name, sheet in book.tables_seen[1].items() if sheet == index]

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Table]:
        return iter([Table(self._sheet, name) for name in self._names()])

    def __contains__(self, key: str) -> bool:
        return any(name.lower() == key.lower() for name in self._names())

    def __call__(self, key: int | str) -> Table:
        names = self._names()
        if isinstance(key, int) and 1 <= key <= len(names):
            return Table(self._sheet, names[key - 1])
        for name in names:
            if name.lower() == str(key).lower():
                return Table(self._sheet, name)
        raise KeyError(key)


@crossing(("resize",))
class Table(base_classes.Table):  # type: ignore[misc, unused-ignore]
    """One table."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self.sheet, self._name = sheet, name
        self.boundary: Boundary = sheet.boundary

    @property
    def uno(self) -> Any:  # noqa: ANN401
        """LibreOffice's database range."""
        return self.sheet.book.uno.DatabaseRanges.getByName(self._name)

    @property
    def api(self) -> ListObject:
        return ListObject(self)

    @property
    def parent(self) -> Sheet:
        return self.sheet

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self.uno.Name = name
        self._name = name

    @property
    def range(self) -> Range:
        """Head, body and totals row."""
        return self.sheet.range_at(self.uno.DataArea)

    @property
    def header_row_range(self) -> Range:
        top, left, _, right = self.range.box
        return Range(self.sheet, (top, left, top, right))

    @property
    def data_body_range(self) -> Range | None:
        top, left, bottom, right = self.range.box
        last = bottom - 1 if self.show_totals else bottom
        return Range(self.sheet, (top + 1, left, last, right)) if last > top else None

    @property
    def totals_row_range(self) -> Range | None:
        _, left, bottom, right = self.range.box
        return Range(self.sheet, (bottom, left, bottom, right)) if self.show_totals else None

    def resize(self, new: Any) -> None:  # noqa: ANN401 - an xlwings Range
        """As Excel: the head stays in its row, a body row is left, and no other table is touched.

        The cells below move nowhere: the table takes them in. Calculated columns are not filled down.
        """
        self.sheet.must_be_unprotected("resize a table")
        top, left, bottom, right = new.impl.box if hasattr(new, "impl") else new.box
        if self.show_totals:
            raise ComError("Resize method of ListObject class failed: the totals row is shown")
        old = self.range.box
        if top != old[0] or bottom <= top or not overlap((top, left, bottom, right), old):
            raise ComError("The range must overlap the table, keep its head in the same row and hold a row of data")
        for other in self.sheet.tables:
            if other.name != self._name and overlap((top, left, bottom, right), other.range.box):
                raise ComError("A table cannot overlap another table")
        self._set_area((top, left, bottom, right))

    def _set_area(self, box: Box) -> None:
        # With the same first row LibreOffice keeps the columns' names, and with them all structured references.
        heads = Range(self.sheet, (box[0], box[1], box[0], box[3]))
        for at, (head,) in enumerate(zip(*heads.uno.getDataArray(), strict=True), start=1):
            if head == "":
                heads(1, at).uno.getCellByPosition(0, 0).setString(f"Column{at}")
        self.uno.setDataArea(Range(self.sheet, box).uno.RangeAddress)

    @property
    def show_headers(self) -> bool:
        return bool(self.uno.ContainsHeader)

    @show_headers.setter
    def show_headers(self, shown: bool) -> None:
        raise NotImplementedError

    @property
    def show_autofilter(self) -> bool:
        return bool(self.uno.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, shown: bool) -> None:
        self.sheet.must_be_unprotected("set a filter")
        self.uno.AutoFilter = shown

    @property
    def show_totals(self) -> bool:
        return bool(self.uno.TotalsRow)

    @show_totals.setter
    def show_totals(self, shown: bool) -> None:
        """Off removes the row, which Excel remembers; on puts it back below the body, moving filled cells down."""
        self.sheet.must_be_unprotected("show or hide a totals row")
        if shown == self.show_totals:
            return
        top, left, bottom, right = self.range.box
        kept = self.sheet.book.hidden_totals
        if not shown:
            row = Range(self.sheet, (bottom, left, bottom, right))
            kept[self._name] = row.uno.getFormulaArray()
            row.clear_contents()
            self.uno.TotalsRow = False
            self._set_area((top, left, bottom - 1, right))
            return
        row = Range(self.sheet, (bottom + 1, left, bottom + 1, right))
        if any(cell != "" for cell in row.uno.getDataArray()[0]):
            self.sheet.uno.insertCells(row.uno.RangeAddress, enum("sheet.CellInsertMode", "DOWN"))
        if self._name in kept:
            row.uno.setFormulaArray(kept[self._name])
        self._set_area((top, left, bottom + 1, right))
        self.uno.TotalsRow = True
