"""Two rows have one Deal ID."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Every row whose ID (case and outer space aside) stands in a row above it."""
    deals = facts.deals
    key = deals["deal_id"].str.strip().str.casefold()
    rows = deals[key.duplicated() & (key != "")]
    if rows.empty:
        return found(rows, "Deal ID", "")
    first = pd.Series(deals.index, index=key).groupby(level=0).first()
    above = facts.book.tables["Pipeline"].first_row + 1
    return found(
        rows,
        "Deal ID",
        [
            f"The ID {deal_id.strip():.40} is also that of the deal in row {above + first[name]}."
            for deal_id, name in zip(rows["deal_id"], key[rows.index], strict=True)
        ],
    )


CHECK = Check(
    name="duplicate_deal_id",
    severity="error",
    title="Duplicate deal ID",
    what="The Deal ID is already that of a deal further up.",
    why="One ID is one deal: both rows are counted, and an import changes only one of them.",
    what_to_do="If both rows are one deal, delete one; if they are two, give one of them an ID of its own.",
    find=find,
    fleeting=r"row \d+",
)
