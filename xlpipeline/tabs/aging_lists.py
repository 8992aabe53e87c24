"""What Aging lists: the worst deals, and those that look dead; both follow the rep filter."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.aging import oldest
from xlpipeline.metrics.clean_up import candidates
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import EMPTY, all_known, counted, money_text, result

WORST: Final = 25

OLDEST: Final = Table(
    "OldestDeals",
    "Aging",
    f"The {WORST} deals to look at first",
    (
        following("Opportunity", "text", "What we hope to sell."),
        following("Owner", "text", "The rep who owns the deal."),
        following("Stage", "text", "Where the deal stands."),
        following(
            "Flags", "text", "T over time-bound, B bounced, I idle, C expected close past, N next step missing or past."
        ),
        following("Days over", "whole", "Business days past the stage's bound.", "business days"),
        following("Idle days", "whole", "Business days since the last touch.", "business days"),
        following("Days in stage", "whole", "Calendar days since the deal entered its stage.", "days"),
        following("Expected close", "date", "The day the owner expects the decision."),
        following("Value", "money", "Amount of the deal.", "currency"),
        following("Deal ID", "text", "Identifies the deal in Pipeline."),
        result("Rank", "whole", "Most business days over the bound first, then most flags, then longest idle."),
    ),
    key="Rank",
)
CLEAN_UP: Final = Table(
    "CleanUp",
    "Aging",
    "Clean-up: deals that look dead",
    (
        following("Opportunity", "text", "What we hoped to sell."),
        following("Owner", "text", "The rep who owns the deal."),
        following("Stage", "text", "Where the deal stands."),
        following("Deal ID", "text", "Identifies the deal in Pipeline; the clean-up is accepted by it."),
        following("Value", "money", "Amount of the deal.", "currency"),
        result("Rank", "whole", "Largest first."),
        following("Reasons", "text", "Why the deal is proposed; the limits are on Settings."),
    ),
    key="Rank",
)


def worst_rows(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ``OLDEST`` for the team or a rep."""
    deals = oldest(facts, WORST, rep)
    table = {
        "Opportunity": [name or EMPTY for name in deals["opportunity"]],
        "Owner": [name or EMPTY for name in deals["owner"]],
        "Stage": deals["stage"].tolist(),
        "Flags": deals["flags"].tolist(),
        "Days over": all_known(deals["days_over"]),
        "Idle days": all_known(deals["idle_days"]),
        "Days in stage": all_known(deals["days_in_stage"]),
        "Expected close": [None if pd.isna(day) else day.date() for day in deals["expected_close"]],
        "Value": all_known(deals["amount"], facts.money_unit),
        "Deal ID": [deal_id or EMPTY for deal_id in deals["deal_id"]],
        "Rank": list(range(1, len(deals) + 1)),
    }
    return pd.DataFrame(table, columns=list(OLDEST.heads), dtype=object)


def clean_up_rows(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ``CLEAN_UP`` for the team or a rep."""
    deals = candidates(facts)
    deals = (deals[facts.deals.loc[deals.index, "rep"] == rep] if rep else deals).head(WORST)
    table = {
        "Opportunity": [name or EMPTY for name in deals["opportunity"]],
        "Owner": [name or EMPTY for name in deals["owner"]],
        "Stage": deals["stage"].tolist(),
        "Deal ID": [deal_id or EMPTY for deal_id in deals["deal_id"]],
        "Value": all_known(deals["amount"], facts.money_unit),
        "Rank": list(range(1, len(deals) + 1)),
        "Reasons": [f"{text[:1].upper()}{text[1:]}." for text in deals["reasons"]],
    }
    return pd.DataFrame(table, columns=list(CLEAN_UP.heads), dtype=object)


def clean_up_says(facts: Facts) -> str:
    """How many open deals of the team look dead, and what they are worth."""
    deals = candidates(facts)
    if deals.empty:
        return "No open deal is proposed for clean-up."
    worth = money_text(deals["amount"].sum(), facts)
    looks = "looks" if len(deals) == 1 else "look"
    shown_n = f"; the largest {WORST} are below" if len(deals) > WORST else ""
    return f"{counted(len(deals), 'open deal')} worth {worth} {looks} dead{shown_n}."
