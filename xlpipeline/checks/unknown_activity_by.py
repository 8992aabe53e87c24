"""An activity was done by somebody who is not one of the team's reps."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, known_names, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each By that Reps does not list; nothing while Reps is empty."""
    names = known_names(facts.reps["rep"])
    given = texts(facts.book.frame("Activities"), "By")
    return one_per_spelling(given if names else given.iloc[:0], names, "By", "name", "Reps")


CHECK = Check(
    name="unknown_activity_by",
    severity="warning",
    title="Activity of an unknown rep",
    what="By of an activity is not listed in Reps on Team.",
    why="It is counted for somebody who has no row among the team, and not for the rep who did it.",
    what_to_do="Choose the rep from the drop-down, or clear By: then the deal's owner did it.",
    find=find,
    table="Activities",
    fleeting=ROWS,
)
