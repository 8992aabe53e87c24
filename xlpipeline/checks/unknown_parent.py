"""A deal whose parent cannot be found."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.parents import UNKNOWN, parents
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with such a Parent deal."""
    rows = parents(facts)
    rows = rows[rows["fault"] == UNKNOWN]
    return found(rows, "Parent deal", [f"No deal has the ID {name:.40}." for name in rows["named"]])


CHECK = Check(
    name="unknown_parent",
    severity="warning",
    title="Unknown parent deal",
    what="Parent deal names a Deal ID that no row of Pipeline has.",
    why="The expansion is counted for no customer.",
    what_to_do="Enter the Deal ID of the deal that this one expands, or leave the cell blank.",
    find=find,
)
