"""An open stage has no default probability."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Stages with type open and a blank Default probability."""
    stages = facts.book.frame("Stages")
    kind = texts(stages, "Type").str.strip().str.lower()
    unset = numbers(stages, "Default probability")[0].isna()
    named = pd.DataFrame({"stage": texts(stages, "Stage"), "unset": unset})
    rows = named[(kind == "open") & named["unset"] & ~blank(named["stage"])]
    wrong = [f"The open stage {stage:.40} has no default probability." for stage in rows["stage"]]
    return found(rows, "Default probability", wrong)


CHECK = Check(
    name="stage_without_probability",
    severity="warning",
    title="Stage without probability",
    what="An open stage on Process has no Default probability.",
    why="Its deals have no weighted amount unless each has a Probability of its own.",
    what_to_do="Enter the share of deals in this stage that are won in the end.",
    find=find,
    table="Stages",
)
