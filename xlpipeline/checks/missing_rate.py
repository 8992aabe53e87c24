"""A foreign amount cannot be converted: no exchange rate had begun on the day that counts."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.checks.unknown_currency import known_currencies
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with an amount in a known currency that has no rate on the day of close (open deals: the as-of date)."""
    deals = facts.deals
    lacking = deals["local_amount"].notna() & deals["amount"].isna() & deals["currency"].isin(known_currencies(facts))
    rows = deals[lacking]
    when = days(rows["closed_on"].fillna(pd.Timestamp(facts.as_of)))
    told = zip(rows["currency"], when, strict=True)
    return found(
        rows, "Currency", [f"FX has no rate of {code} for {day}, so the amount is left out." for code, day in told]
    )


CHECK = Check(
    name="missing_rate",
    severity="error",
    title="Missing exchange rate",
    what="FX on Calendar has no rate of the deal's currency that holds on its close (open deals: today).",
    why="Without a rate the amount cannot be converted, so every sum leaves the deal out.",
    what_to_do="Add the rate to FX on Calendar, with the first day from which it holds.",
    find=find,
)
