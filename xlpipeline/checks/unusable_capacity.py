"""A capacity that is no number above 0."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.cells import numbers
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Reps whose Capacity is filled and cannot be divided by."""
    frame = facts.book.frame("Reps")
    capacity, bad = numbers(frame, "Capacity")
    rows = frame[(capacity <= 0) | frame.index.isin(bad["position"].tolist())]
    wrong = [f"The capacity is '{cell!s:.40}', which is no number above 0." for cell in rows.get("Capacity", ())]
    return found(rows, "Capacity", wrong)


CHECK = Check(
    name="unusable_capacity",
    severity="warning",
    title="Capacity that cannot be used",
    what="The Capacity of a rep is no number above 0.",
    why="The rep is left out of the load as if no capacity were entered.",
    what_to_do="Enter how many open deals and leads the rep can work well, or clear the cell.",
    find=find,
    table="Reps",
)
