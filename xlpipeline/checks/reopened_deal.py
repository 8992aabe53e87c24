"""A closed deal is open again; figures go by how it stands at the as-of date (SEMANTICS 1)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """Open deals whose last move reopened them."""
    moves = stage_moves(facts)
    rows = moves[moves["kind"] == "reopened"].set_index("position")
    rows = rows[facts.deals["is_open"].reindex(rows.index).to_numpy(dtype=bool)]
    told = zip(rows["end"], rows["found_on"].dt.date, strict=True)
    return found(rows, "Stage", [f"Reopened in {stage:.40} on {day}." for stage, day in told])


CHECK = Check(
    name="reopened_deal",
    severity="info",
    title="Reopened deal",
    what="The deal had been closed and is open again.",
    why="It leaves the closed deals of its quarter, so past win rates change.",
    what_to_do="Check that Actual close and Lost reason are cleared.",
    find=find,
    fleeting=r" on \d{4}-\d\d-\d\d",
)
