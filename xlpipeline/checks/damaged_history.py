"""Rows or columns of _History cannot be read."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import history_of


def find(facts: Facts) -> pd.DataFrame:
    """Rows of _History that make no sense, and lost columns of the table."""
    faults = history_of(facts).faults
    faults = faults[faults["fault"].isin(["history_damaged", "history_broken"])]
    heads = [str(head) for head in facts.book.frame(HISTORY.name).columns]
    column = HISTORY.key if HISTORY.key in heads else next(iter(heads), HISTORY.key)
    return found(faults.set_index("position"), column, faults["detail"])


CHECK = Check(
    name="damaged_history",
    severity="error",
    title="Damaged history",
    what="A row of the hidden sheet _History cannot be understood, or the table has lost a column.",
    why="What the row told is left out; with a column lost, nothing new is written down.",
    what_to_do="Bring the row or column back from an earlier copy of the file.",
    find=find,
    table="_History",
)
