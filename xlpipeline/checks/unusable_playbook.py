"""Advice of the playbook that reaches nobody."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.book import filled_positions
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.playbook import parted
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Playbook without a known stage, or with a required activity that is no type of the team's list."""
    frame = facts.book.frame("Playbook")
    rows = frame.loc[filled_positions(frame, ("Stage", "Process step", "Required activities"))]
    stage = texts(rows, "Stage").str.strip()
    lost = rows[(stage == "") | unknown(stage, facts.stages["stage"])]
    types = {name.strip().casefold() for name in known_names(texts(facts.book.frame("ActivityTypes"), "Activity type"))}
    asked = [parted(text) for text in texts(rows, "Required activities")]
    strange = [[name for name in names if types and name.casefold() not in types] for names in asked]
    mute = rows[[bool(names) for names in strange]]
    return pd.concat(
        [
            found(lost, "Stage", [f"'{name:.40}' is no stage." if name else "No stage." for name in stage[lost.index]]),
            found(
                mute,
                "Required activities",
                [f"Not in ActivityTypes: {', '.join(names):.80}." for names in strange if names],
            ),
        ],
        ignore_index=True,
    )


CHECK = Check(
    name="unusable_playbook",
    severity="warning",
    title="Playbook that reaches nobody",
    what="A row of Playbook on Process has no known stage, or asks for an activity that ActivityTypes does not have.",
    why="Nobody who stands in the stage is shown it, or the activity counts as missing for ever.",
    what_to_do="Choose the stage from the drop-down; write activities as ActivityTypes has them, parted by semicolons.",
    find=find,
    table="Playbook",
)
