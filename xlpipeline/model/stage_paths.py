"""The way of every deal through the open stages, from history where it tells one (SEMANTICS 1, 4, 12).

A deal enters a stage when it first stands in it *or in any later one*, or is won: what it skipped counts as entered at
the moment of the skip. So "advanced from stage s" is the same as "entered the next one", and one table of first entries
answers every question of conversion. Deals of which history tells no way (imported when they were closed already) are
imputed: a won deal passed every stage, a lost one those up to its Last stage before loss, all on the day of Created.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.stints import stage_entries
from xlpipeline.model.told_entries import told_from
from xlpipeline.model.tracking import deal_keys, history_of

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
NEVER = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class StagePaths:
    """First entries and outcomes at the as-of date. Arrays have one row per deal, in the order of ``facts.deals``.

    ``entered[:, k]``: day (datetime64[s], NaT = not, or not known when) of the first entry to the k-th open stage or a
    later one or won; ``reached[:, k]``: whether it was entered at all; ``stood[:, k]``: whether history saw the deal in
    that very stage; ``regressed[:, k]``: whether it went back to an earlier stage after entering the k-th one.
    ``entered[:, -1]`` and ``reached[:, -1]`` are of *won*: there is one column more than there are stages.
    """

    stages: tuple[str, ...]
    entered: Days
    reached: Flags
    stood: Flags
    regressed: Flags
    ended: Flags
    """Lost or derailed by the as-of date."""
    ended_on: Days
    """Actual close of those; NaT where it is blank."""
    told: Flags
    """Whether the way comes from history; otherwise it is imputed."""
    unknown: Flags
    """Lost or derailed, and nobody knows in which stage: they widen the bounds of every stage."""
    stints: pd.DataFrame
    """Every stay in an open stage that is known: row (of the arrays), stage (0-based), entered_on, left_on (NaT = still
    there), to (0-based stage it went to; number of stages = won; -1 = lost or derailed or no stage; -2 = still there).
    In the order of each deal."""
    reopened: Flags
    """History saw the deal closed and then in an open stage again."""
    seen_from: np.datetime64
    """Day of the first refresh, or of an import's history that tells of nearly all deals; NaT without history."""
    interval_days: float
    """Mean days between the two refreshes between which a change of stage lies; NaN without one."""

    @property
    def advanced(self) -> Flags:
        """Per deal and stage, whether a later open stage or won was reached."""
        return self.reached[:, 1:]

    @property
    def advanced_on(self) -> Days:
        """Per deal and stage, the day on which a later open stage or won was reached first."""
        return self.entered[:, 1:]

    @property
    def skipped(self) -> Flags:
        """Per deal and stage, whether history saw the deal pass the stage without standing in it.

        Stages before the one in which a deal was seen first are no skips: nobody knows where it had stood.
        """
        was_seen = np.maximum.accumulate(self.stood, axis=1)
        return self.reached[:, :-1] & ~self.stood & was_seen & self.told[:, None]

    @property
    def seen(self) -> Flags:
        """Per deal and stage, whether history was there when the deal entered it, so that its day is known.

        Of stages entered before, only the deals that stayed are known, which would make every stay too long.
        """
        return self.told[:, None] & (self.entered[:, :-1] >= self.seen_from)


@once
def stage_paths(facts: Facts) -> StagePaths:
    """The ways of all deals of the facts; what happened after the as-of date is not known yet."""
    stages = facts.stages[facts.stages["type"] == "open"]
    names = tuple(stages["stage"])
    deals, day = facts.deals, np.datetime64(facts.as_of, "s")
    entries = _entries(facts, names)
    closed_on = deals["closed_on"].to_numpy().astype("datetime64[s]")
    late = closed_on > day
    won = deals["is_won"].to_numpy() & ~late
    ended = (deals["is_lost"] | deals["is_derailed"]).to_numpy() & ~late
    told = np.zeros(len(deals), dtype=bool)
    told[entries.loc[entries["stage"] >= 0, "row"]] = True
    entered, reached, stood = _from_history(entries, len(deals), len(names))
    _impute(facts, told, ended, entered, reached)
    _say_where_lost(facts, ended & told, entered, reached, stood)
    entered[:, -1], reached[:, -1] = np.where(won, closed_on, NEVER), won
    _fill_back(entered, reached, told)
    known = reached[:, :-1].any(axis=1)
    return StagePaths(
        stages=names,
        entered=entered,
        reached=reached,
        stood=stood,
        regressed=_regressed(entries, len(deals), len(names)),
        ended=ended,
        ended_on=np.where(ended, closed_on, NEVER),
        told=told,
        unknown=ended & ~known,
        stints=_stints(entries, facts, told, won),
        reopened=_reopened(entries, len(deals)),
        seen_from=_seen_from(facts),
        interval_days=float(entries["width"].mean()),
    )


