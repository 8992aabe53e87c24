"""References that follow a resized table: ranges in charts of our own, and defined names of whole columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xlpipeline.ooxml.markup import element, elements, escaped, spliced, unescaped
from xlpipeline.ooxml.package import Package, workbook_part
from xlpipeline.ooxml.resize import Resize
from xlpipeline.ooxml.tables import Area, SheetPart, reference, split_reference

OURS: Final = "xlp_"
"""How the names of our own drawing frames begin."""
_CACHES: Final = ("numCache", "strCache", "multiLvlStrCache")


def own_charts(package: Package, sheets: tuple[SheetPart, ...]) -> Iterator[str]:
    """Parts of the charts that we built."""
    for sheet in sheets:
        for drawing in package.related(sheet.part, "drawing"):
            targets = {r.id: r.target for r in package.relationships(drawing)}
            for frame in elements(package.markup(drawing).text, "graphicFrame"):
                name, chart = element(frame.body, "cNvPr"), element(frame.body, "chart")
                if name is None or chart is None or not name.attributes.get("name", "").startswith(OURS):
                    continue
                ids = [value for key, value in chart.attributes.items() if key.endswith(":id")]
                part = package.find(targets.get(ids[0], "")) if ids else None
                if part is not None:
                    yield part


def follow_in_charts(
    package: Package, sheets: tuple[SheetPart, ...], changed: frozenset[str], resizes: tuple[Resize, ...]
) -> None:
    """Mend the ranges of our own charts, and drop their copies of values of changed sheets (case-folded names)."""
    for part in sorted(set(own_charts(package, sheets))):
        markup = package.markup(part)
        edits, stale = [], False
        for entry in elements(markup.text, "f"):
            place = split_reference(unescaped(entry.body))
            if place is None:
                continue
            stale = stale or place[0].casefold() in changed
            new = followed_reference(*place, resizes)
            if new is not None:
                edits.append((entry.tag_end, entry.tag_end + len(entry.body), escaped(new)))
        if stale:
            edits += [(e.start, e.end, b"") for local in _CACHES for e in elements(markup.text, local)]
        package.splice(part, markup, spliced(markup.text, edits))


def follow_in_names(package: Package, resizes: tuple[Resize, ...]) -> None:
    """Mend defined names that stand for whole columns of a resized table (print areas and filters are left alone)."""
    workbook = workbook_part(package)
    markup = package.markup(workbook)
    edits = []
    for entry in elements(markup.text, "definedName"):
        place = split_reference(unescaped(entry.body))
        if place is None or entry.attributes.get("name", "").startswith("_xlnm."):
            continue
        new = followed_reference(*place, resizes)
        if new is not None:
            edits.append((entry.tag_end, entry.tag_end + len(entry.body), escaped(new)))
    package.splice(workbook, markup, spliced(markup.text, edits))


def followed_reference(sheet: str, area: Area, resizes: tuple[Resize, ...]) -> str | None:
    """The reference after the resize, or None if it is not to whole body columns of a resized table."""
    for resize in resizes:
        if resize.is_body_range(sheet, area):
            return reference(sheet, Area(area.top, area.left, resize.new_bottom, area.right))
    return None
