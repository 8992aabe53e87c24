"""A row had lost its ID and nothing else; the refresh gave it back."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import restored_deals


def find(facts: Facts) -> pd.DataFrame:
    """IDs that were given back on the as-of date or later."""
    rows = restored_deals(facts)
    told = [f"The Deal ID {name:.40} had been removed; it was given back." for name in rows["deal_id"]]
    return found(rows, "Deal ID", told)


CHECK = Check(
    name="restored_deal_id",
    severity="info",
    title="Deal ID given back",
    what="The Deal ID had been removed from the row; the refresh knew the row again and gave its ID back.",
    why="Without its ID a deal loses its history.",
    what_to_do="Nothing; please leave Deal IDs as they are.",
    find=find,
)
