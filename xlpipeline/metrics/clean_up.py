"""Clean-up: open deals that look dead and are proposed for the derailed stage, each with its reasons."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.computed import idle_days, stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="clean_up",
    title="Clean-up",
    definition=(
        "Open deals that look dead: over the time-bound and idle, long past their expected close, or without a next "
        "step and idle for very long."
    ),
    formula=(
        "flag T or B and flag I; or as-of date − expected close > clean_up_overdue_days; or flag N and idle business "
        "days > clean_up_idle_multiple × idle_business_days"
    ),
    why="Dead deals make the pipeline look larger than it is, and nobody works a list that is full of them.",
    what_to_do=(
        "Act on a deal and say so in Pipeline, or accept the proposal: xlpipeline cleanup WORKBOOK --accept DEAL-ID; "
        "it then stands in the derailed stage, and nothing is deleted."
    ),
    source="REQUIREMENTS, F43",
)

HEADS: Final = ("deal_id", "opportunity", "owner", "stage", "amount", "reasons")


@once
def candidates(facts: Facts) -> pd.DataFrame:
    """The open deals proposed for clean-up, largest amount first: columns ``HEADS``, index = row position.

    ``amount``: minor units, NaN = blank. ``reasons``: one text such as ``idle 25 business days and over the bound; …``.
    """
    deals, settings = facts.deals, facts.settings
    flags, idle = stale_flags(facts).astype(bool), idle_days(facts)
    over = flags[[flag for flag in ("T", "B") if flag in flags.columns]].any(axis=1)
    late_days = (pd.Timestamp(facts.as_of) - deals["expected_close"]).dt.days
    dead = over & flags["I"]
    overdue = flags["C"] & (late_days > settings.clean_up_overdue_days)
    forgotten = flags["N"] & (idle > settings.clean_up_idle_multiple * settings.idle_business_days)
    rows = deals[deals["is_open"] & (dead | overdue | forgotten)]
    reasons = []
    for at in rows.index:
        told = []
        if dead[at]:
            told.append(f"over the stage's time-bound and idle for {idle[at]:.0f} business days")
        if overdue[at]:
            told.append(f"expected close is past by {late_days[at]:.0f} days")
        if forgotten[at]:
            since = "" if dead[at] else f" for {idle[at]:.0f} business days"
            told.append(f"no next step ahead and idle{since or ' for very long'}")
        reasons.append("; ".join(told))
    told_rows = rows.assign(reasons=pd.Series(reasons, index=rows.index, dtype=object))
    by_name: pd.DataFrame = told_rows[list(HEADS)].sort_values(["deal_id", "opportunity"])
    return by_name.sort_values("amount", ascending=False, kind="stable")
