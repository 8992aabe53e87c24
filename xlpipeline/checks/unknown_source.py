"""The source is not one of those on the team's list."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Values of Source that Lists does not know; nothing while its list is empty."""
    names = known_names(texts(facts.book.frame("Sources"), "Source"))
    rows = facts.deals[unknown(facts.deals["source"], names)] if names else facts.deals.iloc[:0]
    wrong = {
        name: f"The source '{name:.40}' is not in Sources.{proposal(name, names)}" for name in rows["source"].unique()
    }
    return found(rows, "Source", rows["source"].map(wrong))


CHECK = Check(
    name="unknown_source",
    severity="warning",
    title="Unknown source",
    what="The source of the deal is not in Sources on Lists.",
    why="Two spellings of one source split its figures.",
    what_to_do="Choose it from the drop-down, or add it to Sources on Lists.",
    find=find,
)
