"""Draws a table block: heads with notes, body cells, the Excel table, its validations and conditional colours."""

from __future__ import annotations

import math
import re

from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.book import column_letters
from xlpipeline.model.schema import Column
from xlpipeline.tabs.layout import Tint, split_anchor
from xlpipeline.workbooks import style
from xlpipeline.workbooks.cells import cell_at, put, put_formula
from xlpipeline.workbooks.places import PlacedTable
from xlpipeline.workbooks.validations import add_validations

_INPUT_ROLES = ("input", "setup", "issues")


def draw_table(sheet: Worksheet, placed: PlacedTable, number: int, digits: int) -> None:
    """Put the table on its sheet; ``number`` is its id in the workbook, ``digits`` the decimal places of money."""
    _draw_title(sheet, placed)
    for offset, column in enumerate(placed.block.table.columns):
        _draw_head(sheet, placed, placed.first_column + offset, column)
        _draw_body(sheet, placed, placed.first_column + offset, column, digits)
    _set_heights(sheet, placed)
    _add_excel_table(sheet, placed, number)
    add_validations(sheet, placed)
    _add_colours(sheet, placed)


def _draw_title(sheet: Worksheet, placed: PlacedTable) -> None:
    if not placed.block.titled:
        return
    letters, row = split_anchor(placed.block.anchor)
    for line, text, font in ((row, placed.block.table.title, style.SECTION), (row + 1, placed.block.hint, style.HINT)):
        if text:
            put(sheet[f"{letters}{line}"], text)
            sheet[f"{letters}{line}"].font = font


def _draw_head(sheet: Worksheet, placed: PlacedTable, number: int, column: Column) -> None:
    cell = cell_at(sheet, placed.head_row, number)
    put(cell, column.name)
    on_dashboard = placed.tab.role not in _INPUT_ROLES
    # words stand above the filter button, or on the line that parts head and body
    vertical = "top" if has_buttons(placed) else "bottom" if on_dashboard else "center"
    cell.alignment = style.head_alignment(right=style.is_right_aligned(column), vertical=vertical)
    cell.border = style.HEAD_BORDER
    if on_dashboard:
        cell.font = style.font(bold=True, colour=style.GREY_TEXT)
    else:
        background, text = style.HEADS["input" if column.writer == "user" else column.writer]
        cell.fill, cell.font = style.fill(background), style.font(bold=True, colour=text)
    cell.comment = _note(column, placed)


_WRITTEN_BY = {
    "formula": "Computed by formula: please do not type here.",
    "refresh": "Written by refresh: please do not type here.",
}


def _note(column: Column, placed: PlacedTable) -> Comment:
    """Cell note of a head, in a box large enough to read it."""
    parts = [column.note]
    if column.unit and column.unit not in column.note:
        parts.append(f"Unit: {column.unit}.")
    if column.required:
        parts.append("Required.")
    if placed.tab.role in _INPUT_ROLES and column.writer in _WRITTEN_BY:
        parts.append(_WRITTEN_BY[column.writer])
    text = "\n".join(parts)
    lines = sum(math.ceil(len(part) / 38) for part in parts)
    return Comment(text, "xlpipeline", width=260, height=24 + 17 * lines)


def _set_heights(sheet: Worksheet, placed: PlacedTable) -> None:
    """Room for wrapped heads and for wrapped sentences."""
    widths = [
        sheet.column_dimensions[column_letters(n)].width for n in range(placed.first_column, placed.last_column + 1)
    ]
    # a filter button lies in the lower right corner: some room keeps it off the words
    button = 9 if has_buttons(placed) else 0
    lines = max(
        _wrapped_lines(c.name, w - 1, bold=True) for c, w in zip(placed.block.table.columns, widths, strict=True)
    )
    _at_least(sheet, placed.head_row, 14.0 * lines + 6 + button)
    sentences = [
        (placed.frame[column.name].tolist(), width)
        for column, width in zip(placed.block.table.columns, widths, strict=True)
        if column.width >= style.WIDE_TEXT and column.name in placed.frame.columns
    ]
    for position in range(len(placed.frame) if sentences else 0):
        lines = max(_wrapped_lines(str(cells[position] or ""), width - 2) for cells, width in sentences)
        if lines > 1:
            _at_least(sheet, placed.head_row + 1 + position, 13.5 * lines + 2)


