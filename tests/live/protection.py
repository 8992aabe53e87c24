"""Protection of sheets as Excel keeps it.

LibreOffice 7.4 knows over UNO only whether a sheet is protected, and some of its setters do not ask. So what a file
allows is read from the file, what macros change is kept here, and the engine asks here before it writes.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET  # files of our own tests

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PROTECTION: Final = re.compile(rb"<(?:\w+:)?sheetProtection\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(rb'(\w+)="([^"]*)"')

ALLOWANCES: Final = {
    "AllowFormattingCells": "formatCells",
    "AllowFormattingColumns": "formatColumns",
    "AllowFormattingRows": "formatRows",
    "AllowInsertingColumns": "insertColumns",
    "AllowInsertingRows": "insertRows",
    "AllowInsertingHyperlinks": "insertHyperlinks",
    "AllowDeletingColumns": "deleteColumns",
    "AllowDeletingRows": "deleteRows",
    "AllowSorting": "sort",
    "AllowFiltering": "autoFilter",
    "AllowUsingPivotTables": "pivotTables",
}
"""Excel's name of what readers may do on a protected sheet, and the file's attribute, where 0 means "may"."""

NO_RESTRICTIONS, UNLOCKED_CELLS, NO_SELECTION = 0, 1, -4142
"""XlEnableSelection."""


@dataclass
class Protection:
    """One sheet's protection."""

    contents: bool = False
    drawing_objects: bool = False
    scenarios: bool = False
    interface_only: bool = False
    """People are kept out, macros are not; Excel forgets it when the book is closed."""

    enable_selection: int = NO_RESTRICTIONS
    allowed: frozenset[str] = field(default_factory=frozenset)
    password: str = ""
    """As given to Protect; LibreOffice keeps the hash that came with a file."""


def protections_of(path: Path) -> dict[str, Protection]:
    """Protection by sheet name, as a workbook's file has it; sheets without any are left out."""
    found = {}
    with zipfile.ZipFile(path) as package:
        relations = {one.get("Id"): one.get("Target", "") for one in _xml(package, "xl/_rels/workbook.xml.rels")}
        for sheet in _xml(package, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
            target = relations[sheet.get(_RELATION)].removeprefix("/xl/")
            tag = _PROTECTION.search(package.read(f"xl/{target}"))
            if tag:
                attributes = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag[1])}
                found[sheet.get("name", "")] = _protection(attributes)
    return found


def _xml(package: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(package.read(part))  # noqa: S314 - files of our own tests


def _protection(attributes: dict[str, str]) -> Protection:
    def is_set(name: str, default: str = "0") -> bool:
        return attributes.get(name, default) in {"1", "true"}

    return Protection(
        contents=is_set("sheet"),
        drawing_objects=is_set("objects"),
        scenarios=is_set("scenarios"),
        enable_selection=NO_SELECTION
        if is_set("selectUnlockedCells")
        else UNLOCKED_CELLS
        if is_set("selectLockedCells")
        else NO_RESTRICTIONS,
        allowed=frozenset(allowance for allowance, name in ALLOWANCES.items() if not is_set(name, default="1")),
    )
