"""An ID is gone, and the same row now has another one: the history of the deal stays with the old ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import EDITED, marked_deals


def find(facts: Facts) -> pd.DataFrame:
    """Rows whose ID was typed over; it ends when the old ID is back."""
    rows = marked_deals(facts, EDITED)
    return found(rows, "Deal ID", rows["wrong"])


CHECK = Check(
    name="edited_deal_id",
    severity="warning",
    title="Deal ID typed over",
    what="The Deal ID was typed over: the deal is taken for a new one.",
    why="History, stage times and imports go by the ID; the deal has lost its past.",
    what_to_do="Enter the old ID again, or accept the issue if it is another deal.",
    find=find,
)
