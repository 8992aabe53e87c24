"""A table that grows or shrinks: what happens to the cells below it, and to every range that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.errors import BookError, GrowthError
from xlpipeline.ooxml.cells import Writing, take_apart
from xlpipeline.ooxml.markup import elements, with_attribute
from xlpipeline.ooxml.rows import cell_name, take_row_apart
from xlpipeline.ooxml.tables import Area, TablePart, parse_area

MAX_ROWS: Final = 1_048_576
_NAMED_CELLS: Final = 12


class Blockers:
    """Cells found in the way of growing tables of one sheet."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.cells: list[tuple[int, int]] = []
        self.areas: list[Area] = []
        self.table = ""

    def refuse(self) -> None:
        """Raise GrowthError if anything is in the way, naming it."""
        areas = sorted([*_joined(self.cells), *self.areas], key=lambda area: (area.top, area.left))
        if areas:
            named = ", ".join(f"{self.sheet}!{area.text()}" for area in areas[:_NAMED_CELLS])
            more = f" and {len(areas) - _NAMED_CELLS} more" if len(areas) > _NAMED_CELLS else ""
            raise GrowthError(
                f"The table {self.table} has no room to grow: {named}{more} must be empty first; "
                "please move those cells."
            )


def _joined(cells: list[tuple[int, int]]) -> list[Area]:
    """Cells as few rectangles: side by side first, then equal widths one below the other."""
    strips: list[Area] = []
    for row, column in sorted(set(cells)):
        last = strips[-1] if strips else None
        if last is not None and last.top == row and last.right == column - 1:
            strips[-1] = Area(row, last.left, row, column)
        else:
            strips.append(Area(row, column, row, column))
    areas: dict[tuple[int, int, int], Area] = {}
    for strip in strips:
        above = areas.pop((strip.left, strip.right, strip.top - 1), None)
        top = above.top if above else strip.top
        areas[strip.left, strip.right, strip.bottom] = Area(top, strip.left, strip.bottom, strip.right)
    return list(areas.values())


