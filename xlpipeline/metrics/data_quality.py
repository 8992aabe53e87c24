"""Data quality: the share of open deals without an error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.checks import find_faults
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="data_quality",
    title="Data quality",
    definition="The share of open deals in which no check finds an error; deals of unknown stage count as open.",
    formula="1 − open deals with at least one error ÷ open deals; beside it the same weighted by amount",
    why="A forecast is no better than the rows it is made of.",
    what_to_do="Open Issues, filter Severity for error, and mend the rows of the largest deals first.",
    source="definitions, section 16",
)


def data_quality(facts: Facts, faults: pd.DataFrame | None = None) -> Figure:
    """Share (0-1) of open deals without an error; refused when no deal is open.

    ``faults`` of ``checks.find_faults`` may be given for narrowed facts (one rep), so that each is found only once.
    """
    clean = _without_error(facts, faults)
    n = len(clean)
    if n == 0:
        return refused("No deal is open.", basis="open deals")
    wrong = n - int(clean.sum())
    note = f"{wrong:,} of {n:,} open deals have an error." if wrong else ""
    return Figure(1 - wrong / n, n, "open deals", note=note)


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """One row per rep in the order of ``rep_names``.

    Columns: rep, open_n, error_n (open deals with an error), quality (share without, in [0, 1]), low, high (95 % Wilson
    bounds), amount (minor units, open), wrong_amount (of those with an error), value_quality, reason ("" = all given).
    NaN where a figure is refused: below ``counts_only_below`` deals, or without an amount to weigh with.
    """
    faults, least = find_faults(facts), facts.settings.counts_only_below
    rows = []
    for rep, own in facts.by_owner():
        clean = _without_error(own, faults)
        amount = own.deals.loc[clean.index, "amount"].clip(lower=0).fillna(0.0)
        n, good, total = len(clean), int(clean.sum()), float(amount.sum())
        wrong = float(amount[~clean].sum())
        few = f"{good} of {n} without an error: too few for a rate." if n else "No deal is open."
        reason = few if n < least else ""
        low, high = wilson(good, n) if not reason else (np.nan, np.nan)
        quality = np.nan if reason else good / n
        by_value = 1 - wrong / total if total > 0 and not reason else np.nan
        reason = reason or ("" if total > 0 else "No open deal has an amount, so nothing can be weighed.")
        rows.append((rep, n, n - good, quality, low, high, total, wrong, by_value, reason))
    heads = ["rep", "open_n", "error_n", "quality", "low", "high", "amount", "wrong_amount", "value_quality", "reason"]
    return pd.DataFrame(rows, columns=heads)


def _without_error(facts: Facts, faults: pd.DataFrame | None) -> pd.Series:
    """Per open deal (or deal of unknown stage), whether no check found an error."""
    deals = facts.deals
    open_deals = deals[deals["is_open"] | (deals["stage_type"] == "")]
    every = find_faults(facts) if faults is None else faults
    errors = every[(every["severity"] == "error") & (every["table"] == "Pipeline") & ~every["quiet"].astype(bool)]
    return ~pd.Series(open_deals.index.isin(errors["position"]), index=open_deals.index, dtype=bool)
