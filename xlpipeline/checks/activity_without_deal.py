"""An activity that belongs to no deal and no lead."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.book import filled_positions
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Check
from xlpipeline.model.schema import PIPELINE


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Activities whose Deal ID is blank, or stands neither in Pipeline nor in Leads."""
    frame = facts.book.frame("Activities")
    rows = frame.loc[filled_positions(frame, ("Date", "Deal ID", "Type"))]
    known = {deal_key(name) for name in texts(facts.book.frame(PIPELINE.name), "Deal ID")}
    known |= {deal_key(name) for name in texts(facts.book.frame("Leads"), "Lead ID")}
    names = texts(rows, "Deal ID").str.strip()
    lost = rows[[deal_key(name) not in known or not name for name in names]]
    wrong = [
        f"No deal and no lead has the ID {name:.40}." if name else "The activity names no deal and no lead."
        for name in names[lost.index]
    ]
    return found(lost, "Deal ID", wrong)


CHECK = Check(
    name="activity_without_deal",
    severity="warning",
    title="Activity without a deal",
    what="An activity names no deal and no lead that is there.",
    why="It counts for the rep, but as a touch of nobody: the deal looks idle.",
    what_to_do="Enter the Deal ID or Lead ID in its row on Activities, or delete the row.",
    find=find,
    table="Activities",
)
