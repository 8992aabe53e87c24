"""A disqualified lead that teaches nothing."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """One fault per owner, on the owner's first disqualified lead whose reason is blank."""
    leads = read_leads(facts)
    rows = leads[leads["is_disqualified"] & (leads["disqualified_reason"] == "")]
    counts = rows.groupby("rep").size()
    firsts = rows[~rows["rep"].duplicated()]
    wrong = [
        f"{n:,} disqualified lead{'s have' if n > 1 else ' has'} no reason{'; this is the first' if n > 1 else ''}."
        for n in counts.reindex(firsts["rep"]).tolist()
    ]
    return found(firsts, "Disqualified reason", wrong)


CHECK = Check(
    name="disqualified_without_reason",
    severity="info",
    title="Disqualified without reason",
    what="A lead is disqualified and its Disqualified reason is blank; one line per owner.",
    why="Marketing learns from the reasons which leads not to bring again.",
    what_to_do="Choose a reason from the list.",
    find=find,
    table="Leads",
)
