"""A stage was typed over although criteria of the way there are missing (SEMANTICS 4 and 17)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """Deals that were moved forward past criteria that they do not meet; it ends when they are met."""
    moves = stage_moves(facts)
    rows = moves[(moves["kind"] == "forward") & (moves["missing"] != "")]
    told = zip(rows["start"], rows["end"], rows["found_on"].dt.date, rows["missing"], strict=True)
    wrong = [f"Moved from {start:.40} to {end:.40} on {day} without {lacks:.200}." for start, end, day, lacks in told]
    return found(rows.set_index("position"), "Stage", wrong)


CHECK = Check(
    name="advanced_without_criteria",
    severity="warning",
    title="Advanced without criteria",
    what="The deal was moved to a later stage although criteria on the way there are not met.",
    why="A stage that is not earned makes forecasts and conversion wrong.",
    what_to_do="Do what is missing and fill it in, or move the deal back; a reason can be given by advance --override.",
    find=find,
    fleeting=r" on \d{4}-\d\d-\d\d",
)
