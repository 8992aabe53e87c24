"""A manual adjustment of a lead's score for which nobody gave a reason."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Leads with an adjustment other than 0 and a blank reason."""
    leads = read_leads(facts)
    reason = texts(facts.book.frame("Leads").reindex(leads.index), "Adj. reason")
    rows = leads[leads["adjustment"].notna() & (leads["adjustment"] != 0) & blank(reason)]
    wrong = [f"The score is adjusted by {points:+g} without a reason." for points in rows["adjustment"]]
    return found(rows, "Adj. reason", wrong)


CHECK = Check(
    name="adjustment_without_reason",
    severity="warning",
    title="Adjustment without reason",
    what="A lead has a Manual adj. and no Adj. reason.",
    why="Without a reason nobody can learn from it, so it does not count.",
    what_to_do="Write down what you know that the table does not, or clear the adjustment.",
    find=find,
    table="Leads",
)
