"""The parts of the add-in's package, apart from the VBA project: sheets, settings, ribbon, icons and what ties them.

Every part is written here in full, with no clock and no random ids, so that the same inputs give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

ADDIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ABOUT_SHEET = "xlpipeline"
SETTINGS_SHEET = "xlpipeline.conf"
"""The name that xlwings' GetConfig looks for in the add-in."""

BOOK_CODE_NAME = "ThisWorkbook"
SHEET_CODE_NAMES = ("Sheet1", "Sheet2")
"""Each is also a module of the VBA project."""

VBA_PART = "xl/vbaProject.bin"
RIBBON_PART = "customUI/customUI.xml"
ICON_FOLDER = "customUI/images"

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
_NEVER = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can say."""


@dataclass(frozen=True)
class Contents:
    """What is put into a package."""

    about: Sequence[str]
    """Lines of the first sheet; the first is the title."""
    settings: Mapping[str, str]
    """Rows of the hidden settings sheet; no value is longer than 32,767 characters."""
    ribbon: str = ""
    icons: Mapping[str, bytes] | None = None
    """PNG images by the id that the ribbon calls them by."""
    vba: bytes = b""
    main_type: str = ADDIN_TYPE


def package(contents: Contents) -> bytes:
    """The whole package. Parts are stored as they are, so that no zlib's taste changes a byte."""
    parts = {name: text.encode() for name, text in _texts(contents).items()}
    if contents.vba:
        parts[VBA_PART] = contents.vba
    for name, image in sorted((contents.icons or {}).items()):
        parts[f"{ICON_FOLDER}/{name}.png"] = image
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.create_system, entry.external_attr = 0, 0
            archive.writestr(entry, data)
    return file.getvalue()


def _texts(contents: Contents) -> dict[str, str]:
    texts = {
        "[Content_Types].xml": _content_types(contents),
        "_rels/.rels": _root_relationships(contents),
        "docProps/core.xml": _core_properties(contents.about),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": _workbook_relationships(contents),
        "xl/worksheets/sheet1.xml": _sheet(SHEET_CODE_NAMES[0], [(line,) for line in contents.about], selected=True),
        "xl/worksheets/sheet2.xml": _sheet(SHEET_CODE_NAMES[1], [*contents.settings.items()]),
        "xl/styles.xml": _STYLES,
    }
    if contents.ribbon:
        texts[RIBBON_PART] = contents.ribbon
        if contents.icons:
            texts["customUI/_rels/customUI.xml.rels"] = _icon_relationships(sorted(contents.icons))
    return texts


def _content_types(contents: Contents) -> str:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    defaults = [
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
    ]
    if contents.vba:
        defaults.insert(0, ("bin", "application/vnd.ms-office.vbaProject"))
    if contents.icons:
        defaults.insert(-2, ("png", "image/png"))
    overrides = [
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/xl/workbook.xml", contents.main_type),
        ("/xl/worksheets/sheet1.xml", sheet),
        ("/xl/worksheets/sheet2.xml", sheet),
        ("/xl/styles.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"),
    ]
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        + "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults)
        + "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides)
        + "</Types>"
    )


def _relationships(targets: Sequence[tuple[str, str, str]]) -> str:
    """A relationships part; each target with its id and type."""
    rows = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in targets)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _root_relationships(contents: Contents) -> str:
    targets = [
        ("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
        ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ]
    if contents.ribbon:
        targets.append(("rId3", f"{_MICROSOFT}/ui/extensibility", RIBBON_PART))
    return _relationships(targets)


def _workbook_relationships(contents: Contents) -> str:
    targets = [
        ("rId1", f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
        ("rId2", f"{_OFFICE}/worksheet", "worksheets/sheet2.xml"),
        ("rId3", f"{_OFFICE}/styles", "styles.xml"),
    ]
    if contents.vba:
        targets.append(("rId4", f"{_MICROSOFT}/vbaProject", "vbaProject.bin"))
    return _relationships(targets)


def _icon_relationships(names: Sequence[str]) -> str:
    return _relationships([(name, f"{_OFFICE}/image", f"images/{name}.png") for name in names])


def _workbook() -> str:
    return (
        f'{_HEAD}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">'
        '<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="30228"/>'
        f'<workbookPr codeName="{BOOK_CODE_NAME}"/><bookViews><workbookView/></bookViews><sheets>'
        f'<sheet name="{ABOUT_SHEET}" sheetId="1" r:id="rId1"/>'
        f'<sheet name="{SETTINGS_SHEET}" sheetId="2" state="hidden" r:id="rId2"/>'
        "</sheets></workbook>"
    )


def _sheet(code_name: str, rows: Sequence[Sequence[str]], *, selected: bool = False) -> str:
    """A sheet of texts, as inline strings."""
    body = "".join(
        f'<row r="{number}">' + "".join(_cell("ABCD"[place] + str(number), text) for place, text in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    mark = ' tabSelected="1"' if selected else ""
    return (
        f'{_HEAD}<worksheet xmlns="{_SPREADSHEET}"><sheetPr codeName="{code_name}"/>'
        f'<sheetViews><sheetView{mark} workbookViewId="0"/></sheetViews><cols><col min="1" max="2" width="40" '
        f'customWidth="1"/></cols><sheetData>{body}</sheetData></worksheet>'
    )


def _cell(reference: str, text: str) -> str:
    if not text:
        return ""
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _core_properties(about: Sequence[str]) -> str:
    """Title and description are what Excel's list of add-ins shows."""
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(about[0])}</dc:title><dc:creator>xlpipeline</dc:creator>"
        f"<dc:description>{escape(' '.join(about[1:]))}</dc:description></cp:coreProperties>"
    )


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_SPREADSHEET}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
