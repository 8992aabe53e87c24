"""A workbook in words: what a person would check by hand, one fact a line, for the golden texts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def described(content: bytes) -> str:
    """Names, sheets, tables, columns, formulas, validations, colours and charts of a workbook, tab by tab."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = [*_names(book)]
    for sheet in book.worksheets:
        lines += ["", *_sheet(sheet)]
    lines += ["", *_charts(content)]
    return "\n".join(lines) + "\n"


def described_setup(content: bytes) -> str:
    """Rows of the tables that a recipe fills."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = []
    for sheet in (book[name] for name in ("Process", "Scoring", "Settings", "Lists")):
        for table in sheet.tables.values():
            lines.append(f"table {table.displayName}")
            lines += [
                "  " + " | ".join("-" if cell.value is None else str(cell.value) for cell in row)
                for row in sheet[table.ref]
            ]
    return "\n".join(lines) + "\n"


def _names(book: Workbook) -> Iterator[str]:
    yield "names"
    for name, one in sorted(book.defined_names.items(), key=lambda pair: pair[0].casefold()):
        yield f"  {name} = {one.attr_text}"


def _sheet(sheet: Worksheet) -> Iterator[str]:
    protected = "protected" if sheet.protection.sheet else "open"
    gridlines = "gridlines" if sheet.sheet_view.showGridLines else "no gridlines"
    colour = getattr(sheet.sheet_properties.tabColor, "rgb", "-")
    yield f"sheet {sheet.title}: {sheet.sheet_state}, {protected}, {gridlines}, colour {colour}"
    page = sheet.page_setup
    heads = sheet.print_title_rows or "-"
    yield f"  print: {page.orientation}, {page.fitToWidth} wide, {page.fitToHeight} high, heads {heads}"
    yield f"  frozen at {sheet.freeze_panes or '-'}"
    yield f"  texts: {_texts(sheet)}"
    for table in sheet.tables.values():
        yield f"  table {table.displayName} {table.ref}{' with filter' if table.autoFilter else ''}"
        first, second, *_ = sheet[table.ref]
        for head, cell, column in zip(first, second, table.tableColumns, strict=True):
            formula = column.calculatedColumnFormula
            width = sheet.column_dimensions[head.column_letter].width
            locked = "locked" if cell.protection.locked else "unlocked"
            yield f"    {head.value} [{cell.number_format}] width {width:g}, {locked}"
            if formula is not None:
                yield f"      ={formula.attr_text}"
    for rule in sorted(sheet.data_validations.dataValidation, key=lambda one: str(one.sqref)):
        limits = " to ".join(text for text in (rule.formula1, rule.formula2) if text)
        yield f"  validation {rule.sqref}: {rule.type} {limits} ({rule.errorStyle or 'stop'}: {rule.error})"
    for span, rules in sheet.conditional_formatting._cf_rules.items():  # type: ignore[attr-defined]
        for one in rules:
            yield f"  colour {span.sqref}: {one.type} {' '.join(map(str, one.formula))}".rstrip()


def _texts(sheet: Worksheet) -> str:
    """Cells outside of tables: how many, and how the first of them read."""
    inside = {cell.coordinate for table in sheet.tables.values() for row in sheet[table.ref] for cell in row}
    found = [
        str(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.coordinate not in inside
    ]
    return f"{len(found)}, " + " | ".join(text[:70] for text in found[:4])


def _charts(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {
            name: package.read(name).decode()
            for name in package.namelist()
            if "/charts/chart" in name or "/drawings/drawing" in name
        }
    for name in sorted(parts, key=lambda part: (part.rsplit("/", 1)[0], int(re.findall(r"\d+", part)[-1]))):
        text = parts[name]
        yield f"part {name}"
        for one in re.findall(r'cNvPr [^>]*name="([^"]*)" descr="([^"]*)"', text):
            yield f"  drawing {one[0]}: {one[1]}"
        for title in re.findall(r"<(?:\w+:)?t>([^<]*)</", text):
            yield f"  title {title}"
        for reference in re.findall(r"<(?:\w+:)?f>([^<]*)</", text):
            yield f"  reads {reference}"
