"""What Forecast shows of deals at risk: the list that follows the rep filter, and its sentence."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.at_risk import at_risk, counted_on
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import EMPTY, counted, known, money_text, result

LISTED: Final = 20
"""Deals at risk that the tab has room for."""

AT_RISK: Final = Table(
    "DealsAtRisk",
    "Forecast",
    f"Deals at risk: up to {LISTED} that should close by the end of the quarter",
    (
        following("Opportunity", "text", "What we hope to sell."),
        following("Owner", "text", "The rep who owns the deal."),
        following("Stage", "text", "Where the deal stands."),
        following("Category", "text", "Forecast category: the deal's own, else by probability and stage."),
        following("Value", "money", "Amount of the deal.", "currency"),
        following("Expected close", "date", "The day the owner expects the decision."),
        following("Deal ID", "text", "Identifies the deal in Pipeline."),
        result("Rank", "whole", "Most reasons first, then largest."),
        following("Reasons", "text", "What speaks against it; the limits are on Settings."),
    ),
    key="Rank",
)


def risk_rows(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ``AT_RISK`` for the team or a rep."""
    deals = at_risk(facts)
    deals = (deals[deals["rep"] == rep] if rep else deals).head(LISTED)
    table = {
        "Opportunity": [name or EMPTY for name in deals["opportunity"]],
        "Owner": deals["rep"].tolist(),
        "Stage": deals["stage"].tolist(),
        "Category": deals["category"].tolist(),
        "Value": [known(amount, facts.money_unit) for amount in deals["amount"]],
        "Expected close": [None if pd.isna(day) else day.date() for day in deals["expected_close"]],
        "Deal ID": [name or EMPTY for name in deals["deal_id"]],
        "Rank": list(range(1, len(deals) + 1)),
        "Reasons": [f"{text[:1].upper()}{text[1:]}." for text in deals["reasons"]],
    }
    return pd.DataFrame(table, columns=list(AT_RISK.heads), dtype=object)


def risk_says(facts: Facts) -> str:
    """How much of what should close by the end of the quarter carries a sign of trouble."""
    risky, every = at_risk(facts), counted_on(facts)
    if every.empty:
        return "No open deal should close by the end of the quarter."
    worth = f"worth {money_text(risky['amount'].sum(), facts)} of {money_text(every['amount'].sum(), facts)}"
    many = int((risky["reason_n"] > 1).sum())
    some = f"{len(risky):,} of {counted(len(every), 'deal')} that should close by the end of the quarter"
    return f"Team: {some}, {worth}, carry a sign of trouble; {many:,} more than one."
