"""A deal has stood in its stage longer than the stage allows (stale flag T; SEMANTICS 4 and 14)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.computed import days_over
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals past the last day of their stage's bound of business days."""
    over = days_over(facts)
    rows = facts.deals[over > 0]
    told = zip(rows["stage"], rows["max_business_days"].astype(int), over[rows.index].astype(int), strict=True)
    wrong = [
        f"{late:,} business {'day' if late == 1 else 'days'} past the bound of {stage:.40} ({bound})."
        for stage, bound, late in told
    ]
    return found(rows, "Stage", wrong)


CHECK = Check(
    name="over_time_bound",
    severity="warning",
    title="Over time-bound",
    what="The deal has been in its stage for more business days than Max business days on Process allows (flag T).",
    why="Deals that linger in a stage rarely close; they make the pipeline look fuller than it is.",
    what_to_do="Move the deal on, agree on the next step with the buyer, or let it go.",
    find=find,
    fleeting=r"^[\d,]+ business days? ",
)
