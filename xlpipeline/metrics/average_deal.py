"""Average deal: what a won deal is worth."""

from __future__ import annotations

import pandas as pd

from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="average_deal",
    title="Average deal",
    definition="The mean amount of the deals won in the window; the median stands beside it.",
    formula="Σ Amount of won deals ÷ number of won deals with an amount",
    why=(
        "It turns a missing amount of quota into a number of deals to win; far above the median, it hangs on a "
        "few large deals."
    ),
    what_to_do="Plan with the median when both differ much, and fill the amounts of won deals.",
    source="definitions, section 5",
)


@once
def average_deal(facts: Facts, window: Period | None = None) -> Figure:
    """Mean amount of deals won in ``window`` (None = all time), in minor units; n = won deals with an amount."""
    return _figure(facts, window, "mean")


@once
def median_deal(facts: Facts, window: Period | None = None) -> Figure:
    """Median amount of deals won in ``window`` (None = all time), in minor units; n = won deals with an amount."""
    return _figure(facts, window, "median")


@once
def won_amounts(facts: Facts, window: Period | None = None) -> pd.Series:
    """Amounts in minor units of the deals won in ``window`` (None = all time); NaN = blank."""
    return facts.deals.loc[facts.closed_within(window) & facts.deals["is_won"], "amount"]


def _figure(facts: Facts, window: Period | None, kind: str) -> Figure:
    amounts = won_amounts(facts, window)
    basis = f"{kind} of won deals, {window.name if window else 'all time'}"
    blank = int(amounts.isna().sum())
    n = len(amounts) - blank
    if n == 0:
        reason = (
            "No won deal has an amount; please fill Amount in Pipeline." if blank else "No deal was won in this window."
        )
        return refused(reason, basis=basis)
    note = f"{blank:,} won deals without an amount are left out." if blank else ""
    return Figure(float(amounts.mean() if kind == "mean" else amounts.median()), n, basis, note=note)
