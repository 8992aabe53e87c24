"""A probability lies outside 0-100 %."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Probabilities below 0 or above 1 (100 %)."""
    own = facts.deals["own_probability"]
    rows = facts.deals[own.notna() & ~own.between(0, 1)]
    wrong = [f"The probability is {value:.0%}; the stage's default is used." for value in rows["own_probability"]]
    return found(rows, "Probability", wrong)


CHECK = Check(
    name="probability_out_of_range",
    severity="error",
    title="Probability out of range",
    what="The Probability is below 0 % or above 100 %.",
    why="It cannot weigh the amount, so the stage's default is taken in its place.",
    what_to_do="Enter a share from 0 % to 100 %, or clear the cell to use the stage's default.",
    find=find,
)
