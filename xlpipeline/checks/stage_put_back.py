"""A stage that was typed over against the criteria was put back (policy revert)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.criteria_table import read_path
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """Deals whose stage was put back: forward ones until their criteria are met, others until the next move."""
    moves = stage_moves(facts)
    forward = _places(moves["end"], facts) > _places(moves["start"], facts)
    rows = moves[(moves["kind"] == "put back") & (~forward | (moves["missing"] != ""))]
    told = zip(rows["start"], rows["end"], rows["found_on"].dt.date, rows["missing"], strict=True)
    wrong = [
        f"The move from {start:.40} to {end:.40} on {day} was put back: "
        + (f"{missing:.200} missing." if missing else "no reason was given.")
        for start, end, day, missing in told
    ]
    return found(rows.set_index("position"), "Stage", wrong)


def _places(stages: pd.Series, facts: Facts) -> pd.Series:
    places = {name: at for at, name in enumerate(read_path(facts.book).names)}
    return stages.map(places).astype(float)


CHECK = Check(
    name="stage_put_back",
    severity="warning",
    title="Stage put back",
    what="The stage was typed over against the criteria, or back without a reason (stage_change_policy is revert).",
    why="The stage stands as it was before; nothing else in the row was changed.",
    what_to_do="Do what is missing and choose the stage again, or give a reason: xlpipeline advance.",
    find=find,
    fleeting=r" on \d{4}-\d\d-\d\d",
)
