"""A row of Costs that cannot be counted."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.cells import dates, numbers
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows with a spend and no month, or with a month and no spend that is a number of 0 or more."""
    frame = facts.book.frame("Costs")
    month, (spend, bad) = dates(frame, "Month")[0], numbers(frame, "Spend")
    has_spend = spend.notna() | frame.index.isin(bad["position"].tolist())
    undated = frame[month.isna() & has_spend]
    unspent = frame[month.notna() & ~(spend >= 0)]
    parts = [
        found(undated, "Month", "The month is blank or no date, so the spend does not count."),
        found(unspent, "Spend", "The spend is blank, below 0 or no number, so it does not count."),
    ]
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="unreadable_cost",
    severity="warning",
    title="Cost that cannot be counted",
    what="A row of Costs has no month that is a date, or no spend that is a number of 0 or more.",
    why="The cost per opportunity would be too low.",
    what_to_do="Enter a day of the month and the amount without a currency sign, or delete the row.",
    find=find,
    table="Costs",
)
