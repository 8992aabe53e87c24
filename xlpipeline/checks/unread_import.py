"""An import could not read a cell of its source, and the deal still lacks it."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.book import is_blank
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of ImportFaults whose deal is in Pipeline with that cell still blank, or that are about a whole row."""
    faults, pipeline = facts.book.frame("ImportFaults"), facts.book.frame("Pipeline")
    if faults.empty or "Deal ID" not in pipeline.columns:
        return found(faults, "Deal ID", [])
    rows_of_deals = {deal_id: row for row, deal_id in zip(pipeline.index, texts(pipeline, "Deal ID"), strict=True)}
    listed = pd.DataFrame(
        {head: texts(faults, head) for head in ("Deal ID", "Source row", "File", "Column", "What is wrong")}
    )
    listed = listed[listed["What is wrong"] != ""]
    open_ones = [
        column not in pipeline.columns
        or deal not in rows_of_deals
        or is_blank(pipeline.at[rows_of_deals[deal], column])
        for deal, column in zip(listed["Deal ID"], listed["Column"], strict=True)
    ]
    listed = listed[pd.Series(open_ones, index=listed.index, dtype=bool)]
    parts = zip(listed["Deal ID"], listed["Source row"], listed["File"], listed["What is wrong"], strict=True)
    told = [f"{f'Deal {deal}, ' if deal else ''}row {row} of {file}: {wrong}" for deal, row, file, wrong in parts]
    return found(listed, "What is wrong", told)


CHECK = Check(
    name="unread_import",
    severity="warning",
    title="Unread import",
    what="A cell or row of an imported file could not be read, and the deal still lacks it.",
    why="The figures leave out what could not be read.",
    what_to_do="Type the value into Pipeline, or correct it in the source and import again.",
    find=find,
    table="ImportFaults",
)
