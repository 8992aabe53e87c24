"""Validations of older columns that read a column which is being added: a drop-down that is cut by it, for instance."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlpipeline.model.book import column_letters
from xlpipeline.ooxml.markup import Element, elements, with_attribute
from xlpipeline.ooxml.tables import Area, TablePart, parse_area


def renewed_validations(
    tail: bytes, fresh_text: bytes, mine: TablePart, theirs: TablePart, added: Mapping[str, int]
) -> tuple[list[tuple[int, int, bytes]], list[bytes]]:
    """Edits that take out the older validations, and the newer ones that come instead.

    ``tail``: what stands after the rows of mine's sheet; ``fresh_text``: theirs' sheet; ``added``: head of each column
    that mine gets, with its number. Only a list on the whole column gives way: another rule is the team's own.
    """
    edits: list[tuple[int, int, bytes]] = []
    new: list[bytes] = []
    for entry in elements(fresh_text, "dataValidation"):
        head = _column_of(entry, theirs)
        number = mine.column_number(head) if head else None
        if number is None or head in added:
            continue
        body = _moved(entry.body, mine, theirs, added)
        area = Area(mine.body.top, number, mine.body.bottom, number)
        older = [one for one in elements(tail, "dataValidation") if _covers(one, area)]
        if body is None or any(one.attributes.get("type") != "list" for one in older):
            continue
        edits += [(one.start, one.end, b"") for one in older]
        new.append(with_attribute(entry.tag, "sqref", area.text()) + body + b"</dataValidation>")
    return edits, new


def _column_of(entry: Element, table: TablePart) -> str:
    """Head of the column on whose body a validation stands."""
    area = parse_area(entry.attributes.get("sqref", ""))
    if area is None or area.left != area.right or not table.body.meets(area):
        return ""
    return table.columns[area.left - table.body.left].name


def _covers(entry: Element, area: Area) -> bool:
    """Whether a validation stands on that column of the body and on nothing else."""
    own = [parse_area(word) for word in entry.attributes.get("sqref", "").split()]
    return any(one is not None and one.meets(area) for one in own) and all(
        one is not None and one.left == one.right == area.left for one in own
    )


def _moved(body: bytes, mine: TablePart, theirs: TablePart, added: Mapping[str, int]) -> bytes | None:
    """The rule with its cells in mine's places; None where it reads no column that is being added."""
    for head, number in added.items():
        source = theirs.column_number(head)
        cell = rb"\$" + column_letters(source or 0).encode() + str(theirs.body.top).encode() + rb"(?!\d)"
        if source is not None and re.search(cell, body):
            return re.sub(cell, b"$%s%d" % (column_letters(number).encode(), mine.body.top), body)
    return None
