"""Where things are in a package: sheets, Excel tables, and defined names, read from the small parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from xlpipeline.errors import BookError
from xlpipeline.model.book import column_letters, column_number, quoted_sheet
from xlpipeline.ooxml.markup import element, elements, unescaped
from xlpipeline.ooxml.package import Package, workbook_part

_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_REFERENCE: Final = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!\[\](),;\s]+))!(.+)")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d*)?(?:E[-+]?\d+)?")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, 1-based and with both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def text(self) -> str:
        """The area as a reference without its sheet: ``B5:B12``, or ``B5`` for one cell."""
        first, last = f"{column_letters(self.left)}{self.top}", f"{column_letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def meets(self, other: Area) -> bool:
        """Whether the two share a cell."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    def holds(self, other: Area) -> bool:
        """Whether the other lies within this one."""
        rows = self.top <= other.top and other.bottom <= self.bottom
        return rows and self.left <= other.left and other.right <= self.right


@dataclass(frozen=True)
class SheetPart:
    """A sheet: its name, its part and its 0-based place among the sheets; ``id`` is what calcChain calls it."""

    name: str
    part: str
    index: int
    id: int


@dataclass(frozen=True)
class TableColumn:
    """A table column: its head, and the text of its calculated formula as XML content (None: it has none)."""

    name: str
    formula: bytes | None = None
    is_array: bool = False
    renews: Literal["", "formulas", "cells"] = ""
    """Where the formula, which is not yet that of the package, is to go (see ``plan.Renewal``)."""


@dataclass(frozen=True)
class TablePart:
    """An Excel table as its part describes it; ``body`` excludes head and totals rows."""

    name: str
    part: str
    sheet: SheetPart
    body: Area
    has_head: bool
    has_totals: bool
    columns: tuple[TableColumn, ...]

    @property
    def whole(self) -> Area:
        """The table's area with its head and totals rows."""
        body = self.body
        return Area(body.top - self.has_head, body.left, body.bottom + self.has_totals, body.right)

    def column_number(self, name: str) -> int | None:
        """1-based sheet column of a head, or None."""
        return next((self.body.left + i for i, column in enumerate(self.columns) if column.name == name), None)

    def with_formula(self, name: str, formula: bytes) -> TablePart:
        """The table with a new formula (XML content) of one column."""
        columns = (
            replace(
                c, formula=formula, is_array=False, renews=c.renews or ("cells" if c.formula is None else "formulas")
            )
            if c.name == name
            else c
            for c in self.columns
        )
        return replace(self, columns=tuple(columns))


@dataclass(frozen=True)
class DefinedName:
    """A workbook-wide name: the one cell it stands for, or the constant it holds."""

    name: str
    sheet: SheetPart | None
    row: int = 0
    column: int = 0
    constant: object = None


def parse_area(text: str) -> Area | None:
    """``$B$5:$C$12`` or ``B5`` as an area; None for anything else."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    left, top = column_number(found[1]), int(found[2])
    right, bottom = (column_number(found[3]), int(found[4])) if found[3] else (left, top)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def split_reference(text: str) -> tuple[str, Area] | None:
    """``'My sheet'!$B$5:$B$12`` as sheet name and area; None for any other formula."""
    found = _REFERENCE.fullmatch(text.strip())
    area = parse_area(found[3]) if found else None
    if found is None or area is None:
        return None
    return (found[1].replace("''", "'") if found[1] is not None else found[2]), area


def reference(sheet: str, area: Area) -> str:
    """An absolute reference with its sheet, quoted only where that is needed."""
    name = sheet if re.fullmatch(r"[A-Za-z_][A-Za-z_.]*", sheet) else quoted_sheet(sheet)
    first = f"${column_letters(area.left)}${area.top}"
    last = f"${column_letters(area.right)}${area.bottom}"
    return f"{name}!{first}" if first == last else f"{name}!{first}:{last}"


def find_sheets(package: Package) -> tuple[SheetPart, ...]:
    """Worksheets in their order (chart sheets and macro sheets have no cells and are left out)."""
    workbook = workbook_part(package)
    related = {r.id: r for r in package.relationships(workbook)}
    sheets = []
    for index, entry in enumerate(elements(package.markup(workbook).text, "sheet")):
        ids = [value for name, value in entry.attributes.items() if name.endswith(":id")]
        found = related.get(ids[0]) if ids else None
        if found is None or found.short_kind != "worksheet":
            continue
        part = package.find(found.target)
        if part is None:
            raise BookError(f"{package.title} is damaged: the sheet {entry.attributes.get('name')} is missing.")
        sheets.append(SheetPart(entry.attributes.get("name", ""), part, index, int(entry.attributes.get("sheetId", 0))))
    return tuple(sheets)


def find_tables(package: Package, sheets: tuple[SheetPart, ...]) -> dict[str, TablePart]:
    """Every Excel table by its name, in the order of the sheets."""
    found: dict[str, TablePart] = {}
    for sheet in sheets:
        for part in package.related(sheet.part, "table"):
            table = _table(package, part, sheet)
            found[table.name] = table
    return found


def _table(package: Package, part: str, sheet: SheetPart) -> TablePart:
    root = element(package.markup(part).text, "table")
    area = parse_area(root.attributes.get("ref", "")) if root else None
    if root is None or area is None:
        raise BookError(f"{package.title} is damaged: the table in {part} has no place; please save it again in Excel.")
    has_head = root.attributes.get("headerRowCount", "1") != "0"
    totals = root.attributes.get("totalsRowCount", "0") != "0"
    columns = tuple(_table_column(e.tag + e.body, e.attributes) for e in elements(root.body, "tableColumn"))
    body = Area(area.top + has_head, area.left, area.bottom - totals, area.right)
    name = root.attributes.get("displayName") or root.attributes.get("name", "")
    return TablePart(name, part, sheet, body, has_head, totals, columns)


def _table_column(text: bytes, attributes: dict[str, str]) -> TableColumn:
    name = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), attributes.get("name", ""))
    formula = element(text, "calculatedColumnFormula")
    if formula is None:
        return TableColumn(name)
    return TableColumn(name, formula.body, formula.attributes.get("array", "0") in {"1", "true"})


def find_names(package: Package, sheets: tuple[SheetPart, ...]) -> dict[str, DefinedName]:
    """Workbook-wide names that stand for one cell or hold a constant; names of ranges and formulas are left out."""
    by_name = {sheet.name.casefold(): sheet for sheet in sheets}
    found: dict[str, DefinedName] = {}
    for entry in elements(package.markup(workbook_part(package)).text, "definedName"):
        name = entry.attributes.get("name", "")
        if "localSheetId" in entry.attributes or name.startswith("_xlnm."):
            continue
        text = unescaped(entry.body)
        place = split_reference(text)
        if place is not None and place[0].casefold() in by_name and place[1].text().isalnum():
            found[name] = DefinedName(name, by_name[place[0].casefold()], place[1].top, place[1].left)
        elif (constant := constant_in(text)) is not None:
            found[name] = DefinedName(name, None, constant=constant)
    return found


def constant_in(text: str) -> object:
    """The number, truth or text that a name's formula (without ``=``) is, such as ``3``; None if it is more."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    return float(text) if _NUMBER.fullmatch(text) else None
