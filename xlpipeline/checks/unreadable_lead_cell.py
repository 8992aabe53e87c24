"""A cell of Leads holds something that is not of its column's kind: a word in a column of dates or numbers."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.cells import dates, numbers
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_rows
from xlpipeline.model.register import Check
from xlpipeline.model.schema import LEADS

_TYPED: Final = [column for column in LEADS.columns if column.kind != "text" and column.writer == "user"]
_KINDS: Final = {c.name: "date" if c.kind == "date" else "number" for c in _TYPED} | {"Disqualified on": "date"}


def find(facts: Facts) -> pd.DataFrame:
    """The cells of dates and numbers that reading the leads could not understand."""
    frame, parts = lead_rows(facts), []
    for head, kind in _KINDS.items():
        bad = (dates if kind == "date" else numbers)(frame, head)[1]
        wrong = [f"'{cell!s:.40}' is not a {kind}, so {head} is taken as blank." for cell in bad["found"]]
        parts.append(found(frame.loc[bad["position"].tolist()], head, wrong))
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="unreadable_lead_cell",
    severity="error",
    title="Unreadable cell of a lead",
    what="A cell of Leads for a date or a number holds a text or an error value.",
    why="The cell counts as blank, so the lead drops out of every figure that needs it.",
    what_to_do="Type the value again as a true date or number.",
    find=find,
    table="Leads",
)
