"""What ``.api`` gives on Windows: the members of Excel's object model that macros use, by Excel's names.

LibreOffice's own objects are under ``.uno`` of the engine's objects.
"""

# ruff: noqa: N802, N803 - these are Excel's names
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.live import cells
from tests.live.call_count import Boundary, ComError, crossing
from tests.live.filters import filtered, set_filter, show_all
from tests.live.office import ILLEGAL_ARGUMENT
from tests.live.protection import ALLOWANCES, Protection

if TYPE_CHECKING:
    from tests.live.ranges import Range
    from tests.live.sheets import Sheet
    from tests.live.tables import Table


@crossing(("Unprotect", "Protect", "ShowAllData"))
class Worksheet:
    """Excel's Worksheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.boundary: Boundary = sheet.boundary

    @property
    def ProtectContents(self) -> bool:
        return self._sheet.protection.contents

    @property
    def ProtectDrawingObjects(self) -> bool:
        return self._sheet.protection.drawing_objects

    @property
    def ProtectScenarios(self) -> bool:
        return self._sheet.protection.scenarios

    @property
    def ProtectionMode(self) -> bool:
        return self._sheet.protection.interface_only

    @property
    def EnableSelection(self) -> int:
        return self._sheet.protection.enable_selection

    @EnableSelection.setter
    def EnableSelection(self, value: int) -> None:
        self._sheet.protection.enable_selection = value

    @property
    def Protection(self) -> SheetProtection:
        return SheetProtection(self._sheet)

    def Unprotect(self, Password: str = "") -> None:
        """LibreOffice compares the password, also with the hash that it found in the file."""
        found = self._sheet.protection
        if found.interface_only and found.password != Password:
            raise ComError("The password you supplied is not correct.")
        try:
            self._sheet.uno.unprotect(Password)
        except ILLEGAL_ARGUMENT as wrong:
            raise ComError("The password you supplied is not correct.") from wrong
        self._sheet.book.protections[self._sheet.name] = Protection(enable_selection=found.enable_selection)

    def Protect(
        self,
        Password: str = "",
        DrawingObjects: bool = True,
        Contents: bool = True,
        Scenarios: bool = True,
        UserInterfaceOnly: bool = False,
        **allowed: bool,
    ) -> None:
        """Everything that is not named takes Excel's default: nothing stays as it was before.

        LibreOffice 7.4 itself keeps only whether the sheet is protected, and the password.
        """
        unknown = set(allowed) - set(ALLOWANCES)
        if unknown:
            raise TypeError(f"Protect() got an unexpected keyword argument '{unknown.pop()}'")
        before = self._sheet.protection
        if not UserInterfaceOnly and Contents:
            self._sheet.uno.protect(Password)
        self._sheet.book.protections[self._sheet.name] = Protection(
            contents=Contents,
            drawing_objects=DrawingObjects,
            scenarios=Scenarios,
            interface_only=UserInterfaceOnly,
            enable_selection=before.enable_selection,
            allowed=frozenset(name for name, may in allowed.items() if may),
            password=Password,
        )

    @property
    def FilterMode(self) -> bool:
        return any(filtered(table) for table in self._sheet.tables)

    def ShowAllData(self) -> None:
        self._sheet.must_be_unprotected("show all data")
        tables = [table for table in self._sheet.tables if filtered(table)]
        if not tables:
            raise ComError("ShowAllData method of Worksheet class failed")
        for table in tables:
            show_all(table)


@crossing()
class SheetProtection:
    """Excel's Protection object: what readers may do on a protected sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.boundary: Boundary = sheet.boundary

    def _may(self, name: str) -> bool:
        return name in self._sheet.protection.allowed

    @property
    def AllowFormattingCells(self) -> bool:
        return self._may("AllowFormattingCells")

    @property
    def AllowFormattingColumns(self) -> bool:
        return self._may("AllowFormattingColumns")

    @property
    def AllowFormattingRows(self) -> bool:
        return self._may("AllowFormattingRows")

    @property
    def AllowInsertingColumns(self) -> bool:
        return self._may("AllowInsertingColumns")

    @property
    def AllowInsertingRows(self) -> bool:
        return self._may("AllowInsertingRows")

    @property
    def AllowInsertingHyperlinks(self) -> bool:
        return self._may("AllowInsertingHyperlinks")

    @property
    def AllowDeletingColumns(self) -> bool:
        return self._may("AllowDeletingColumns")

    @property
    def AllowDeletingRows(self) -> bool:
        return self._may("AllowDeletingRows")

    @property
    def AllowSorting(self) -> bool:
        return self._may("AllowSorting")

    @property
    def AllowFiltering(self) -> bool:
        return self._may("AllowFiltering")

    @property
    def AllowUsingPivotTables(self) -> bool:
        return self._may("AllowUsingPivotTables")


