"""A deal has no account."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with a blank Account."""
    deals = facts.deals
    return found(deals[blank(deals["account"])], "Account", "The deal has no account.")


CHECK = Check(
    name="blank_account",
    severity="warning",
    title="Blank account",
    what="The Account is blank.",
    why="A deal without a buyer cannot be checked for duplicates, nor worked by anybody else.",
    what_to_do="Enter the company that buys.",
    find=find,
)