def _entries(facts: Facts, names: tuple[str, ...]) -> pd.DataFrame:
    """Entries of history up to the as-of date: row, stage (0-based; -1 = closed or none), entered_on, in order.

    ``closed``: whether it is a stage of closed deals, ``won``: of won ones; ``width``: days between the refreshes
    around it (NaN: a birth).
    """
    rows = {key: i for i, key in enumerate(deal_keys(facts).tolist())}
    rows.pop("", None)
    number = {name.casefold(): i for i, name in enumerate(names)}
    history = history_of(facts)
    empty = pd.DataFrame({"row": np.array([], dtype=np.int64), "stage": np.array([], dtype=np.int64)})
    empty["entered_on"] = np.array([], dtype="datetime64[s]")
    empty["closed"], empty["width"] = np.array([], dtype=bool), np.array([], dtype=float)
    empty["won"] = np.array([], dtype=bool)
    if history.is_broken or history.events.empty:
        return empty
    told = facts.remember_of_book("stage entries", lambda: stage_entries(history))
    told = told.assign(row=[rows.get(deal, -1) for deal in told["deal"].tolist()])
    told = told[(told["row"] >= 0) & (told["entered_on"] <= pd.Timestamp(facts.as_of))]
    if told.empty:
        return empty
    key_of = {name: name.strip().casefold() for name in set(told["stage"])}
    folded = told["stage"].map(key_of)
    at = folded.map(number).fillna(-1).to_numpy(dtype=np.int64)
    closed = set(facts.stages.loc[facts.stages["type"] != "open", "stage"].str.casefold())
    width = (told["entered_not_after"] - told["entered_not_before"]).dt.total_seconds() / 86_400
    first = ~told["deal"].duplicated()
    out = pd.DataFrame({"row": told["row"].to_numpy(dtype=np.int64), "stage": at})
    out["entered_on"] = told["entered_on"].to_numpy().astype("datetime64[s]")
    out["closed"] = folded.isin(closed).to_numpy()
    won = set(facts.stages.loc[facts.stages["type"].isin(["won", "post"]), "stage"].str.casefold())
    out["won"] = folded.isin(won).to_numpy()
    out["width"] = width.mask(first).to_numpy(dtype=float)
    return out


def _seen_from(facts: Facts) -> np.datetime64:
    """Day of the first refresh of history, or from which an import's history tells of nearly all; NaT without one."""
    first = history_of(facts).events["not_after"].min()
    if pd.isna(first):
        return NEVER
    seen, told = np.datetime64(first.normalize(), "s"), told_from(history_of(facts))
    return told if told < seen else seen  # NaT is less than nothing


def _reopened(entries: pd.DataFrame, deals: int) -> Flags:
    out = np.zeros(deals, dtype=bool)
    was_closed = entries["closed"].groupby(entries["row"]).cummax()
    out[entries.loc[was_closed & (entries["stage"] >= 0), "row"]] = True
    return out


def _from_history(entries: pd.DataFrame, deals: int, stages: int) -> tuple[Days, Flags, Flags]:
    entered = np.full((deals, stages + 1), NEVER, dtype="datetime64[s]")
    stood = np.zeros((deals, stages), dtype=bool)
    known = entries[entries["stage"] >= 0]
    first = known.groupby(["row", "stage"], sort=False)["entered_on"].min().reset_index()
    entered[first["row"], first["stage"]] = first["entered_on"].to_numpy()
    stood[first["row"], first["stage"]] = True
    reached = np.zeros((deals, stages + 1), dtype=bool)
    reached[:, :-1] = stood
    return entered, reached, stood


def _orders(facts: Facts) -> npt.NDArray[Any]:
    return facts.stages.loc[facts.stages["type"] == "open", "order"].to_numpy(dtype=float)


