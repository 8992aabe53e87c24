"""Where everything of a new workbook lies: sheet positions of tables and of single named cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from xlpipeline.model.book import Book, column_letters, column_number, quoted_sheet
from xlpipeline.tabs.layout import Tab, TableBlock, split_anchor

SPARE_ROWS = 5
"""Blank rows below the given ones of a table that people fill."""


@dataclass(frozen=True)
class PlacedTable:
    """A table block with its position. ``head_row`` and ``first_column`` are 1-based; ``rows``: body rows."""

    block: TableBlock
    tab: Tab
    head_row: int
    first_column: int
    rows: int
    frame: pd.DataFrame

    @property
    def name(self) -> str:
        """The table's name."""
        return self.block.table.name

    @property
    def last_row(self) -> int:
        """Last body row."""
        return self.head_row + self.rows

    @property
    def last_column(self) -> int:
        """Last column's number."""
        return self.first_column + len(self.block.table.columns) - 1

    @property
    def reference(self) -> str:
        """Range of head and body, such as ``B4:K24``."""
        first, last = column_letters(self.first_column), column_letters(self.last_column)
        return f"{first}{self.head_row}:{last}{self.last_row}"

    def reference_of_body(self) -> str:
        """Range of the body alone."""
        return (
            f"{column_letters(self.first_column)}{self.head_row + 1}:{column_letters(self.last_column)}{self.last_row}"
        )

    def letters(self, head: str) -> str:
        """Column letters of a head."""
        return column_letters(self.first_column + self.block.table.heads.index(head))

    def head_cell(self, head: str) -> str:
        """Absolute reference of a head with its sheet."""
        return f"{quoted_sheet(self.tab.name)}!${self.letters(head)}${self.head_row}"

    def body_range(self, head: str, *, sheet: bool = True) -> str:
        """Range of a column's body; with ``sheet`` absolute, as charts and names write it."""
        letters = self.letters(head)
        if not sheet:
            return f"{letters}{self.head_row + 1}:{letters}{self.last_row}"
        return f"{quoted_sheet(self.tab.name)}!${letters}${self.head_row + 1}:${letters}${self.last_row}"


@dataclass
class Names:
    """Defined names gathered while tabs are drawn: name to what it refers to."""

    targets: dict[str, str] = field(default_factory=dict)

    def add_cell(self, name: str, tab: str, anchor: str) -> None:
        """Name one cell (KeyError if the name is taken)."""
        letters, row = split_anchor(anchor)
        self.add(name, f"{quoted_sheet(tab)}!${letters}${row}")

    def add(self, name: str, target: str) -> None:
        """Name anything."""
        if name in self.targets:
            raise KeyError(f"The name {name} is there twice.")
        self.targets[name] = target


def place_tables(tabs: Iterable[Tab], bodies: Mapping[str, pd.DataFrame], book: Book) -> dict[str, PlacedTable]:
    """Every table of the tabs by name, with the rows it begins with; formulas are compiled from ``book``."""
    out: dict[str, PlacedTable] = {}
    for tab in tabs:
        for block in tab.blocks:
            if isinstance(block, TableBlock):
                out[block.table.name] = _placed(_compiled(block, book), tab, bodies.get(block.table.name))
    return out


def _compiled(block: TableBlock, book: Book) -> TableBlock:
    return block if block.compiled is None else replace(block, formulas={**block.formulas, **block.compiled(book)})


def _placed(block: TableBlock, tab: Tab, body: pd.DataFrame | None) -> PlacedTable:
    if body is None:
        body = pd.DataFrame(list(block.body), columns=list(block.table.heads), dtype=object)
    letters, row = split_anchor(block.anchor)
    return PlacedTable(
        block=block,
        tab=tab,
        head_row=row + 2 if block.titled else row,
        first_column=column_number(letters),
        rows=_row_count(block, tab, len(body)),
        frame=body,
    )


def _row_count(block: TableBlock, tab: Tab, given: int) -> int:
    if given and block.grows and tab.role == "input":
        return given + SPARE_ROWS
    return given or block.rows
