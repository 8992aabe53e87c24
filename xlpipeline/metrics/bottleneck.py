"""Bottlenecks: stages in which deals stay longer, or drop out more often, than they used to in the same team."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.aalen_johansen import incidence
from xlpipeline.metrics.conversion import stage_ends
from xlpipeline.metrics.kaplan_meier import Stays
from xlpipeline.metrics.time_in_stage import per_deal, stay_curve
from xlpipeline.metrics.wilson import difference
from xlpipeline.model.calendar import Period, year_before
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="bottleneck",
    title="Bottlenecks",
    definition="A stage whose median time or drop-off is now worse than its own past by more than chance can explain.",
    formula=(
        "Time: median days in stage now ÷ median then. Drop-off: share lost within N days of entering, now − then "
        "(Aalen-Johansen). Now: entries of the last 180 days (setting); then: of the same days a year ago, else of the "
        "earliest days that history saw. Named only if the 95 % interval excludes 1 (time, and the medians differ by "
        "more than the days between two refreshes) or 0 (drop-off). Value held: Σ amount × days in the stage"
    ),
    why="A stage is not slow because it takes long; it is slow when it takes longer than it used to.",
    what_to_do="Ask the reps of the named stage what changed: training, words to the customer, or people.",
    source="definitions, section 16",
)


_RANKED: Final = {"time_rank": "time_ratio", "drop_rank": "drop"}


@dataclass(frozen=True)
class Comparison:
    """The two spans of entries that are compared; ``past`` is None where history is too short."""

    now: Period
    past: Period | None
    past_is_year_ago: bool


@once
def comparison(facts: Facts) -> Comparison:
    """The last days (setting ``bottleneck_days``) and the same days a year ago, or the earliest that history saw."""
    length = dt.timedelta(days=facts.settings.bottleneck_days)
    end = facts.as_of + dt.timedelta(days=1)
    now = Period(f"last {length.days} days", end - length, end)
    seen_from = stage_paths(facts).seen_from
    if np.isnat(seen_from):
        return Comparison(now, None, False)
    first = seen_from.astype("datetime64[D]").item()
    year = Period("a year ago", year_before(now.start), year_before(now.end))
    if year.start >= first and year.end <= now.start:
        return Comparison(now, year, True)
    earliest = Period(f"from {first.isoformat()}", first, min(first + length, now.start))
    return Comparison(now, earliest if earliest.days > 0 else None, False)


@once
def by_stage(facts: Facts) -> pd.DataFrame:
    """One row per open stage, in order.

    Columns: stage, n, past_n (entries), median_days, past_median_days, time_ratio with ratio_low and ratio_high,
    drop (share lost within ``conversion_days``), past_drop, drop_change with change_low and change_high (shares),
    is_slower, is_leakier, note, time_rank and drop_rank (1 = the longest for its past, and the largest drop now).
    NaN where either side has too few entries or is not known yet.
    """
    spans = comparison(facts)
    rows = [(name, *_compared(facts, k, spans)) for k, name in enumerate(stage_paths(facts).stages)]
    table = pd.DataFrame(rows, columns=[
        "stage", "n", "past_n", "median_days", "past_median_days", "time_ratio", "ratio_low", "ratio_high",
        "drop", "past_drop", "drop_change", "change_low", "change_high", "is_slower", "is_leakier", "note",
    ])  # fmt: skip
    ranks = {head: table[of].rank(ascending=False, method="min") for head, of in _RANKED.items()}
    return table.assign(**ranks)


@once
def value_held(facts: Facts) -> pd.DataFrame:
    """Which stage holds value longest: open deals by stage.

    Columns: stage, n, amount (minor units), mean_days (days in the stage, weighted by amount; NaN without), share (of
    all amount x days). Days are those of the present stay; deals without a known day or amount count as 0.
    """
    deals, days = facts.deals[facts.deals["is_open"]], per_deal(facts)
    amount = deals["amount"].clip(lower=0).fillna(0.0)
    held = amount * days["current_days"].fillna(0.0)
    number = {name.casefold(): k for k, name in enumerate(stage_paths(facts).stages)}
    at = deals["stage"].str.casefold().map(number).to_numpy(dtype=np.int64)
    stages = len(number)
    n = np.bincount(at, minlength=stages)
    by_amount = np.bincount(at, weights=amount, minlength=stages)
    by_days = np.bincount(at, weights=held, minlength=stages)
    mean = np.divide(by_days, by_amount, out=np.full(stages, np.nan), where=by_amount > 0)
    whole = by_days.sum()
    share = by_days / whole if whole > 0 else np.full(stages, np.nan)
    names = list(stage_paths(facts).stages)
    return pd.DataFrame({"stage": names, "n": n, "amount": by_amount, "mean_days": mean, "share": share})


def _compared(facts: Facts, stage: int, spans: Comparison) -> tuple[object, ...]:
    nan = float("nan")
    now = stay_curve(facts, stage, spans.now)
    then = stay_curve(facts, stage, spans.past) if spans.past else None
    n, past_n = (curve.n if curve else 0 for curve in (now, then))
    least = max(facts.settings.counts_only_below, 1)
    if spans.past is None or now is None or then is None or min(n, past_n) < least:
        note = "No history yet to compare with." if spans.past is None else f"{n} entries now, {past_n} then: too few."
        return n, past_n, *(nan,) * 10, False, False, note
    times = _times(now, then)
    drops = _drops(facts, stage, spans.now, spans.past)
    # Days between two refreshes are one step of the median: less than that is no difference.
    step = stage_paths(facts).interval_days
    slower, leakier = times[3] > 1 and not times[0] - times[1] <= step, drops[3] > 0
    return n, past_n, *times, *drops, slower, leakier, _note(facts, n, past_n, times, drops)


def _times(now: Stays, then: Stays) -> tuple[float, ...]:
    """Medians now and then, their ratio and its bounds."""
    median, past = now.quantile(), then.quantile()
    if not (median > 0 and past > 0):
        return median, past, *(float("nan"),) * 3
    bounds = [tuple(map(_log, curve.bounds())) for curve in (now, then)]
    low, high = difference(_log(median), (bounds[0][0], bounds[0][1]), _log(past), (bounds[1][0], bounds[1][1]))
    return median, past, median / past, math.exp(low), math.exp(min(high, 700.0))


def _log(days: float) -> float:
    return math.log(days) if days > 0 else -math.inf


def _drops(facts: Facts, stage: int, now: Period, past: Period) -> tuple[float, ...]:
    """Share lost within N days now and then, the change and its bounds; NaN where a side has too few entries.

    Where a side was not followed for so long, both are taken at the longest time that both were followed.
    """
    ends = [stage_ends(facts, stage_paths(facts), stage, span) for span in (now, past)]
    if min(len(spent) for spent, _ in ends) < max(facts.settings.counts_only_below, 1):
        return (float("nan"),) * 5
    curves = [incidence(spent, cause, 2) for spent, cause in ends]
    limit = min(facts.settings.conversion_days, *(curve.known_until for curve in curves))
    (drop, bounds), (past_drop, past_bounds) = ((curve.at(limit, 2), curve.bounds_at(limit, 2)) for curve in curves)
    return drop, past_drop, drop - past_drop, *difference(drop, bounds, past_drop, past_bounds)


def _note(facts: Facts, n: int, past_n: int, times: tuple[float, ...], drops: tuple[float, ...]) -> str:
    parts = []
    if math.isnan(times[2]):
        parts.append("No median on one side yet.")
    if math.isnan(drops[2]):
        parts.append("Drop-off is not known yet.")
    if min(n, past_n) < facts.settings.grey_below:
        parts.append(f"Only {min(n, past_n)} entries on one side: read the interval.")
    return " ".join(parts)
