"""A deal has no ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with a blank Deal ID."""
    return found(facts.deals[blank(facts.deals["deal_id"])], "Deal ID", "The deal has no Deal ID.")


CHECK = Check(
    name="missing_deal_id",
    severity="warning",
    title="Missing deal ID",
    what="The Deal ID is blank.",
    why="The ID tells deals apart for ever; without it neither history nor an import can find the deal again.",
    what_to_do="Enter an ID that no other deal has.",
    find=find,
)
