"""A deal that names itself as its parent."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.parents import ITSELF, parents
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Deals with such a Parent deal."""
    rows = parents(facts)
    rows = rows[rows["fault"] == ITSELF]
    return found(rows, "Parent deal", "The deal names itself as its parent.")


CHECK = Check(
    name="self_parent",
    severity="warning",
    title="Deal that is its own parent",
    what="Parent deal is the deal's own ID.",
    why="A deal cannot expand itself, so it counts as no expansion.",
    what_to_do="Enter the Deal ID of the earlier deal, or leave the cell blank.",
    find=find,
)
