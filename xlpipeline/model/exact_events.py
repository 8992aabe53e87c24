"""What stamps of edits tell of a refresh's events: exact moments and users, and the steps that no refresh saw.

Only where the stamps of a cell lead from what history knew to what stands in Pipeline are they used; else the change
is told as without stamps, between the two refreshes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.book import BookTable
from xlpipeline.model.edits import Cell, Edit, is_alike, value_of
from xlpipeline.model.edits_table import STAMPED
from xlpipeline.model.history import History
from xlpipeline.model.history_table import HISTORY, SETTING_KINDS, STEP, deal_key
from xlpipeline.model.history_values import Packed, event_id, pack, to_cell, unpack
from xlpipeline.model.replay import packed_state

MOST_STEPS: Final = 100
"""More edits of one cell between two refreshes are no person's: they are not told one by one."""


def standing_cells(pipeline: BookTable, positions: pd.Series) -> pd.DataFrame:
    """The logged cells that edits are stamped of, as they stand; index: key of the deal, as in ``positions``."""
    heads = [head for head in STAMPED if head in pipeline.frame.columns and head not in pipeline.formula_columns]
    return pipeline.frame[heads].iloc[positions.to_numpy()].set_axis(positions.index)


def told_exactly(
    history: History,
    events: pd.DataFrame,
    edits: Mapping[Cell, Sequence[Edit]],
    standing: pd.DataFrame,
    tool: str,
) -> pd.DataFrame:
    """The events of a refresh, exact where stamps lead from what history knew to what stands now, with the steps.

    A found change keeps its Event ID, so that a copy refreshed without the stamps merges.

    Args:
        history: before this refresh.
        events: rows for ``_History`` as ``diff`` gave them, by Deal ID.
        edits: what ``read_edits`` gave.
        standing: what ``standing_cells`` gave.
        tool: what refreshes.
    """
    if not edits:
        return events
    known = packed_state(history, only={deal for deal, _ in edits})
    where = {str(key): at for at, key in enumerate(known.deal_ids.index)}
    found = _found(events)
    rows = {head: events[head].tolist() for head in HISTORY.heads}
    folded = [str(name or "").casefold() for name in rows["Deal ID"]]
    steps: list[tuple[float, dict[str, object]]] = []
    for deal, column in sorted(edits, key=lambda cell: (cell[0], STAMPED.index(cell[1]))):
        if deal not in where or deal not in standing.index or column not in standing.columns:
            continue
        name = str(known.deal_ids.iloc[where[deal]])
        old = known.columns[column][where[deal]] if column in known.columns else None
        way = _way(column, old, standing.at[deal, column], edits[deal, column])
        if not way:
            continue
        cells = [to_cell(old), *(to_cell(pack(edit.value)) for edit in way)]
        at = found.get((deal, column))
        if at is None:
            cells[-1] = cells[0]  # led back to what stood there, by every letter
            place = bisect_right(folded, name.casefold())
        else:
            place = at
            for head, cell in _exact(way.pop(), cells[-2]).items():
                rows[head][at] = cell
        steps += [(place - 0.5, row) for row in _steps(name, column, cells, way, tool)]
    return _woven(rows, steps)


def _found(events: pd.DataFrame) -> dict[Cell, int]:
    told = zip(events["Deal ID"], events["Column"], events["Kind"], strict=True)
    return {(deal_key(n or ""), c): i for i, (n, c, kind) in enumerate(told) if c in STAMPED and kind in SETTING_KINDS}


def _way(column: str, old: Packed, now: object, edits: Sequence[Edit]) -> list[Edit]:
    """Edits that lead from the old cell to the present one, each a change; [] where they do not lead there."""
    start, end = value_of(column, unpack(old)), value_of(column, now)
    way: list[Edit] = []
    for edit in edits:
        before = way[-1].value if way else start
        if not is_alike(column, edit.value, before):
            way.append(edit)
    ordered = all(one.moment <= other.moment for one, other in pairwise(way))
    leads = bool(way) and is_alike(column, way[-1].value, end)
    return way if leads and ordered and len(way) <= MOST_STEPS else []


def _exact(edit: Edit, old: str | None) -> dict[str, object]:
    """The cells of ``_History`` that a stamp knows better."""
    return {"Old": old, "Not before": edit.moment, "Not after": edit.moment, "User": edit.user or None}


def _steps(
    name: str, column: str, cells: Sequence[str | None], edits: Sequence[Edit], tool: str
) -> Iterator[dict[str, object]]:
    """Rows of ``_History`` for edits that were overtaken; ``cells``: what stood there before and after each."""
    times: Counter[tuple[str | None, ...]] = Counter()
    for old, new, edit in zip(cells, cells[1:], edits, strict=False):
        told = (deal_key(name), STEP, column, old, new, edit.moment.isoformat())
        row = {"Event ID": event_id(told, times[told]), "Deal ID": name, "Kind": STEP, "Column": column, "New": new}
        times[told] += 1
        yield {**row, **_exact(edit, old), "Tool": tool or None}


def _woven(rows: Mapping[str, list[object]], steps: Sequence[tuple[float, dict[str, object]]]) -> pd.DataFrame:
    """Events with each step before the change that overtook it, or after the last event of its deal."""
    places = np.array([*range(len(rows[HISTORY.key])), *(place for place, _ in steps)], dtype=float)
    order = np.argsort(places, kind="stable").tolist()
    columns = {head: [*cells, *(row.get(head) for _, row in steps)] for head, cells in rows.items()}
    return pd.DataFrame({head: pd.Series([cells[i] for i in order], dtype=object) for head, cells in columns.items()})
