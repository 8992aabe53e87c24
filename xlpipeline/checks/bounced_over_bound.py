"""A deal came back to its stage, and its stays together are longer than the stage allows (flag B; SEMANTICS 4)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.computed import over_by_bounces
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals in time by their present stay, and over the bound with earlier ones."""
    over = over_by_bounces(facts)
    rows = facts.deals[over > 0]
    told = zip(rows["stage"], rows["max_business_days"].astype(int), over[rows.index].astype(int), strict=True)
    wrong = [
        f"{late:,} business {'day' if late == 1 else 'days'} past the bound of {stage:.40} ({bound}), "
        "earlier stays included."
        for stage, bound, late in told
    ]
    return found(rows, "Stage", wrong)


CHECK = Check(
    name="bounced_over_bound",
    severity="warning",
    title="Over time-bound (bounced)",
    what="The deal was in this stage before; its stays together are longer than Max business days on Process (flag B).",
    why="Moving a deal back and forth does not make it younger.",
    what_to_do="Agree on the next step with the buyer, or let the deal go.",
    find=find,
    fleeting=r"^[\d,]+ business days?",
)
