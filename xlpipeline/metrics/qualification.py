"""Qualification: how well a deal answers the questions of the team's framework (BANT, MEDDIC or CHAMP)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.mark_scores import marked, scores
from xlpipeline.model.marks import Mark, qualification_marks
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="qualification",
    title="Qualification",
    definition=(
        "How well a deal answers the questions of the team's framework: the weighted mean of its marks, 0 to 100, of "
        "those that are given."
    ),
    formula=(
        "100 × Σ weight × mark ÷ highest mark ÷ Σ weight, over the marks that are given; share asked = weight of the "
        "marks given ÷ weight of all. A blank mark is not asked yet, which is not 0"
    ),
    why="A deal that nobody has qualified fills the pipeline and not the quarter.",
    what_to_do="Ask first what has most weight and no mark; walk away where a marked question stays at 0.",
    source="requirement F20: needs, budget, authority",
)


@once
def of_deals(facts: Facts) -> pd.DataFrame:
    """Per deal (index of ``facts.deals``): score 0-100 (NaN = no mark), share asked 0-1, given and of (counts)."""
    return score_frame(facts, qualification_marks(facts.book))


def score_frame(facts: Facts, marks: tuple[Mark, ...]) -> pd.DataFrame:
    """The same for any marks of Pipeline."""
    given = marked(facts, marks)
    score, share = scores(given, marks)
    counts = (~np.isnan(given)).sum(axis=1)
    return pd.DataFrame({"score": score, "share": share, "given": counts, "of": len(marks)}, index=facts.deals.index)


def qualification(facts: Facts) -> Figure:
    """Mean score of the open deals that have one; n = those deals."""
    marks = qualification_marks(facts.book)
    if not marks:
        return refused("Pipeline has no column for a mark of BANT, MEDDIC or CHAMP; 'xlpipeline upgrade' adds them.")
    return mean_score(facts, of_deals(facts), f"{marks[0].framework}, open deals with a mark")


def mean_score(facts: Facts, found: pd.DataFrame, basis: str) -> Figure:
    """Mean score of the open deals that have one, and how many have none."""
    is_open = facts.deals["is_open"]
    scored = found.loc[is_open, "score"].dropna()
    blank = int(is_open.sum()) - len(scored)
    if scored.empty:
        return refused(f"None of {blank:,} open deals has a mark yet; a blank mark is not a 0.", basis=basis)
    note = f"{blank:,} open deals have no mark yet." if blank else ""
    return Figure(float(scored.mean()), len(scored), basis, note=note)
