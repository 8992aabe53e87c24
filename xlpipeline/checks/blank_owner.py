"""A deal has no owner."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with a blank Owner."""
    deals = facts.deals
    return found(deals[blank(deals["owner"])], "Owner", "The deal has no owner.")


CHECK = Check(
    name="blank_owner",
    severity="warning",
    title="Blank owner",
    what="The Owner is blank.",
    why="Nobody works a deal that nobody owns, and no rep's figures count it.",
    what_to_do="Choose the rep who owns the deal.",
    find=find,
)
