"""Average deal: what a won deal is worth."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.kaplan_meier import kaplan_meier
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="average_deal",
    title="Average deal",
    definition="The mean amount of the deals won in the window; the median stands beside it.",
    formula=(
        "Σ Amount of won deals ÷ number of won deals with an amount; 95 % interval of the median by order statistics. "
        "Amount measures what the setting amount_measure says, the same as Quota"
    ),
    why=(
        "It turns a missing amount of quota into a number of deals to win; far above the median, it hangs on a "
        "few large deals."
    ),
    what_to_do="Plan with the median when both differ much, and fill the amounts of won deals.",
    source="definitions, section 5",
)

_SHORT: Final = 3
"""Letters of an abbreviation: ACV, TCV."""


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
    won = facts.closed_within(window).to_numpy(dtype=bool) & facts.deals["is_won"].to_numpy(dtype=bool)
    return pd.Series(facts.deals["amount"].to_numpy(dtype=float)[won], index=facts.deals.index[won])


@once
def median_bounds(facts: Facts, window: Period | None = None) -> tuple[float, float]:
    """95 % bounds of ``median_deal`` in minor units (Brookmeyer and Crowley, nothing censored).

    NaN below the setting ``counts_only_below``; the upper one is infinite where there are too few deals for it.
    """
    amounts = won_amounts(facts, window).dropna().to_numpy(dtype=float)
    if len(amounts) < max(facts.settings.counts_only_below, 1):
        return float("nan"), float("nan")
    return kaplan_meier(amounts, np.ones(len(amounts), dtype=bool)).bounds()


def _figure(facts: Facts, window: Period | None, kind: str) -> Figure:
    every = won_amounts(facts, window).to_numpy()
    amounts = every[~np.isnan(every)]
    measure = facts.settings.amount_measure
    named = "" if measure == "as entered" else f" ({measure.upper() if len(measure) == _SHORT else measure})"
    basis = f"{kind} of won deals{named}, {window.name if window else 'all time'}"
    n, blank = len(amounts), len(every) - len(amounts)
    if n == 0:
        reason = (
            "No won deal has an amount; please fill Amount in Pipeline." if blank else "No deal was won in this window."
        )
        return refused(reason, basis=basis)
    note = f"{blank:,} won deals without an amount are left out." if blank else ""
    return Figure(float(amounts.mean() if kind == "mean" else np.median(amounts)), n, basis, note=note)
