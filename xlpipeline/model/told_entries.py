"""Entries to stages that another system's history tells, woven into what the refreshes saw (SEMANTICS 4).

A refresh knows a change only to lie between the one before and itself; before a deal was first seen it knows nothing.
An imported entry is exact. Of the entries between two refreshes those count that lead to the stage which the later one
saw; where they lead elsewhere, what the refresh saw comes after them. So the last stage is always that of Pipeline.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS
from xlpipeline.model.history_values import unpack

COMPLETE_SHARE: Final = 0.95
"""An import's history tells of the team from its first day if it names so many of the deals first seen."""
_DAY_SECONDS: Final = 24 * 60 * 60
_MOMENTS: Final = ("not_before", "not_after", "entered_on")
_NEVER: Final = np.datetime64("NaT", "s")


class _Entry(NamedTuple):
    """One entry to a stage; moments in seconds since 1970 (the least number there is: none).

    ``told``: an import tells it; ``closed_on``: Actual close as it stood when the deal was first seen.
    """

    deal: str
    deal_id: str
    stage: str
    not_before: int
    not_after: int
    entered_on: int
    told: bool = True
    closed_on: object = None


def with_told_entries(entries: pd.DataFrame, history: History) -> pd.DataFrame:
    """Entries that refreshes saw (deal, deal_id, stage, not_before, not_after, entered_on) with the imported ones.

    Deals that no refresh has seen stay out. ``told`` is True where an import gave the moment. Within a deal the order
    is that of what happened.
    """
    entries = entries.assign(told=False)
    known = history.imported[history.imported["deal"].isin(entries["deal"])]
    if known.empty:
        return entries
    mine = entries["deal"].isin(known["deal"])
    by_deal: dict[str, list[_Entry]] = {deal: [] for deal in known["deal"]}
    for one in _imported(known):
        by_deal[one.deal].append(one)
    seen: dict[str, list[_Entry]] = {deal: [] for deal in by_deal}
    for one in _seen(entries[mine], history):
        seen[one.deal].append(one)
    woven = [one for deal, told in by_deal.items() for one in _woven(seen[deal], told)]
    more = pd.DataFrame([one[:-1] for one in woven], columns=_Entry._fields[:-1])
    for name in _MOMENTS:
        more[name] = more[name].to_numpy(dtype=np.int64).astype("datetime64[s]")
    rest = entries.loc[~mine, list(more.columns)]
    return pd.concat([rest, more], ignore_index=True) if len(rest) else more


def told_from(history: History) -> np.datetime64:
    """Day of the first imported entry, if the import knows nearly all deals that the first refresh saw; else NaT."""
    births = history.events[history.events["kind"].isin(BIRTHS)]
    first = births.loc[births["not_after"] == births["not_after"].min(), "deal"]
    if history.imported.empty or first.empty or first.isin(history.imported["deal"]).mean() < COMPLETE_SHARE:
        return _NEVER
    return np.datetime64(history.imported["not_after"].min().normalize(), "s")


def _imported(known: pd.DataFrame) -> list[_Entry]:
    """Imported entries by moment; the rows' order decides where moments are equal."""
    ordered = known.sort_values("not_after", kind="stable")
    cells = [str(unpack(cell) or "") for cell in ordered["new"].tolist()]
    rows = zip(
        ordered["deal"].tolist(), ordered["deal_id"].tolist(), cells, _seconds(ordered["not_after"]), strict=True
    )
    return [_Entry(deal, name, stage, moment, moment, _day(moment)) for deal, name, stage, moment in rows]


def _seen(entries: pd.DataFrame, history: History) -> list[_Entry]:
    rows = history.events["row"].loc[entries.index].tolist()
    closed = [unpack(row.get("Actual close")) if isinstance(row, dict) else None for row in rows]
    columns = [entries[name].tolist() for name in ("deal", "deal_id", "stage")]
    columns += [_seconds(entries[name]) for name in _MOMENTS]
    return [_Entry._make((*row, False, day)) for *row, day in zip(*columns, closed, strict=True)]


def _seconds(moments: pd.Series) -> list[int]:
    seconds: list[int] = moments.to_numpy().astype("datetime64[s]").astype(np.int64).tolist()
    return seconds


def _day(moment: int) -> int:
    return moment - moment % _DAY_SECONDS


def _woven(seen: list[_Entry], told: list[_Entry]) -> list[_Entry]:
    """One deal's entries in order; ``told`` by moment."""
    out: list[_Entry] = []
    at = 0
    for number, one in enumerate(seen):
        start = at
        while at < len(told) and told[at].not_after <= one.not_after:
            at += 1
        is_exact = number > 0 and one.not_before == one.not_after
        between = [] if is_exact else told[start:at]
        match = _match(one, between)
        if match is None:
            out += [*between, _after(one, between, is_first=number == 0)]
        else:
            out += between[: match + 1]
            at = start + match + 1
    stages = ["", *(one.stage.strip().casefold() for one in out)]
    return [one for i, one in enumerate(out) if i == 0 or stages[i] != stages[i + 1]]


def _match(one: _Entry, between: list[_Entry]) -> int | None:
    """The last imported entry that led to the stage seen; later ones must be of the very day of the refresh."""
    for at in range(len(between) - 1, -1, -1):
        if between[at].stage.strip().casefold() == one.stage.strip().casefold():
            return at
        if between[at].entered_on < _day(one.not_after):
            return None
    return None


def _after(one: _Entry, between: list[_Entry], *, is_first: bool) -> _Entry:
    """A seen entry to which no imported one led: its day is not before theirs."""
    found_on = _day(one.not_after)
    if not between or not is_first or between[-1].entered_on <= one.entered_on < found_on:
        return one
    closed = _seconds(pd.Series([pd.Timestamp(one.closed_on)]))[0] if isinstance(one.closed_on, dt.date) else None
    if closed is not None and between[-1].entered_on <= closed <= found_on:
        return one._replace(entered_on=closed)
    return one._replace(entered_on=found_on)
