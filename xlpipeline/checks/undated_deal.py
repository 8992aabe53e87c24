"""A deal does not say when it was created."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals without a Created date."""
    deals = facts.deals
    return found(deals[deals["created"].isna()], "Created", "The deal has no Created date.")


CHECK = Check(
    name="undated_deal",
    severity="warning",
    title="Undated deal",
    what="Created is blank.",
    why="Age, sales cycle and conversion by cohort leave the deal out.",
    what_to_do="Enter the day the opportunity was created; a good guess is better than none.",
    find=find,
)
