"""A Deal ID is an error value, so nobody can say which deal the row is."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.book import CellError
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows whose Deal ID holds an error."""
    cells = facts.book.frame("Pipeline").reindex(columns=["Deal ID"])
    wrong = cells[cells["Deal ID"].map(lambda cell: isinstance(cell, CellError)).astype(bool)]
    return found(wrong, "Deal ID", [f"The Deal ID is the error value {cell}." for cell in wrong["Deal ID"].tolist()])


CHECK = Check(
    name="unreadable_deal_id",
    severity="error",
    title="Unreadable deal ID",
    what="The Deal ID is an error value such as #REF!.",
    why="A row without a readable ID is left out of the history.",
    what_to_do="Clear the cell, or enter the ID again; a refresh gives a blank one its ID back.",
    find=find,
)
