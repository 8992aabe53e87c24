"""What a quarter began with, and what has become of it: the deals that slippage and its decay curve look at."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at, deals_now, past_deals, start_of

MOST_QUARTERS: Final = 8
"""Past quarters that are looked at, the latest."""
OUTCOMES: Final = ("won", "ended", "in", "pushed out", "overdue", "outside", "deleted")
"""What became of a base deal: won; lost or derailed; still open in the quarter; open past it or without a date; open
with its date passed; closed outside the quarter; row gone, or its stage is none of Stages. The last four have slipped.
"""
SLIPPED: Final = OUTCOMES[3:]
_WON: Final = ("won", "post")
_CLOSED: Final = (*_WON, "lost", "derailed")

Floats = npt.NDArray[np.floating[Any]]


@once
def past_quarters(facts: Facts) -> tuple[Period, ...]:
    """The latest quarters before the as-of date's whose start history knows, the latest first."""
    out: list[Period] = []
    last = facts.quarter
    while len(out) < MOST_QUARTERS:
        last = facts.fiscal.quarter(last.start - dt.timedelta(days=1))
        if start_of(facts, last.start) is None:
            break
        out.append(last)
    return tuple(out)


@once
def base_of(facts: Facts, quarter: Period) -> pd.DataFrame | None:
    """The base of a quarter and what became of it; index = deal key; rep (then), amount (then), outcome.

    None where history does not reach back to the start of the quarter.
    """
    began = start_of(facts, quarter.start)
    if began is None:
        return None
    then = deals_at(facts, began, quarter.start)
    base = then[then["is_open"] & within(then["expected_close"], quarter)][["rep", "amount"]].copy()
    base["outcome"] = _outcomes(facts, base.index, quarter)
    return base


def _outcomes(facts: Facts, keys: pd.Index, quarter: Period) -> npt.NDArray[Any]:
    last_day = min(facts.as_of, quarter.end - dt.timedelta(days=1))
    found, here = _as_known_now(facts, keys)
    type_then, closed_then = _at_the_end(facts, keys, last_day)
    is_open, closed = found["is_open"] == True, found["is_closed"] == True  # noqa: E712 - NaN where it is unknown
    was_closed = np.isin(type_then, _CLOSED)
    inside = closed & (within(found["closed_on"], quarter) | (found["closed_on"].isna() & was_closed))
    # What ended in the quarter and was reopened after it had not slipped.
    back = is_open & here & was_closed & (within(closed_then, quarter) | closed_then.isna())
    running = facts.as_of < quarter.end
    expected = found["expected_close"]
    return np.select(
        [
            (inside & (found["is_won"] == True)) | (back & np.isin(type_then, _WON)),  # noqa: E712
            inside | back,
            closed,
            ~here | ~is_open,
            is_open & (expected < pd.Timestamp(facts.as_of)) & running,
            is_open & within(expected, quarter) & running,
        ],
        ["won", "ended", "outside", "deleted", "overdue", "in"],
        default="pushed out",
    )


def _as_known_now(facts: Facts, keys: pd.Index) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """The deals of some keys as they are, or were before they were taken out of the table; and who is still there."""
    now = deals_now(facts)
    here = keys.isin(now.index)
    buried = deals_at(facts, end_of(facts.as_of), facts.as_of, buried=True)
    buried = buried[buried.index.isin(keys[~here])]
    kept = now[now.index.isin(keys)]
    return pd.concat([kept, buried[list(now.columns)]] if len(buried) else [kept]).reindex(keys), here


def _at_the_end(facts: Facts, keys: pd.Index, day: dt.date) -> tuple[npt.NDArray[Any], pd.Series]:
    """Type of the stage and actual close of each deal at the end of a day, as history saw them."""
    past, moment = past_deals(facts), [end_of(day)]
    types = dict(zip(facts.stages["stage"].str.casefold(), facts.stages["type"], strict=True))
    stages = past.held("Stage", moment, keys.tolist())[:, 0]
    closed_on = past.held("Actual close", moment, keys.tolist())[:, 0]
    return np.array([types.get(name.casefold(), "") for name in stages], dtype=object), pd.Series(closed_on, index=keys)


def still_in(facts: Facts, quarter: Period, until: dt.date) -> tuple[Floats, int] | None:
    """How many base deals are still open in the quarter after each week from its start, and the size of the base."""
    base = base_of(facts, quarter)
    if base is None:
        return None
    last = min(until, quarter.end - dt.timedelta(days=1))
    weeks = ((last - quarter.start).days + 1) // 7
    days = [quarter.start + dt.timedelta(days=7 * week - 1) for week in range(1, weeks + 1)]
    moments, keys, past = [end_of(day) for day in days], base.index.tolist(), past_deals(facts)
    open_names = {name.casefold() for name in facts.stages.loc[facts.stages["type"] == "open", "stage"]}
    stages, spelled = past.held("Stage", moments, keys), past.words["Stage"].tolist()
    is_open = pd.Series(stages.ravel(), dtype=object).isin([name for name in spelled if name.casefold() in open_names])
    expected = past.held("Expected close", moments, keys)
    start, end = np.datetime64(quarter.start, "s"), np.datetime64(quarter.end, "s")
    still = is_open.to_numpy().reshape(stages.shape) & (expected >= start) & (expected < end)
    still &= past.alive(moments, keys)
    return np.concatenate([[float(len(base))], still.sum(axis=0)]), len(base)


def within(days: pd.Series, quarter: Period) -> pd.Series:
    """Which days lie in the quarter."""
    return (days >= pd.Timestamp(quarter.start)) & (days < pd.Timestamp(quarter.end))
