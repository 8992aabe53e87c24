"""The lost reason is not one of those on the team's list."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Values of Lost reason that Lists does not know; nothing while its list is empty."""
    names = known_names(texts(facts.book.frame("LostReasons"), "Lost reason"))
    rows = facts.deals[unknown(facts.deals["lost_reason"], names)] if names else facts.deals.iloc[:0]
    wrong = {
        name: f"The lost reason '{name:.40}' is not in LostReasons.{proposal(name, names)}"
        for name in rows["lost_reason"].unique()
    }
    return found(rows, "Lost reason", rows["lost_reason"].map(wrong))


CHECK = Check(
    name="unknown_lost_reason",
    severity="warning",
    title="Unknown lost reason",
    what="The lost reason of the deal is not in LostReasons on Lists.",
    why="Two spellings of one reason hide which reason loses most deals.",
    what_to_do="Choose it from the drop-down, or add it to LostReasons on Lists.",
    find=find,
)
