"""Reading a workbook that Excel has open into a Book, with a number of calls that does not grow with its rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from xlpipeline.errors import BookError
from xlpipeline.hosts.live import excel_calls
from xlpipeline.hosts.live.formulas import as_in_file, calculated, cells_without, is_formula
from xlpipeline.hosts.live.owners import writers_of
from xlpipeline.hosts.live.places import LiveTable, Place, Seen, boxes, constant_of, place_of
from xlpipeline.hosts.live.runs import rows_per_call, runs
from xlpipeline.hosts.live.values import cell_read, cells_read
from xlpipeline.model.book import Book, BookTable
from xlpipeline.ooxml.tables import Area, parse_area

if TYPE_CHECKING:
    import xlwings as xw


def see_workbook(book: xw.Book, title: str) -> Seen:
    """All tables (those of hidden tabs too) and all single named cells or constants of a workbook in Excel."""
    live: dict[str, LiveTable] = {}
    tables: dict[str, BookTable] = {}
    sheets: dict[str, xw.Sheet] = {}
    for sheet in book.sheets:
        name = sheet.name
        sheets[name] = sheet
        for table in sheet.tables:
            found, as_read = _table(table, name)
            live[found.name], tables[found.name] = found, as_read
    places, names = _names(book, sheets)
    return Seen(Book(tables, names, title), live, places)


def _table(table: xw.main.Table, sheet: str) -> tuple[LiveTable, BookTable]:
    """One table with a handful of calls: where it is, all its cells at once, and formulas where there may be some."""
    name, whole = table.name, table.range
    area, has_head, has_totals = area_of(whole), bool(table.show_headers), bool(table.show_totals)
    grid = read_block(whole, area)
    heads = tuple(map(str, grid[0])) if has_head else tuple(excel_calls.column_heads(table))
    body = Area(area.top + has_head, area.left, area.bottom - has_totals, area.right)
    found = LiveTable(name, sheet, body, heads, has_head, has_totals)
    raw = [grid_column[has_head : len(grid) - has_totals] for grid_column in zip(*grid, strict=True)]
    columns = [_cells(cells) for cells in raw]
    formulas, without = _Formulas(found, columns, whole).read()
    frame = pd.DataFrame(dict(zip(heads, columns, strict=True)), index=pd.RangeIndex(found.rows), dtype=object)
    first_row = body.top - 1
    return found, BookTable(name, sheet, first_row, body.left, frame, formulas, without)


def area_of(cells: xw.Range) -> Area:
    """Where a range is, with one call."""
    address = cells.address
    area = parse_area(address)
    if area is None:
        raise BookError(f"Excel gave the place {address}, which is no block of cells; please save the workbook again.")
    return area


def _cells(cells: Sequence[object]) -> np.ndarray[Any, Any]:
    out: np.ndarray[Any, Any] = np.empty(len(cells), dtype=object)
    out[:] = cells_read(cells, errors_are_texts=excel_calls.ON_MAC)
    return out


class _Formulas:
    """Finds the calculated columns of one table.

    A column that the schema declares a formula column is one wherever its first formula stands, so a cleared or
    overtyped first cell does not hide it; other declared columns are none. A column of people's own is one if its first
    cell has a formula that fills more than half of it.
    """

    def __init__(self, table: LiveTable, columns: list[np.ndarray[Any, Any]], whole: xw.Range) -> None:
        self._table, self._columns, self._whole = table, columns, whole
        self._found: dict[str, str] = {}
        self._without: dict[str, frozenset[int]] = {}

    def read(self) -> tuple[dict[str, str], dict[str, frozenset[int]]]:
        """By head, in sheet order: the formula in the file's form, and the positions without it (where any)."""
        writers = writers_of(self._table.name)
        known = [i for i, head in enumerate(self._table.heads) if writers.get(head) == "formula"]
        own = [i for i, head in enumerate(self._table.heads) if head not in writers]
        if known or own:
            first = self._texts(0, len(self._columns) - 1, last=0)
            for block in runs(known):
                self._see_known(block, first)
            for block in runs([i for i in own if is_formula(first[i][0], self._columns[i][0])]):
                self._see_own(block)
        return {h: self._found[h] for h in self._table.heads if h in self._found}, self._without

    def _see_known(self, block: tuple[int, int], first: list[list[object]]) -> None:
        low, high = block
        cells = self._range(low, high)
        if excel_calls.has_formula(cells) is True:
            for i in range(low, high + 1):
                self._keep(i, first[i][0], frozenset())
            return
        for i, texts in enumerate(self._texts(low, high), low):
            without = cells_without(texts, self._columns[i].tolist())
            formula = next((text for p, text in enumerate(texts) if p not in without), None)
            if formula is not None:
                self._keep(i, formula, without)

    def _see_own(self, block: tuple[int, int]) -> None:
        low, high = block
        for i, texts in enumerate(self._texts(low, high), low):
            found = calculated(texts, self._columns[i].tolist(), self._table.body.top)
            if found is not None:
                self._keep(i, *found)

    def _keep(self, column: int, formula: object, without: frozenset[int]) -> None:
        head = self._table.heads[column]
        self._found[head] = as_in_file(str(formula), self._table.name)
        if without:
            self._without[head] = without

    def _range(self, low: int, high: int, last: int | None = None) -> xw.Range:
        body = self._table.body
        bottom = body.bottom if last is None else body.top + last
        return range_at(self._whole.sheet, Area(body.top, body.left + low, bottom, body.left + high))

    def _texts(self, low: int, high: int, last: int | None = None) -> list[list[object]]:
        """What Excel calls the formulas of some columns, by column: a constant's is its text."""
        return [list(cells) for cells in zip(*grid_of(self._range(low, high, last).formula), strict=True)]


