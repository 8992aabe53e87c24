"""Which row of Pipeline is which deal: one row per ID, rows without an ID, IDs that people removed or typed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.book import CellError, filled_positions
from xlpipeline.model.cells import texts
from xlpipeline.model.deal_ids import next_ids
from xlpipeline.model.history import History
from xlpipeline.model.history_table import BORN_WITH, TABLE_HEAD, deal_key
from xlpipeline.model.history_values import Packed, pack_column, row_text
from xlpipeline.model.replay import PackedColumn, State, in_order
from xlpipeline.model.schema import DEAL_MARKS, PIPELINE

Fault = tuple[int, str, str, str]
"""Position in Pipeline's body, name of the fault, Deal ID, sentence."""


def logged_columns(heads: Collection[str], formula_columns: Collection[str] = ()) -> list[str]:
    """Columns whose every change is kept: what users write, their own columns included; not the Deal ID."""
    ours = {column.name for column in PIPELINE.columns if column.writer != "user"}
    return in_order({str(h) for h in heads} - ours - set(formula_columns) - {PIPELINE.key})


@dataclass(frozen=True)
class Rows:
    """Rows of Pipeline that are deals, packed; all arrays run alike."""

    positions: npt.NDArray[np.int64]
    """Row positions in the table's body."""
    ids: list[str]
    keys: list[str]
    """``deal_key`` of each ID; "" where there is none yet."""
    columns: Mapping[str, PackedColumn]
    born_with: PackedColumn
    """Stage since, as it stood when the table was read."""

    def filled(self, numbers: Sequence[int], *, with_birth: bool = False) -> Iterator[dict[str, Packed]]:
        """The filled logged cells of some rows (numbers count within this record)."""
        names = [*self.columns, *([BORN_WITH] if with_birth else [])]
        cells = [column[numbers].tolist() for column in (*self.columns.values(), self.born_with)][: len(names)]
        if not names:
            yield from ({} for _ in numbers)
        for row in zip(*cells, strict=True):
            yield {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}

    def take(self, numbers: Sequence[int], ids: Sequence[str]) -> Rows:
        """Some of the rows, with IDs."""
        at = np.array(numbers, dtype=np.int64)
        return Rows(
            self.positions[at],
            list(ids),
            [deal_key(name) for name in ids],
            {name: column[at] for name, column in self.columns.items()},
            self.born_with[at],
        )


@dataclass(frozen=True)
class Known:
    """``rows``: one per deal, each with its ID.

    ``given``: numbers (within ``rows``) of those that got it just now; ``restored``: of those that got their own back.
    """

    rows: Rows
    given: frozenset[int]
    restored: frozenset[int]
    faults: list[Fault]


def read_rows(current: pd.DataFrame, formula_columns: Collection[str] = ()) -> Rows:
    """Packed rows of Pipeline's body; rows blank in all of DEAL_MARKS are no deals."""
    frame = current.reset_index(drop=True)
    positions = filled_positions(frame, DEAL_MARKS)
    at = frame if len(positions) == len(frame) else frame.iloc[positions]
    ids = [name.strip() for name in texts(at, PIPELINE.key)]
    columns = {name: _packed(at, name) for name in logged_columns(frame.columns, formula_columns)}
    return Rows(
        np.array(positions, dtype=np.int64), ids, [name.casefold() for name in ids], columns, _packed(at, BORN_WITH)
    )


def _packed(frame: pd.DataFrame, name: str) -> PackedColumn:
    cells = pack_column(frame[name].tolist()) if name in frame.columns else [None] * len(frame)
    return np.fromiter(cells, dtype=object, count=len(frame))


def identify(rows: Rows, current: pd.DataFrame, state: State, history: History, taken: Collection[str]) -> Known:
    """One row per deal, each with an ID; every doubt is a fault.

    ``taken``: further IDs that must not be given (other tables name them).
    """
    faults: list[Fault] = []
    unreadable = _unreadable(rows, current, faults)
    kept = _one_row_per_id(rows, state, faults)
    nameless = [i for i, key in enumerate(rows.keys) if not key and i not in unreadable]
    vanished = _vanished(rows, kept, state)
    lost = _by_content(state, vanished, list(rows.columns))
    restored = _restored(rows, nameless, lost, faults)
    _note_edited(rows, kept, state, lost, faults)
    fresh = _in_content_order(rows, [i for i in nameless if i not in restored])
    known = [name for name in rows.ids if name] + state.deal_ids.tolist()
    new_ids = next_ids(len(fresh), known, history.ids_seen | set(map(deal_key, taken)))
    numbers = [*kept, *restored, *fresh]
    named = rows.take(numbers, [*(rows.ids[i] for i in kept), *restored.values(), *new_ids])
    first = len(kept)
    return Known(
        named,
        frozenset(range(first, len(numbers))),
        frozenset(range(first, first + len(restored))),
        sorted(faults),
    )


