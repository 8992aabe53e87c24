"""Writing a plan into a workbook that Excel has open, and putting everything back if Excel refuses half-way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from xlpipeline.hosts.live import excel_calls
from xlpipeline.hosts.live.formulas import is_formula
from xlpipeline.hosts.live.orders import BlockWrite, Cells, FormulaWrite, Plan, Resizing
from xlpipeline.hosts.live.places import LiveTable
from xlpipeline.hosts.live.read import grid_of, range_at
from xlpipeline.hosts.live.runs import adjacent, rows_per_call
from xlpipeline.hosts.live.values import cell_written, needs_formula_call
from xlpipeline.model.book import Formula, same_formula
from xlpipeline.ooxml.tables import Area

if TYPE_CHECKING:
    import xlwings as xw

_LONGEST_IN_BLOCK: Final = 8_000
"""Excel refuses a block with a longer text (from 8,204 letters on); such a cell is written by itself."""


class Writing:
    """One go at a plan. ``put_back`` undoes, in reverse order, what has been written so far."""

    def __init__(self, book: xw.Book, sheets: Mapping[str, xw.Sheet]) -> None:
        self._book, self._sheets = book, sheets
        self._undo: list[tuple[str, Callable[[], None]]] = []
        self.at = ""
        """What is being written."""

    def write(self, plan: Plan, progress: Callable[[str], None]) -> None:
        """Sizes of tables first, for the rest needs their rows; then values, then formulas."""
        for resizing in plan.resizings:
            progress(f"resizing {resizing.table.name}")
            self._resize(resizing)
        for block in plan.blocks:
            progress(f"writing {block.what.partition(' ')[0]}")
            self._block(block)
        for formula in plan.formulas:
            self._formula(formula)

    def put_back(self) -> list[str]:
        """Undo; gives what could not be put back."""
        left = []
        for what, undo in reversed(self._undo):
            try:
                undo()
            except Exception:  # noqa: BLE001 - whatever Excel says, the others are put back
                left.append(what)
        return left[::-1]

    def _range(self, sheet: str, area: Area) -> xw.Range:
        return range_at(self._sheets[sheet], area)

    def _block(self, write: BlockWrite) -> None:
        self.at = write.what
        cells = self._range(write.sheet, write.area)
        before = _with_formulas(write.old, cells)
        self._undo.append((write.what, lambda: self._put(cells, write.area, before)))
        self._put(cells, write.area, write.new)

    def _formula(self, write: FormulaWrite) -> None:
        self.at = write.what
        cells = self._range(write.sheet, write.area)
        texts = grid_of(cells.formula)
        if all(is_formula(text, None) and same_formula(str(text), write.formula) for row in texts for text in row):
            return
        before = _merged(write.old, texts)
        self._undo.append((write.what, lambda: self._put(cells, write.area, before)))
        cells.formula = write.formula

    def _put(self, cells: xw.Range, area: Area, rows: Cells) -> None:
        """Write cells of the contract with one call (texts that are too long for that by themselves)."""
        as_formula = needs_formula_call(rows)
        is_1904 = as_formula and excel_calls.counts_from_1904(self._book)
        data: list[list[Any]] = [
            [cell_written(cell, as_formula=as_formula, is_1904=is_1904) for cell in row] for row in rows
        ]
        long: list[tuple[int, int, str]] = []
        for i, row in enumerate(data):
            for j, cell in enumerate(row):
                if isinstance(cell, str) and len(cell) > _LONGEST_IN_BLOCK:
                    long.append((i, j, cell))
                    row[j] = None
        blanks_as_texts = [["" if cell is None else cell for cell in row] for row in data]
        chunk = rows_per_call(area)
        if as_formula:
            cells.options(chunksize=chunk).formula = blanks_as_texts
        elif chunk is not None or any(isinstance(cell, dt.datetime) for row in data for cell in row):
            cells.options(chunksize=chunk).value = data
        else:  # xlwings' conversion is for dates, and asks Excel a dozen things more
            cells.raw_value = blanks_as_texts
        for i, j, text in long:
            cells[i, j].value = text

    def _resize(self, resizing: Resizing) -> None:
        table, rows = resizing.table, resizing.rows
        self.at = f"{table.name} ({table.rows} to {rows} rows)"
        if rows < table.rows:
            self._shrink(resizing)
            return
        self._undo.append((self.at, lambda: self._shrunk(table, rows, table.rows)))
        self._set_rows(table, rows)
        self._fill_new_rows(resizing)

    def _shrink(self, resizing: Resizing) -> None:
        table, rows = resizing.table, resizing.rows
        freed = table.cells(rows, table.rows - 1, table.heads[0], table.heads[-1])
        before = _with_formulas(resizing.lost, self._range(table.sheet, freed))

        def grown_again() -> None:
            self._set_rows(table, table.rows)
            self._put(self._range(table.sheet, freed), freed, before)

        self._undo.append((self.at, grown_again))
        self._shrunk(table, table.rows, rows)

    def _shrunk(self, table: LiveTable, old: int, new: int) -> None:
        """Give a table fewer rows, and leave nothing below it."""
        freed = table.cells(new, old - 1, table.heads[0], table.heads[-1])
        self._set_rows(table, new, freed)

    def _set_rows(self, table: LiveTable, rows: int, freed: Area | None = None) -> None:
        """Resize a table; a totals row is hidden meanwhile, for it moves, and has the same formulas afterwards."""
        sheet = self._sheets[table.sheet]
        found = sheet.tables(table.name)
        totals = _totals(found) if table.has_totals else []
        if totals:
            found.show_totals = False
        if freed is not None:  # first, for outside the table their formulas would have no row of their own
            range_at(sheet, freed).clear_contents()
        found.resize(range_at(sheet, table.whole_of(rows, totals=False)))
        if table.has_totals:
            found.show_totals = True
            shown = found.totals_row_range
            if totals and shown is not None and _totals(found) != totals:
                shown.formula = totals

    def _fill_new_rows(self, resizing: Resizing) -> None:
        """Excel fills calculated columns of new rows; where it did not, formulas and formats are written."""
        table = resizing.table
        for heads in adjacent(table.heads, resizing.formulas):
            new = table.cells(table.rows, resizing.rows - 1, heads[0], heads[-1])
            if excel_calls.has_formula(self._range(table.sheet, new)) is True:
                continue
            for head in heads:
                cells = self._range(table.sheet, table.cells(table.rows, resizing.rows - 1, head, head))
                cells.formula = "=" + resizing.formulas[head].removeprefix("=")
                above = self._range(table.sheet, table.cells(0, 0, head, head)).number_format
                if above is not None:
                    cells.number_format = above


def _totals(table: xw.main.Table) -> list[Sequence[object]]:
    """What stands in a table's totals row, as formulas; empty where it shows none."""
    cells = table.totals_row_range if table.show_totals else None
    return [] if cells is None else grid_of(cells.formula)


def _with_formulas(old: Cells, cells: xw.Range) -> Cells:
    """Cells as read, with the formulas that stand in them now: one call, two where there are some."""
    return old if excel_calls.has_formula(cells) is False else _merged(old, grid_of(cells.formula))


def _merged(old: Cells, texts: Sequence[Sequence[object]]) -> Cells:
    return tuple(
        tuple(
            Formula(str(text).removeprefix("="), cell) if is_formula(text, cell) else cell
            for cell, text in zip(row, shown, strict=True)
        )
        for row, shown in zip(old, texts, strict=True)
    )
