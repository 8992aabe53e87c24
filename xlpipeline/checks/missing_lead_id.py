"""A lead has no ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first lead with a blank Lead ID; it stands for all of them."""
    frame = lead_rows(facts)
    rows = frame[blank(texts(frame, "Lead ID"))]
    n = len(rows)
    return found(
        rows.head(1),
        "Lead ID",
        f"{n:,} leads have no Lead ID; this is the first." if n > 1 else "The lead has no Lead ID.",
    )


CHECK = Check(
    name="missing_lead_id",
    severity="warning",
    title="Missing lead ID",
    what="The Lead ID is blank.",
    why="No activity can name the lead, so it waits for an answer for ever, and an import cannot find it again.",
    what_to_do="Enter an ID that no other lead has.",
    find=find,
    table="Leads",
    fleeting=r"[\d,]+ leads",
)
