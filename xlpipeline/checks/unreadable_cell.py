"""A cell holds something that is not of its column's kind: a word in Amount, a text in a date column."""

from __future__ import annotations

import pandas as pd

from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import PIPELINE

_KINDS = {c.name: "date" if c.kind == "date" else "number" for c in PIPELINE.columns}


def find(facts: Facts) -> pd.DataFrame:
    """The cells that reading the facts could not understand."""
    cells = facts.unreadable[facts.unreadable["position"].isin(facts.deals.index)]
    wrong = [
        f"'{text!s:.40}' is not a {_KINDS.get(column, 'value')}, so {column} is taken as blank."
        for column, text in zip(cells["column"], cells["found"], strict=True)
    ]
    return pd.DataFrame({"position": cells["position"].astype(int), "column": cells["column"], "wrong": wrong})


CHECK = Check(
    name="unreadable_cell",
    severity="error",
    title="Unreadable cell",
    what="A date, amount or probability cell holds a text or an error value.",
    why="The cell counts as blank, so the deal drops out of every figure that needs it.",
    what_to_do="Type the value again as a true date or number.",
    find=find,
)
