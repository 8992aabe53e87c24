"""Where things are in a workbook that Excel has open, as read: tables, and single cells by their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from xlpipeline.model.book import Book
from xlpipeline.ooxml.tables import Area, constant_in, split_reference

_MOST_BOX_CELLS: Final = 20_000
"""Cells up to which the names of a sheet are read as one block."""


@dataclass(frozen=True)
class LiveTable:
    """An Excel table of a running workbook. ``heads`` in sheet order; ``body`` excludes head and totals rows."""

    name: str
    sheet: str
    body: Area
    heads: tuple[str, ...]
    has_head: bool = True
    has_totals: bool = False

    @property
    def rows(self) -> int:
        """Body rows; Excel keeps at least one, which may be blank."""
        return self.body.bottom - self.body.top + 1

    @property
    def whole(self) -> Area:
        """The table's area with its head and totals rows."""
        return self.whole_of(self.rows)

    def whole_of(self, rows: int, *, totals: bool = True) -> Area:
        """The area that the table has with so many body rows; ``totals``: with its totals row, if it has one."""
        body = self.body
        bottom = body.top + rows - 1 + (self.has_totals and totals)
        return Area(body.top - self.has_head, body.left, bottom, body.right)

    def cells(self, first: int, last: int, left: str, right: str) -> Area:
        """Body rows ``first`` to ``last`` (0-based, included) of the columns ``left`` to ``right``."""
        start, body = self.heads.index, self.body
        return Area(body.top + first, body.left + start(left), body.top + last, body.left + start(right))


@dataclass(frozen=True)
class Place:
    """The one cell that a name stands for (row and column 1-based)."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Seen:
    """A workbook as it was read: the tables and names of the contract, and where they are."""

    book: Book
    tables: Mapping[str, LiveTable]
    places: Mapping[str, Place]


def place_of(refers_to: str | None, sheets: Collection[str]) -> Place | None:
    """The cell that a name refers to (``='My sheet'!$B$5``), or None: a range, a formula, or a lost sheet."""
    found = split_reference(refers_to or "")
    if found is None:
        return None
    sheet = next((name for name in sheets if name.casefold() == found[0].casefold()), None)
    area = found[1]
    if sheet is None or (area.top, area.left) != (area.bottom, area.right):
        return None
    return Place(sheet, area.top, area.left)


def constant_of(refers_to: str | None) -> object:
    """The number, truth or text that a name holds instead of a cell (``=3``), or None."""
    return constant_in((refers_to or "").removeprefix("="))


def boxes(places: Iterable[Place]) -> list[tuple[str, Area]]:
    """Blocks that hold all the places: one per sheet, or one per cell where the block would be absurdly large."""
    by_sheet: dict[str, list[Place]] = {}
    for place in places:
        by_sheet.setdefault(place.sheet, []).append(place)
    found: list[tuple[str, Area]] = []
    for sheet, here in by_sheet.items():
        rows, columns = [place.row for place in here], [place.column for place in here]
        box = Area(min(rows), min(columns), max(rows), max(columns))
        if (box.bottom - box.top + 1) * (box.right - box.left + 1) <= _MOST_BOX_CELLS:
            found.append((sheet, box))
        else:
            found += [
                (sheet, Area(row, column, row, column)) for row, column in sorted({(p.row, p.column) for p in here})
            ]
    return found