def _unreadable(rows: Rows, current: pd.DataFrame, faults: list[Fault]) -> set[int]:
    """Rows whose ID is an error value: nobody can say which deal they are."""
    cells = current[PIPELINE.key].tolist()
    wrong = {i for i, position in enumerate(rows.positions.tolist()) if isinstance(cells[position], CellError)}
    for i in wrong:
        position = int(rows.positions[i])
        faults.append((position, "unreadable_id", "", f"The Deal ID is the error value {cells[position]}."))
    return wrong


def _one_row_per_id(rows: Rows, state: State, faults: list[Fault]) -> list[int]:
    """Number of the row that stands for each ID: of several, the one most like the deal as it was known."""
    keys = pd.Series(rows.keys, dtype=object)
    named = keys != ""
    double = keys.duplicated(keep=False) & named
    kept = keys.index[named & ~double].tolist()
    where = {str(key): i for i, key in enumerate(state.deal_ids.index)} if double.any() else {}
    for key, group in keys[double].groupby(keys[double], sort=True):
        numbers = group.index.tolist()
        before = state.row(where[str(key)], rows.columns.keys()) if key in where else {}
        told = [
            (_differences(row, before), row_text(row), i) for i, row in zip(numbers, rows.filled(numbers), strict=True)
        ]
        best = min(told)[2]
        kept.append(best)
        faults += [
            (int(rows.positions[i]), "duplicate_id", rows.ids[i], f"Another row has the ID {rows.ids[i]:.40}, too.")
            for i in numbers
            if i != best
        ]
    return kept


def _differences(row: Mapping[str, Packed], before: Mapping[str, Packed]) -> int:
    return sum(row.get(name) != before.get(name) for name in row.keys() | before.keys())


def _vanished(rows: Rows, kept: Sequence[int], state: State) -> list[int]:
    present = {rows.keys[i] for i in kept}
    return [at for at, key in enumerate(state.deal_ids.index) if key not in present]


def _by_content(state: State, numbers: Sequence[int], columns: Sequence[str]) -> dict[str, list[str]]:
    """IDs of some deals by their content; blank ones left out. Columns that are gone from the table do not count."""
    found: dict[str, list[str]] = defaultdict(list)
    for at in numbers:
        row = state.row(at, columns)
        if row:
            found[row_text(row)].append(str(state.deal_ids.iloc[at]))
    return {text: sorted(ids, reverse=True) for text, ids in found.items()}


def _restored(rows: Rows, nameless: Sequence[int], lost: dict[str, list[str]], faults: list[Fault]) -> dict[int, str]:
    """Rows that have lost their ID and nothing else: each gets its own back."""
    if not lost:
        return {}
    restored = {}
    for i, row in zip(nameless, rows.filled(nameless), strict=True):
        if ids := lost.get(row_text(row)):
            restored[i] = ids.pop()
            sentence = f"The Deal ID {restored[i]:.40} was removed; it was given back."
            faults.append((int(rows.positions[i]), "id_removed", restored[i], sentence))
    return restored


def _note_edited(
    rows: Rows, kept: Sequence[int], state: State, lost: dict[str, list[str]], faults: list[Fault]
) -> None:
    """An ID is gone, and a new one stands in a row whose other cells are the same: somebody typed over it."""
    if not any(lost.values()):
        return
    living = set(state.deal_ids.index)
    unknown = [i for i in kept if rows.keys[i] not in living]
    for i, row in zip(unknown, rows.filled(unknown), strict=True):
        if ids := lost.get(row_text(row)):
            before = ids.pop()
            sentence = f"The Deal ID {before:.40} was changed to {rows.ids[i]:.40}."
            faults.append((int(rows.positions[i]), "edited_id", rows.ids[i], sentence))


def _in_content_order(rows: Rows, numbers: Sequence[int]) -> list[int]:
    """By content, not by place: copies of the workbook give the same new deals the same IDs however they are sorted."""
    told = [(row_text(row), i) for i, row in zip(numbers, rows.filled(numbers), strict=True)]
    return [i for _, i in sorted(told)]


def no_id_column() -> Fault:
    """Fault of a Pipeline that has lost its Deal ID column."""
    return (TABLE_HEAD, "no_id_column", "", "Pipeline has no column Deal ID, so no deal can be followed.")
