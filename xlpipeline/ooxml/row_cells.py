"""Writing cells into one row: quickly where the row is like most rows, thoroughly where it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.errors import BookError
from xlpipeline.ooxml.cells import DATE, MOMENT, Cell, take_apart, with_formula
from xlpipeline.ooxml.markup import attributes, element
from xlpipeline.ooxml.plan import SheetPlan, Value
from xlpipeline.ooxml.resize import Blockers, Resize
from xlpipeline.ooxml.rows import Row, cell_name, letters_of, put_together, row_like, row_style, take_row_apart
from xlpipeline.ooxml.tables import Area, parse_area

_RESULTS: Final = {"n": b"", "str": b' t="str"', "b": b' t="b"', "e": b' t="e"'}
"""Kinds of cell whose value may stand as the result of a formula."""
_FORMULA_TAG: Final = re.compile(rb"<(?:[\w.-]+:)?f\s[^>]*>")


@dataclass
class Walk:
    """What the walk through a sheet's rows has to remember."""

    plan: SheetPlan
    blockers: Blockers
    column_styles: list[tuple[int, int, bytes]] = field(default_factory=list)
    """First column, last column and style of columns that style their empty cells."""
    arrays: list[Area] = field(default_factory=list)
    """Cells that array formulas fill, as far as rows were seen."""
    shift: int = 0
    """Column number minus place among the row's pieces, as it was found in the row before."""

    def see_arrays(self, row: bytes) -> None:
        """Remember the areas of formulas in this row that fill several cells."""
        for tag in _FORMULA_TAG.findall(row):
            area = _area_of(tag)
            if area is not None and _is_array(tag) and ":" in area.text():
                self.arrays.append(area)


def _is_array(formula: bytes) -> bool:
    return b'"array"' in formula or b'"dataTable"' in formula


def _area_of(formula: bytes) -> Area | None:
    """The cells that a shared or array formula is for, by its ``ref``."""
    return parse_area(attributes(formula[: formula.index(b">") + 1]).get("ref", ""))


def written_row(row: bytes | None, number: int, walk: Walk) -> bytes:
    """The row with all that is to be written into it (None: the sheet has no such row yet).

    Raises:
        BookError: a cell to be written holds a formula that other cells share.
    """
    values = walk.plan.values(number)
    resizes = [resize for resize in walk.plan.resizes if resize.touches(number)]
    quick = None
    if row is not None and not resizes and not walk.arrays:
        quick = _quickly(row, number, values, walk)
    elif row is None and len(resizes) == 1 and resizes[0].is_grown(number) and not walk.arrays:
        quick = _grown_quickly(number, values, resizes[0], walk.plan)
    if quick is not None:
        return quick
    return _thoroughly(row, number, values, resizes, walk)


def _quickly(row: bytes, number: int, values: list[Value], walk: Walk) -> bytes | None:
    """The row with new values in cells that it has already, or None if it needs a closer look."""
    plan = walk.plan
    opening = b"<" + plan.writing.prefix + b"c "
    pieces = row.split(opening)
    digits = b'%d"' % number
    for value in values:
        column = value.column
        reference = b'r="' + letters_of(column) + digits
        place = column - walk.shift
        if not (0 < place < len(pieces) and pieces[place].startswith(reference)):
            place = next((i for i, piece in enumerate(pieces) if piece.startswith(reference)), 0)
            if place == 0:
                return None
            walk.shift = column - place
        quick = None if plan.writing.prefix else _usual_cell(pieces[place], reference, value)
        if quick is None:
            quick = _written_cell(pieces[place], number, value, plan)[len(opening) :]
        pieces[place] = quick
    plan.outcome.cells += len(values)
    return opening.join(pieces)


def _grown_quickly(number: int, values: list[Value], resize: Resize, plan: SheetPlan) -> bytes | None:
    """A new row of a grown table on which nothing else stands, or None if it needs a closer look."""
    new = {value.column: value.payload for value in values if value.payload is not None}
    if any(not resize.left <= column <= resize.right for column in new):
        return None
    row = _opened_row(None, number, [resize], plan)
    opening, cells = b"<" + plan.writing.prefix + b'c r="', [row.tag]
    for column, start, formula in resize.template():
        given = new.get(column, b"/>" if formula is None else b"></" + plan.writing.prefix + b"c>")
        if given == b"/>" and not start:
            continue
        name = b"%s%d" % (letters_of(column), number)
        if formula is not None:
            given = with_formula(given, formula.replace(b"\x03", name))
        if given[0] <= MOMENT[0]:
            style = plan.styles.dated(resize.last_styles.get(column, b""), given[:1])
            start, given = (b' s="%s"' % style if style else b""), given[1:]  # noqa: PLW2901 - the cell's own style
        cells += (opening, name, b'"', start, given)
    plan.outcome.cells += len(values)
    return b"".join([*cells, row.close]) if len(cells) > 1 or b" ht=" in row.tag else b""


def _usual_cell(piece: bytes, reference: bytes, value: Value) -> bytes | None:
    """What ``_written_cell`` gives, for the cells that most cells are like; None for any other."""
    _, new, formula, renews = value
    tag_end = piece.find(b">")
    if new is None or renews or new[0] <= MOMENT[0] or b' cm="' in piece[:tag_end]:
        return None
    start = piece.find(b' s="', 0, tag_end)
    style = piece[start : piece.index(b'"', start + 4) + 1] if start >= 0 else b""
    if formula is None:
        end = tag_end + 1 if piece[tag_end - 1] == 47 else piece.find(b"</c>", tag_end) + 4
        return None if end < 4 or b"<f" in piece[tag_end:end] else reference + style + new + piece[end:]
    if not piece.startswith(b"<f>", tag_end + 1):
        return None
    formula_end = piece.find(b"</f>", tag_end) + 4
    end = piece.find(b"</c>", formula_end) + 4
    if formula_end < 4 or end < 4:
        return None
    kind, _, rest = new.partition(b">")
    return b"".join((reference, style, kind, piece[tag_end:formula_end], rest, piece[end:]))


