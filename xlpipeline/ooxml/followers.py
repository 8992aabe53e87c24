"""Ranges that follow a table that grows or shrinks: formats, validations, and those in the table's own part."""

from __future__ import annotations

from typing import Final

from xlpipeline.ooxml.markup import Element, element, elements, escaped, prefix_of, spliced, unescaped, with_attribute
from xlpipeline.ooxml.resize import Resize
from xlpipeline.ooxml.tables import Area, TablePart, parse_area

_FOLLOWERS: Final = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")


def tail_after(tail: bytes, resizes: tuple[Resize, ...]) -> bytes:
    """The part of a sheet after its rows, with formats and validations that follow their table."""
    edits: list[tuple[int, int, bytes]] = []
    for local in _FOLLOWERS:
        for entry in elements(tail, local):
            old = entry.attributes.get("sqref")
            if old is not None:
                new = _followed_list(old, resizes)
                if new != old:
                    edits.append((entry.start, entry.tag_end, with_attribute(entry.tag, "sqref", new)))
            else:
                edits += _followed_sqref(entry, resizes)
    return spliced(tail, edits)


def _followed_sqref(entry: Element, resizes: tuple[Resize, ...]) -> list[tuple[int, int, bytes]]:
    """The 2010 kind has its ranges in an element of its own, ``xm:sqref``."""
    found = element(entry.body, "sqref")
    if found is None:
        return []
    old = unescaped(found.body)
    new = _followed_list(old, resizes)
    start = entry.tag_end + found.tag_end
    return [(start, start + len(found.body), escaped(new))] if new != old else []


def _followed_list(text: str, resizes: tuple[Resize, ...]) -> str:
    out: list[str] = []
    for word in text.split():
        area = parse_area(word)
        areas = [area] if area is not None else []
        for resize in resizes:
            areas = [new for one in areas for new in resize.followed(one)]
        out += [word] if area is None or areas == [area] else [new.text() for new in areas]
    return " ".join(out)


def table_after(text: bytes, resize: Resize) -> bytes:
    """A table's part with its ref, and those of its filter and sort, at the new size."""
    edits = []
    for local in ("table", "autoFilter", "sortState", "sortCondition"):
        for entry in elements(text, local):
            area = parse_area(entry.attributes.get("ref", ""))
            new = area and _resized(area, resize)
            if new and new != area:
                edits.append((entry.start, entry.tag_end, with_attribute(entry.tag, "ref", new.text())))
    return spliced(text, edits)


def with_new_formulas(text: bytes, table: TablePart) -> bytes:
    """A table's part with the new formulas of its columns."""
    edits = []
    for entry, column in zip(elements(text, "tableColumn"), table.columns, strict=True):
        if column.renews:
            prefix = prefix_of(entry.tag)
            name = prefix + b"calculatedColumnFormula"
            new = b"<" + name + b">" + (column.formula or b"") + b"</" + name + b">"
            old = element(entry.body, "calculatedColumnFormula")
            rest = entry.body if old is None else spliced(entry.body, [(old.start, old.end, b"")])
            tag = entry.tag.removesuffix(b"/>").rstrip() + b">" if entry.tag.endswith(b"/>") else entry.tag
            edits.append((entry.start, entry.end, tag + new + rest + b"</" + prefix + b"tableColumn>"))
    return spliced(text, edits)


def _resized(area: Area, resize: Resize) -> Area:
    if area.bottom == resize.old_end and resize.table.has_totals:
        return Area(area.top, area.left, resize.new_end, area.right)
    if area.bottom == resize.old_bottom:
        return Area(area.top, area.left, max(resize.new_bottom, area.top), area.right)
    return area
