"""Applying a change set to a package: only owned cells change, and what must follow them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pandas as pd

from xlpipeline.errors import BookError
from xlpipeline.model.book import ChangeSet, TableChange
from xlpipeline.ooxml.archive import packed
from xlpipeline.ooxml.calcchain import calculate_on_load, counts_from_1904, drop_entries
from xlpipeline.ooxml.cells import Writing, payload, payloads
from xlpipeline.ooxml.charts import follow_in_charts, follow_in_names
from xlpipeline.ooxml.followers import table_after, tail_after, with_new_formulas
from xlpipeline.ooxml.markup import decoded, encoded, encoding_of, escaped
from xlpipeline.ooxml.package import Package, refuse_unwritable, workbook_part
from xlpipeline.ooxml.plan import Block, Column, Outcome, SheetPlan
from xlpipeline.ooxml.resize import Resize, refuse_other_tables
from xlpipeline.ooxml.rows import HeldMarkupError, scan
from xlpipeline.ooxml.sheet import patched
from xlpipeline.ooxml.styles import Styles, read_styles
from xlpipeline.ooxml.tables import SheetPart, TablePart, find_names, find_sheets, find_tables

_ROOT: Final = re.compile(rb"<([\w.-]+:)?worksheet[\s>]")


@dataclass(frozen=True)
class _Target:
    """What every plan needs to know of the book."""

    package: Package
    sheets: tuple[SheetPart, ...]
    tables: Mapping[str, TablePart]
    styles: Styles
    is_1904: bool

    def writing(self, sheet: SheetPart) -> Writing:
        head = next(self.package.chunks(sheet.part), b"")
        encoding = encoding_of(head[:200])
        if encoding != "utf-8":
            head = head.decode(encoding, "ignore").encode()
        found = _ROOT.search(head)
        return Writing((found.group(1) or b"") if found else b"", self.is_1904)


def apply_to_package(package: Package, changes: ChangeSet) -> int:
    """Apply the changes to the package (its ``pieces`` are then the new file); gives the number of cells written.

    Raises:
        GrowthError: a table has no room to grow.
        BookError: a table, column or name does not exist, or a cell must not be overwritten.
    """
    target = _target(package)
    target = replace(target, tables=_with_formulas(target, changes))
    resizes, blocks = _table_edits(target, changes)
    single = _single_cells(target, changes.names)
    return _write(target, resizes, blocks, single)


def write_cells(package: Package, cells: Mapping[str, Mapping[tuple[int, int], object]]) -> int:
    """Write single cells by sheet name and (row, column), both 1-based; gives the number of cells written."""
    target = _target(package)
    by_name = {sheet.name: sheet for sheet in target.sheets}
    single: dict[SheetPart, dict[int, dict[int, object]]] = {}
    for name, values in cells.items():
        for (row, column), value in values.items():
            single.setdefault(by_name[name], {}).setdefault(row, {})[column] = value
    return _write(target, (), {}, single)


def _target(package: Package) -> _Target:
    refuse_unwritable(package)
    sheets = find_sheets(package)
    return _Target(package, sheets, find_tables(package, sheets), read_styles(package), counts_from_1904(package))


def _write(
    target: _Target, resizes: tuple[Resize, ...], blocks: Mapping[SheetPart, list[Block]],
    single: Mapping[SheetPart, dict[int, dict[int, object]]],
) -> int:  # fmt: skip
    package, dropped, count = target.package, {}, 0
    has_formulas = any(column.formula for table in target.tables.values() for column in table.columns)
    touched = [s for s in target.sheets if s in blocks or s in single or any(r.table.sheet == s for r in resizes)]
    for sheet in touched:
        here = tuple(resize for resize in resizes if resize.table.sheet == sheet)
        writing = target.writing(sheet)
        cells = {
            row: {column: payload(value, writing) for column, value in values.items()}
            for row, values in single.get(sheet, {}).items()
        }
        plan = SheetPlan(
            sheet.name, sheet.part, writing, target.styles, tuple(blocks.get(sheet, ())), cells, here,
            partial(tail_after, resizes=here),
        )  # fmt: skip
        outcome = _patch_sheet(package, plan)
        dropped[sheet.id] = outcome.dropped
        count += outcome.cells
        has_formulas = has_formulas or any(b"f>" in new for values in cells.values() for new in values.values())
    for table in target.tables.values():
        if any(column.renews for column in table.columns):
            markup = package.markup(table.part)
            package.splice(table.part, markup, with_new_formulas(markup.text, table))
    for resize in resizes:
        markup = package.markup(resize.table.part)
        package.splice(resize.table.part, markup, table_after(markup.text, resize))
    if resizes:
        follow_in_names(package, resizes)
    follow_in_charts(package, target.sheets, frozenset(sheet.name.casefold() for sheet in touched), resizes)
    target.styles.save(package)
    drop_entries(package, dropped)
    if touched and (has_formulas or any(dropped.values()) or _has_formulas(package, target.sheets)):
        calculate_on_load(package)
    return count


def _patch_sheet(package: Package, plan: SheetPlan) -> Outcome:
    try:
        _find_totals(package, plan)
        package.put(plan.part, packed(patched(package.chunks(plan.part), plan)))
    except HeldMarkupError:
        plan = replace(plan, outcome=Outcome())
        markup = decoded(package.read(plan.part), plan.part)
        _find_totals(package, plan, markup.text)
        package.put(plan.part, packed([encoded(markup, b"".join(patched([markup.text], plan)))]))
    return plan.outcome


def _find_totals(package: Package, plan: SheetPlan, text: bytes | None = None) -> None:
    """A shrinking table moves its totals row up, so that row is looked up before the walk."""
    waiting = {r.old_end: r for r in plan.resizes if r.table.has_totals and r.new_end < r.old_end}
    if not waiting:
        return
    for number, row in scan(package.chunks(plan.part) if text is None else [text], plan.part):
        if number in waiting:
            waiting.pop(number).see(number, row, plan.writing)
        if not waiting:
            return


def _has_formulas(package: Package, sheets: tuple[SheetPart, ...]) -> bool:
    if package.related(workbook_part(package), "calcChain"):
        return True
    chunks = (chunk for sheet in sheets for chunk in package.chunks(sheet.part))
    return any(b"<f>" in chunk or b"<f " in chunk or b":f>" in chunk for chunk in chunks)


def _table_edits(target: _Target, changes: ChangeSet) -> tuple[tuple[Resize, ...], dict[SheetPart, list[Block]]]:
    resizes: list[Resize] = []
    blocks: dict[SheetPart, list[Block]] = {}
    by_table: dict[str, list[TableChange]] = {}
    for change in changes.tables:
        by_table.setdefault(change.table, []).append(change)
    for name, of_table in by_table.items():
        table = target.tables.get(name)
        if table is None:
            raise _lacking(target, f"table called {name}")
        rows = _rows_after(of_table, table)
        writing = target.writing(table.sheet)
        formulas = _formulas(table, writing)
        if rows != table.body.bottom - table.body.top + 1:
            resize = Resize(table, rows, formulas)
            refuse_other_tables(resize, [t for t in target.tables.values() if t.sheet == table.sheet])
            resizes.append(resize)
        columns = _columns(target, table, of_table, rows, formulas)
        if columns:
            blocks.setdefault(table.sheet, []).append(Block(table.body.top, columns))
    return tuple(resizes), blocks


def _with_formulas(target: _Target, changes: ChangeSet) -> dict[str, TablePart]:
    """The tables with the formulas that their columns are to have."""
    tables = dict(target.tables)
    for change in changes.tables:
        table = tables.get(change.table)
        for head, text in change.formulas.items():
            if table is None or table.column_number(head) is None:
                raise _lacking(target, f"column called {head} in its table {change.table}")
            table = tables[change.table] = table.with_formula(head, escaped(text.removeprefix("=")))
    return tables


def _lacking(target: _Target, what: str) -> BookError:
    return BookError(f"{target.package.title} has no {what}; please undo its renaming, or upgrade the workbook.")


def _rows_after(changes: list[TableChange], table: TablePart) -> int:
    asked = next((change.rows for change in reversed(changes) if change.rows is not None), None)
    highest = max((int(s.index.max()) + 1 for c in changes for s in c.columns.values() if len(s)), default=0)
    now = table.body.bottom - table.body.top + 1
    return max(asked, highest, 1) if asked is not None else max(now, highest)


def _formulas(table: TablePart, writing: Writing) -> dict[int, bytes]:
    found = {}
    for i, column in enumerate(table.columns):
        if column.formula is not None:
            kind = b' t="array" ref="\x03"' if column.is_array else b""
            found[table.body.left + i] = writing.element(b"f", column.formula, kind)
    return found


def _columns(
    target: _Target, table: TablePart, changes: list[TableChange], rows: int, formulas: dict[int, bytes]
) -> tuple[Column, ...]:
    writing = target.writing(table.sheet)
    by_number: dict[int, list[bytes | None]] = {}
    for change in changes:
        for head, values in change.columns.items():
            number = table.column_number(head)
            if number is None:
                raise _lacking(target, f"column called {head} in its table {table.name}")
            new = payloads(values.tolist(), writing, as_cached=number in formulas)
            _place(by_number.setdefault(number, [None] * rows), values, new)
    renewals = {table.body.left + i: column.renews for i, column in enumerate(table.columns) if column.renews}
    for number in renewals:
        by_number.setdefault(number, [None] * rows)
    return tuple(Column(n, by_number[n], formulas.get(n), renewals.get(n, "")) for n in sorted(by_number))


def _place(column: list[bytes | None], values: pd.Series, new: list[bytes]) -> None:
    if len(new) == len(column) and isinstance(values.index, pd.RangeIndex) and values.index.start == 0:
        column[:] = new
        return
    for position, cell in zip(values.index.tolist(), new, strict=True):
        column[position] = cell


def _single_cells(target: _Target, names: Mapping[str, object]) -> dict[SheetPart, dict[int, dict[int, object]]]:
    known = find_names(target.package, target.sheets) if names else {}
    single: dict[SheetPart, dict[int, dict[int, object]]] = {}
    for name, value in names.items():
        place = known.get(name)
        if place is None or place.sheet is None:
            raise _lacking(target, f"single cell called {name}")
        single.setdefault(place.sheet, {}).setdefault(place.row, {})[place.column] = value
    return single
