"""A column of Pipeline that the figures cannot do without is gone."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import HEAD
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import PIPELINE

_REQUIRED = tuple(column.name for column in PIPELINE.columns if column.required)
NEEDED = (*_REQUIRED, PIPELINE.key, "Amount", "Created", "Expected close")


def find(facts: Facts) -> pd.DataFrame:
    """One fault per missing column, on the first cell of the table's head."""
    table = facts.book.tables.get("Pipeline")
    missing = [] if table is None else [head for head in NEEDED if head not in table.frame.columns]
    first = "" if table is None or table.frame.columns.empty else str(table.frame.columns[0])
    wrong = [f"The column {head} is missing from Pipeline." for head in missing]
    return pd.DataFrame({"position": [HEAD] * len(missing), "column": first, "wrong": wrong})


CHECK = Check(
    name="missing_column",
    severity="error",
    title="Missing column",
    what="A column of Pipeline that figures need is not there: it was deleted or its head was renamed.",
    why="Columns are found by their heads; every figure that needs this one is empty or wrong.",
    what_to_do="Insert a column with exactly this head, or give the renamed column its old name back.",
    find=find,
)