def _written_cell(piece: bytes, number: int, value: Value, plan: SheetPlan) -> bytes:
    column, new, formula, renews = value
    cell = take_apart(piece, plan.writing)
    if formula is not None and renews:
        is_typed_over = renews == "formulas" and new is None and cell.is_filled and not cell.formula
        return _whole(piece, plan) if is_typed_over else _renewed(cell, number, value, plan)
    if formula is not None and new is not None:
        own = cell.formula or formula.replace(b"\x03", cell_name(column, number))
        meta = cell.tag if cell.formula else b""
        return _made(number, Value(column, with_formula(new, own)), cell.style, plan, meta) + cell.after
    if cell.formula:
        _refuse_master(cell.formula, column, number, plan)
        plan.outcome.dropped.add(cell_name(column, number).decode())
    return _made(number, value, cell.style, plan) + cell.after


def _whole(piece: bytes, plan: SheetPlan) -> bytes:
    return piece if piece.startswith(b"<") else b"<" + plan.writing.prefix + b"c " + piece


def _renewed(cell: Cell, number: int, value: Value, plan: SheetPlan) -> bytes:
    """The cell with a new formula in place of its own, and the value that is given or else the one it shows."""
    column, new, formula, _ = value
    if cell.formula:
        _refuse_master(cell.formula, column, number, plan, within=plan.renewed_area(column, number))
    own = (formula or b"").replace(b"\x03", cell_name(column, number))
    if new is None:
        new = _shown(cell, plan)
    return _made(number, Value(column, with_formula(new, own)), cell.style, plan) + cell.after


def _shown(cell: Cell, plan: SheetPlan) -> bytes:
    """Payload of the value that a cell shows, as a formula's result."""
    close = b"</" + plan.writing.prefix + b"c>"
    shown = element(cell.body, "v")
    kind = attributes(cell.tag).get("t", "n")
    if shown is None or kind not in _RESULTS:
        return b">" + close
    return _RESULTS[kind] + b">" + cell.body[shown.start : shown.end] + close


def _made(number: int, value: Value, style: bytes, plan: SheetPlan, meta: bytes = b"") -> bytes:
    column, new = value.column, value.payload or b"/>"
    if new[:1] in {DATE, MOMENT}:
        style, new = plan.styles.dated(style, new[:1]), new[1:]
    start = b' r="%s"' % cell_name(column, number)
    if style:
        start += b' s="%s"' % style
    if b" cm=" in meta:  # the mark of a dynamic array stays with its formula
        start += b' cm="%s"' % attributes(meta)["cm"].encode()
    return plan.writing.cell(start, new)


def _refuse_master(formula: bytes, column: int, number: int, plan: SheetPlan, within: Area | None = None) -> None:
    """Refuse to overwrite a formula that cells outside ``within`` (None: outside this cell) share."""
    area, here = _area_of(formula), Area(number, column, number, column)
    if area is None or (area == here and (within is not None or not _is_array(formula))):
        return
    if _is_array(formula) or within is None or not within.holds(area):
        raise _shared(plan.name, cell_name(column, number).decode())


def _shared(sheet: str, cell: str) -> BookError:
    return BookError(
        f"{sheet}!{cell} belongs to a formula that several cells share, so it was not overwritten; "
        "please clear that formula in Excel and try again."
    )


def _thoroughly(row: bytes | None, number: int, values: list[Value], resizes: list[Resize], walk: Walk) -> bytes:
    plan = walk.plan
    opened = _opened_row(row, number, resizes, plan)
    cells = dict(opened.cells)
    for resize in resizes:
        for column, freed in resize.apply(number, cells, plan.writing, walk.blockers):
            _refuse_outside(freed, column, number, resize, plan)
            plan.outcome.dropped.add(cell_name(column, number).decode())
    look = row_style(opened.tag)
    for value in values:
        _refuse_arrays(value.column, number, walk)
        piece = cells.get(value.column)
        if piece is None:
            style = look or next((s for low, high, s in walk.column_styles if low <= value.column <= high), b"")
            piece = plan.writing.cell(b' s="%s"' % style if style else b"", b"/>")
        cells[value.column] = _written_cell(piece, number, value, plan)
    plan.outcome.cells += len(values)
    if row is None and not cells:
        return b""
    return put_together(Row(opened.tag, sorted(cells.items()), opened.close))


def _opened_row(row: bytes | None, number: int, resizes: list[Resize], plan: SheetPlan) -> Row:
    if row is not None:
        return take_row_apart(row, plan.writing.prefix)
    like = next((r.last_row_tag for r in resizes if r.last_row_tag and r.is_grown(number)), b"")
    prefix = plan.writing.prefix
    return row_like(like or b"<" + prefix + b"row>", number, prefix)


def _refuse_arrays(column: int, number: int, walk: Walk) -> None:
    here = Area(number, column, number, column)
    for area in walk.arrays:
        if area.meets(here) and (area.top, area.left) != (number, column):
            raise _shared(walk.plan.name, here.text())


def _refuse_outside(formula: bytes, column: int, number: int, resize: Resize, plan: SheetPlan) -> None:
    area = _area_of(formula)
    if area is None:
        return
    if area.bottom > resize.old_bottom or area.left < resize.left or area.right > resize.right:
        raise _shared(plan.name, cell_name(column, number).decode())
