"""Two copies of the workbook, refreshed apart, have each begun a deal with this ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import deal_keys, history_of


def find(facts: Facts) -> pd.DataFrame:
    """Living deals whose history begins twice."""
    faults = history_of(facts).faults
    twice = faults.loc[faults["fault"] == "id_collision", "deal_id"].map(deal_key)
    rows = facts.deals[deal_keys(facts).isin(set(twice))]
    told = [f"Two copies of this workbook each began a deal {name.strip():.40}." for name in rows["deal_id"]]
    return found(rows, "Deal ID", told)


CHECK = Check(
    name="two_deals_one_id",
    severity="warning",
    title="Two deals, one ID",
    what="The history of the deal begins twice: two copies of the workbook gave one ID to two new rows.",
    why="If they are two deals, one of them is missing here.",
    what_to_do="Compare the copies; if they are two deals, give one an ID of its own, else accept the issue.",
    find=find,
)
