"""The type of an activity is not one of those on the team's list."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, known_names, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each type that ActivityTypes does not know, with how many rows have it."""
    names = known_names(texts(facts.book.frame("ActivityTypes"), "Activity type"))
    types = texts(facts.book.frame("Activities"), "Type")
    return one_per_spelling(types if names else types.iloc[:0], names, "Type", "type", "ActivityTypes")


CHECK = Check(
    name="unknown_activity_type",
    severity="warning",
    title="Unknown activity type",
    what="The type of an activity is not in ActivityTypes on Lists.",
    why="It does what no cadence, criterion or playbook asks for, however often it is done.",
    what_to_do="Choose it from the drop-down, or add it to ActivityTypes on Lists.",
    find=find,
    table="Activities",
    fleeting=ROWS,
)
