"""What is to be written into a workbook that Excel has open: table sizes, blocks of cells, formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlpipeline.hosts.live.places import LiveTable
from xlpipeline.ooxml.tables import Area

Cells = tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class BlockWrite:
    """Cells to write (rows of the contract's cells), and what stood there when the workbook was read."""

    what: str
    sheet: str
    area: Area
    new: Cells
    old: Cells


@dataclass(frozen=True)
class FormulaWrite:
    """One formula (with ``=``) for every cell of a column's part, or for a named cell."""

    what: str
    sheet: str
    area: Area
    formula: str
    old: Cells


@dataclass(frozen=True)
class Resizing:
    """A table's new number of body rows; ``lost``: the cells that a shrinking table leaves, as read."""

    table: LiveTable
    rows: int
    formulas: Mapping[str, str]
    lost: Cells = ()


@dataclass(frozen=True)
class Plan:
    """All that is to be written; ``cells`` counts the cells that change."""

    resizings: tuple[Resizing, ...] = ()
    blocks: tuple[BlockWrite, ...] = ()
    formulas: tuple[FormulaWrite, ...] = ()
    tables: tuple[LiveTable, ...] = ()
    """The tables that are touched."""
    cells: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.resizings or self.blocks or self.formulas)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The tabs that are touched."""
        resized = [resizing.table.sheet for resizing in self.resizings]
        written = [block.sheet for block in self.blocks] + [formula.sheet for formula in self.formulas]
        return tuple(dict.fromkeys(resized + written))
