"""What is to be written into one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from xlpipeline.ooxml.cells import Writing
from xlpipeline.ooxml.resize import Resize
from xlpipeline.ooxml.styles import Styles
from xlpipeline.ooxml.tables import Area

Renewal = Literal["", "formulas", "cells"]
"""Where a calculated column's new formula goes: nowhere; into cells but those in which somebody typed a constant over
the old one; into every cell (the column had no formula)."""


class Value(NamedTuple):
    """One cell to write in a row: its column, its payload, and the formula of its calculated column.

    ``payload`` None: the cell keeps the value it has.
    """

    column: int
    payload: bytes | None
    formula: bytes | None = None
    renews: Renewal = ""


@dataclass(frozen=True)
class Column:
    """New cells of one column: a payload per row from the block's first, or None where nothing is to be written.

    ``formula`` is the ``<f>`` element of a calculated column: written where a cell has none, kept where it has one;
    ``renews`` says whether it takes the place of another one.
    """

    number: int
    payloads: list[bytes | None]
    formula: bytes | None = None
    renews: Renewal = ""


@dataclass(frozen=True)
class Block:
    """New cells of a table's body, which begins at ``first_row``."""

    first_row: int
    columns: tuple[Column, ...]


@dataclass
class Outcome:
    """What the patching found and did."""

    cells: int = 0
    dropped: set[str] = field(default_factory=set)
    """Addresses that held a formula and do not any more."""


@dataclass(frozen=True)
class SheetPlan:
    """All that is to be written into one sheet. ``single`` holds payloads by row and column."""

    name: str
    part: str
    writing: Writing
    styles: Styles
    blocks: tuple[Block, ...] = ()
    single: dict[int, dict[int, bytes]] = field(default_factory=dict)
    resizes: tuple[Resize, ...] = ()
    edit_tail: Callable[[bytes], bytes] = bytes
    """Changes what stands after the rows."""
    outcome: Outcome = field(default_factory=Outcome)

    def wanted_rows(self) -> list[int]:
        """Numbers of all rows with something to write, in order."""
        wanted = set(self.single)
        for block in self.blocks:
            for column in block.columns:
                wanted.update(
                    block.first_row + i for i, new in enumerate(column.payloads) if new is not None or column.renews
                )
        for resize in self.resizes:
            wanted.update(resize.rows())
        return sorted(wanted)

    def renewed_area(self, column: int, number: int) -> Area | None:
        """All cells of the column that get the formula which the cell in this row gets."""
        for block in self.blocks:
            for one in block.columns:
                bottom = block.first_row + len(one.payloads) - 1
                if one.number == column and one.renews and block.first_row <= number <= bottom:
                    return Area(block.first_row, column, bottom, column)
        return None

    def values(self, number: int) -> list[Value]:
        """Cells to write in one row."""
        found = []
        for block in self.blocks:
            i = number - block.first_row
            if i >= 0:
                for column in block.columns:
                    new = column.payloads[i] if i < len(column.payloads) else None
                    if new is not None or (column.renews and i < len(column.payloads)):
                        found.append(Value(column.number, new, column.formula, column.renews))
        found += [Value(column, new) for column, new in self.single.get(number, {}).items()]
        return found