def _impute(facts: Facts, told: Flags, ended: Flags, entered: Days, reached: Flags) -> None:
    """The ways that history does not tell, and that every deal began in the first stage on the day of Created."""
    deals, orders = facts.deals, _orders(facts)
    created = deals["created"].to_numpy().astype("datetime64[s]")
    furthest = deals["reached_order"].to_numpy(dtype=float)
    if len(orders) == 1:  # there is no other in which a deal can have been lost
        furthest = np.where(ended & np.isnan(furthest), orders[0], furthest)
    passed = (furthest[:, None] >= orders[None, :]) & ~told[:, None]
    reached[:, :-1] |= passed
    entered[:, :-1] = np.where(passed, created[:, None], entered[:, :-1])
    if len(orders):
        began = told & ~np.isnat(created) & ~(entered[:, 0] < created)
        reached[began, 0], entered[began, 0] = True, created[began]


def _say_where_lost(facts: Facts, lost: Flags, entered: Days, reached: Flags, stood: Flags) -> None:
    """A deal may move and be lost between two refreshes: Last stage before loss tells of the stage that nobody saw."""
    furthest = facts.deals["reached_order"].to_numpy(dtype=float)
    closed_on = facts.deals["closed_on"].to_numpy().astype("datetime64[s]")
    latest = closed_on.copy()
    for stage, order in enumerate(_orders(facts)):
        own = entered[:, stage]
        latest = np.where(~np.isnat(own) & ~(latest >= own), own, latest)
        unseen = lost & (furthest == order) & ~reached[:, stage]
        reached[unseen, stage], stood[unseen, stage] = True, True
        entered[unseen, stage] = latest[unseen]


def _fill_back(entered: Days, reached: Flags, told: Flags) -> None:
    """Who reached a stage reached all before it, no later than then (of an imputed way only Created is known)."""
    for stage in range(entered.shape[1] - 2, -1, -1):
        after, own = entered[:, stage + 1], entered[:, stage]
        earlier = told & reached[:, stage + 1] & (np.isnat(own) | (after < own)) & ~np.isnat(after)
        entered[:, stage] = np.where(earlier, after, own)
        reached[:, stage] |= reached[:, stage + 1]


def _regressed(entries: pd.DataFrame, deals: int, stages: int) -> Flags:
    out = np.zeros((deals, stages), dtype=bool)
    known = entries[entries["stage"] >= 0]
    before = known.groupby("row")["stage"].cummax().groupby(known["row"]).shift().fillna(-1).to_numpy(dtype=np.int64)
    row, stage = known["row"].to_numpy(), known["stage"].to_numpy()
    for k in range(stages):
        out[row[(before >= k) & (stage < k)], k] = True
    return out


def _stints(entries: pd.DataFrame, facts: Facts, told: Flags, won: Flags) -> pd.DataFrame:
    """Stays in open stages; an open deal without a told way has the one in which it stands."""
    by_row = entries.groupby("row", sort=False)
    stays = entries.assign(left_on=by_row["entered_on"].shift(-1), to=by_row["stage"].shift(-1))
    stages = int((facts.stages["type"] == "open").sum())
    next_is_last = by_row.cumcount(ascending=False) == 1
    # What came last is what the table says now; a deal that was won and reopened had been won for a while.
    is_won = pd.Series(won[stays["row"]], index=stays.index)
    next_won = (by_row["won"].shift(-1) == True).mask(next_is_last, is_won)  # noqa: E712 - NaN where none follows
    stays["to"] = stays["to"].mask(stays["to"].eq(-1) & next_won, stages).fillna(-2).astype(np.int64)
    stays = stays[stays["stage"] >= 0]
    standing = np.flatnonzero(~told & facts.deals["is_open"].to_numpy())
    deals = facts.deals.iloc[standing]
    number = {name.casefold(): i for i, name in enumerate(facts.stages.loc[facts.stages["type"] == "open", "stage"])}
    since = deals["stage_since"].fillna(deals["created"]).to_numpy().astype("datetime64[s]")
    own = pd.DataFrame(
        {"row": standing, "stage": deals["stage"].str.casefold().map(number).to_numpy(dtype=np.int64)},
    )
    own["entered_on"] = since
    own["left_on"] = np.full(len(own), NEVER, dtype="datetime64[s]")
    own["to"] = np.full(len(own), -2, dtype=np.int64)
    own = own[own["entered_on"].notna() & (own["entered_on"] <= pd.Timestamp(facts.as_of))]
    kept = stays[["row", "stage", "entered_on", "left_on", "to"]]
    return pd.concat([kept, own], ignore_index=True) if len(own) else kept.reset_index(drop=True)
