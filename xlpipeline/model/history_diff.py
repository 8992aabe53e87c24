"""What happened since the last refresh: Pipeline compared, deal by deal, with what history knows (SEMANTICS 0, 4).

A deal is its ID; where its row stands never matters. What is seen for the first time is a baseline: only ``created``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.history import History, event_rows
from xlpipeline.model.history_table import COLUMN_KINDS, DRAFT, REST_OF_ROW, Stamp
from xlpipeline.model.history_values import LONGEST_TEXT, Packed, length, pack, row_text, to_cell
from xlpipeline.model.identity import Fault, Known, identify, no_id_column, read_rows
from xlpipeline.model.replay import PackedColumn, State, in_order, packed_state
from xlpipeline.model.schema import PIPELINE

BASELINE = "baseline"
"""Note of what the very first refresh found: it may have stood there for long."""
_IDENTITY = ("Opportunity", "Account", "Created")
_CLOSED = ("won", "lost", "derailed", "post")
Numbers = npt.NDArray[np.intp]
Draft = tuple[str, str, str, str | None, str | None, str]
"""deal_id, kind, column, cell of Old, cell of New, note."""


@dataclass(frozen=True)
class Diff:
    """``events``: rows to append to ``_History`` (its columns). ``ids_given``: Deal ID by row position of Pipeline.

    ``faults``: position, fault (duplicate_id, edited_id, reused_id, id_removed, unreadable_id, no_id_column), deal_id,
    detail. ``positions``: row position that stands for each deal, by key (rows that share an ID with it are faults).
    """

    events: pd.DataFrame
    ids_given: pd.Series
    faults: pd.DataFrame
    positions: pd.Series


def diff(
    history: History,
    current: pd.DataFrame,
    *,
    stage_types: Mapping[str, str],
    stamp: Stamp,
    formula_columns: Collection[str] = (),
    taken: Collection[str] = (),
) -> Diff:
    """Events that lead from what history knows to the table as it stands.

    Args:
        history: what ``read_history`` gave.
        current: body of Pipeline with its heads, as a host reads it (cells).
        stage_types: type (open, won …) of each stage.
        stamp: bounds, user and tool of the events.
        formula_columns: columns that hold a calculated formula; they are not logged.
        taken: IDs that other tables name; they are never given to a new row.

    Two refreshes of copies that hold the same give the same events, whoever refreshed and however the rows are sorted.
    Where history or the ID column is broken nothing is compared; a fault says so.
    """
    if PIPELINE.key not in current.columns:
        return _nothing(history, stamp, [no_id_column()])
    if history.is_broken:
        return _nothing(history, stamp, [])
    state = packed_state(history)
    rows = read_rows(current, formula_columns)
    known = identify(rows, current, state, history, taken)
    at = pd.Index(state.deal_ids.index, dtype=object).get_indexer(pd.Index(known.rows.keys, dtype=object))
    faults = known.faults + _reused(known, at, state, history)
    drafts = [*_deaths(known, state), *_ids_given(known, history), *_births(known, at, history)]
    drafts += _changes(known, at, state, {name.strip().casefold(): kind for name, kind in stage_types.items()})
    drafts.sort(key=lambda draft: draft[0].casefold())
    positions = pd.Series(known.rows.positions, index=pd.Index(known.rows.keys, dtype=object))
    given = sorted((int(known.rows.positions[i]), known.rows.ids[i]) for i in known.given)
    return Diff(
        event_rows(history, pd.DataFrame(drafts, columns=DRAFT, dtype=object), stamp),
        pd.Series([name for _, name in given], index=[position for position, _ in given], dtype=object),
        _fault_frame(faults),
        positions,
    )


def _nothing(history: History, stamp: Stamp, faults: list[Fault]) -> Diff:
    none = event_rows(history, pd.DataFrame(columns=DRAFT, dtype=object), stamp)
    return Diff(none, pd.Series(dtype=object), _fault_frame(faults), pd.Series(dtype=np.int64))


def _fault_frame(faults: list[Fault]) -> pd.DataFrame:
    return pd.DataFrame(sorted(faults), columns=["position", "fault", "deal_id", "detail"])


def _deaths(known: Known, state: State) -> Iterator[Draft]:
    present = set(known.rows.keys)
    for key, name in state.deal_ids.items():
        if key not in present:
            yield (str(name), "deleted", "", None, None, "")


def _ids_given(known: Known, history: History) -> Iterator[Draft]:
    if history.is_empty:
        return
    for i in sorted(known.given):
        note = "its own ID, which had been removed" if i in known.restored else ""
        yield (known.rows.ids[i], "id_given", PIPELINE.key, None, to_cell(pack(known.rows.ids[i])), note)


def _births(known: Known, at: Numbers, history: History) -> Iterator[Draft]:
    numbers = np.flatnonzero(at < 0).tolist()
    note = BASELINE if history.is_empty else ""
    for i, row in zip(numbers, known.rows.filled(numbers, with_birth=True), strict=True):
        name = known.rows.ids[i]
        text, rest = split_row(row)
        yield (name, "returned" if known.rows.keys[i] in history.ids_seen else "created", "", None, text, note)
        for column, cell in rest.items():
            yield (name, COLUMN_KINDS.get(column, "changed"), column, None, to_cell(cell), REST_OF_ROW)


def split_row(row: Mapping[str, Packed]) -> tuple[str, dict[str, Packed]]:
    """A row as one JSON text that fits into a cell, and the longest cells where they do not fit."""
    kept, rest = dict(row), dict[str, Packed]()
    text = row_text(kept)
    while length(text) > LONGEST_TEXT:
        longest = max(kept, key=lambda name: (length(str(kept[name])), name))
        rest[longest] = kept.pop(longest)
        text = row_text(kept)
    return text, rest


def _changes(known: Known, at: Numbers, state: State, types: Mapping[str, str]) -> Iterator[Draft]:
    numbers = np.flatnonzero(at >= 0)
    for name in in_order(known.rows.columns.keys() | state.columns.keys()):
        new = _cells_of(known.rows.columns, name, numbers)
        old = _cells_of(state.columns, name, at[numbers])
        for i in np.flatnonzero(new != old).tolist():
            kind = _kind(name, old[i], new[i], types)
            yield (known.rows.ids[numbers[i]], kind, name, to_cell(old[i]), to_cell(new[i]), "")


def _cells_of(columns: Mapping[str, PackedColumn], name: str, at: Numbers) -> PackedColumn:
    return columns[name][at] if name in columns else np.empty(len(at), dtype=object)


def _kind(column: str, old: Packed, new: Packed, types: Mapping[str, str]) -> str:
    kind = COLUMN_KINDS.get(column, "changed")
    if kind != "stage":
        return kind
    before, after = (types.get(str(stage or "").strip().casefold(), "") for stage in (old, new))
    return "reopened" if before in _CLOSED and after == "open" else kind


def _reused(known: Known, at: Numbers, state: State, history: History) -> list[Fault]:
    """IDs under which another deal stands now: name, account and creation, as far as there were any, all changed."""
    rows = known.rows
    living = np.flatnonzero(at >= 0)
    back = np.array([i for i in np.flatnonzero(at < 0).tolist() if rows.keys[i] in history.ids_seen], dtype=np.intp)
    numbers = _strangers(known, living, state, at[living]).tolist()
    if len(back):
        graves = packed_state(history, only={rows.keys[i] for i in back.tolist()}, buried=True)
        where = pd.Index(graves.deal_ids.index, dtype=object).get_indexer(
            pd.Index([rows.keys[i] for i in back], dtype=object)
        )
        numbers += _strangers(known, back[where >= 0], graves, where[where >= 0]).tolist()
    return [
        (
            int(rows.positions[i]),
            "reused_id",
            rows.ids[i],
            f"The Deal ID {rows.ids[i]:.40} was that of another deal.",
        )
        for i in numbers
    ]


def _strangers(
    known: Known,
    numbers: Numbers,
    state: State,
    at: Numbers,
) -> Numbers:
    filled, changed = np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=np.int64)
    for name in _IDENTITY:
        old = _cells_of(state.columns, name, at)
        was = np.array([cell is not None for cell in old], dtype=bool)
        filled += was
        changed += was & (_cells_of(known.rows.columns, name, numbers) != old)
    strange: Numbers = numbers[(filled >= 2) & (changed == filled)]
    return strange
