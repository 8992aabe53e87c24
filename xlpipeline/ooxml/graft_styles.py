"""Carry cell styles from one package into another: what is missing is added at the end, nothing is renumbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.errors import BookError
from xlpipeline.ooxml.markup import Element, Markup, element, elements, prefix_of, spliced, with_attribute
from xlpipeline.ooxml.package import Package, workbook_part

_SECTIONS: Final = {
    "numFmts": "numFmt",
    "fonts": "font",
    "fills": "fill",
    "borders": "border",
    "cellXfs": "xf",
    "dxfs": "dxf",
}
_PARTS_OF_XF: Final = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
_FIRST_OWN_FORMAT: Final = 164


@dataclass
class _Sheet:
    """One styles part: the elements of each section, in order."""

    part: str
    markup: Markup
    entries: dict[str, list[bytes]]


@dataclass
class StyleGraft:
    """Styles of ``fresh`` as indices of ``old``. ``save`` writes what had to be added."""

    old: _Sheet
    fresh: _Sheet
    known: dict[tuple[str, int], int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)

    def cell_style(self, index: int) -> int:
        """Index in old of a cell style of fresh."""
        return self._carried("cellXfs", index)

    def differential(self, index: int) -> int:
        """Index in old of a differential style (of conditional formats and tables) of fresh."""
        return self._carried("dxfs", index)

    def _carried(self, section: str, index: int) -> int:
        key = (section, index)
        if key not in self.known:
            entry = self.fresh.entries[section][index]
            self.known[key] = self._place(section, self._translated(entry) if section == "cellXfs" else entry)
        return self.known[key]

    def _translated(self, xf: bytes) -> bytes:
        tag = xf[: xf.index(b">") + 1]
        given = next(elements(xf, "xf")).attributes
        new = tag
        for name, section in _PARTS_OF_XF.items():
            new = with_attribute(new, name, str(self._carried(section, int(given.get(name, "0")))))
        new = with_attribute(new, "numFmtId", str(self._format(int(given.get("numFmtId", "0")))))
        return with_attribute(new, "xfId", "0") + xf[len(tag) :]

    def _format(self, number: int) -> int:
        if number < _FIRST_OWN_FORMAT:
            return number
        codes = {
            e.attributes["numFmtId"]: e.attributes["formatCode"]
            for e in map(_parsed_format, self.fresh.entries["numFmts"])
        }
        code = codes[str(number)]
        mine = [_parsed_format(entry).attributes for entry in self.old.entries["numFmts"]]
        for given in mine:
            if given["formatCode"] == code:
                return int(given["numFmtId"])
        free = max([_FIRST_OWN_FORMAT - 1, *(int(given["numFmtId"]) for given in mine)]) + 1
        tag = with_attribute(with_attribute(b"<numFmt/>", "numFmtId", str(free)), "formatCode", code)
        self.old.entries["numFmts"].append(tag)
        return free

    def _place(self, section: str, entry: bytes) -> int:
        mine = self.old.entries[section]
        if entry not in mine:
            mine.append(entry)
        return mine.index(entry)

    def save(self, package: Package) -> None:
        """Write the added entries into old's styles part."""
        text = self.old.markup.text
        edits: list[tuple[int, int, bytes]] = []
        for section, entries in self.old.entries.items():
            added = entries[self.before[section] :]
            if not added:
                continue
            found = element(text, section)
            if found is None:
                edits.append(_new_section(text, section, entries))
                continue
            tag = with_attribute(found.tag, "count", str(len(entries)))
            if found.tag.endswith(b"/>"):
                whole = tag[:-2] + b">" + b"".join(added) + b"</" + section.encode() + b">"
                edits.append((found.start, found.end, whole))
            else:
                end = found.tag_end + len(found.body)
                edits += [(found.start, found.tag_end, tag), (end, end, b"".join(added))]
        package.splice(self.old.part, self.old.markup, spliced(text, edits))


def style_graft(old: Package, fresh: Package) -> StyleGraft:
    """Ready to carry styles from fresh into old.

    Raises:
        BookError: old has no styles, or writes them with a prefix, as few programs do.
    """
    mine = _read(old)
    if prefix_of(re.sub(rb"^.*?<(?=[\w.-]+:?styleSheet|styleSheet)", b"<", mine.markup.text, flags=re.DOTALL)[:40]):
        raise BookError(
            f"{old.title} was written by an unusual program; please open it in Excel, save it and try again."
        )
    graft = StyleGraft(mine, _read(fresh))
    graft.before = {section: len(entries) for section, entries in mine.entries.items()}
    return graft


def _read(package: Package) -> _Sheet:
    parts = package.related(workbook_part(package), "styles")
    if not parts:
        raise BookError(f"{package.title} has no cell styles; please open it in Excel, save it and try again.")
    markup = package.markup(parts[0])
    return _Sheet(parts[0], markup, {s: list(_entries(markup.text, s, local)) for s, local in _SECTIONS.items()})


def _entries(text: bytes, section: str, local: str) -> list[bytes]:
    found = element(text, section)
    if found is None:
        return []
    end = found.tag_end + len(found.body)
    return [text[e.start : e.end] for e in elements(text, local, found.tag_end, end)]


def _parsed_format(entry: bytes) -> Element:
    return next(elements(entry, "numFmt"))


def _new_section(text: bytes, section: str, entries: list[bytes]) -> tuple[int, int, bytes]:
    whole = b'<%s count="%d">%s</%s>' % (section.encode(), len(entries), b"".join(entries), section.encode())
    if section == "numFmts":
        root = element(text, "styleSheet")
        at = root.tag_end if root else 0
    else:
        before = element(text, "cellStyles") or element(text, "cellXfs")
        at = before.end if before else 0
    return at, at, whole
