"""What history says of the stages: stints, earlier days, last changes and pushes (SEMANTICS 4, 8, 14).

A *stint* is the time from entering a stage to leaving it. A change lies between two refreshes; the later one is taken
as its day. Days are business days as in ``WorkCalendar.elapsed``: the day of entry is day 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from xlpipeline.model.calendar import FiscalCalendar, WorkCalendar
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, BORN_WITH, REST_OF_ROW, SETTING_KINDS, STEP, deal_key
from xlpipeline.model.history_values import unpack_column
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.steps import sound_steps
from xlpipeline.model.told_entries import with_told_entries


def stage_entries(history: History) -> pd.DataFrame:
    """Every entry to a stage, in order: deal (key), deal_id, stage, entered_not_before, entered_not_after, entered_on.

    A stage that is only spelled otherwise, or found again after a deal was gone and came back, is no new entry.
    ``entered_on`` (midnight) is the day to reckon with: that of ``entered_not_after``; for the first stint the day that
    an import gave (Stage since), else Created. ``stage`` is "" while the deal had none. A change that a refresh
    put back at once never happened here. A step that did not see the end of its day is no entry (``model.steps``).
    What an import told of the time before a deal was first seen, and between refreshes, is woven in.
    """
    entries = with_told_entries(_entries(history), history)
    entries = entries.rename(columns={"not_before": "entered_not_before", "not_after": "entered_not_after"})
    wanted = ["deal", "deal_id", "stage", "entered_not_before", "entered_not_after", "entered_on"]
    return entries[wanted].reset_index(drop=True)


def entered_exactly(history: History, found: Collection[str]) -> pd.Series:
    """Day on which deals entered their present stage (datetime64[s], by deal key), where a stamp told it just now.

    So do an import's entries, where they lead to a stage that this refresh found. ``found``: IDs of its events.
    """
    events = history.events
    new = events["event_id"].isin(set(found))
    exact = new & (events["column"] == "Stage") & (events["not_before"] == events["not_after"])
    told = new & events["column"].eq("Stage")
    told &= events["deal"].isin(history.imported["deal"])
    if not (exact | told).any():
        return pd.Series(dtype="datetime64[s]")
    of_deals = replace(history, events=events[events["deal"].isin(set(events.loc[exact | told, "deal"]))])
    entries = _entries(of_deals)
    last = entries.drop_duplicates("deal", keep="last")
    last = last[exact.loc[last.index].to_numpy()]
    woven = with_told_entries(entries, of_deals).drop_duplicates("deal", keep="last")
    woven = woven[woven["told"] & woven["deal"].isin(events.loc[told, "deal"]) & ~woven["deal"].isin(last["deal"])]
    last = pd.concat([last[["deal", "entered_on"]], woven[["deal", "entered_on"]]])
    return pd.Series(last["entered_on"].to_numpy(), index=pd.Index(last["deal"], dtype=object))


def _entries(history: History) -> pd.DataFrame:
    """Entries to stages, index: number of the event."""
    told = _without_put_back(_column_story(history, "Stage"))
    told["stage"] = texts(told, "cell")
    folded = _folded(told["stage"])
    before = folded.groupby(told["deal"]).shift()
    entries = told[before.isna() | (before != folded)].copy()
    first = ~entries["deal"].duplicated()
    found_on = entries["not_after"].dt.normalize()
    day = found_on
    for head in ("Created", BORN_WITH):
        known = _born_day(history, entries, head)
        day = day.mask(first & known.notna() & (known <= found_on), known)
    entries["entered_on"] = day
    return entries


def _without_put_back(story: pd.DataFrame) -> pd.DataFrame:
    reverted = story["kind"] == "reverted"
    if not reverted.any():
        return story
    undone = reverted.groupby(story["deal"]).shift(-1, fill_value=False)
    return story[~reverted & ~undone & ~_steps_put_back(story, reverted)]


def _steps_put_back(story: pd.DataFrame, reverted: pd.Series) -> pd.Series:
    """Steps by which a deal came where it was put back from: those before the change that was undone."""
    steps = (story["kind"] == STEP).to_numpy()
    gone = np.zeros(len(story), dtype=bool)
    for of_deal in story.groupby("deal").indices.values() if steps.any() else ():
        cells = story["cell"].iloc[of_deal].tolist()
        for end in np.flatnonzero(reverted.to_numpy()[of_deal]).tolist():
            at = end - 2
            while at >= 0 and steps[of_deal[at]] and cells[at] != cells[end]:
                gone[of_deal[at]] = True
                at -= 1
    return pd.Series(gone, index=story.index)


def earlier_days(history: History, current: pd.DataFrame, calendar: WorkCalendar, as_of: dt.date) -> pd.Series:
    """Business days that each deal spent in its present stage before the present stint (float, 0 = this is the first).

    Args:
        history: the events of the running refresh included (``extend``).
        current: Pipeline's body (Deal ID and Stage), index as wanted back.
        calendar: the team's.
        as_of: entries after this day do not count.
    """
    stints = stage_entries(_moved(history))
    stints["left_on"] = stints.groupby("deal")["entered_on"].shift(-1)
    stints = stints[stints["entered_on"] <= pd.Timestamp(as_of)]
    ended = stints[stints["left_on"].notna() & (stints["left_on"] <= pd.Timestamp(as_of))]
    spent = _elapsed(calendar, ended["entered_on"], as_of) - _elapsed(calendar, ended["left_on"], as_of)
    days = pd.DataFrame({"deal": ended["deal"], "stage": _folded(ended["stage"]), "days": np.maximum(spent, 0.0)})
    total = days.groupby(["deal", "stage"])["days"].sum()
    wanted = pd.MultiIndex.from_arrays(
        [[deal_key(name) for name in texts(current, PIPELINE.key)], _folded(texts(current, "Stage"))]
    )
    return pd.Series(total.reindex(wanted).fillna(0.0).to_numpy(dtype=float), index=current.index)


def _moved(history: History) -> History:
    """Only the deals of whose stage something was told more than once: of any other, nothing ended."""
    events = history.events
    of_stage = events["kind"].isin([*SETTING_KINDS, STEP]) & (events["column"] == "Stage")
    told = events[events["kind"].isin(BIRTHS) | of_stage]
    moved = told["deal"].duplicated(keep=False) | told["deal"].isin(history.imported["deal"])
    return replace(history, events=told[moved])


def last_change(history: History, columns: Collection[str] | None = None) -> pd.Series:
    """Moment of the last change of each deal (datetime64[s], by deal key): its stamp, or the refresh that found it.

    Being seen for the first time is no change. ``columns``: only changes of these count (None: of any logged column).
    """
    events = history.events
    changes = events[_is_change(history, events) & (events["note"] != REST_OF_ROW)]
    if columns is not None:
        changes = changes[changes["column"].isin(list(columns))]
    return changes.groupby("deal")["not_after"].max()


def push_counts(history: History, fiscal: FiscalCalendar | None = None) -> pd.DataFrame:
    """How often and how far each deal's expected close was put off; index: deal key.

    ``pushes``: increases of the date; ``push_days``: last date less first, in calendar days (negative = pulled in);
    ``last_push``: the refresh that found the latest (NaT = none). With ``fiscal``, ``pushes_in_period``: those that
    stayed within the fiscal period. Blank or unreadable dates between two dates do not break the row.
    """
    story = _column_story(history, "Expected close")
    story["day"] = dates(story, "cell")[0]
    story = story[story["day"].notna()]
    story["before"] = story.groupby("deal")["day"].shift()
    pushed = story["day"] > story["before"]
    by_deal = story.groupby("deal", sort=False)
    counts = pd.DataFrame(
        {
            "pushes": pushed.groupby(story["deal"], sort=False).sum().astype(np.int64),
            "push_days": (by_deal["day"].last() - by_deal["day"].first()).dt.days.astype(np.int64),
            "last_push": story["not_after"].where(pushed).groupby(story["deal"], sort=False).max(),
        }
    )
    if fiscal is not None:
        moves = story[pushed]
        quarter = {day: fiscal.quarter(day.date()).start for day in {*moves["before"], *moves["day"]}}
        inside = moves["before"].map(quarter) == moves["day"].map(quarter)
        counts["pushes_in_period"] = (
            inside.groupby(moves["deal"]).sum().reindex(counts.index).fillna(0).astype(np.int64)
        )
    return counts


def _is_change(history: History, events: pd.DataFrame) -> pd.Series:
    """Which of some events gave a cell a new value for at least the end of a day."""
    steps = sound_steps(history)
    return events["kind"].isin(SETTING_KINDS) | events.index.isin(steps.index[steps["lasts"]])


def _column_story(history: History, column: str) -> pd.DataFrame:
    """What one column held, in order: deal, deal_id, kind, not_before, not_after, cell (index: number of the event)."""
    events = history.events
    events = events[events["kind"].isin(BIRTHS) | (events["column"] == column)]
    events = events[events["row"].notna() | _is_change(history, events)]
    packed = [
        new if row is None else row.get(column)
        for row, new in zip(events["row"].tolist(), events["new"].tolist(), strict=True)
    ]
    story = events[["deal", "deal_id", "kind", "not_before", "not_after"]]
    return story.assign(cell=pd.Series(unpack_column(packed), index=story.index, dtype=object))


def _born_day(history: History, entries: pd.DataFrame, head: str) -> pd.Series:
    """A date of the birth that each entry comes from, NaT where the entry is no birth or the date is blank."""
    births = entries.index[entries["kind"].isin(BIRTHS)]
    rows = history.events["row"].loc[births].tolist()
    cells = unpack_column(row.get(head) if isinstance(row, dict) else None for row in rows)
    days = dates(pd.DataFrame({head: pd.Series(cells, index=births, dtype=object)}), head)[0]
    return days.reindex(entries.index)


def _elapsed(calendar: WorkCalendar, days: pd.Series, as_of: dt.date) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return calendar.elapsed(days.to_numpy().astype("datetime64[D]"), as_of)


def _folded(names: pd.Series) -> pd.Series:
    """Without outer blanks and case; of the few names that there are, each is read once."""
    known = {name: name.strip().casefold() for name in set(names.tolist())}
    return pd.Series([known[name] for name in names.tolist()], index=names.index, dtype=object)
