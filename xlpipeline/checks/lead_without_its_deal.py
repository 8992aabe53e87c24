"""A converted lead whose opportunity cannot be found."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Leads with a day of conversion and no Deal ID, or with a Deal ID that Pipeline does not have."""
    leads = read_leads(facts)
    known = set(facts.deals["deal_id"].map(deal_key))
    is_named = leads["deal_id"] != ""
    unnamed = leads["converted_on"].notna() & ~is_named
    lost = is_named & ~leads["deal_id"].map(deal_key).isin(known)
    rows = leads[unnamed | lost]
    wrong = [
        f"Pipeline has no deal {name:.40}." if name else "The lead was converted, but into which opportunity?"
        for name in rows["deal_id"]
    ]
    return found(rows, "Deal ID", wrong)


CHECK = Check(
    name="lead_without_its_deal",
    severity="warning",
    title="Converted lead without its deal",
    what="A lead has a Converted on and no Deal ID, or a Deal ID that no row of Pipeline has.",
    why="Nobody can say what became of it, so its source looks better or worse than it is.",
    what_to_do="Enter the Deal ID of the opportunity; Convert lead does so by itself.",
    find=find,
    table="Leads",
)
