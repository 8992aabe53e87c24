"""A deal that was not lost has a reason why it was."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open and won deals with a Lost reason."""
    deals = facts.deals
    rows = deals[(deals["is_open"] | deals["is_won"]) & ~blank(deals["lost_reason"])]
    wrong = [
        f"The lost reason is '{reason:.40}', but the deal stands in {stage:.40}."
        for reason, stage in zip(rows["lost_reason"], rows["stage"], strict=True)
    ]
    return found(rows, "Lost reason", wrong)


CHECK = Check(
    name="open_with_lost_reason",
    severity="warning",
    title="Lost reason on a deal not lost",
    what="An open or won deal has a Lost reason.",
    why="Either the deal is lost and still counts, or the reason distorts what is learned from losses.",
    what_to_do="Move the deal to Lost, or clear the reason.",
    find=find,
)
