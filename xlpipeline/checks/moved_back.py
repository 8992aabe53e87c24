"""A stage was typed over with an earlier one."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """Deals whose last move went back, without a reason; it ends with the next move."""
    moves = stage_moves(facts)
    rows = moves[moves["kind"] == "back"]
    told = zip(rows["start"], rows["end"], rows["found_on"].dt.date, strict=True)
    wrong = [f"Moved back from {start:.40} to {end:.40} on {day}." for start, end, day in told]
    return found(rows.set_index("position"), "Stage", wrong)


CHECK = Check(
    name="moved_back",
    severity="warning",
    title="Moved back without a reason",
    what="The deal went back to an earlier stage and nobody said why.",
    why="Moves back show where deals were advanced too early; the reason is the lesson.",
    what_to_do="Accept the issue with the reason; next time: xlpipeline advance --to STAGE --reason.",
    find=find,
    fleeting=r" on \d{4}-\d\d-\d\d",
)
