"""Aging: how old open deals are, and which of the four stale flags they carry."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.computed import days_over, idle_days, in_stage_since, stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="aging",
    title="Aging",
    definition=(
        "How long open deals have been open and in their stage, and which stale flags they carry, each "
        "counted by itself."
    ),
    formula=(
        "age = as-of date − Created; days in stage = as-of date − In stage since (both in calendar days); "
        "T: business days over the stage's bound; B: the same with earlier stays in the stage; "
        "I: idle for longer than the setting; C: expected close is past; "
        "N: next step blank or past"
    ),
    why="Old deals are won less often, and deals nobody touches make the pipeline look larger than it is.",
    what_to_do="Work the list of the worst deals from the top: act, re-date honestly, or close as lost or derailed.",
    source="definitions, sections 4 and 14",
)

FLAGS: Final = {
    "T": "over the stage's time-bound",
    "B": "over the time-bound together with earlier stays in the stage (bounced)",
    "I": "idle: no touch for longer than the limit",
    "C": "expected close is past",
    "N": "next step is blank or past",
}
"""The stale flags, never merged; B stands for T where a deal bounced: moving back does not reset the clock."""


_READ: Final = (
    "deal_id", "opportunity", "owner", "rep", "stage", "stage_order", "amount", "is_open", "created", "expected_close",
    "next_step", "next_step_date", "last_touch", "stage_seen", "stage_since", "max_business_days", "earlier_days",
    "last_change",
)  # fmt: skip


@once
def by_stage(facts: Facts) -> pd.DataFrame:
    """One row per open stage, in order.

    Columns: stage, n, median_age_days, median_days_in_stage, over_bound, bound_days, amount_over. Ages in
    calendar days (NaN where no deal has the date); ``over_bound`` = deals over the bound of ``bound_days`` business
    days (NaN = no bound); ``amount_over`` = their amount in minor units.
    """
    deals = _open_deals(facts)
    groups = deals.groupby("stage_order")
    table = groups[["age_days", "days_in_stage"]].median().set_axis(["median_age_days", "median_days_in_stage"], axis=1)
    table["n"] = groups.size()
    table["over_bound"] = groups["T"].sum()
    table["amount_over"] = deals["amount"].where(deals["T"]).groupby(deals["stage_order"]).sum(min_count=1)
    stages = facts.stages[facts.stages["type"] == "open"]
    table = table.reindex(stages["order"]).reset_index(drop=True)
    table[["n", "over_bound"]] = table[["n", "over_bound"]].fillna(0).astype(int)
    table.loc[table["over_bound"] == 0, "amount_over"] = 0.0
    table["stage"] = stages["stage"].to_numpy()
    table["bound_days"] = stages["max_business_days"].to_numpy()
    return table[["stage", "n", "median_age_days", "median_days_in_stage", "over_bound", "bound_days", "amount_over"]]


def median_age_days(facts: Facts) -> float:
    """Median calendar days since Created of the open deals; NaN where none has a Created."""
    return float(_open_deals(facts)["age_days"].median())


@once
def stale_counts(facts: Facts) -> pd.DataFrame:
    """One row per flag: flag, meaning, n, amount (minor units), share (of all open deals, in [0, 1]; NaN without any).

    A deal may carry several flags, so the rows do not add up.
    """
    deals = _open_deals(facts)
    rows = [(flag, meaning, *_flagged(deals, deals[flag])) for flag, meaning in FLAGS.items()]
    return pd.DataFrame(rows, columns=["flag", "meaning", "n", "amount", "share"])


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """One row per rep: rep, open_n, T, B, I, C, N, stale_n, stale_amount, stale_share (deals with any flag)."""
    every = _open_deals(facts)
    rows_of = every.groupby("rep").indices
    rows = []
    for rep in facts.rep_names():
        deals = every.iloc[rows_of.get(rep, [])]
        rows.append(
            (
                rep,
                len(deals),
                *(int(deals[flag].sum()) for flag in FLAGS),
                *_flagged(deals, deals[list(FLAGS)].any(axis=1)),
            )
        )
    return pd.DataFrame(rows, columns=["rep", "open_n", *FLAGS, "stale_n", "stale_amount", "stale_share"])


def oldest(facts: Facts, most: int = 25) -> pd.DataFrame:
    """The worst open deals with any flag, worst first: most days over the bound, then most flags, then longest idle.

    Columns: deal_id, opportunity, owner, stage, amount (minor units), flags (letters), days_in_stage (calendar),
    days_over and idle_days (business days), expected_close.
    """
    deals = _open_deals(facts)
    deals = deals[deals[list(FLAGS)].any(axis=1)]
    deals = deals.assign(
        flags=[
            "".join(flag for flag, on in zip(FLAGS, row, strict=True) if on) for row in deals[list(FLAGS)].to_numpy()
        ],
        over=deals["days_over"].fillna(0),
        flag_n=deals[list(FLAGS)].sum(axis=1),
    )
    order = ["over", "flag_n", "idle_days", "days_in_stage", "amount"]
    deals = deals.sort_values(["deal_id", "opportunity"]).sort_values(order, ascending=False, kind="stable").head(most)
    heads = [
        "deal_id",
        "opportunity",
        "owner",
        "stage",
        "amount",
        "flags",
        "days_in_stage",
        "days_over",
        "idle_days",
        "expected_close",
    ]
    return deals[heads].reset_index(drop=True)


def _open_deals(facts: Facts) -> pd.DataFrame:
    """Open deals with their ages and flags; dates after the as-of date give no age."""
    own = facts.only(facts.deals.loc[facts.deals["is_open"], list(_READ)])
    deals, as_of = own.deals, pd.Timestamp(facts.as_of)
    age = (as_of - deals["created"]).dt.days.astype(float)
    since = (as_of - in_stage_since(own)).dt.days.astype(float)
    ages = {
        "age_days": age.where(age >= 0),
        "days_in_stage": since.clip(lower=0),
        "days_over": days_over(own),
        "idle_days": idle_days(own),
    }
    return deals.assign(**ages).join(stale_flags(own).astype(bool))


def _flagged(deals: pd.DataFrame, flagged: pd.Series) -> tuple[int, float, float]:
    """Number, amount (NaN when none of them has one) and share of the flagged deals."""
    n = int(flagged.sum())
    amount = float(deals.loc[flagged, "amount"].sum(min_count=1 if n else 0))
    return n, amount, n / len(deals) if len(deals) else np.nan
