"""An amount is far beyond what the team ever won: most often a slipped decimal sign or a telephone number."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import amounts, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Amounts above ``absurd_amount_multiple`` x the median won deal; none while too few deals are won."""
    deals = facts.deals
    won = deals["amount"][deals["is_won"] & (deals["amount"] > 0)]
    if len(won) < facts.settings.counts_only_below:
        return found(deals.iloc[:0], "Amount", "")
    median = won.median()
    rows = deals[deals["amount"] > facts.settings.absurd_amount_multiple * median]
    return found(
        rows,
        "Amount",
        [
            f"The amount {amount} is {times:,.0f} times the median won deal."
            for amount, times in zip(amounts(rows["local_amount"]), rows["amount"] / median, strict=True)
        ],
    )


CHECK = Check(
    name="absurd_amount",
    severity="warning",
    title="Absurd amount",
    what="The Amount is more than 100 times (setting absurd_amount_multiple) the median won deal.",
    why="One such amount outweighs the whole pipeline.",
    what_to_do="Check the decimal sign and the currency; if the amount is right, raise the setting.",
    find=find,
    fleeting=r"[\d,]+ times",
)
