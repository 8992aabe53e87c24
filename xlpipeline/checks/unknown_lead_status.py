"""The status of a lead is none that counts."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import ROWS, one_per_spelling
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check
from xlpipeline.model.schema import LEAD_STATUSES


def find(facts: Facts) -> pd.DataFrame:
    """The first row of each status that is not on the list."""
    return one_per_spelling(
        texts(lead_rows(facts), "Status"), LEAD_STATUSES, "Status", "status", "the list of statuses"
    )


CHECK = Check(
    name="unknown_lead_status",
    severity="warning",
    title="Unknown status of a lead",
    what="The status of a lead is none of new, working, qualified and disqualified.",
    why="The lead counts as open, whatever the word means.",
    what_to_do="Choose the status from the drop-down; a lead that became an opportunity needs its Deal ID instead.",
    find=find,
    table="Leads",
    fleeting=ROWS,
)
