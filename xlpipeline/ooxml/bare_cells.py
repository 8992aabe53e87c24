"""Cells of calculated columns that hold no formula: cleared, or a constant typed or pasted over it.

calamine knows no formulas, so the sheet's bytes are looked through, for these columns only. A sheet that was
written unusually (a prefix, another encoding, cells without their place) tells nothing; it is never accused wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlpipeline.ooxml.rows import letters_of
from xlpipeline.ooxml.tables import TablePart

_ROW_END = b"</row>"


class BareCells:
    """Finds, in one sheet's bytes as they come, the cells of ``tables`` that lack their column's formula.

    A cell that is missing altogether is not found: a cell that people clear keeps its style, and so its place.
    """

    def __init__(self, tables: Iterable[TablePart]) -> None:
        self._columns: dict[bytes, list[tuple[TablePart, str]]] = {}
        for table in tables:
            for offset, column in enumerate(table.columns):
                if column.formula is not None:
                    self._columns.setdefault(letters_of(table.body.left + offset), []).append((table, column.name))
        self._cells = CellsWithout(self._columns) if self._columns else None
        self._found: dict[str, dict[str, set[int]]] = {}

    def see(self, chunk: bytes) -> None:
        """Look through the next bytes."""
        for letters, row in self._cells.see(chunk) if self._cells else ():
            for table, head in self._columns[letters]:
                if table.body.top <= row <= table.body.bottom:
                    self._found.setdefault(table.name, {}).setdefault(head, set()).add(row - table.body.top)

    def by_table(self) -> dict[str, dict[str, frozenset[int]]]:
        """By table and head, the body positions found so far."""
        return {name: {head: frozenset(rows) for head, rows in heads.items()} for name, heads in self._found.items()}


class CellsWithout:
    """Column letters and row of each cell of some columns that does not begin with a formula."""

    def __init__(self, columns: Iterable[bytes]) -> None:
        self._pattern = re.compile(rb'<c r="(%s)(\d+)"[^>]*+(?:(?<=/)>|>\s*+(?!<f[ >/]))' % b"|".join(columns))
        self._rest = b""

    def see(self, chunk: bytes) -> list[tuple[bytes, int]]:
        """Those of the rows that are whole with these bytes."""
        text = self._rest + chunk
        if b"<row" not in text:  # before the rows, or a prefix on every tag
            self._rest = text[-len(_ROW_END) :]
            return []
        end = text.rfind(_ROW_END) + 1
        self._rest = text[end:]
        return [(letters, int(row)) for letters, row in self._pattern.findall(text, 0, end)]
