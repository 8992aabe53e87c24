"""What a sheet is apart from its blocks: widths, frozen rows, print set-up, protection, tab colour."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break, RowBreak
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.book import column_letters, quoted_sheet
from xlpipeline.tabs.layout import Tab
from xlpipeline.workbooks import style
from xlpipeline.workbooks.places import PlacedTable

_MARGIN_WIDTH = 2.0
_GRID_WIDTH = 13.0
_GRID_COLUMNS = 12
_PAGE_WIDTH = 180
"""Characters that one printed page shows readably; wider tables side by side get pages of their own."""
_GRIDLESS = ("start", "dashboard", "setup", "issues")
_PROTECTED = ("dashboard",)


def set_widths(sheet: Worksheet, tab: Tab, tables: Sequence[PlacedTable]) -> None:
    """Column widths: the margin, the dashboard grid or the tables' own, and what the tab says."""
    widths = {"A": _MARGIN_WIDTH}
    if tab.role in ("dashboard", "start"):
        widths |= {column_letters(number): _GRID_WIDTH for number in range(2, 2 + _GRID_COLUMNS)}
    else:
        for placed in tables:
            for offset, column in enumerate(placed.block.table.columns):
                letters = column_letters(placed.first_column + offset)
                widths[letters] = max(widths.get(letters, 0), float(column.width))
            widths.setdefault(column_letters(placed.last_column + 1), 3.0)
    for letters, width in {**widths, **tab.widths}.items():
        sheet.column_dimensions[letters].width = width
        sheet.column_dimensions[letters].hidden = width == 0


def set_page(sheet: Worksheet, tab: Tab, tables: Sequence[PlacedTable]) -> None:
    """Everything about view, print and protection."""
    sheet.sheet_properties.tabColor = style.TAB_COLOURS[tab.role]
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = tab.role not in _GRIDLESS
    sheet.sheet_view.zoomScale = 100
    if tab.freeze:
        sheet.freeze_panes = tab.freeze
    if tab.role == "hidden":
        sheet.sheet_state = "hidden"
    _set_print(sheet, tab, tables)
    if tab.role in _PROTECTED:
        _protect(sheet)


def _set_print(sheet: Worksheet, tab: Tab, tables: Sequence[PlacedTable]) -> None:
    page = sheet.page_setup
    page.orientation, page.paperSize = "landscape", 9
    page.fitToWidth, page.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5, header=0.25, footer=0.25)
    sheet.print_options.horizontalCentered = tab.role == "dashboard"
    for side, text in (("left", "&A"), ("right", "&P / &N")):
        part = getattr(sheet.oddFooter, side)
        part.text, part.size = text, 8
    if tab.role != "dashboard" and tables:
        sheet.print_title_rows = f"1:{max(placed.head_row for placed in tables)}"
    if tab.page_break_before:
        sheet.row_breaks = RowBreak(brk=[Break(id=row - 1) for row in tab.page_break_before])
    spans = tab.print_columns or _default_spans(tab, tables)
    if spans:
        areas = [
            f"{quoted_sheet(sheet.title)}!${first}:${last}" for first, last in (s.split(":") for s in spans.split(","))
        ]
        sheet.defined_names["_xlnm.Print_Area"] = DefinedName("_xlnm.Print_Area", attr_text=",".join(areas))


def _default_spans(tab: Tab, tables: Sequence[PlacedTable]) -> str:
    """Whole columns, so that what is printed grows with the tables; a dashboard prints as it is."""
    width = sum(column.width for placed in tables for column in placed.block.table.columns)
    if tab.role not in ("input", "setup") or len(tables) < 2 or width <= _PAGE_WIDTH:
        return ""
    return ",".join(f"{column_letters(p.first_column)}:{column_letters(p.last_column)}" for p in tables)


def _protect(sheet: Worksheet) -> None:
    """Against slips, without a password: selecting, filtering and resizing stay possible."""
    sheet.protection.sheet = True
    sheet.protection.autoFilter = False
    sheet.protection.sort = False
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
