"""Won trend: what was won, month by month."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="won_trend",
    title="Won by month",
    definition="Number and amount of the deals won in each calendar month, by actual close.",
    formula=(
        "Σ Amount and count of won deals whose actual close lies in the month; the last month runs to the as-of date"
    ),
    why="It shows whether selling grows, shrinks or swings, and whether wins pile up at the ends of quarters.",
    what_to_do="Compare a month with the same month a year ago; the last month is not complete before its end.",
    source="definitions, section 5",
)


def by_month(facts: Facts, months: int = 18) -> pd.DataFrame:
    """One row per month up to that of the as-of date, oldest first.

    Columns: month (its first day, datetime64), won_n, won_amount (minor units; NaN where wins have no amount at all).
    Months before the team's first deal are left out.
    """
    last = pd.Period(facts.as_of, freq="M")
    first = max(last - (months - 1), _first_month(facts))
    every = pd.period_range(first, last, freq="M")
    won = facts.deals.loc[facts.closed_within(None) & facts.deals["is_won"], ["closed_on", "amount"]].dropna(
        subset="closed_on"
    )
    groups = won.groupby(won["closed_on"].dt.to_period("M"))["amount"]
    won_n = groups.size().reindex(every, fill_value=0)
    amount = groups.sum(min_count=1).reindex(every).where(won_n > 0, 0.0)
    return pd.DataFrame(
        {"month": every.to_timestamp().as_unit("s"), "won_n": won_n.to_numpy(), "won_amount": amount.to_numpy()}
    )


def _first_month(facts: Facts) -> pd.Period:
    """Month of the first deal created or closed up to the as-of date; without any, the month after it (no rows)."""
    found = facts.deals[["created", "closed_on"]].min().min()
    after = pd.Period(facts.as_of + dt.timedelta(days=1), freq="M")
    return after + 1 if pd.isna(found) else found.to_period("M")
