"""A lead that comes in after the as-of date."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import days, found
from xlpipeline.model.cells import dates
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The first lead whose Created lies after the as-of date; it stands for all of them.

    As of a day in the past many leads are still to come: one issue says so.
    """
    created = dates(lead_rows(facts), "Created")[0]
    late = created[created > pd.Timestamp(facts.as_of)]
    more = f"; so do {len(late) - 1:,} more" if len(late) > 1 else ""
    wrong = [f"Came in on {day}, after the as-of date{more}." for day in days(late.head(1))]
    return found(late.head(1).to_frame(), "Created", wrong)


CHECK = Check(
    name="lead_from_the_future",
    severity="warning",
    title="Lead from the future",
    what="The Created of a lead lies after the as-of date.",
    why="Until then the lead is counted nowhere.",
    what_to_do="Correct the date; as of a day in the past there is nothing to do.",
    find=find,
    table="Leads",
    fleeting=r"; so do [\d,]+ more",
)
