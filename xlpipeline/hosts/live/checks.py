"""What would forbid writing, asked before anything is written: no right to, changed meanwhile, no room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from xlpipeline.errors import BookError, BusyError, GrowthError
from xlpipeline.hosts.live import excel_calls
from xlpipeline.hosts.live.orders import Resizing
from xlpipeline.hosts.live.places import LiveTable
from xlpipeline.hosts.live.read import area_of, grid_of, range_at, read_block
from xlpipeline.ooxml.resize import MAX_ROWS, Blockers
from xlpipeline.ooxml.tables import Area

if TYPE_CHECKING:
    import xlwings as xw


def refuse_unwritable(book: xw.Book, title: str) -> None:
    """Raise BookError if the workbook cannot be saved where it is, or is shared in the old way."""
    if excel_calls.is_read_only(book):
        raise BookError(f"{title} is open read-only; please open it for editing, or save a copy, and try again.")
    if excel_calls.is_shared(book):
        raise BookError(f"{title} is a shared workbook; please unshare it (Review > Unshare Workbook) and try again.")


def refuse_changed(tables: Iterable[LiveTable], sheets: Mapping[str, xw.Sheet], title: str) -> None:
    """Raise BusyError if a table is not where and as it was when it was read (somebody else may work in the file)."""
    for table in tables:
        whole = table.whole
        heads = Area(whole.top, whole.left, whole.top, whole.right)
        found = sheets[table.sheet].tables(table.name).range
        is_same = area_of(found) == whole
        if is_same and table.has_head:
            shown = read_block(range_at(sheets[table.sheet], heads), heads)[0]
            is_same = tuple(map(str, shown)) == table.heads
        if not is_same:
            raise BusyError(
                f"The table {table.name} of {title} was changed while it was being measured; please try again."
            )


def refuse_growth(resizing: Resizing, tables: Iterable[LiveTable], sheet: xw.Sheet) -> None:
    """Raise GrowthError if a table would grow over filled or merged cells, another table, or the sheet's end."""
    table = resizing.table
    old, new = table.whole, table.whole_of(resizing.rows)
    if new.bottom > MAX_ROWS:
        needed = f"would need {new.bottom:,} rows of its sheet"
        raise GrowthError(f"The table {table.name} {needed}; a sheet ends at {MAX_ROWS:,}.")
    if new.bottom <= old.bottom:
        return
    grown = Area(old.bottom + 1, new.left, new.bottom, new.right)
    for other in tables:
        if other.sheet == table.sheet and other.name != table.name and other.whole.meets(grown):
            raise GrowthError(
                f"The table {table.name} has no room to grow: the table {other.name} at "
                f"{table.sheet}!{other.whole.text()} is in the way; please move it."
            )
    cells = range_at(sheet, grown)
    blockers = Blockers(table.sheet)
    blockers.table = table.name
    for row, texts in enumerate(grid_of(cells.formula), grown.top):
        blockers.cells += [(row, column) for column, text in enumerate(texts, grown.left) if text not in {"", None}]
    blockers.refuse()
    if excel_calls.is_merged(cells):
        raise GrowthError(
            f"The table {table.name} has no room to grow: there are merged cells in {table.sheet}!{grown.text()}; "
            "please unmerge or move them."
        )
