"""In a computed column a constant stands where the formula should be."""

from __future__ import annotations

import pandas as pd

from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import PIPELINE

_COMPUTED = tuple(column.name for column in PIPELINE.columns if column.writer == "formula")


def find(facts: Facts) -> pd.DataFrame:
    """One fault per computed column, on its first constant."""
    table = facts.book.tables.get(PIPELINE.name)
    faults = []
    for head in _COMPUTED if table is not None else ():
        typed = table.constants(head) if table is not None and head in table.frame.columns else []
        if typed:
            faults.append((typed[0], head, _wrong(head, len(typed))))
    return pd.DataFrame(faults, columns=["position", "column", "wrong"])


def _wrong(head: str, n: int) -> str:
    if n == 1:
        return f"{head} holds a typed value in place of its formula."
    return f"{head} holds typed values in place of its formula in {n:,} cells; this is the first."


CHECK = Check(
    name="formula_typed_over",
    severity="warning",
    title="Formula typed over",
    what="A computed column of Pipeline holds a constant where its formula should be: typed or pasted over it.",
    why="The cell does not follow the deal any more: flags, days and colours stay as they were that day.",
    what_to_do="Clear these cells (Delete); the next refresh puts the formula back.",
    find=find,
)
