"""An activity without a day or a type."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.book import filled_positions
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Activities in which something stands, but no day that can be read, or no type."""
    frame = facts.book.frame("Activities")
    rows = frame.loc[filled_positions(frame, ("Date", "Deal ID", "Type", "Outcome"))]
    days, bad = dates(rows, "Date")
    texts_found = dict(zip(bad["position"], bad["found"], strict=True))
    undated = rows[days.isna()]
    wrong = [
        f"'{texts_found[at]:.40}' is no date." if at in texts_found else "The activity has no date."
        for at in undated.index
    ]
    untyped = rows[blank(texts(rows, "Type")) & days.notna()]
    return pd.concat(
        [found(undated, "Date", wrong), found(untyped, "Type", "The activity has no type.")], ignore_index=True
    )


CHECK = Check(
    name="undated_activity",
    severity="warning",
    title="Activity without a day or a type",
    what="A row of Activities has no day that can be read, or no type.",
    why="It counts nowhere: not for the rep, not as a touch of the deal.",
    what_to_do="Enter the day, such as 2026-03-31, and choose the type from the drop-down.",
    find=find,
    table="Activities",
)
