"""Aging: how old open deals are, and which of the four stale flags they carry."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.computed import days_over, idle_days, in_stage_since, stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.snapshot_table import SNAPSHOTS

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


_SHOWN: Final = (
    "deal_id", "opportunity", "owner", "rep", "stage", "stage_order", "amount", "created", "expected_close",
)  # fmt: skip


@once
def by_stage(facts: Facts, rep: str = "") -> pd.DataFrame:
    """One row per open stage, in order; of the team or of one rep's deals.

    Columns: stage, n, median_age_days, median_days_in_stage, over_bound, bound_days, amount_over. Ages in
    calendar days (NaN where no deal has the date); ``over_bound`` = deals over the bound of ``bound_days`` business
    days (NaN = no bound); ``amount_over`` = their amount in minor units.
    """
    deals = _open_of(facts, rep)
    wanted = ("stage_order", "age_days", "days_in_stage", "T", "amount")
    order, age, since, over, amount = (deals[head].to_numpy() for head in wanted)
    stages = facts.stages[facts.stages["type"] == "open"]
    here = [order == own for own in stages["order"].tolist()]
    late = [own & over for own in here]
    columns = {
        "stage": stages["stage"].to_numpy(),
        "n": np.array([own.sum() for own in here], dtype=np.int64),
        "median_age_days": np.array([_median(age[own]) for own in here], dtype=float),
        "median_days_in_stage": np.array([_median(since[own]) for own in here], dtype=float),
        "over_bound": np.array([own.sum() for own in late], dtype=np.int64),
        "bound_days": stages["max_business_days"].to_numpy(dtype=float),
        "amount_over": np.array([_flagged(amount, own)[1] for own in late], dtype=float),
    }
    return pd.DataFrame(columns)


def _median(days: npt.NDArray[np.floating[Any]]) -> float:
    known = days[~np.isnan(days)]
    return float(np.median(known)) if len(known) else float("nan")


def median_age_days(facts: Facts, rep: str = "") -> float:
    """Median calendar days since Created of the open deals (of one rep); NaN where none has a Created."""
    return float(_open_of(facts, rep)["age_days"].median())


@once
def stale_counts(facts: Facts, rep: str = "") -> pd.DataFrame:
    """One row per flag: flag, meaning, n, amount (minor units), share (of all open deals, in [0, 1]; NaN without any).

    A deal may carry several flags, so the rows do not add up. ``rep``: of this rep's open deals only.
    """
    deals = _open_of(facts, rep)
    amounts = deals["amount"].to_numpy()
    rows = [(flag, meaning, *_flagged(amounts, deals[flag].to_numpy(dtype=bool))) for flag, meaning in FLAGS.items()]
    return pd.DataFrame(rows, columns=["flag", "meaning", "n", "amount", "share"])


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """One row per rep: rep, open_n, T, B, I, C, N, stale_n, stale_amount, stale_share (deals with any flag)."""
    every = _open_deals(facts)
    amounts, raised = every["amount"].to_numpy(), every[list(FLAGS)].to_numpy(dtype=bool)
    rows_of, nobody = every.groupby("rep").indices, np.array([], dtype=int)
    rows = []
    for rep in facts.rep_names():
        own = rows_of.get(rep, nobody)
        with_any = _flagged(amounts[own], raised[own].sum(axis=1) > 0)
        rows.append((rep, len(own), *raised[own].sum(axis=0).tolist(), *with_any))
    return pd.DataFrame(rows, columns=["rep", "open_n", *FLAGS, "stale_n", "stale_amount", "stale_share"])


def oldest(facts: Facts, most: int = 25, rep: str = "") -> pd.DataFrame:
    """The worst open deals with any flag, worst first: most days over the bound, then most flags, then longest idle.

    ``rep``: of this rep's open deals only.

    Columns: deal_id, opportunity, owner, stage, amount (minor units), flags (letters), days_in_stage (calendar),
    days_over and idle_days (business days), expected_close.
    """
    deals = _worst(facts)
    deals = deals[deals["rep"] == rep] if rep else deals
    return deals.head(most)[list(_WORST_HEADS)].reset_index(drop=True)


_WORST_HEADS: Final = (
    "deal_id", "opportunity", "owner", "stage", "amount", "flags", "days_in_stage", "days_over", "idle_days",
    "expected_close",
)  # fmt: skip


@once
def _worst(facts: Facts) -> pd.DataFrame:
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
    worst: pd.DataFrame = deals.sort_values(["deal_id", "opportunity"]).sort_values(
        order, ascending=False, kind="stable"
    )
    return worst


@once
def at_last_snapshot(facts: Facts) -> tuple[dt.date, int, int] | None:
    """Day of the last snapshot before the as-of date, and its stale (any flag) and all open deals; None without one."""
    frame = facts.book.frame(SNAPSHOTS.name)
    if frame.empty or not {"Date", "Stage", "Stale deals", "Open deals"} <= set(frame.columns):
        return None
    day = dates(frame, "Date")[0]
    stale, every = (numbers(frame, head)[0] for head in ("Stale deals", "Open deals"))
    team = (texts(frame, "Stage").str.strip() == "") & stale.notna() & every.notna()
    days = day[team & (day < pd.Timestamp(facts.as_of))].sort_values(kind="stable")
    if days.empty:
        return None
    last = days.index[-1]
    return days[last].date(), int(stale[last]), int(every[last])


@once
def _open_of(facts: Facts, rep: str) -> pd.DataFrame:
    deals = _open_deals(facts)
    return deals[deals["rep"] == rep] if rep else deals


@once
def _open_deals(facts: Facts) -> pd.DataFrame:
    """Open deals with their ages and flags; dates after the as-of date give no age."""
    is_open, as_of = facts.deals["is_open"], pd.Timestamp(facts.as_of)
    deals = facts.deals.loc[is_open, list(_SHOWN)]
    age = (as_of - deals["created"]).dt.days.astype(float)
    since = (as_of - in_stage_since(facts)[is_open]).dt.days.astype(float)
    ages = {
        "age_days": age.where(age >= 0),
        "days_in_stage": since.clip(lower=0),
        "days_over": days_over(facts)[is_open],
        "idle_days": idle_days(facts)[is_open],
    }
    return deals.assign(**ages).join(stale_flags(facts)[is_open].astype(bool))


def _flagged(amounts: npt.NDArray[np.floating[Any]], flagged: npt.NDArray[np.bool_]) -> tuple[int, float, float]:
    """Number, amount (NaN when none of them has one) and share of the flagged deals."""
    n, known = int(flagged.sum()), amounts[flagged & ~np.isnan(amounts)]
    amount = float(known.sum()) if len(known) or not n else np.nan
    return n, amount, n / len(amounts) if len(amounts) else np.nan