@crossing(("AutoFilter",))
class RangeApi:
    """Excel's Range."""

    def __init__(self, of: Range) -> None:
        self.impl = of
        self.boundary: Boundary = of.boundary

    @property
    def Value2(self) -> object:
        """As Value, but currency and dates are the numbers that they are, with all their digits."""
        return tuple(tuple(None if cell == "" else cell for cell in row) for row in self.impl.uno.getDataArray())

    @property
    def MergeCells(self) -> bool | None:
        """False, or None where some cells are merged; those of one format are asked for at once."""
        formats = self.impl.uno.getUniqueCellFormatRanges()
        groups = [formats.getByIndex(at).getByIndex(0) for at in range(formats.Count)]
        return None if any(group.getCellByPosition(0, 0).getIsMerged() for group in groups) else False

    @property
    def HasFormula(self) -> bool | None:
        """True, False, or None where some cells do and others do not."""
        return cells.has_formula(self.impl.uno)

    def AutoFilter(self, Field: int | None = None, Criteria1: Any = None) -> bool:  # noqa: ANN401
        """``Field``: 1-based column within the table; without ``Criteria1`` its filter is taken off."""
        self.impl.sheet.must_be_unprotected("set a filter")
        table = self.impl.table
        if table is None:
            raise ComError("AutoFilter method of Range class failed")
        if Field is None:
            table.show_autofilter = not table.show_autofilter
        else:
            set_filter(table, Field, Criteria1)
        return True

    @property
    def EntireRow(self) -> EntireRow:
        return EntireRow(self.impl)


@crossing()
class EntireRow:
    """The whole rows of a range."""

    def __init__(self, of: Range) -> None:
        self._range = of
        self.boundary: Boundary = of.boundary

    @property
    def Hidden(self) -> bool | None:
        """None where some rows are hidden; rows that a filter hides are hidden."""
        top, left, bottom, _ = self._range.box
        column = self._range.sheet.uno.getCellRangeByPosition(left - 1, top - 1, left - 1, bottom - 1)
        seen = sum(area.EndRow - area.StartRow + 1 for area in column.queryVisibleCells().RangeAddresses)
        return seen == 0 if seen in (0, bottom - top + 1) else None

    @Hidden.setter
    def Hidden(self, hidden: bool) -> None:
        found = self._range.sheet.protection
        if found.contents and not found.interface_only and "AllowFormattingRows" not in found.allowed:
            raise ComError("Unable to set the Hidden property of the Range class")
        self._range.uno.Rows.IsVisible = not hidden


@crossing()
class ListObject:
    """Excel's ListObject: a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.boundary: Boundary = table.boundary

    @property
    def Name(self) -> str:
        return self._table.name

    @property
    def ShowTotals(self) -> bool:
        return self._table.show_totals

    @ShowTotals.setter
    def ShowTotals(self, shown: bool) -> None:
        self._table.show_totals = shown

    @property
    def ShowAutoFilter(self) -> bool:
        return self._table.show_autofilter

    @ShowAutoFilter.setter
    def ShowAutoFilter(self, shown: bool) -> None:
        self._table.show_autofilter = shown

    @property
    def AutoFilter(self) -> TableFilter | None:
        return TableFilter(self._table) if self._table.show_autofilter else None

    @property
    def ListRows(self) -> ListRows:
        return ListRows(self._table)


@crossing()
class ListRows:
    """The body rows of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.boundary: Boundary = table.boundary

    @property
    def Count(self) -> int:
        body = self._table.data_body_range
        return body.shape[0] if body else 0


@crossing(("ShowAllData",))
class TableFilter:
    """Excel's AutoFilter object of a table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.boundary: Boundary = table.boundary

    @property
    def FilterMode(self) -> bool:
        return filtered(self._table)

    def ShowAllData(self) -> None:
        self._table.sheet.must_be_unprotected("show all data")
        show_all(self._table)
