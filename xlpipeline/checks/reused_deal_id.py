"""An ID now stands for another deal than before."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import REUSED, marked_deals


def find(facts: Facts) -> pd.DataFrame:
    """Rows whose name, account and creation all changed at once under one ID; it ends when one changes again."""
    rows = marked_deals(facts, REUSED)
    return found(rows, "Deal ID", rows["wrong"])


CHECK = Check(
    name="reused_deal_id",
    severity="warning",
    title="Deal ID used again",
    what="Another deal stands under an ID that was that of an earlier one.",
    why="Two deals share one history, so stage times and conversion mix them up.",
    what_to_do="Clear the Deal ID of the new deal, so that a refresh gives it its own; or accept the issue.",
    find=find,
)
