"""Two rows of Leads have one Lead ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Every row whose ID (case and outer space aside) stands in a row above it."""
    frame = lead_rows(facts)
    keys = texts(frame, "Lead ID").map(deal_key)
    again = keys[keys.duplicated() & (keys != "")]
    if again.empty:
        return found(again.to_frame(), "Lead ID", "")
    first = pd.Series(keys.index, index=keys).groupby(level=0).first()
    above = facts.book.tables["Leads"].first_row + 1
    ids = texts(frame.loc[again.index], "Lead ID").str.strip()
    wrong = [
        f"The ID {name:.40} is also that of the lead in row {above + first[key]}."
        for name, key in zip(ids, again, strict=True)
    ]
    return found(again.to_frame(), "Lead ID", wrong)


CHECK = Check(
    name="duplicate_lead_id",
    severity="error",
    title="Duplicate lead ID",
    what="The Lead ID is already that of a lead further up.",
    why="Activities with this ID answer both leads, both are counted, and Convert lead cannot tell them apart.",
    what_to_do="If both rows are one lead, delete one; if they are two, give one of them an ID of its own.",
    find=find,
    table="Leads",
    fleeting=r"row \d+",
)