def range_at(sheet: xw.Sheet, area: Area) -> xw.Range:
    """The cells of an area."""
    found: xw.Range = sheet.range(area.text())
    return found


def read_block(cells: xw.Range, area: Area) -> list[Sequence[Any]]:
    """A block's cells with one call (one for each million cells), as Excel gives them: see ``live_values.cell_read``.

    ``raw_value`` and not ``value``: xlwings' own reading asks Excel eight things more each time, and takes a text that
    reads like an error for one.
    """
    step = rows_per_call(area)
    if step is None:
        return _read_at_once(cells)
    sheet, rows = cells.sheet, []
    for top in range(area.top, area.bottom + 1, step):
        part = Area(top, area.left, min(top + step - 1, area.bottom), area.right)
        rows += _read_at_once(range_at(sheet, part))
    return rows


def _read_at_once(cells: xw.Range) -> list[Sequence[Any]]:
    """One call; two where cells have a currency format, for COM gives only four decimals of those."""
    rows = grid_of(cells.options(err_to_str=True).raw_value)
    if not any(isinstance(cell, Decimal) for row in rows for cell in row):
        return rows
    exact = grid_of(excel_calls.exact_values(cells))
    return [
        [full if isinstance(cell, Decimal) else cell for cell, full in zip(row, digits, strict=True)]
        for row, digits in zip(rows, exact, strict=True)
    ]


def grid_of(cells: Any) -> list[Sequence[object]]:  # noqa: ANN401 - what COM gives
    """Rows of what Excel gives for a block, a row, or a single cell."""
    if not isinstance(cells, list | tuple):
        return [[cells]]
    return list(cells) if cells and isinstance(cells[0], list | tuple) else [cells]


def _names(book: xw.Book, sheets: dict[str, xw.Sheet]) -> tuple[dict[str, Place], dict[str, object]]:
    """Places and values of the workbook-wide names that stand for one cell, and the constants that others hold."""
    order: list[str] = []
    places: dict[str, Place] = {}
    constants: dict[str, object] = {}
    for one in book.names:
        name = one.name
        if "!" in name or name.startswith("_xl"):  # of one sheet only, or Excel's own
            continue
        refers_to = one.refers_to
        place = place_of(refers_to, sheets)
        if place is not None:
            places[name] = place
        elif (constant := constant_of(refers_to)) is not None:
            constants[name] = constant
        order.append(name)
    cells: dict[Place, object] = {}
    for sheet, box in boxes(places.values()):
        block = read_block(range_at(sheets[sheet], box), box)
        for i, row in enumerate(block):
            for j, cell in enumerate(row):
                here = Place(sheet, box.top + i, box.left + j)
                cells[here] = cell_read(cell, errors_are_texts=excel_calls.ON_MAC)
    values = {name: cells[place] for name, place in places.items()} | constants
    return places, {name: values[name] for name in order if name in values}
