"""The forecast category is none of those that a forecast knows."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, unknown
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import FORECAST_CATEGORIES
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Values of Forecast category that no forecast knows; case does not matter."""
    names = list(FORECAST_CATEGORIES)
    rows = facts.deals[facts.deals["is_open"] & unknown(facts.deals["forecast_category"], names)]
    wrong = {
        name: f"The forecast category '{name:.40}' is not known.{proposal(name, names)}"
        for name in rows["forecast_category"].unique()
    }
    return found(rows, "Forecast category", rows["forecast_category"].map(wrong))


CHECK = Check(
    name="unknown_category",
    severity="warning",
    title="Unknown forecast category",
    what="The forecast category of an open deal is not Commit, Best case, Pipeline or Omitted.",
    why="The forecast takes the category that fits the deal's probability and stage instead.",
    what_to_do="Choose it from the drop-down, or leave the cell blank.",
    find=find,
)
