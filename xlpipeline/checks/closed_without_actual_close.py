"""A won, lost or derailed deal does not say when it ended."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Closed deals without an Actual close, unless the whole column is blank and the expected close is taken."""
    deals = facts.deals
    rows = deals[deals["is_closed"] & deals["actual_close"].isna() & ~deals["close_assumed"]]
    return found(
        rows, "Actual close", [f"The deal is closed ({stage:.40}) but has no actual close." for stage in rows["stage"]]
    )


CHECK = Check(
    name="closed_without_actual_close",
    severity="error",
    title="Closed deal without actual close",
    what="The Actual close of a won, lost or derailed deal is blank.",
    why="Win rate, sales cycle and won value of a period leave the deal out.",
    what_to_do="Enter the day the deal was won, lost or given up.",
    find=find,
)
