"""An open deal has an actual close."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals with an Actual close."""
    deals = facts.deals
    rows = deals[deals["is_open"] & deals["actual_close"].notna()]
    ended = zip(rows["stage"], days(rows["actual_close"]), strict=True)
    return found(
        rows, "Actual close", [f"The deal is open ({stage:.40}) yet was closed on {day}." for stage, day in ended]
    )


CHECK = Check(
    name="open_with_actual_close",
    severity="error",
    title="Open deal with actual close",
    what="A deal in an open stage has an Actual close.",
    why="The deal is counted as open pipeline although it seems to be decided.",
    what_to_do="Move the deal to the stage it ended in, or clear Actual close.",
    find=find,
)
