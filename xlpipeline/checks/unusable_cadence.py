"""A touch of the cadence that can never come due, or never be done."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.book import filled_positions
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check

_MOST_DAYS = 1000


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Cadence with a stage, day or channel that cannot be used."""
    frame = facts.book.frame("Cadence")
    rows = frame.loc[filled_positions(frame, ("Stage", "Day", "Channel"))]
    stage, channel = texts(rows, "Stage").str.strip(), texts(rows, "Channel").str.strip()
    types = known_names(texts(facts.book.frame("ActivityTypes"), "Activity type"))
    day = numbers(rows, "Day")[0]
    lost = rows[(stage == "") | unknown(stage, facts.stages["stage"])]
    endless = rows[~(day.between(0, _MOST_DAYS) & (day % 1 == 0))]
    mute = rows[(channel == "") | (unknown(channel, types) if types else False)]
    parts = [
        found(lost, "Stage", [f"'{name:.40}' is no stage." if name else "No stage." for name in stage[lost.index]]),
        found(endless, "Day", f"The day is not a whole number from 0 to {_MOST_DAYS:,}."),
        found(
            mute,
            "Channel",
            [f"'{name:.40}' is not in ActivityTypes." if name else "No channel." for name in channel[mute.index]],
        ),
    ]
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="unusable_cadence",
    severity="warning",
    title="Cadence that cannot be followed",
    what="A row of Cadence on Scoring has no known stage, no whole day or no channel of ActivityTypes.",
    why="Its touch never comes due, or is never done, however often somebody does it.",
    what_to_do="Choose stage and channel from the drop-downs and enter the business days after the entry, 0 or more.",
    find=find,
    table="Cadence",
)
