"""Open deals have had no touch for too long (stale flag I). One issue per owner: the rows themselves carry the flag."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import one_per_owner
from xlpipeline.model.computed import idle_days
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Per owner, the number of deals idle for more than ``idle_business_days``, on the one that is idle longest."""
    idle, limit = idle_days(facts), facts.settings.idle_business_days
    rows = facts.deals[idle > limit]
    longest = rows.loc[idle[rows.index].sort_values(ascending=False, kind="stable").index]
    have = f"had no touch for more than {limit} business days"
    return one_per_owner(longest, "Last touch", have, "this one for longest")


CHECK = Check(
    name="idle_deals",
    severity="info",
    title="Reps with idle deals",
    what="Open deals of this owner had no touch for longer than the setting idle_business_days (flag I in Pipeline).",
    why="A deal that nobody talks about is seldom won.",
    what_to_do="Filter Flags in Pipeline for I; call these buyers and enter Last touch.",
    find=find,
)
