"""Deal score: budget, timing, authority and interest of a deal on one scale."""

from __future__ import annotations

import pandas as pd

from xlpipeline.metrics.qualification import mean_score, score_frame
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.marks import deal_marks
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="deal_score",
    title="Deal score",
    definition="The weighted mean of a deal's marks for budget, timing, authority and interest, 0 to 100.",
    formula=(
        "100 × Σ weight × mark ÷ highest mark ÷ Σ weight, over the marks of the framework Deal that are given; "
        "without a mark the deal is not scored, which is not 0"
    ),
    why="It says on one scale what a rep knows of a deal, beside what the deal is worth.",
    what_to_do="Where a large deal has a low score, work on the mark that is lowest; score the deals that have none.",
    source="requirement F29: budget, timing, authority, interest",
)


@once
def of_deals(facts: Facts) -> pd.DataFrame:
    """Per deal (index of ``facts.deals``): score 0-100 (NaN = not scored), share asked, given and of (counts)."""
    return score_frame(facts, deal_marks(facts.book))


def deal_score(facts: Facts) -> Figure:
    """Mean score of the open deals that are scored; n = those deals."""
    if not deal_marks(facts.book):
        return refused("Pipeline has no column for a mark of the framework Deal; 'xlpipeline upgrade' adds them.")
    return mean_score(facts, of_deals(facts), "framework Deal, open deals with a mark")
