"""Copy whole sheets of a freshly built package, with all that hangs on them, into an older package.

What is there stays: parts get free names, tables free ids, styles are added at the end, texts become inline strings.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.ooxml.graft_styles import StyleGraft, style_graft
from xlpipeline.ooxml.markup import element, elements, encoded, escaped, spliced, unescaped, with_attribute
from xlpipeline.ooxml.package import DOCUMENT, Package, Relationship, relationships_name, workbook_part
from xlpipeline.ooxml.tables import find_sheets, split_reference

_STYLED: Final = re.compile(rb"<(?:c|row|col)\s[^>]*>")
_SHARED: Final = re.compile(rb'(<c\s[^>]*?)\st="s"([^>]*)><v>(\d+)</v></c>')
_DIFFERENTIAL: Final = re.compile(
    rb'\b(dxfId|headerRowDxfId|dataDxfId|totalsRowDxfId|headerRowBorderDxfId|tableBorderDxfId)="(\d+)"'
)
_AFTER_NAMES: Final = ("calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "fileRecoveryPr", "extLst")
_WORKSHEET: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"


@dataclass
class SheetGraft:
    """Carries sheets from ``fresh`` into ``old``; ``copied`` remembers parts that two sheets share."""

    old: Package
    fresh: Package
    styles: StyleGraft
    copied: dict[str, str] = field(default_factory=dict)

    def sheet(self, name: str) -> str:
        """Copy the sheet of that name behind the last sheet of old; gives the name it has there."""
        source = next(s for s in find_sheets(self.fresh) if s.name == name)
        part = self._copy(source.part)
        workbook = workbook_part(self.old)
        rid = self.old.relate(workbook, _WORKSHEET, part)
        markup = self.old.markup(workbook)
        listed = list(elements(markup.text, "sheet"))
        taken = {e.attributes.get("name", "").casefold() for e in listed}
        free = next(n for n in (name, *(f"{name[:27]} {i}" for i in range(2, 1000))) if n.casefold() not in taken)
        number = max(int(e.attributes.get("sheetId", "0")) for e in listed) + 1
        # the prefix is declared here, because openpyxl declares it on each sheet's own element
        tag = b'<sheet xmlns:r="' + DOCUMENT.encode() + b'"/>'
        for key, value in (("name", free), ("sheetId", str(number)), ("state", self._state(name)), ("r:id", rid)):
            tag = with_attribute(tag, key, value)
        at = listed[-1].end
        self.old.splice(workbook, markup, markup.text[:at] + tag + markup.text[at:])
        return free

    def _state(self, name: str) -> str | None:
        """``hidden`` where the fresh sheet is; None for a visible one."""
        markup = self.fresh.markup(workbook_part(self.fresh))
        states = {e.attributes.get("name"): e.attributes.get("state") for e in elements(markup.text, "sheet")}
        return None if states.get(name) == "visible" else states.get(name)

    def _copy(self, name: str) -> str:
        if name in self.copied:
            return self.copied[name]
        new = _free_name(self.old, name)
        self.copied[name] = new
        content = self.fresh.read(name)
        if "/worksheets/" in name:
            content = self._worksheet(name)
        elif "/tables/" in name:
            content = self._table(name)
        self.old.put(new, content)
        self.old.declare(new, self.fresh.content_type(name))
        relationships = [self._relationship(r) for r in self.fresh.relationships(name)]
        if relationships:
            head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            head += b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            self.old.put(relationships_name(new), head + b"".join(relationships) + b"</Relationships>")
        return new

    def _relationship(self, one: Relationship) -> bytes:
        tag = with_attribute(b"<Relationship/>", "Id", one.id)
        tag = with_attribute(tag, "Type", one.kind)
        if one.external:
            return with_attribute(with_attribute(tag, "Target", one.target), "TargetMode", "External")
        found = self.fresh.find(one.target)
        return with_attribute(tag, "Target", "/" + self._copy(found or one.target))

    def _worksheet(self, name: str) -> bytes:
        markup = self.fresh.markup(name)
        text = markup.text
        strings = shared_strings(self.fresh)
        text = _SHARED.sub(
            lambda m: m[1] + b' t="inlineStr"' + m[2] + b"><is>" + strings[int(m[3])] + b"</is></c>", text
        )
        text = _STYLED.sub(lambda m: restyled(m[0], self.styles), text)
        text = text.replace(b' tabSelected="1"', b"")
        return encoded(markup, self._differentials(text))

    def _table(self, name: str) -> bytes:
        markup = self.fresh.markup(name)
        root = element(markup.text, "table")
        text = markup.text
        if root is not None:
            tag = with_attribute(root.tag, "id", str(_free_table_id(self.old)))
            text = spliced(text, [(root.start, root.tag_end, tag)])
        return encoded(markup, self._differentials(text))

    def _differentials(self, text: bytes) -> bytes:
        return _DIFFERENTIAL.sub(lambda m: b'%s="%d"' % (m[1], self.styles.differential(int(m[2]))), text)


def restyled(tag: bytes, styles: StyleGraft) -> bytes:
    """A cell's, row's or column's start tag with its style as an index of the old package."""
    name = "style" if tag.startswith(b"<col") else "s"
    found = re.search(rb"\s" + name.encode() + rb'="(\d+)"', tag)
    return with_attribute(tag, name, str(styles.cell_style(int(found[1])))) if found else tag


