"""Cell styles: whether one shows dates, and new ones added at the end so that no index ever changes its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.ooxml.cells import MOMENT
from xlpipeline.ooxml.markup import Element, Markup, element, elements, spliced, with_attribute
from xlpipeline.ooxml.package import Package, workbook_part

_DATE_FORMATS: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_DATE_ID: Final = 14
_MOMENT_ID: Final = 22
_NOT_CODE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass
class Styles:
    """The cell styles of a book; ``dated`` adds to them, ``save`` writes what was added."""

    part: str | None
    markup: Markup = field(default_factory=lambda: Markup(b""))
    formats: list[Element] = field(default_factory=list)
    """The ``xf`` elements of cellXfs by index."""
    date_ids: frozenset[int] = _DATE_FORMATS
    added: dict[tuple[int, bool], int] = field(default_factory=dict)
    written: list[bytes] = field(default_factory=list)

    def shows_dates(self, style: int) -> bool:
        """Whether a cell with this style shows a number as a date."""
        if style >= len(self.formats):
            return False
        return int(self.formats[style].attributes.get("numFmtId", "0")) in self.date_ids

    def dated(self, style: bytes, mark: bytes) -> bytes:
        """Index of a style like the given one that shows a date (or a moment): itself where it does already."""
        index = int(style or b"0")
        key = (index, mark == MOMENT)
        if self.part is None or self.shows_dates(index) or index >= len(self.formats):
            return style
        if key not in self.added:
            like = self.formats[index]
            tag = with_attribute(like.tag, "numFmtId", str(_MOMENT_ID if mark == MOMENT else _DATE_ID))
            tag = with_attribute(tag, "applyNumberFormat", "1")
            whole = tag + self.markup.text[like.tag_end : like.end]
            self.added[key] = len(self.formats) + len(self.written)
            self.written.append(whole)
        return b"%d" % self.added[key]

    def save(self, package: Package) -> None:
        """Write the added styles, if there are any, at the end of cellXfs."""
        found = element(self.markup.text, "cellXfs")
        if not self.written or self.part is None or found is None:
            return
        tag = with_attribute(found.tag, "count", str(len(self.formats) + len(self.written)))
        end = found.tag_end + len(found.body)
        edits = [(found.start, found.tag_end, tag), (end, end, b"".join(self.written))]
        package.splice(self.part, self.markup, spliced(self.markup.text, edits))


def read_styles(package: Package) -> Styles:
    """Styles of the package (empty where it has none)."""
    parts = package.related(workbook_part(package), "styles")
    if not parts:
        return Styles(None)
    markup = package.markup(parts[0])
    found = element(markup.text, "cellXfs")
    if found is None:
        return Styles(None)
    end = found.tag_end + len(found.body)
    formats = list(elements(markup.text, "xf", found.tag_end, end))
    customs = element(markup.text, "numFmts")
    own = {
        int(e.attributes["numFmtId"]): is_date_code(e.attributes.get("formatCode", ""))
        for e in elements(customs.body if customs else b"", "numFmt")
        if e.attributes.get("numFmtId", "").isdigit()
    }
    date_ids = (_DATE_FORMATS - {i for i, dated in own.items() if not dated}) | {i for i, dated in own.items() if dated}
    return Styles(parts[0], markup, formats, frozenset(date_ids))


def is_date_code(code: str) -> bool:
    """Whether a number format shows a date or a time: ``yyyy-mm-dd`` does, ``0.0"days"`` and ``[Red]0`` do not."""
    first = _NOT_CODE.sub("", code).split(";", 1)[0]
    return bool(re.search("[ymdhs]", first, re.IGNORECASE)) and "general" not in first.lower()
