"""An experiment whose effect cannot be measured as it is entered."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, unknown
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Experiments whose stage is not an open one, or without a start date."""
    frame = facts.book.frame("Experiments")
    rows = pd.DataFrame({"name": texts(frame, "Experiment").str.strip(), "stage": texts(frame, "Stage").str.strip()})
    rows["start"] = dates(frame, "Start date")[0]
    rows = rows[(rows["name"] != "") | (rows["stage"] != "") | rows["start"].notna()]
    open_stages = facts.stages.loc[facts.stages["type"] == "open", "stage"]
    lost = rows[(rows["stage"] == "") | unknown(rows["stage"], open_stages)]
    endless = rows[rows["start"].isna()]
    wrong = [
        f"'{stage:.40}' is no open stage." if stage else "The experiment names no stage." for stage in lost["stage"]
    ]
    undated = [f"The experiment {name:.40} has no start date." for name in endless["name"]]
    return pd.concat([found(lost, "Stage", wrong), found(endless, "Start date", undated)], ignore_index=True)


CHECK = Check(
    name="unmeasured_experiment",
    severity="warning",
    title="Experiment that cannot be measured",
    what="A row of Experiments on Process has no open stage or no start date.",
    why="Without both there is no before and no after, so nobody learns whether it helped.",
    what_to_do="Choose an open stage from the drop-down and enter the first day of the new way.",
    find=find,
    table="Experiments",
)
