"""Formulas' bookkeeping: the calculation chain loses entries of formulas that went; the book recalculates on load."""

from __future__ import annotations

from typing import Final

from xlpipeline.ooxml.markup import element, elements, prefix_of, spliced, with_attribute
from xlpipeline.ooxml.package import Package, workbook_part

_BEFORE_CALC: Final = ("definedNames", "externalReferences", "functionGroups", "sheets")
"""Elements of a workbook that stand before calcPr, the nearest first."""


def drop_entries(package: Package, dropped: dict[int, set[str]]) -> None:
    """Remove the chain's entries for cells (by sheet id) whose formula went; an empty chain goes altogether.

    An entry without a sheet id means the sheet of the entry before it, so an id is passed on to the next entry left.
    """
    workbook = workbook_part(package)
    chains = package.related(workbook, "calcChain")
    if not chains or not any(dropped.values()):
        return
    markup = package.markup(chains[0])
    edits, sheet, left, orphaned = [], 0, 0, False
    for entry in elements(markup.text, "c"):
        own = entry.attributes.get("i")
        sheet = int(own) if own else sheet
        if entry.attributes.get("r") in dropped.get(sheet, ()):
            edits.append((entry.start, entry.end, b""))
            orphaned = orphaned or own is not None
            continue
        left += 1
        if orphaned and own is None:
            edits.append((entry.start, entry.tag_end, with_attribute(entry.tag, "i", str(sheet))))
        orphaned = False
    if left:
        package.splice(chains[0], markup, spliced(markup.text, edits))
    else:
        package.unrelate(workbook, chains[0])
        package.drop(chains[0])


def calculate_on_load(package: Package) -> None:
    """Ask Excel to calculate everything when it opens the book."""
    workbook = workbook_part(package)
    markup = package.markup(workbook)
    text = markup.text
    found = element(text, "calcPr")
    if found is not None:
        if found.attributes.get("fullCalcOnLoad") not in {"1", "true"}:
            tag = with_attribute(found.tag, "fullCalcOnLoad", "1")
            package.splice(workbook, markup, spliced(text, [(found.start, found.tag_end, tag)]))
        return
    before = next((e for local in _BEFORE_CALC if (e := element(text, local)) is not None), None)
    if before is not None:
        new = b"<" + prefix_of(before.tag) + b'calcPr calcId="191029" fullCalcOnLoad="1"/>'
        package.splice(workbook, markup, text[: before.end] + new + text[before.end :])


def counts_from_1904(package: Package) -> bool:
    """Whether day 0 of the book is 1 January 1904."""
    found = element(package.markup(workbook_part(package)).text, "workbookPr")
    return found is not None and found.attributes.get("date1904") in {"1", "true"}
