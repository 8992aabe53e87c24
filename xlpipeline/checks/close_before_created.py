"""A deal was closed before it was created."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Closed deals whose close (actual, or the expected one taken for it) lies before Created; the same day is fine."""
    deals = facts.deals
    rows = deals[deals["closed_on"] < deals["created"]]
    both = zip(days(rows["closed_on"]), days(rows["created"]), strict=True)
    faults = found(
        rows, "Actual close", [f"Closed on {closed}, before it was created on {created}." for closed, created in both]
    )
    return faults.assign(column=rows["close_assumed"].map({True: "Expected close", False: "Actual close"}).to_numpy())


CHECK = Check(
    name="close_before_created",
    severity="error",
    title="Close before created",
    what="The close of the deal lies before its Created date.",
    why="The sales cycle would be negative, so it leaves the deal out.",
    what_to_do="Mend the date that is wrong: Created or the close.",
    find=find,
)
