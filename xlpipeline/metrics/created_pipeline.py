"""Created and qualified pipeline: how much comes in at the top, week by week."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="created_pipeline",
    title="Created and qualified pipeline",
    definition="Number and amount of the deals that were created, and of those that became qualified, in each week.",
    formula=(
        "weeks from Monday to Sunday; created: by Created; qualified: first entry to the first stage that counts as "
        "qualified, or to a later one, where history saw it; amounts as they are now, blank ones count as 0"
    ),
    why="What is not created this month cannot be won next quarter: it falls long before the won value does.",
    what_to_do="When it falls for several weeks, make time for prospecting before the open pipeline is thin.",
    source="definitions, section 16",
)

WEEKS: Final = 13
_WEEK: Final = np.timedelta64(7, "D")


@once
def by_week(facts: Facts, weeks: int = WEEKS) -> pd.DataFrame:
    """One row per week up to that of the as-of date, oldest first.

    Columns: week (its Monday, date), created_n, created_amount, qualified_n, qualified_amount (minor units; NaN in
    weeks that begin before history, or where no stage counts as qualified), blank (created deals without an amount),
    is_running (the week is not over).
    """
    last = facts.as_of - dt.timedelta(days=facts.as_of.weekday())
    mondays = [last - dt.timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    known = (facts.deals["stage_type"] != "").to_numpy()
    amount = facts.deals["amount"].to_numpy(dtype=float)
    created = _week_of(facts, facts.deals["created"].to_numpy().astype("datetime64[s]"), mondays[0], weeks)
    created = np.where(known, created, -1)
    qualified, seen = _qualified(facts)
    week_of = np.where(known, _week_of(facts, qualified, mondays[0], weeks), -1)
    hidden = np.array(mondays, dtype="datetime64[D]") < seen if not np.isnat(seen) else np.ones(weeks, dtype=bool)
    (created_n, created_amount), (qualified_n, qualified_amount) = (
        _sums(codes, amount, weeks) for codes in (created, week_of)
    )
    return pd.DataFrame({
        "week": mondays,
        "created_n": created_n,
        "created_amount": created_amount,
        "qualified_n": np.where(hidden, np.nan, qualified_n),
        "qualified_amount": np.where(hidden, np.nan, qualified_amount),
        "blank": np.bincount(created[(created >= 0) & np.isnan(amount)], minlength=weeks),
        "is_running": [monday == last and facts.as_of.weekday() != 6 for monday in mondays],
    })  # fmt: skip


def _qualified(facts: Facts) -> tuple[npt.NDArray[np.datetime64], np.datetime64]:
    """Day on which history saw each deal become qualified (NaT = not), and since when history sees that."""
    paths, stages = stage_paths(facts), facts.stages[facts.stages["type"] == "open"]
    gates = np.flatnonzero(stages["qualified"].to_numpy())
    never = np.datetime64("NaT", "s")
    if not len(gates):
        return np.full(len(facts.deals), never), never
    gate = int(gates[0])
    return np.where(paths.seen[:, gate], paths.entered[:, gate], never), paths.seen_from


def _week_of(facts: Facts, days: npt.NDArray[np.datetime64], first: dt.date, weeks: int) -> npt.NDArray[np.int64]:
    """Number of the week of each day, -1 = in none of them or after the as-of date."""
    known = ~np.isnat(days) & (days < np.datetime64(facts.as_of + dt.timedelta(days=1)))
    number = np.full(len(days), -1, dtype=np.int64)
    number[known] = np.floor((days[known] - np.datetime64(first)) / _WEEK).astype(np.int64)
    return np.where((number >= 0) & (number < weeks), number, -1)


def _sums(
    codes: npt.NDArray[np.int64], amount: npt.NDArray[np.float64], weeks: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Number and amount of the deals of each week."""
    inside = codes >= 0
    weights = np.nan_to_num(amount[inside])
    summed = np.bincount(codes[inside], weights=weights, minlength=weeks).astype(np.float64)
    return np.bincount(codes[inside], minlength=weeks).astype(np.int64), summed
