"""A row of ICP that cannot be used, or that asks for what nobody enters."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.profile import BrokenRow, profile_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of ICP with a fault, and those whose field is no column of Leads or Pipeline."""
    frame = facts.book.frame("ICP")
    heads = {str(h).strip().casefold() for name in ("Leads", "Pipeline") for h in facts.book.frame(name).columns}
    parts = [found(frame.head(0), "", "")]
    for one in profile_rows(facts.book):
        if isinstance(one, BrokenRow):
            parts.append(found(frame.iloc[[one.row]], one.column, one.wrong))
        elif one.field.casefold() not in heads:
            wrong = f"Neither Leads nor Pipeline has a column {one.field:.40}, so nobody can be judged by it."
            parts.append(found(frame.iloc[[one.row]], "Field", wrong))
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="broken_profile",
    severity="warning",
    title="Customer profile that cannot be used",
    what=(
        "A row of ICP has a wrong operator, value or points, a value that may be read in two ways (10.000; "
        "Germany, Austria), or a field that is no column of Leads or Pipeline."
    ),
    why="The row is left out of every fit, or only lowers its confidence.",
    what_to_do=(
        "Correct the row; Field must be spelled like the head of a column of Leads, numbers need no thousands "
        "separators (10000), and several texts are parted by semicolons."
    ),
    find=find,
    table="ICP",
)
