"""What is to be written into one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from xlpipeline.ooxml.cells import Writing
from xlpipeline.ooxml.resize import Resize
from xlpipeline.ooxml.styles import Styles


class Value(NamedTuple):
    """One cell to write in a row: its column, its payload, and the formula of its calculated column."""

    column: int
    payload: bytes
    formula: bytes | None = None


@dataclass(frozen=True)
class Column:
    """New cells of one column: a payload per row from the block's first, or None where nothing is to be written.

    ``formula`` is the ``<f>`` element of a calculated column: written where a cell has none, kept where it has one.
    """

    number: int
    payloads: list[bytes | None]
    formula: bytes | None = None


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
                wanted.update(block.first_row + i for i, new in enumerate(column.payloads) if new is not None)
        for resize in self.resizes:
            wanted.update(resize.rows())
        return sorted(wanted)

    def values(self, number: int) -> list[Value]:
        """Cells to write in one row."""
        found = []
        for block in self.blocks:
            i = number - block.first_row
            if i >= 0:
                for column in block.columns:
                    new = column.payloads[i] if i < len(column.payloads) else None
                    if new is not None:
                        found.append(Value(column.number, new, column.formula))
        found += [Value(column, new) for column, new in self.single.get(number, {}).items()]
        return found
