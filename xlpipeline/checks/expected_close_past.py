"""The expected close of an open deal has passed (stale flag C)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals whose Expected close lies before the as-of date; that day itself is in time."""
    deals = facts.deals
    rows = deals[deals["is_open"] & (deals["expected_close"] < pd.Timestamp(facts.as_of))]
    wrong = [f"The deal was to close by {day} and is still open." for day in days(rows["expected_close"])]
    return found(rows, "Expected close", wrong)


CHECK = Check(
    name="expected_close_past",
    severity="warning",
    title="Expected close past",
    what="The Expected close of an open deal lies before today (flag C).",
    why="Coverage and forecast leave overdue deals out: nobody believes a date that has passed.",
    what_to_do="Ask the buyer and enter the new date, or close the deal.",
    find=find,
)
