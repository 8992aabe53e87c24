"""Activity standards: what must be started and done so that the rest of the quota is won in time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.average_deal import average_deal
from xlpipeline.metrics.conversion import by_stage as conversion_by_stage
from xlpipeline.metrics.coverage import by_rep as coverage_by_rep
from xlpipeline.metrics.coverage import coverage
from xlpipeline.metrics.cycle import median_of_won
from xlpipeline.model.activities import done
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import ACTIVITY_KINDS
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="activity_standards",
    title="Activity standards",
    definition=(
        "Deals that must enter each stage, and activities per week, so that the rest of the quota is won by the end of "
        "the period at the team's own conversion and average deal; with less than a week left, all still needed."
    ),
    formula=(
        "won needed = quota still to win ÷ average won deal; entries to a stage = won needed ÷ (conversion of the "
        "stage × … × of the last one); activities = Σ entries × activities logged per deal in the stage; per week = "
        "activities ÷ remaining business days × business days of a week, and with fewer days left than a week has all "
        "of them; must be created by = last day of the period − median cycle of won deals. Rates are those of the "
        "trailing window; entries include open deals"
    ),
    why="A target nobody can act on becomes a number of first calls this week.",
    what_to_do=(
        "Agree the weekly number with each rep; when the creation date has passed, work on what is open: deals that "
        "are created now close after the period."
    ),
    source="definitions, section 16",
)
_STAGE_HEADS: Final = [
    "stage", "rate", "decided", "entries", "open_now", "deals", *ACTIVITY_KINDS, "per_entry", "activities", "reason",
]  # fmt: skip
_REP_HEADS: Final = ["rep", "remaining", "won_needed", "first_entries", "needed", "reason"]


@dataclass(frozen=True)
class Standards:
    """The back-solve for all reps of the facts together.

    ``stages``: stage, rate (conversion), decided (n of it), entries (needed), open_now (deals open in the stage or
    later), deals (behind the activities), one column per kind and per_entry (activities per deal in the stage),
    activities (in all), reason (why a number is missing; "" = fine).
    """

    period: Period
    remaining: Figure
    """Quota still to win, minor units."""
    average: Figure
    """Average won deal, minor units."""
    won_needed: Figure
    cycle: Figure
    """Median days of won deals."""
    days_left: int
    """Business days from the as-of date (included) to the end of the period."""
    create_by: dt.date | None
    """Deals that are created after this day close, by the median, after the period; None without a median.

    The definition's P1 is the first day after the period, so one more day is taken off: who is created on this day
    closes on the last day of the period.
    """
    create_by_reason: str
    stages: pd.DataFrame
    week_days: int
    """Business days of a week."""
    needed: Figure
    """Activities of all kinds per week; with fewer ``days_left`` than ``week_days``, for those days together."""

    @property
    def is_last_week(self) -> bool:
        """Whether less than a week is left, so that ``needed`` is for ``days_left``."""
        return self.days_left < self.week_days

    @property
    def share_of_week(self) -> float:
        """For how much of a week ``needed`` is: what is done per week times this compares with it."""
        return min(self.days_left / self.week_days, 1.0)


@once
def standards(facts: Facts) -> Standards:
    """What is needed for the rest of the quarter of the as-of date."""
    period = facts.quarter
    remaining, average = coverage(facts).remaining, average_deal(facts, facts.window)
    won = _won_needed(remaining, average, facts)
    cycle = median_of_won(facts, facts.window)
    stages = _stages(facts, won)
    create_by, reason = _create_by(cycle, period, facts)
    return Standards(
        period=period,
        remaining=remaining,
        average=average,
        won_needed=won,
        cycle=cycle,
        days_left=_days_left(facts),
        create_by=create_by,
        create_by_reason=reason,
        stages=stages,
        week_days=_week_days(facts),
        needed=_needed(facts, won, stages),
    )


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """Per rep with a quota: remaining (minor units), won_needed, first_entries (to the first stage), needed, reason.

    needed: activities, for the same days as ``Standards.needed``. Average deal, conversion and activities per deal are
    the team's: one rep has too few deals of his own.
    """
    every = standards(facts)
    rows = [_rep_row(facts, every, row) for row in coverage_by_rep(facts).to_dict("records")]
    return pd.DataFrame(rows, columns=_REP_HEADS)


def _rep_row(facts: Facts, every: Standards, row: dict[object, object]) -> tuple[object, ...]:
    left = row["remaining"]
    if not isinstance(left, float) or math.isnan(left):
        return row["rep"], math.nan, math.nan, math.nan, math.nan, "No quota for the period."
    remaining = Figure(left, 1, "")
    won = _won_needed(remaining, every.average, facts)
    if won.value is None:
        return row["rep"], left, math.nan, math.nan, math.nan, won.reason
    stages = _stages(facts, won)
    needed = _needed(facts, won, stages)
    first = float(stages["entries"].iloc[0])
    return row["rep"], left, won.value, first, math.nan if needed.value is None else needed.value, needed.reason


def _won_needed(remaining: Figure, average: Figure, facts: Facts) -> Figure:
    basis = "quota still to win ÷ average won deal"
    if remaining.value is None:
        return refused(remaining.reason, basis=basis)
    if remaining.value == 0:
        return Figure(0.0, average.n, basis, note="Quota reached.")
    few = facts.settings.counts_only_below
    if average.value is None or average.n < few or average.value <= 0:
        reason = average.reason or f"Only {average.n:,} won deals with an amount in the window: too few for an average."
        return refused(reason, n=average.n, basis=basis)
    return Figure(remaining.value / average.value, average.n, basis)


def _stages(facts: Facts, won: Figure) -> pd.DataFrame:
    table, done_for = conversion_by_stage(facts, facts.window), _per_entry(facts)
    orders = facts.deals.loc[facts.deals["is_open"], "stage_order"]
    order_of = dict(zip(facts.stages["stage"], facts.stages["order"], strict=True))
    rows, wanted, why = [], won.value, won.reason
    for at in range(len(table) - 1, -1, -1):
        row = table.iloc[at]
        if wanted is not None:
            wanted, why = _entries(wanted, float(row["rate"]), str(row["stage"]), str(row["note"]))
        per = done_for.iloc[at]
        entry = float(per["per_entry"])
        n = int(row["advanced"]) + int(row["lost"])
        open_now = int((orders >= order_of[row["stage"]]).sum())
        needed = math.nan if wanted is None else wanted
        reason = why or (str(per["reason"]) if math.isnan(entry) else "")
        kinds = [float(per[kind]) for kind in ACTIVITY_KINDS]
        rows.append(
            (row["stage"], row["rate"], n, needed, open_now, int(per["deals"]), *kinds, entry, needed * entry, reason)
        )
    return pd.DataFrame(rows[::-1], columns=_STAGE_HEADS)


def _entries(wanted: float, rate: float, stage: str, note: str) -> tuple[float | None, str]:
    """Entries to a stage that let ``wanted`` deals go on; or None and why."""
    if wanted == 0:
        return 0.0, ""
    if math.isnan(rate):
        return None, f"No conversion of {stage}: {note or 'too few deals.'}"
    if rate == 0:
        return None, f"No deal went on from {stage} in the window, so no number of entries is enough."
    return wanted / rate, ""


@once
def _per_entry(facts: Facts) -> pd.DataFrame:
    """Per open stage: deals that history saw enter and leave it, and what was logged while they stood there, per deal.

    An activity belongs to the stage in which the deal stood at the end of its day; those of the day of the close to the
    last one. Deals that skipped the stage count with none.
    """
    paths = stage_paths(facts)
    keys = [deal_key(name) for name in facts.deals["deal_id"]]
    over = paths.seen & paths.reached[:, :-1] & (paths.advanced | paths.ended[:, None])
    of_stay = [keys[row] for row in paths.stints["row"].to_numpy(dtype=np.int64).tolist()]
    stays = paths.stints.assign(key=pd.Series(of_stay, index=paths.stints.index, dtype=object))
    stays = stays[stays["key"] != ""].sort_values("entered_on", kind="stable")
    stays["entered_on"] = stays["entered_on"].astype("datetime64[s]")
    log = done(facts)[["key", "day", "kind"]].sort_values("day", kind="stable")
    at = pd.merge_asof(
        log, stays[["key", "entered_on", "left_on", "row", "stage"]], left_on="day", right_on="entered_on", by="key"
    )
    at = at[at["stage"].notna() & (at["left_on"].isna() | (at["day"] <= at["left_on"]))]
    row, stage = at["row"].to_numpy(dtype=np.int64), at["stage"].to_numpy(dtype=np.int64)
    at = at[over[row, stage]] if len(at) else at
    counts = at.groupby(["stage", "kind"]).size().unstack("kind", fill_value=0)
    counts = counts.reindex(index=range(len(paths.stages)), columns=list(ACTIVITY_KINDS), fill_value=0).fillna(0)
    return _shared_out(facts, counts, over.sum(axis=0))


def _shared_out(facts: Facts, counts: pd.DataFrame, deals: Iterable[int]) -> pd.DataFrame:
    rows = []
    for stage, n in enumerate(deals):
        own = counts.loc[stage].to_numpy(dtype=float)
        if n < max(facts.settings.counts_only_below, 1):
            seen = f"History saw {n:,} deals leave" if n else "History saw no deal leave"
            rows.append((int(n), *[math.nan] * (len(own) + 1), f"{seen} this stage: no number of activities per deal."))
        else:
            rows.append((int(n), *(own / n), float(own.sum() / n), ""))
    return pd.DataFrame(rows, columns=["deals", *ACTIVITY_KINDS, "per_entry", "reason"])


def _days_left(facts: Facts) -> int:
    before = np.array([facts.as_of - dt.timedelta(days=1)], dtype="datetime64[D]")
    return int(facts.calendar.elapsed(before, facts.quarter.end - dt.timedelta(days=1))[0])


def _week_days(facts: Facts) -> int:
    return facts.settings.weekend.count("0")


def _needed(facts: Facts, won: Figure, stages: pd.DataFrame) -> Figure:
    days, week = _days_left(facts), _week_days(facts)
    basis = "activities needed ÷ remaining business days × business days of a week"
    basis = f"activities needed in {days:,} business day{'' if days == 1 else 's'} left" if days < week else basis
    if won.value is None:
        return refused(won.reason, n=won.n, basis=basis)
    if won.value == 0:
        return Figure(0.0, won.n, basis, note="Quota reached.")
    missing = stages[stages["activities"].isna()]
    if len(missing):
        first = missing.iloc[0]
        reason = str(first["reason"])
        told = reason if str(first["stage"]) in reason else f"{first['stage']}: {reason}"
        return refused(told, n=won.n, basis=basis)
    if not days:
        return refused("No business day is left in the period.", n=won.n, basis=basis)
    return Figure(float(stages["activities"].sum()) / max(days / week, 1), int(stages["deals"].min()), basis)


def _create_by(cycle: Figure, period: Period, facts: Facts) -> tuple[dt.date | None, str]:
    """The last day on which a deal may be created to close in the period by the median cycle (a part of a day is one).

    P1 of the definition is the exclusive end of the period: a deal that is created P1 − cycle closes on P1, too late.
    """
    if cycle.value is None or cycle.n < facts.settings.counts_only_below:
        reason = cycle.reason or f"Only {cycle.n:,} won deals with both dates in the window: too few for a median."
        return None, reason
    return period.end - dt.timedelta(days=1 + math.ceil(cycle.value)), ""
