"""Writing into one sheet: its rows stream by, and only those with something to write are opened."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from xlpipeline.ooxml.markup import element, elements, spliced, with_attribute
from xlpipeline.ooxml.plan import SheetPlan
from xlpipeline.ooxml.resize import Blockers
from xlpipeline.ooxml.row_cells import Walk, written_row
from xlpipeline.ooxml.rows import HEAD, TAIL, scan
from xlpipeline.ooxml.tables import Area, parse_area

_ROWS_AT_ONCE: Final = 200
"""Rows that are joined before they are compressed."""


def patched(chunks: Iterable[bytes], plan: SheetPlan) -> Iterator[bytes]:
    """The sheet's new bytes, piece by piece; fills the plan's ``outcome``.

    Raises:
        HeldMarkupError: the sheet must be decoded as a whole first.
        GrowthError: cells are in the way of a growing table.
        BookError: a cell to be written holds a formula that other cells share.
    """
    walk = Walk(plan, Blockers(plan.name))
    pending: list[bytes] = []
    for row in _rows(chunks, walk):
        pending.append(row)
        if len(pending) > _ROWS_AT_ONCE:
            yield b"".join(pending)
            pending.clear()
    yield b"".join(pending)


def _rows(chunks: Iterable[bytes], walk: Walk) -> Iterator[bytes]:
    plan = walk.plan
    wanted = deque(plan.wanted_rows())
    for number, row in scan(chunks, plan.part):
        if number == HEAD:
            walk.column_styles = _column_styles(row)
            yield _with_dimension(row, plan) if wanted else row
            continue
        while wanted and (wanted[0] < number or number == TAIL):
            yield written_row(None, wanted.popleft(), walk)
        if number == TAIL:
            for resize in plan.resizes:
                resize.refuse_merged(row, walk.blockers)
            walk.blockers.refuse()
            yield plan.edit_tail(row)
            return
        if wanted and b' ref="' in row:  # an array formula matters to what is written from here on
            walk.see_arrays(row)
        for resize in plan.resizes:
            resize.see(number, row, plan.writing)
        if wanted and wanted[0] == number:
            wanted.popleft()
            yield written_row(row, number, walk)
        else:
            yield row


def _column_styles(head: bytes) -> list[tuple[int, int, bytes]]:
    found = element(head, "cols")
    given = [e.attributes for e in elements(found.body, "col")] if found else []
    return [(int(c["min"]), int(c["max"]), c["style"].encode()) for c in given if "style" in c]


def _with_dimension(head: bytes, plan: SheetPlan) -> bytes:
    found = element(head, "dimension")
    area = parse_area(found.attributes.get("ref", "")) if found else None
    if found is None or area is None:
        return head
    columns = [column.number for block in plan.blocks for column in block.columns]
    columns += [column for cells in plan.single.values() for column in cells]
    columns += [edge for resize in plan.resizes for edge in (resize.left, resize.right)]
    bottoms = [r.new_end for r in plan.resizes]
    rows = [*plan.single, *bottoms, *(b.first_row for b in plan.blocks)]
    rows += [b.first_row + len(c.payloads) - 1 for b in plan.blocks for c in b.columns]
    new = Area(min(area.top, *rows), min(area.left, *columns), max(area.bottom, *rows), max(area.right, *columns))
    tag = with_attribute(found.tag, "ref", new.text())
    return head if new == area else spliced(head, [(found.start, found.tag_end, tag)])
