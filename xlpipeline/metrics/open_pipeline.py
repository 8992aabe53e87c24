"""Open pipeline: how many deals are in play, what they are worth, and what is likely to come of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="open_pipeline",
    title="Open pipeline",
    definition=(
        "All deals that are still open on the as-of date: their number, their amount, and their amount times "
        "their probability."
    ),
    formula=(
        "amount = Σ Amount of open deals; weighted = Σ Amount × Probability (the deal's own, else its stage's default)"
    ),
    why=(
        "It is the stock that this and the coming quarters are won from; the count shows whether the value hangs "
        "on a few deals."
    ),
    what_to_do="Fill blank amounts, and look at stages that hold many deals but little value.",
    source="definitions, sections 0 and 13",
)

_BASIS = "open deals at the as-of date"


@once
def by_stage(facts: Facts) -> pd.DataFrame:
    """One row per open stage, in order and with empty ones: stage, n, amount, weighted, blank_amounts.

    Money is in minor units; NaN where a stage has deals and none of them has an amount.
    """
    deals = _open_deals(facts)
    groups = deals.groupby("stage_order")
    sums = groups[["amount", "weighted"]].sum(min_count=1)
    sums["n"] = groups.size()
    sums["blank_amounts"] = deals["amount"].isna().groupby(deals["stage_order"]).sum()
    stages = facts.stages[facts.stages["type"] == "open"]
    table = sums.reindex(stages["order"]).reset_index(drop=True)
    table.insert(0, "stage", stages["stage"].to_numpy())
    table[["n", "blank_amounts"]] = table[["n", "blank_amounts"]].fillna(0).astype(int)
    table.loc[table["n"] == 0, ["amount", "weighted"]] = 0.0
    return table[["stage", "n", "amount", "weighted", "blank_amounts"]]


@once
def total(facts: Facts) -> Figure:
    """Amount of all open deals in minor units; n = open deals."""
    return _sum(_open_deals(facts), "amount", _BASIS)


@once
def weighted(facts: Facts) -> Figure:
    """Amount × probability of all open deals in minor units; n = open deals."""
    return _sum(_open_deals(facts), "weighted", f"{_BASIS}, amount × probability")


@once
def _open_deals(facts: Facts) -> pd.DataFrame:
    is_open = facts.deals["is_open"].to_numpy(dtype=bool)
    order, amount, probability = (
        facts.deals[head].to_numpy()[is_open] for head in ("stage_order", "amount", "probability")
    )
    return pd.DataFrame({"stage_order": order, "amount": amount, "weighted": amount * probability})


def _sum(deals: pd.DataFrame, column: str, basis: str) -> Figure:
    n = len(deals)
    if n == 0:
        return refused("No deal is open; please enter open deals in Pipeline.", basis=basis)
    blank = int(deals[column].isna().sum())
    if blank == n:
        what = "an amount" if deals["amount"].isna().all() else "both an amount and a probability"
        return refused(f"No open deal has {what}; please fill it in Pipeline.", n=n, basis=basis)
    note = f"{blank:,} of {n:,} open deals cannot be counted in: amount or probability is blank." if blank else ""
    return Figure(float(np.nansum(deals[column])), n, basis, note=note)
