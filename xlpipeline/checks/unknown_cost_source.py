"""The source of a cost is not one of those on the team's list."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, known_names, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each source of Costs that Lists does not know; nothing while its list is empty."""
    names = known_names(texts(facts.book.frame("Sources"), "Source"))
    given = texts(facts.book.frame("Costs"), "Source")
    return one_per_spelling(given if names else given.iloc[:0], names, "Source", "source", "Sources")


CHECK = Check(
    name="unknown_cost_source",
    severity="warning",
    title="Cost of an unknown source",
    what="The source of a row of Costs is not in Sources on Lists.",
    why="No lead or deal can be of it, so nothing ever seems to come of the money.",
    what_to_do="Choose it from the drop-down, or add it to Sources on Lists.",
    find=find,
    table="Costs",
    fleeting=ROWS,
)
