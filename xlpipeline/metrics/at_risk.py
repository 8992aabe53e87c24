"""Deals at risk: open deals that the forecast of the quarter counts on, or once did, and what speaks against each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.cycle import cycle
from xlpipeline.metrics.forecast_categories import categories_of
from xlpipeline.model.computed import days_over, idle_days, over_by_bounces, stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past_deals import past_deals
from xlpipeline.model.register import Metric
from xlpipeline.model.stints import push_counts
from xlpipeline.model.tracking import deal_keys, history_of

METRIC = Metric(
    name="at_risk",
    title="Deals at risk",
    definition=(
        "Open deals expected to close by the end of the quarter, overdue ones included, that carry at least one sign "
        "of trouble."
    ),
    formula=(
        "expected close past; put off listed_pushes times or more; idle (flag I); over the time-bound (T or B); "
        "no next step ahead (N); older than nine of ten won deals of the window; amount down by amount_drop_share or "
        "more from its highest"
    ),
    why="The quarter is lost deal by deal, and each of these signs is seen weeks before the date.",
    what_to_do="Take the list from the top: what must happen this week so that the reason goes away? Else re-date it.",
    source="issue 5, point 5; definitions, sections 8 and 14",
)

HEADS: Final = (
    "deal_id", "opportunity", "rep", "stage", "category", "amount", "expected_close", "reasons", "reason_n"
)  # fmt: skip


@once
def at_risk(facts: Facts) -> pd.DataFrame:
    """The deals at risk, most reasons (then largest) first: columns ``HEADS``, index of ``facts.deals``.

    ``amount``: minor units, NaN = blank; ``reasons``: one text such as ``overdue by 12 days; pushed 3 times``.
    """
    watched = counted_on(facts)
    told = _reasons(facts, watched)
    rows = watched.assign(category=categories_of(facts).reindex(watched.index), reason_n=[len(one) for one in told])
    rows["reasons"] = pd.Series(["; ".join(one) for one in told], index=rows.index, dtype=object)
    rows = rows[rows["reason_n"] > 0]
    rows = rows.sort_values(["deal_id", "opportunity"]).sort_values(
        ["reason_n", "amount"], ascending=False, kind="stable"
    )
    found: pd.DataFrame = rows[list(HEADS)]
    return found


@once
def counted_on(facts: Facts) -> pd.DataFrame:
    """Open deals expected to close by the end of the quarter, overdue ones included."""
    deals = facts.deals
    return deals[deals["is_open"] & (deals["expected_close"] < pd.Timestamp(facts.quarter.end))]


def _reasons(facts: Facts, watched: pd.DataFrame) -> list[list[str]]:
    settings, as_of, at = facts.settings, pd.Timestamp(facts.as_of), watched.index
    flags = stale_flags(facts).astype(bool).loc[at]
    late = (as_of - watched["expected_close"]).dt.days
    pushes = _pushes(facts, watched)
    over = days_over(facts).loc[at].where(flags["T"], over_by_bounces(facts).loc[at])
    begun = watched["first_contact"].fillna(watched["created"])
    age = (as_of - begun).dt.days
    oldest = cycle(facts, facts.window).p90
    limit = np.inf if oldest.value is None or oldest.n < settings.counts_only_below else oldest.value
    idle, drop = idle_days(facts).loc[at], _drops(facts, watched)
    rules: tuple[tuple[pd.Series, Callable[[int], str]], ...] = (
        (flags["C"], lambda i: f"overdue by {_days(late.iloc[i])}"),
        (pushes >= settings.listed_pushes, lambda i: f"pushed {int(pushes.iloc[i])} times"),
        (flags["T"] | flags["B"], lambda i: f"over the stage's time-bound by {_days(over.iloc[i], 'business day')}"),
        (flags["I"], lambda i: f"idle for {_days(idle.iloc[i], 'business day')}"),
        (flags["N"], lambda i: "no next step ahead"),
        (age > limit, lambda i: f"{_days(age.iloc[i])} old, nine of ten wins took at most {limit:.0f}"),
        (drop >= settings.amount_drop_share, lambda i: f"amount down {100 * drop.iloc[i]:.0f} % from its highest"),
    )
    told: list[list[str]] = [[] for _ in range(len(watched))]
    for holds, sentence in rules:
        for i in np.flatnonzero(holds.to_numpy()).tolist():
            told[i].append(sentence(i))
    return told


def _days(days: float, unit: str = "day") -> str:
    return f"{int(days):,} {unit}{'' if int(days) == 1 else 's'}"


def _pushes(facts: Facts, watched: pd.DataFrame) -> pd.Series:
    counts = facts.remember("push counts", lambda: push_counts(history_of(facts)))["pushes"]
    return counts.reindex(deal_keys(facts).loc[watched.index]).fillna(0).set_axis(watched.index)


def _drops(facts: Facts, watched: pd.DataFrame) -> pd.Series:
    """How far each local amount lies below the highest that history saw, as a share of that (0 = not at all)."""
    past = past_deals(facts)
    number = past.deal_ids.index.get_indexer(pd.Index(deal_keys(facts).loc[watched.index], dtype=object))
    peaks = _peaks(facts)
    peak = np.where(number >= 0, np.append(peaks, np.nan)[number], np.nan)
    now = watched["local_amount"].to_numpy()
    drop = np.divide(peak - now, peak, out=np.zeros(len(now)), where=(peak > 0) & ~np.isnan(now))
    return pd.Series(np.maximum(drop, 0.0), index=watched.index)


@once
def _peaks(facts: Facts) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The highest amount that each deal of ``past_deals`` ever had (NaN = none)."""
    past = past_deals(facts)
    numbers, amounts = past.numbered("Amount")
    peaks = np.full(len(past.deal_ids), np.nan)
    np.fmax.at(peaks, numbers, amounts.astype(float))
    return peaks
