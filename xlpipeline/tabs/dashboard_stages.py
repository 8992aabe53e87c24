"""Open pipeline by stage on the Dashboard: table, chart and sentence."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import all_given, all_known, counted, money_text, result

OPEN_BY_STAGE: Final = Table(
    "OpenByStage",
    "Dashboard",
    "Open pipeline by stage",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Deals", "whole", "Open deals in this stage.", "deals"),
        result("Value", "money", "Their amount.", "currency"),
        result("Weighted", "money", "Amount x probability (the deal's own, else the stage's default).", "currency"),
        result("Share of value", "share", "Value / value of all open deals."),
        result("No amount", "whole", "Open deals without an amount: they count, but add no value.", "deals"),
    ),
)
STAGE_BARS: Final = Table(
    "OpenByStageChart",
    "_Cards",
    "Behind the chart of open pipeline",
    (
        result("Stage", "text", "Stage with the number of its open deals."),
        result("Value", "number", "Amount of its open deals; number of deals while none has an amount."),
    ),
)


def stage_rows(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """The open stages with deals, value and weighted value."""
    total = stages["amount"].sum()
    share = stages["amount"] / total if total > 0 else pd.Series(np.nan, index=stages.index)
    table = {
        "Stage": stages["stage"].tolist(),
        "Deals": stages["n"].tolist(),
        "Value": all_given(stages["amount"], facts.money_unit),
        "Weighted": all_given(stages["weighted"], facts.money_unit),
        "Share of value": all_known(share),
        "No amount": stages["blank_amounts"].tolist(),
    }
    return pd.DataFrame(table, columns=list(OPEN_BY_STAGE.heads), dtype=object)


def _has_amounts(stages: pd.DataFrame) -> bool:
    return bool(stages["amount"].sum() > 0)


def stage_bars(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """What the chart shows: value, or deals while none has an amount."""
    labels = [f"{stage} · {n:,}" for stage, n in zip(stages["stage"], stages["n"], strict=True)]
    values = all_known(stages["amount"], facts.money_unit) if _has_amounts(stages) else stages["n"].tolist()
    return pd.DataFrame({"Stage": labels, "Value": values}, columns=list(STAGE_BARS.heads), dtype=object)


def stage_says(stages: pd.DataFrame, facts: Facts) -> str:
    """Where most of the open value stands."""
    n = int(stages["n"].sum())
    if not n:
        return "No deal is open."
    if not _has_amounts(stages):
        return f"No open deal has an amount, so bars show the number of deals ({n:,})."
    most = stages.iloc[int(np.nanargmax(stages["amount"].to_numpy(dtype=float)))]
    value, total = money_text(most["amount"], facts), money_text(stages["amount"].sum(), facts)
    return f"{value} of {total} is in {most['stage']} ({counted(most['n'], 'deal')})."
