"""Deals of an import put into Pipeline by Deal ID: known deals are updated, new ones added, none is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlpipeline.importers.deals import Cells
from xlpipeline.importers.spellings import Learned
from xlpipeline.model.book import BookTable, TableChange, canonical, is_blank, same_cell
from xlpipeline.model.decided import spelling_key
from xlpipeline.model.schema import PIPELINE


@dataclass(frozen=True)
class Upsert:
    """What an import changes in Pipeline: ``change`` holds only cells that differ, None if there are none."""

    change: TableChange | None
    added: int
    updated: int
    unchanged: int
    missing_ids: tuple[str, ...]
    without_id: int
    """Deals in Pipeline that have no Deal ID yet."""


def upsert(table: BookTable, deals: Cells, *, blank_erases: bool, erased: Mapping[str, pd.Series]) -> Upsert:
    """Compare deals (unique Deal ID each) with the table and collect the cells to write.

    ``erased``: per target, True on rows whose cell must become blank although the source is blank there.
    """
    frame = table.frame
    ids = deals["Deal ID"].to_numpy(dtype=object)
    known = _positions(frame)
    at = np.array([known.get(one, -1) for one in ids], dtype=int)
    old = at >= 0
    start = _first_free(table)
    at[~old] = start + np.arange(int((~old).sum()))
    columns: dict[str, pd.Series] = {}
    touched = np.zeros(len(ids), dtype=bool)
    for target, column in deals.items():
        if target not in frame.columns:
            continue
        values = column.to_numpy(dtype=object)
        filled = pd.notna(values)
        write = filled & ~old
        if target != "Deal ID":
            wanted = np.ones(len(ids), dtype=bool) if blank_erases else filled | _mask(erased.get(target), len(ids))
            differs = _differs(values, frame[target].to_numpy(dtype=object), at, old & wanted)
            touched |= differs
            write |= differs
        if write.any():
            series = pd.Series(values[write], index=at[write], dtype=object).sort_index()
            columns[target] = series.where(series.notna(), None)
    added = int((~old).sum())
    rows = start + added
    given = set(ids.tolist())
    change = TableChange(table.name, columns, rows if rows > len(frame) and added else None) if columns else None
    return Upsert(
        change,
        added,
        int(touched.sum()),
        int((old & ~touched).sum()),
        tuple(one for one in known if one not in given),
        _without_id(table, known),
    )


def _mask(rows: pd.Series | None, count: int) -> Any:  # noqa: ANN401 - a numpy array of bool
    return np.zeros(count, dtype=bool) if rows is None else rows.to_numpy(dtype=bool)


def _differs(values: Any, cells: Any, at: Any, asked: Any) -> Any:  # noqa: ANN401 - numpy arrays
    """True where a value is not what the table holds; only cells that are not plainly equal are looked at closely."""
    result = np.zeros(len(values), dtype=bool)
    rows = np.flatnonzero(asked)
    unequal = rows[np.asarray(values[rows] != cells[at[rows]], dtype=bool)]
    for row in unequal:
        result[row] = not same_cell(values[row], cells[at[row]])
    return result


def deal_id_text(cell: object) -> str:
    """A Deal ID as text, also where the sheet holds it as a number; empty if blank."""
    plain = canonical(cell)
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return "" if plain is None else str(plain).strip()


def _positions(frame: pd.DataFrame) -> dict[str, int]:
    """Row position by Deal ID; of a doubled ID the first row."""
    found: dict[str, int] = {}
    for position, cell in enumerate(frame["Deal ID"].tolist()):
        if one := deal_id_text(cell):
            found.setdefault(one, position)
    return found


def _own_cells(table: BookTable) -> list[str]:
    computed = {column.name for column in PIPELINE.columns if column.writer == "formula"} | table.formula_columns
    return [name for name in table.frame.columns if name not in computed]


def _filled(column: pd.Series) -> Any:  # noqa: ANN401 - a numpy array of bool
    cells = column.to_numpy(dtype=object)
    filled = pd.notna(cells)
    texts = np.flatnonzero(filled)
    filled[texts] = np.fromiter((cell != "" for cell in cells[texts]), dtype=bool, count=len(texts))
    return filled


def _first_free(table: BookTable) -> int:
    """Position after the last row in which the user or an import put anything."""
    if table.frame.empty:
        return 0
    any_filled = np.logical_or.reduce([_filled(table.frame[name]) for name in _own_cells(table)])
    return int(np.flatnonzero(any_filled)[-1]) + 1 if any_filled.any() else 0


def _without_id(table: BookTable, known: Mapping[str, int]) -> int:
    marks = [name for name in ("Opportunity", "Account", "Amount", "Stage") if name in table.frame.columns]
    if not marks or table.frame.empty:
        return 0
    blank = np.array([not deal_id_text(cell) for cell in table.frame["Deal ID"]], dtype=bool)
    return int((np.logical_or.reduce([_filled(table.frame[name]) for name in marks]) & blank).sum())


def remember(table: BookTable | None, learned: Sequence[Learned], today: object) -> TableChange | None:
    """New rows of ``Mappings``, and a meaning for remembered spellings that had none or another.

    A spelling without a meaning never replaces one that has.
    """
    if table is None or not {"Kind", "From", "To", "Learned on"} <= set(table.frame.columns):
        return None
    frame = table.frame
    known = {
        (str(kind).strip(), spelling_key(source)): position
        for position, (kind, source) in enumerate(zip(frame["Kind"], frame["From"], strict=True))
        if not is_blank(kind) and not is_blank(source)
    }
    free = _first_free(table)
    writes: dict[str, dict[int, object]] = {"Kind": {}, "From": {}, "To": {}, "Learned on": {}}
    for one in learned:
        key = (one.kind, spelling_key(one.source))
        position = known.setdefault(key, free)
        if position == free:
            free += 1
            writes["Kind"][position], writes["From"][position] = one.kind, one.source
        elif position >= len(frame) or not one.target or same_cell(frame["To"].iloc[position], one.target):
            continue
        if one.target:
            writes["To"][position] = one.target
        writes["Learned on"][position] = today
    columns = {name: pd.Series(cells, dtype=object).sort_index() for name, cells in writes.items() if cells}
    if not columns:
        return None
    return TableChange(table.name, columns, free if free > len(frame) else None)
