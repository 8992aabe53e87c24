"""No deal has an actual close, so closed deals take their expected close."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """One row for all deals whose close is assumed, on the first of them."""
    assumed = facts.deals[facts.deals["close_assumed"]]
    number = f"{len(assumed):,} closed deal{'' if len(assumed) == 1 else 's'}"
    wrong = f"No deal has an actual close: the expected close of {number} is taken in its place."
    return found(assumed.iloc[:1], "Expected close", wrong)


CHECK = Check(
    name="assumed_close",
    severity="info",
    title="Assumed close",
    what="Actual close is blank throughout, so the expected close of closed deals stands for it.",
    why="Sales cycle and period figures are only as good as the expected dates.",
    what_to_do="Enter Actual close from now on; the assumption ends with the first one.",
    find=find,
)