def shared_strings(package: Package) -> list[bytes]:
    """Contents of the shared strings by index, as XML."""
    parts = package.related(workbook_part(package), "sharedStrings")
    return [e.body for e in elements(package.markup(parts[0]).text, "si")] if parts else []


def graft_sheets(old: Package, fresh: Package, names: Collection[str]) -> tuple[StyleGraft, dict[str, str]]:
    """Copy the sheets of these names from fresh into old.

    Returns:
        The styles that were carried (``save`` them when all grafting is done), and the names the sheets have in old.

    Raises:
        BookError: old cannot take styles.
    """
    styles = style_graft(old, fresh)
    graft = SheetGraft(old, fresh, styles)
    placed = {name: graft.sheet(name) for name in names}
    graft_names(old, fresh, placed)
    return styles, placed


def graft_names(old: Package, fresh: Package, sheets: dict[str, str]) -> None:
    """Add the defined names of fresh that old lacks and that lie on these sheets (name in fresh → name in old)."""
    workbook = workbook_part(old)
    markup = old.markup(workbook)
    have = {e.attributes.get("name", "").casefold() for e in elements(markup.text, "definedName")}
    order = [e.attributes.get("name", "") for e in elements(markup.text, "sheet")]
    fresh_order = [e.attributes.get("name", "") for e in elements(fresh.markup(workbook_part(fresh)).text, "sheet")]
    added = []
    for entry in elements(fresh.markup(workbook_part(fresh)).text, "definedName"):
        local = entry.attributes.get("localSheetId")
        place = split_reference(unescaped(entry.body).split(",", 1)[0])
        sheet = fresh_order[int(local)] if local is not None else place[0] if place else ""
        rests_on_tables = local is None and b"!" not in entry.body
        known = local is None and entry.attributes["name"].casefold() in have
        if known or not (sheet in sheets or rests_on_tables):
            continue
        tag = entry.tag if local is None else with_attribute(entry.tag, "localSheetId", str(order.index(sheets[sheet])))
        added.append(tag + _moved(entry.body, sheet, sheets.get(sheet, sheet)) + b"</definedName>")
    if added:
        old.splice(workbook, markup, with_names(markup.text, b"".join(added)))


def _moved(body: bytes, before: str, after: str) -> bytes:
    return body if before == after else body.replace(b"'" + escaped(before) + b"'!", b"'" + escaped(after) + b"'!")


def with_names(text: bytes, names: bytes) -> bytes:
    """The workbook part with more defined names, in a new section where it has none."""
    found = element(text, "definedNames")
    if found is not None and not found.tag.endswith(b"/>"):
        at = found.tag_end + len(found.body)
        return text[:at] + names + text[at:]
    whole = b"<definedNames>" + names + b"</definedNames>"
    if found is not None:
        return spliced(text, [(found.start, found.end, whole)])
    later = [e.start for local in _AFTER_NAMES if (e := element(text, local)) is not None]
    at = min(later) if later else text.rindex(b"</")
    return text[:at] + whole + text[at:]


def _free_name(package: Package, name: str) -> str:
    folder, file = posixpath.split(name)
    stem, dot, extension = file.rpartition(".")
    stem = stem.rstrip("0123456789")
    number = 1
    while package.find(posixpath.join(folder, f"{stem}{number}{dot}{extension}")) is not None:
        number += 1
    return posixpath.join(folder, f"{stem}{number}{dot}{extension}")


def _free_table_id(package: Package) -> int:
    parts = [name for name in package.names.values() if "/tables/" in name and name.endswith(".xml")]
    roots = (element(package.markup(name).text, "table") for name in parts)
    return max((int(root.attributes.get("id", "0")) for root in roots if root), default=0) + 1
