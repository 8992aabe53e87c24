"""An open deal has no expected close."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals without an Expected close."""
    deals = facts.deals
    undated = deals[deals["is_open"] & deals["expected_close"].isna()]
    return found(undated, "Expected close", "The open deal has no expected close.")


CHECK = Check(
    name="open_without_expected_close",
    severity="error",
    title="Open deal without expected close",
    what="The Expected close of an open deal is blank.",
    why="Coverage and forecast are for a period; a deal without a date belongs to none.",
    what_to_do="Enter the day you expect the decision.",
    find=find,
)
