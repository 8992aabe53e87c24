"""A lead that was answered before it came in."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Leads whose First response lies before Created."""
    leads = read_leads(facts)
    rows = leads[leads["responded_on"] < leads["created"]]
    pairs = zip(days(rows["responded_on"]), days(rows["created"]), strict=True)
    return found(
        rows, "First response", [f"Answered on {first}, before it came in on {came}." for first, came in pairs]
    )


CHECK = Check(
    name="response_before_lead",
    severity="warning",
    title="Response before the lead",
    what="The First response of a lead lies before its Created.",
    why="The time to respond would be below zero, so the lead is left out of it.",
    what_to_do="Correct the date that is wrong.",
    find=find,
    table="Leads",
)
