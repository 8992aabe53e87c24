"""The source of a lead is not one of those on the team's list."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, known_names, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each source of Leads that Lists does not know; nothing while its list is empty."""
    names = known_names(texts(facts.book.frame("Sources"), "Source"))
    given = texts(lead_rows(facts), "Source")
    return one_per_spelling(given if names else given.iloc[:0], names, "Source", "source", "Sources")


CHECK = Check(
    name="unknown_lead_source",
    severity="warning",
    title="Lead of an unknown source",
    what="The source of a lead is not in Sources on Lists.",
    why="It has a row of its own on Leads summary and Marketing view, and what was spent on the right one seems lost.",
    what_to_do="Choose it from the drop-down, or add it to Sources on Lists.",
    find=find,
    table="Leads",
    fleeting=ROWS,
)
