"""An amount is below zero."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import amounts, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals whose Amount is below zero."""
    rows = facts.deals[facts.deals["local_amount"] < 0]
    return found(rows, "Amount", [f"The amount is {amount}, below zero." for amount in amounts(rows["local_amount"])])


CHECK = Check(
    name="negative_amount",
    severity="error",
    title="Negative amount",
    what="The Amount is below zero.",
    why="It lowers every sum: a credit note is not a deal.",
    what_to_do="Enter the value of the deal as a positive amount.",
    find=find,
)
