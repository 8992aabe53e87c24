"""Data quality: the share of open deals without an error."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks import find_faults
from xlpipeline.model.facts import Facts
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


def data_quality_by_value(facts: Facts, faults: pd.DataFrame | None = None) -> Figure:
    """The same share weighted by amount; refused when the open deals have no positive amount to weigh with."""
    clean = _without_error(facts, faults)
    amount = facts.deals.loc[clean.index, "amount"].clip(lower=0).fillna(0.0)
    total = float(amount.sum())
    if total <= 0:
        return refused("No open deal has an amount, so nothing can be weighed.", n=len(clean), basis="open value")
    return Figure(float(amount[clean].sum()) / total, len(clean), "open value")


def _without_error(facts: Facts, faults: pd.DataFrame | None) -> pd.Series:
    """Per open deal (or deal of unknown stage), whether no check found an error."""
    deals = facts.deals
    open_deals = deals[deals["is_open"] | (deals["stage_type"] == "")]
    every = find_faults(facts) if faults is None else faults
    errors = every[(every["severity"] == "error") & (every["table"] == "Pipeline")]
    return ~pd.Series(open_deals.index.isin(errors["position"]), index=open_deals.index, dtype=bool)