@dataclass
class Resize:
    """One table's new number of rows, and what the walk down the sheet has seen of it so far."""

    table: TablePart
    rows_after: int
    formulas: dict[int, bytes] = field(default_factory=dict)
    """``<f>`` elements of calculated columns by column number; \\x03 stands for the cell's own address."""
    totals: dict[int, bytes] = field(default_factory=dict)
    """Cells of the totals row, by column, once seen."""
    last_row_tag: bytes = b""
    last_styles: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        body = self.table.body
        self._template: list[tuple[int, bytes, bytes | None]] = []
        self.left, self.right = body.left, body.right
        self.old_bottom, self.new_bottom = body.bottom, body.top + self.rows_after - 1
        self.old_end = self.old_bottom + self.table.has_totals
        self.new_end = self.new_bottom + self.table.has_totals
        if self.new_end > MAX_ROWS:
            needed = f"would need {self.new_end:,} rows of its sheet"
            raise GrowthError(f"The table {self.table.name} {needed}; a sheet ends at {MAX_ROWS:,}.")

    def rows(self) -> range:
        """Rows whose cells come, go or move."""
        return range(min(self.old_bottom, self.new_bottom) + 1, max(self.old_end, self.new_end) + 1)

    def touches(self, number: int) -> bool:
        """Whether cells of this row come, go or move."""
        return number in self.rows()

    def is_grown(self, number: int) -> bool:
        """Whether this row is a new one of the body."""
        return self.old_bottom < number <= self.new_bottom

    def see(self, number: int, row: bytes, writing: Writing) -> None:
        """Remember what the new rows take over: looks of the last body row, and the totals row's cells."""
        if number == self.old_bottom and self.new_bottom > self.old_bottom:
            self.last_row_tag = row[: row.index(b">") + 1]
            cells = take_row_apart(row, writing.prefix).cells
            self.last_styles = {c: s for c, p in cells if (s := take_apart(p, writing).style)}
        if number == self.old_end and self.table.has_totals and not self.totals:
            cells = take_row_apart(row, writing.prefix).cells
            self.totals = {c: p for c, p in cells if self.left <= c <= self.right}

    def apply(
        self, number: int, cells: dict[int, bytes], writing: Writing, blockers: Blockers
    ) -> Iterator[tuple[int, bytes]]:
        """Change a row's cells (column to bytes); gives column and formula of each formula that goes."""
        for column in range(self.left, self.right + 1):
            piece = cells.pop(column, None)
            found = take_apart(piece, writing) if piece is not None else None
            if found is not None and number > self.old_end and found.is_filled:
                blockers.table = self.table.name
                blockers.cells.append((number, column))
            if found is not None and found.formula:
                yield column, found.formula
            new = self._cell(number, column, writing)
            if new:
                cells[column] = new

    def _cell(self, number: int, column: int, writing: Writing) -> bytes:
        if number == self.new_end and self.table.has_totals:
            return self._moved_total(number, column)
        if not self.is_grown(number):
            return b""
        style, formula = self.last_styles.get(column, b""), self.formulas.get(column, b"")
        if not style and not formula:
            return b""
        name = cell_name(column, number)
        start = b' r="%s"' % name + (b' s="%s"' % style if style else b"")
        if not formula:
            return writing.cell(start, b"/>")
        return writing.cell(start, b">" + formula.replace(b"\x03", name) + b"</" + writing.prefix + b"c>")

    def template(self) -> list[tuple[int, bytes, bytes | None]]:
        """Column, style attribute and calculated formula of the cells of a new row."""
        if not self._template:
            for column in range(self.left, self.right + 1):
                style = self.last_styles.get(column, b"")
                self._template.append((column, b' s="%s"' % style if style else b"", self.formulas.get(column)))
        return self._template

    def _moved_total(self, number: int, column: int) -> bytes:
        piece = self.totals.get(column, b"")
        if not piece:
            return b""
        tag_end = piece.index(b">") + 1
        tag = with_attribute(piece[:tag_end], "r", cell_name(column, number).decode())
        if b't="shared"' in piece[tag_end:]:
            what = f"The totals row of {self.table.name} holds a shared formula"
            raise BookError(f"{what} and cannot move; please type that formula anew.")
        body = Area(self.table.body.top, self.left, self.old_bottom, self.right)
        return tag + _followed_formula(piece[tag_end:], body, self.new_bottom)

    def refuse_merged(self, tail: bytes, blockers: Blockers) -> None:
        """Note merged cells that the table would grow over."""
        if self.new_end <= self.old_end:
            return
        grown = Area(self.old_end + 1, self.left, self.new_end, self.right)
        merged = (parse_area(e.attributes.get("ref", "")) for e in elements(tail, "mergeCell"))
        for area in merged:
            if area is not None and area.meets(grown):
                blockers.table = self.table.name
                blockers.areas.append(area)

    def followed(self, area: Area) -> list[Area]:
        """A range as it is after the resize: it follows if it covers the body's last row in the table's columns."""
        if area.right < self.left or area.left > self.right or not area.top <= self.old_bottom <= area.bottom:
            return [area]
        if self.new_bottom > self.old_bottom and area.bottom < self.new_bottom:
            if self.left <= area.left and area.right <= self.right:
                return [Area(area.top, area.left, self.new_bottom, area.right)]
            left, right = max(self.left, area.left), min(self.right, area.right)
            return [area, Area(area.bottom + 1, left, self.new_bottom, right)]
        shrinks = area.bottom == self.old_bottom > self.new_bottom >= area.top
        if shrinks and self.left <= area.left and area.right <= self.right:
            return [Area(area.top, area.left, self.new_bottom, area.right)]
        return [area]

    def is_body_range(self, sheet: str, area: Area) -> bool:
        """Whether a reference is to whole columns of the body as it was."""
        body = self.table.body
        rows = (area.top, area.bottom) == (body.top, body.bottom)
        same_sheet = sheet.casefold() == self.table.sheet.name.casefold()
        return same_sheet and rows and body.left <= area.left <= area.right <= body.right


def _followed_formula(content: bytes, body: Area, new_bottom: int) -> bytes:
    """A totals formula whose ranges are whole body columns (``SUM(B2:B9)``), with those ranges following the body."""

    def moved(found: re.Match[bytes]) -> bytes:
        area = parse_area(found.group().decode())
        if area is None or (area.top, area.bottom) != (body.top, body.bottom):
            return found.group()
        return re.sub(rb"\d+$", b"%d" % new_bottom, found.group())

    return re.sub(rb"(?<![\w!$'\].])\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+(?![\w(])", moved, content)


def refuse_other_tables(resize: Resize, others: list[TablePart]) -> None:
    """Raise GrowthError if the table would grow over another one of its sheet."""
    grown = Area(resize.old_end + 1, resize.left, max(resize.new_end, resize.old_end), resize.right)
    for other in others:
        if resize.new_end > resize.old_end and other.name != resize.table.name and other.whole.meets(grown):
            sheet = resize.table.sheet.name
            raise GrowthError(
                f"The table {resize.table.name} has no room to grow: the table {other.name} at "
                f"{sheet}!{other.whole.text()} is in the way; please move it."
            )
