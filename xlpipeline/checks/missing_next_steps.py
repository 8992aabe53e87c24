"""Open deals have no next step, or its date has passed (stale flag N). One issue per owner: the rows carry the flag."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import one_per_owner
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Per owner, the number of deals with flag N, on the largest of them."""
    rows = facts.deals[stale_flags(facts)["N"]]
    largest = rows.sort_values("amount", ascending=False, kind="stable")
    have = "no next step, or one whose date has passed"
    return one_per_owner(largest, "Next step", have, "this one is the largest")


CHECK = Check(
    name="missing_next_steps",
    severity="info",
    title="Reps with missing next steps",
    what="Open deals of this owner have no Next step, or a Next step date that has passed (flag N in Pipeline).",
    why="A deal without an agreed next step waits for chance.",
    what_to_do="Filter Flags in Pipeline for N; agree on what happens next and enter it with its date.",
    find=find,
)
