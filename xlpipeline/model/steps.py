"""Steps: edits of a cell that another edit overtook before a refresh saw them; only their stamps tell of them.

A ``step`` is told beside the change that a refresh found, and replaying ignores it: with and without stamps history
leads to the same table, and the found changes have the same IDs, so that copies merge. Where a moment in the past is
asked for, the step that stood then counts as a change. Figures know days, not moments: what was corrected on the same
day is no stint, no push and no touch.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, COLUMN_KINDS, SETTING_KINDS, STEP
from xlpipeline.model.history_values import Packed

_DAY_SECONDS: Final = 24 * 60 * 60
Step = tuple[int, float, bool]
"""Number of the event, moment of its end (seconds since 1970, NaN = none), whether it lasts."""


@dataclass(frozen=True)
class _Told:
    """One event of one column: its number, the cell before and after, and the moment in seconds since 1970."""

    event: int
    kind: str
    old: Packed
    new: Packed
    moment: int


def sound_steps(history: History) -> pd.DataFrame:
    """Steps that fit into what history tells around them; index: number of the event.

    ``ends``: moment of the next edit of that cell (seconds since 1970; NaN = none: it led back). ``lasts``: whether
    the end of a day saw the cell changed by it. Steps between which events are lost (copies put together) are left out.
    """
    events = history.events
    is_step = events["kind"] == STEP
    if not is_step.any():
        return _frame([])
    return _frame(sorted(step for story in _stories(events, is_step) for step in _of_column(story)))


def _frame(steps: list[Step]) -> pd.DataFrame:
    numbers = pd.Index([event for event, _, _ in steps], dtype="int64")
    ends = np.array([end for _, end, _ in steps], dtype=float)
    return pd.DataFrame({"ends": ends, "lasts": np.array([lasts for _, _, lasts in steps], dtype=bool)}, index=numbers)


def _stories(events: pd.DataFrame, is_step: pd.Series) -> list[list[_Told]]:
    """Births and changes, in order, of each cell that steps tell of."""
    pairs = zip(events.loc[is_step, "deal"].tolist(), events.loc[is_step, "column"].tolist(), strict=True)
    cells: dict[str, dict[str, list[_Told]]] = {}
    for deal, column in pairs:
        cells.setdefault(deal, {}).setdefault(column, [])
    told = events["kind"].isin([*BIRTHS, *SETTING_KINDS, STEP]) & events["deal"].isin(cells.keys())
    rows = events[told]
    moments = rows["not_after"].to_numpy().astype("datetime64[s]").astype(np.int64).tolist()
    values = (rows[name].tolist() for name in ("deal", "column", "kind", "row", "old", "new"))
    for event, moment, deal, column, kind, row, old, new in zip(rows.index.tolist(), moments, *values, strict=True):
        stories = cells[deal]
        if kind in BIRTHS:
            for head, story in stories.items():
                story.append(_Told(event, kind, None, row.get(head), moment))
        elif column in stories:
            stories[column].append(_Told(event, kind, old, new, moment))
    return [story for stories in cells.values() for story in stories.values()]


def _of_column(story: list[_Told]) -> Iterator[Step]:
    """Number, end and whether it lasts of each sound step of one column."""
    run: list[_Told] = []
    before: _Told | None = None
    latest = 0
    for told in story:
        if told.kind == STEP:
            run.append(told)
            continue
        yield from _of_run(before, latest, run, told)
        before, latest, run = told, max(latest, told.moment), []
    yield from _of_run(before, latest, run, None)


def _of_run(before: _Told | None, latest: int, run: list[_Told], after: _Told | None) -> Iterator[Step]:
    if before is None or not run or not _fits(before.new, latest, run, after):
        return
    shown = before.new
    for told, following in zip(run, [*run[1:], after], strict=True):
        is_overtaken = following is not None and told.moment // _DAY_SECONDS == following.moment // _DAY_SECONDS
        lasts = told.new != shown and not is_overtaken
        shown = told.new if lasts else shown
        yield told.event, math.nan if following is None else following.moment, lasts


def _fits(cell: Packed, latest: int, run: list[_Told], after: _Told | None) -> bool:
    """Whether a run of steps begins with what stood there, goes on from step to step, and ends where history does."""
    start = cell
    for told in run:
        if told.old != cell or told.moment < latest:
            return False
        cell, latest = told.new, told.moment
    if after is None or after.kind in BIRTHS:
        return cell == start
    return cell in (start, after.old) and latest <= after.moment


def until(history: History, moment: dt.datetime) -> History:
    """History as it stood at a naive moment in the workbook's zone; a step that stood then is a change like others."""
    events = history.events
    last = np.datetime64(moment.replace(tzinfo=None), "s")
    steps = sound_steps(history)
    stood = steps.index[(steps["ends"] > last.astype(np.int64)).to_numpy()]
    known = events[(events["not_after"] <= last).to_numpy()]
    stood = stood.intersection(known.index)
    if len(stood):
        kinds = known["kind"].copy()
        kinds.loc[stood] = known["column"].loc[stood].map(COLUMN_KINDS)
        known = known.assign(kind=kinds)
    told = history.imported[(history.imported["not_after"] <= last).to_numpy()].reset_index(drop=True)
    return replace(history, events=known.reset_index(drop=True), imported=told)
