"""A row of Scoring that cannot be used."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.marks import scoring_rows
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Scoring whose Highest mark is not above 0, or whose Weight is below 0 or blank."""
    rows = scoring_rows(facts.book)
    low, light = ~(rows["highest"] > 0), ~(rows["weight"] >= 0)
    parts = [
        found(rows[wrong], head, [f"{head} of {mark:.40} is {what}." for mark in rows.loc[wrong, "mark"]])
        for wrong, head, what in (
            (low, "Highest mark", "no number above 0"),
            (light, "Weight", "no number of 0 or more"),
        )
    ]
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="broken_mark",
    severity="warning",
    title="Mark that cannot be used",
    what="A row of Scoring has a Highest mark that is not above 0, or no Weight of 0 or more.",
    why="The mark is left out of every score.",
    what_to_do="Enter a Highest mark such as 2 and a Weight such as 1, or delete the row.",
    find=find,
    table="Scoring",
)
