"""The owner is not one of the team's reps."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Owners that Reps does not list; nothing while Reps is empty."""
    names = known_names(facts.reps["rep"])
    rows = facts.deals[unknown(facts.deals["owner"], names)] if names else facts.deals.iloc[:0]
    wrong = {
        owner: f"The owner '{owner:.40}' is not in Reps.{proposal(owner, names)}" for owner in rows["owner"].unique()
    }
    return found(rows, "Owner", rows["owner"].map(wrong))


CHECK = Check(
    name="unknown_owner",
    severity="warning",
    title="Unknown owner",
    what="The owner of the deal is not listed in Reps on Team.",
    why="The deal counts for the team but against no rep's quota, so coverage by rep leaves it out.",
    what_to_do="Choose the owner from the drop-down, or add the rep to Reps on Team.",
    find=find,
)
