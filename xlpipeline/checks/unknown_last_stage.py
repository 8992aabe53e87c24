"""The stage in which a deal was lost is none of the team's stages."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, unknown
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Values of Last stage before loss that Process does not know."""
    names = facts.stages["stage"].tolist()
    rows = facts.deals[unknown(facts.deals["last_stage_before_loss"].str.strip(), names)]
    wrong = {
        name: f"The last stage '{name:.40}' is not on Process.{proposal(name, names)}"
        for name in rows["last_stage_before_loss"].unique()
    }
    return found(rows, "Last stage before loss", rows["last_stage_before_loss"].map(wrong))


CHECK = Check(
    name="unknown_last_stage",
    severity="warning",
    title="Unknown last stage",
    what="Last stage before loss is spelled unlike every stage on Process.",
    why="Nobody knows how far the deal came, so conversion and win rate take it as unknown.",
    what_to_do="Choose the stage from the drop-down of the cell.",
    find=find,
)
