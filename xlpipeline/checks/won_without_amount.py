"""A won deal has no amount."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Won deals (and those after the sale) whose Amount is blank or 0."""
    deals = facts.deals
    return found(deals[deals["is_won"] & ~(deals["local_amount"].abs() > 0)], "Amount", "The won deal has no amount.")


CHECK = Check(
    name="won_without_amount",
    severity="error",
    title="Won deal without amount",
    what="The Amount of a won deal is blank or 0.",
    why="Won value, average deal and velocity are too low.",
    what_to_do="Enter the amount of the signed contract.",
    find=find,
)
