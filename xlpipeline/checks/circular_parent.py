"""Deals that are each other's parents."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.parents import CIRCULAR, parents
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with such a Parent deal."""
    rows = parents(facts)
    rows = rows[rows["fault"] == CIRCULAR]
    told = [f"Its parent {name:.40} leads back to the deal itself." for name in rows["named"]]
    return found(rows, "Parent deal", told)


CHECK = Check(
    name="circular_parent",
    severity="warning",
    title="Parent deals in a circle",
    what="Following Parent deal from deal to deal leads back to where one began.",
    why="None of them can be the first, so none counts as an expansion.",
    what_to_do="Clear Parent deal of the one that was first.",
    find=find,
)
