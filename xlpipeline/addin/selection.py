"""Where the selection stands, and how to move it: nothing is ever unhidden or unfiltered for it."""

from __future__ import annotations

from dataclasses import dataclass

import xlwings as xw

from xlpipeline.addin.click import Click


@dataclass(frozen=True)
class Spot:
    """The first cell of the selection. ``row`` and ``column`` count from 1 on the sheet.

    ``table`` and ``head`` are "" outside of tables; ``position`` is the 0-based body row, -1 for the head and outside.
    ``rows``: how many rows the selection spans.
    """

    sheet: str
    row: int
    column: int
    rows: int = 1
    table: str = ""
    head: str = ""
    position: int = -1


def selected(click: Click) -> xw.Range | None:
    """The selection; None where no cell of this workbook is selected, but a chart or another workbook is."""
    selection = click.app.selection
    if selection is None or selection.sheet.book.name != click.book.name:  # Excel opens no two of one name
        return None
    return selection


def spot_of(click: Click) -> Spot | None:
    """Where the selection stands; None where no cell of this workbook is selected."""
    selection = selected(click)
    if selection is None:
        return None
    cell = selection[0, 0]
    row, column = cell.row, cell.column
    place = Spot(cell.sheet.name, row, column, selection.shape[0])
    table = cell.table
    if table is None:
        return place
    top = table.range.row
    head = cell.sheet.range((top, column)).value
    return Spot(place.sheet, row, column, place.rows, table.name, str(head or ""), row - top - 1)


def can_be_seen(sheet: xw.Sheet) -> bool:
    """Whether a tab is neither hidden nor, which Excel says as 2, hidden from its own menu."""
    return sheet.visible in (True, -1)


def go_to(cell: xw.Range) -> bool:
    """Select a cell of a tab that can be seen; False where a filter or the user hides its row."""
    cell.sheet.book.activate()
    cell.sheet.activate()
    cell.select()
    return not cell.rows.hidden


def heads_of(table: xw.main.Table) -> list[str]:
    """The heads of a table in their order; none where its head row is hidden."""
    shown = table.header_row_range
    return [] if shown is None else [str(one) for one in shown.options(ndim=1).value]
