"""Draws texts, key-figure cards and filter cells."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.book import column_letters, column_number, quoted_sheet
from xlpipeline.tabs.layout import Card, Filter, Swatch, Tab, Text, split_anchor
from xlpipeline.workbooks import style
from xlpipeline.workbooks.cells import cell_at, put, put_formula
from xlpipeline.workbooks.places import Names

_FONTS: dict[str, Font] = {
    "title": style.TITLE,
    "line": style.LINE,
    "section": style.SECTION,
    "body": style.BODY,
    "strong": style.STRONG,
    "hint": style.HINT,
    "link": style.LINK,
    "number": style.SECTION,
    "live": style.font(colour=style.GREY_TEXT),
}
_HEIGHTS = {"title": 28, "section": 20}


def draw_text(sheet: Worksheet, text: Text, tab: Tab, names: Names) -> None:
    """A fixed or named text, with its link."""
    letters, row = split_anchor(text.anchor)
    cell = cell_at(sheet, row, column_number(letters))
    if text.formula:
        put_formula(cell, text.formula)
    else:
        put(cell, text.text)
    cell.font = _FONTS[text.style]
    cell.alignment = Alignment(
        horizontal="center" if text.style == "number" else "left",
        vertical="top" if text.rows > 1 else "center",
        wrap_text=text.rows > 1,
        indent=text.indent,
    )
    if text.style == "live":
        cell.fill, cell.number_format = (
            style.fill(style.PALE),
            style.number_format("date", 0) if text.name == "AsOf" else "General",
        )
    if text.style in _HEIGHTS:
        sheet.row_dimensions[row].height = _HEIGHTS[text.style]
    if text.link:
        location = f"{quoted_sheet(text.link)}!A1"
        cell.hyperlink = Hyperlink(ref=text.anchor, location=location, display=str(text.text))
    _merge(sheet, text.anchor, text.across, text.rows)
    if text.name:
        names.add_cell(text.name, tab.name, text.anchor)


def draw_swatch(sheet: Worksheet, swatch: Swatch) -> None:
    """A colour of the legend with its text on it."""
    letters, row = split_anchor(swatch.anchor)
    cell = cell_at(sheet, row, column_number(letters))
    put(cell, swatch.text)
    background, ink = style.HEADS.get(swatch.colour, (style.TINTS.get(swatch.colour, ""), style.INK))
    cell.fill, cell.font = style.fill(background), style.font(bold=True, colour=ink)
    cell.alignment = Alignment(horizontal="center", vertical="center")


def draw_card(sheet: Worksheet, card: Card, tab: Tab, names: Names, money_format: str) -> None:
    """A key figure: label, value, comparison, n; one below the other on a pale ground."""
    letters, row = split_anchor(card.anchor)
    first = column_number(letters)
    parts = (
        ("label", style.CARD_LABEL),
        ("value", style.CARD_VALUE),
        ("note", style.CARD_NOTE),
        ("n", style.CARD_LABEL),
    )
    for line, (part, font) in enumerate(parts):
        anchor = f"{letters}{row + line}"
        for column in range(first, first + card.across):
            ground = cell_at(sheet, row + line, column)
            ground.fill = style.fill(style.PALE)
            is_last = column == first + card.across - 1
            ground.border = Border(
                top=style.CARD_TOP.top if line == 0 else None, right=style.CARD_GAP if is_last else None
            )
        cell = cell_at(sheet, row + line, first)
        cell.font = font
        cell.alignment = Alignment(
            horizontal="left",
            vertical="top" if part in ("note", "n") else "center",
            wrap_text=part in ("note", "n"),
            indent=1,
        )
        if part == "label":
            put(cell, card.label)
        else:
            names.add_cell(card.name if part == "value" else f"{card.name}_{part}", tab.name, anchor)
            if part in card.formulas:
                put_formula(cell, card.formulas[part])
            elif part == "n":
                put(cell, card.definition)
        if part == "value":
            cell.number_format = money_format if card.kind == "money" else style.number_format(card.kind, 0)
            refused = Rule(
                "expression", formula=[f"ISERROR({anchor})"], dxf=DifferentialStyle(font=Font(color=style.GREY_TEXT))
            )
            sheet.conditional_formatting.add(anchor, refused)
        _merge(sheet, anchor, card.across, 1)
    for line, height in enumerate((18, 30, 26, 26)):
        sheet.row_dimensions[row + line].height = height


def draw_filter(sheet: Worksheet, one: Filter, tab: Tab, names: Names, rule: DataValidation) -> None:
    """A label and the cell in which a reader chooses."""
    letters, row = split_anchor(one.anchor)
    label = cell_at(sheet, row, column_number(letters))
    put(label, one.label)
    label.font, label.alignment = style.LINE, Alignment(horizontal="right", vertical="center", indent=1)
    first = column_number(letters) + 1
    anchor = f"{column_letters(first)}{row}"
    for column in range(first, first + one.across):
        cell = cell_at(sheet, row, column)
        cell.border, cell.protection = style.CHOICE_BORDER, Protection(locked=False)
    choice = cell_at(sheet, row, first)
    put(choice, one.default)
    choice.font, choice.alignment = style.STRONG, Alignment(horizontal="left", vertical="center", indent=1)
    _merge(sheet, anchor, one.across, 1)
    names.add_cell(one.name, tab.name, anchor)
    rule.add(anchor)
    sheet.add_data_validation(rule)


def _merge(sheet: Worksheet, anchor: str, across: int, rows: int) -> None:
    if across * rows == 1:
        return
    letters, row = split_anchor(anchor)
    first = column_number(letters)
    sheet.merge_cells(start_row=row, end_row=row + rows - 1, start_column=first, end_column=first + across - 1)
