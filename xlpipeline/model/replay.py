"""Replaying history: the logged columns of every living deal, now or at any past moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, BORN_WITH, SETTING_KINDS
from xlpipeline.model.history_values import Packed, clean, pack_number, unpack_column
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.steps import until as as_it_stood

PackedColumn = npt.NDArray[np.object_]


@dataclass(frozen=True)
class State:
    """What is known of the deals: ``deal_ids`` as written, by key (in order of birth); packed cells per column."""

    deal_ids: pd.Series
    columns: Mapping[str, PackedColumn]

    def row(self, position: int, columns: Collection[str]) -> dict[str, Packed]:
        """Filled cells of one deal, in the order of ``columns``."""
        cells = ((name, self.columns[name][position]) for name in columns if name in self.columns)
        return {n: pack_number(c) if isinstance(c, float) else c for n, c in cells if c is not None}


def replay(history: History, until: dt.datetime | None = None) -> pd.DataFrame:
    """Pipeline's logged columns as they stood at a moment.

    Args:
        history: what ``read_history`` gave.
        until: naive moment in the workbook's zone; events found by refreshes up to it count. None: all events.

    Returns:
        One row per deal that lived then, index ``Deal ID`` (as first written), object columns of cells: texts, floats,
        bools, dates, date-times, CellErrors, None. A column that never held anything may be missing.
    """
    state = packed_state(history, until)
    index = pd.Index(state.deal_ids.to_numpy(), name="Deal ID", dtype=object)
    columns = {
        name: pd.Series(unpack_column(cells.tolist()), index=index, dtype=object)
        for name, cells in state.columns.items()
    }
    return pd.DataFrame(columns, index=index)


def packed_state(
    history: History, until: dt.datetime | None = None, *, only: Collection[str] | None = None, buried: bool = False
) -> State:
    """State of the living deals with packed cells; the last word of the file's order holds.

    ``only``: keys of the deals wanted. ``buried``: deleted deals too, as they last were.
    """
    events = (history if until is None else as_it_stood(history, until)).events
    if only is not None:
        events = events[events["deal"].isin(set(only))]
    if buried:
        events = events[events["kind"] != "deleted"]
    births = events[events["kind"].isin(BIRTHS)].drop_duplicates("deal", keep="last")
    ended = events[events["kind"] == "deleted"].drop_duplicates("deal", keep="last")
    end = births["deal"].map(pd.Series(ended.index, index=ended["deal"])).fillna(-1).to_numpy(dtype=np.int64)
    living = births[end < births.index.to_numpy()]
    deal_ids = pd.Series(living["deal_id"].to_numpy(), index=pd.Index(living["deal"], dtype=object), dtype=object)
    columns = _born_columns(living["row"].tolist())
    _apply(columns, _changes(events, living), len(living))
    return State(deal_ids, _in_order(columns))


def _born_columns(rows: list[dict[str, Packed]]) -> dict[str, PackedColumn]:
    names = set[str]().union(*rows) - {BORN_WITH}
    columns: dict[str, list[Packed]] = {name: [] for name in names}
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        for name, cells in columns.items():
            cells += [row.get(name) for row in chunk]
    for cells in columns.values():
        if not set(map(type, cells)) <= {str, float, type(None)}:
            cells[:] = [clean(cell) for cell in cells]
    return {name: _packed_column(cells) for name, cells in columns.items()}


_CHUNK = 2_000
"""Rows taken apart together: few enough to stay in the processor's cache."""


def _changes(events: pd.DataFrame, living: pd.DataFrame) -> pd.DataFrame:
    """Changes of living deals since their birth: at (position of the deal), column, new; in order."""
    changes = events.loc[events["kind"].isin(SETTING_KINDS), ["deal", "column", "new"]]
    at = pd.Index(living["deal"]).get_indexer(pd.Index(changes["deal"]))
    since_birth = (at >= 0) & (changes.index.to_numpy() > living.index.to_numpy()[at] if len(living) else False)
    since: pd.DataFrame = changes.assign(at=at)[since_birth]
    return since


def _apply(columns: dict[str, PackedColumn], changes: pd.DataFrame, deals: int) -> None:
    for name, group in changes.groupby("column", sort=False):
        last = group.drop_duplicates("at", keep="last")
        column = columns.setdefault(str(name), _packed_column([None] * deals))
        column[last["at"].to_numpy()] = last["new"].to_numpy()


def _packed_column(cells: list[Packed]) -> PackedColumn:
    return np.fromiter(cells, dtype=object, count=len(cells))


def _in_order(columns: dict[str, PackedColumn]) -> dict[str, PackedColumn]:
    return {name: columns[name] for name in in_order(columns)}


def in_order(names: Collection[str]) -> list[str]:
    """Columns in the schema's order, then the user's own by name: the same however the table is arranged."""
    known = {name: position for position, name in enumerate(PIPELINE.heads)}
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))
