"""A deal jumped over stages; their criteria were met."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.criteria_table import read_path
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """Deals whose last forward move passed at least one stage, with all criteria met."""
    moves = stage_moves(facts)
    places = {name: at for at, name in enumerate(read_path(facts.book).names)}
    steps = moves["end"].map(places) - moves["start"].map(places)
    rows = moves[(moves["kind"] == "forward") & (moves["missing"] == "") & (steps.astype(float) > 1)]
    told = zip(rows["start"], rows["end"], rows["found_on"].dt.date, strict=True)
    wrong = [f"Moved from {start:.40} straight to {end:.40} on {day}." for start, end, day in told]
    return found(rows.set_index("position"), "Stage", wrong)


CHECK = Check(
    name="skipped_stage",
    severity="info",
    title="Stage skipped",
    what="The deal passed over a stage between two refreshes.",
    why="If it happens often, the stage is not one, or deals are entered late.",
    what_to_do="Nothing if the deal went that fast; else move it back to where it stands.",
    find=find,
    fleeting=r" on \d{4}-\d\d-\d\d",
)
