"""Deals stood in a stage without its criteria when the workbook first saw them: one issue for all."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.stage_moves import stage_moves


def find(facts: Facts) -> pd.DataFrame:
    """One fault on the first of the open deals that were first seen past criteria they do not meet."""
    moves = stage_moves(facts)
    rows = moves[(moves["kind"] == "baseline") & (moves["missing"] != "")].set_index("position")
    if rows.empty:
        return found(rows, "Stage", "")
    counts = rows["criteria"].explode().value_counts()
    n = rows.index.nunique()
    have = "1 open deal was" if n == 1 else f"{n:,} open deals were"
    most = ", ".join(f"{name} ({count:,})" for name, count in counts.head(3).items())
    wrong = f"{have} first seen in a stage without its criteria; most often missing: {most}."
    return found(rows.iloc[:1], "Stage", wrong)


CHECK = Check(
    name="seen_without_criteria",
    severity="info",
    title="First seen without criteria",
    what="Open deals stood in a stage without its criteria when they were first seen, for instance after an import.",
    why="They are a baseline, so nothing was put back; but these deals may be less far than they look.",
    what_to_do="Filter Missing criteria in Pipeline and fill in what is known.",
    find=find,
)
