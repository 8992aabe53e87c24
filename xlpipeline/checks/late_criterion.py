"""A criterion with a time limit was not met in time, and the deal still stands in its stage (SEMANTICS 17)."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.criteria import Criterion
from xlpipeline.model.criteria_evaluate import is_late, met
from xlpipeline.model.criteria_table import read_criteria
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """One fault per open deal and late criterion, on the cell that it reads; reminders count like blocking ones."""
    criteria = [one for one in read_criteria(facts.book)[0] if one.within_business_days]
    faults = [_late(one, facts) for one in criteria] if len(facts.deals) else []
    return pd.concat([found(facts.deals.iloc[:0], "Stage", ""), *faults], ignore_index=True)


def _late(criterion: Criterion, facts: Facts) -> pd.DataFrame:
    rows = pd.Series(is_late(criterion, facts) & ~met(criterion, facts), index=facts.book.frame("Pipeline").index)
    deals = facts.deals[rows.reindex(facts.deals.index) & facts.deals["is_open"]]
    column = next(iter(criterion.arguments.columns), "Stage")
    days = f"{criterion.within_business_days:,} business {'day' if criterion.within_business_days == 1 else 'days'}"
    return found(deals, column, f"{criterion.id} was not met within {days} of entering {criterion.stage:.40}.")


CHECK = Check(
    name="late_criterion",
    severity="warning",
    title="Late criterion",
    what="A criterion with a time limit was not met in time, and the deal is still in the stage that it guards.",
    why="What is put off early in the sale, such as the needs-assessment call, is what deals are lost by later.",
    what_to_do="Do it now and enter the day; if the limit is too short for your sale, change it on Process.",
    find=find,
)
