"""A deal stands in a stage that the team does not have, or in none."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found, unknown
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Blank stages, and stages not on Process with the closest known one as a proposal."""
    deals, names = facts.deals, facts.stages["stage"].tolist()
    rows = deals[unknown(deals["stage"], names) | blank(deals["stage"])]
    wrong = {stage: _wrong(stage, names) for stage in rows["stage"].unique()}
    return found(rows, "Stage", rows["stage"].map(wrong))


def _wrong(stage: str, names: list[str]) -> str:
    if not stage.strip():
        return "The deal has no stage."
    return f"The stage '{stage:.40}' is not on Process.{proposal(stage, names)}"


CHECK = Check(
    name="unknown_stage",
    severity="error",
    title="Unknown stage",
    what="The stage is blank, or is spelled unlike every stage on Process.",
    why="A deal without a known stage is neither open nor closed: no figure counts it.",
    what_to_do="Choose a stage from the drop-down of the cell.",
    find=find,
)
