"""A manual adjustment of a lead's score that is larger than allowed."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Leads whose adjustment lies beyond the setting lead_adjustment."""
    leads, most = read_leads(facts), facts.settings.lead_adjustment
    rows = leads[leads["adjustment"].abs() > most]
    wrong = [
        f"The score is adjusted by {points:+g}; allowed are {-most:g} to {most:+g}." for points in rows["adjustment"]
    ]
    return found(rows, "Manual adj.", wrong)


CHECK = Check(
    name="adjustment_out_of_range",
    severity="warning",
    title="Adjustment out of range",
    what="The Manual adj. of a lead lies beyond the setting lead_adjustment (usually 20 points, up or down).",
    why="A correction that large replaces the score, so it does not count.",
    what_to_do="Enter a number within the bounds; where scores are far off, correct ICP or Scoring.",
    find=find,
    table="Leads",
)