class _FittingRow(RowDimension):
    """A row whose height is a first estimate: Excel fits it again when somebody edits the row."""

    @property
    def customHeight(self) -> bool:  # noqa: N802 - openpyxl's name
        return False


def _at_least(sheet: Worksheet, row: int, height: float) -> None:
    known = sheet.row_dimensions[row].height if row in sheet.row_dimensions else None
    sheet.row_dimensions[row] = _FittingRow(sheet, index=row, ht=max(known or 0, height))


def _wrapped_lines(text: str, width: float, *, bold: bool = False) -> int:
    """Lines that a text needs when it wraps between words (bold letters take some more room)."""
    lines, used = 1, 0.0
    for word in text.split():
        need = len(word) * (1.08 if bold else 0.92)
        if used and used + 1 + need > width:
            lines, used = lines + 1, need
        else:
            used += need + (1 if used else 0)
    return lines


def _draw_body(sheet: Worksheet, placed: PlacedTable, number: int, column: Column, digits: int) -> None:
    formula = placed.block.formulas[column.name] if column.writer == "formula" else ""
    values = placed.frame[column.name].tolist() if column.name in placed.frame.columns and not formula else []
    number_format = style.column_format(column, digits)
    wraps = column.width >= style.WIDE_TEXT and column.kind == "text"
    right = style.is_right_aligned(column)
    alignment = style.CELL_WRAPPED if wraps else style.CELL_RIGHT if right else style.CELL_LEFT
    quiet = column.writer != "user" and placed.tab.role in ("input", "setup")
    font = style.font(colour=style.GREY_TEXT) if quiet else style.BODY
    unlocked = column.writer == "user"
    for position in range(placed.rows):
        cell = cell_at(sheet, placed.head_row + 1 + position, number)
        cell.number_format = number_format
        if formula:
            put_formula(cell, formula)
        elif position < len(values):
            put(cell, values[position])
            if cell.is_date and column.kind not in ("date", "moment"):
                cell.number_format = style.number_format("date", digits)
            elif column.kind in ("date", "moment"):
                cell.number_format = number_format
        cell.font, cell.alignment, cell.border = font, alignment, style.BODY_BORDER
        if quiet:
            cell.fill = style.fill(style.PALE)
        if unlocked:
            cell.protection = Protection(locked=False)


def _add_excel_table(sheet: Worksheet, placed: PlacedTable, number: int) -> None:
    columns = []
    for index, column in enumerate(placed.block.table.columns, start=1):
        one = TableColumn(id=index, name=column.name)
        if column.writer == "formula":
            one.calculatedColumnFormula = TableFormula(attr_text=placed.block.formulas[column.name])
        columns.append(one)
    table = Table(id=number, displayName=placed.name, name=placed.name, ref=placed.reference, tableColumns=columns)
    if has_buttons(placed):
        table.autoFilter = AutoFilter(ref=placed.reference)
    sheet.add_table(table)


def has_buttons(placed: PlacedTable) -> bool:
    """Filter buttons only where nothing stands beside the table: a filter hides whole rows."""
    return placed.tab.role in ("input", "issues")


def _add_colours(sheet: Worksheet, placed: PlacedTable) -> None:
    block = placed.block
    tints = block.tints
    if block.grey_when_small:
        head = block.grey_when_small
        tints += (Tint(f"AND(ISNUMBER({{{head}}}),{{{head}}}<GreyBelow)", "grey", look="text"),)
    for tint in tints:
        rule = _rule(tint, placed)
        ranges = [placed.body_range(head, sheet=False) for head in tint.columns] or [placed.reference_of_body()]
        sheet.conditional_formatting.add(" ".join(ranges), rule)


def _rule(tint: Tint, placed: PlacedTable) -> Rule:
    row = placed.head_row + 1
    formula = re.sub(r"\{([^{}]+)\}", lambda found: f"${placed.letters(found[1])}{row}", tint.when)
    if tint.look == "fill":
        look = DifferentialStyle(fill=style.dxf_fill(style.TINTS[tint.colour]))
    else:
        look = DifferentialStyle(font=style.dxf_font(style.INKS[tint.colour], bold=tint.colour != "grey"))
    return Rule(type="expression", formula=[formula], dxf=look, stopIfTrue=tint.look == "fill" or None)
