"""The owner of a lead is not one of the team's reps."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, known_names, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each owner of Leads that Reps does not list; nothing while Reps is empty."""
    names = known_names(facts.reps["rep"])
    given = texts(lead_rows(facts), "Owner")
    return one_per_spelling(given if names else given.iloc[:0], names, "Owner", "owner", "Reps")


CHECK = Check(
    name="unknown_lead_owner",
    severity="warning",
    title="Lead of an unknown owner",
    what="The owner of a lead is not listed in Reps on Team.",
    why="Nobody on the team sees the lead as theirs, and it counts in nobody's load.",
    what_to_do="Choose the owner from the drop-down, or add the rep to Reps on Team.",
    find=find,
    table="Leads",
    fleeting=ROWS,
)
