"""Priority: which open deals to work first, by chance to be won this quarter and by value together."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from xlpipeline.metrics.forecast_landmark import of_rep, open_chances
from xlpipeline.model.book import TableChange
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import PIPELINE

METRIC = Metric(
    name="priority",
    title="Priority",
    definition="A deal's chance to be won by the end of the quarter times the rank of its amount among the open deals.",
    formula=(
        "100 × p × rank; p = Aalen-Johansen probability of won by the last day of the quarter, from deals that stood "
        "in the same stage at the same age (else the stage's default, marked); rank = share of open deals with an "
        "amount that is smaller, or equal (equals share their mean place)"
    ),
    why="A sure small deal and a large hopeless one both waste the week; likelihood and value belong together.",
    what_to_do="Go through the list from the top; ask of each deal what has to happen this week.",
    source="requirement F30: by likelihood and by value",
)
DEFAULT_SOURCE = "stage default"
_DIGITS = 9
"""Beyond them two equal products may differ, and what is rounded from them must not."""


@once
def priorities(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Open deals, the most urgent first (index of ``facts.deals``): p, source, amount (minor units), rank, priority.

    A deal without an amount has no rank and no priority (NaN) and stands last. ``rep``: only this rep's deals; their
    ranks stay those among the team's.
    """
    found = open_chances(facts, days_left(facts))
    rank = found["amount"].rank(method="average", pct=True)
    found = found.assign(rank=rank, priority=(100 * found["p"] * rank).round(_DIGITS))
    found = found.assign(deal_id=facts.deals["deal_id"].reindex(found.index))
    ordered = found.sort_values(["priority", "amount", "deal_id"], ascending=[False, False, True], kind="stable")
    return of_rep(facts, ordered, rep)[["deal_id", "p", "source", "amount", "rank", "priority"]]


def priority_column(facts: Facts) -> TableChange:
    """``Priority`` of every deal as cells of Pipeline: whole points, blank where there is none."""
    found = priorities(facts)["priority"].reindex(facts.book.frame(PIPELINE.name).index)
    cells = [None if pd.isna(points) else round(points) for points in found.tolist()]
    return TableChange(PIPELINE.name, {"Priority": pd.Series(cells, index=found.index, dtype=object)})


def days_left(facts: Facts) -> int:
    """Days from the as-of date to the last day of its quarter; at least 1."""
    return max((facts.quarter.end - dt.timedelta(days=1) - facts.as_of).days, 1)


def priority(facts: Facts) -> Figure:
    """Mean priority of the open deals that have one; n = those deals."""
    found = priorities(facts)
    known = found["priority"].dropna()
    basis = f"open deals with an amount, to the end of {facts.quarter.name}"
    if known.empty:
        return refused("No open deal has an amount, so none has a priority.", basis=basis)
    assumed = int((found["source"] == DEFAULT_SOURCE).sum())
    note = f"{assumed:,} chances are stage defaults, not history." if assumed else ""
    return Figure(float(known.mean()), len(known), basis, note=note)
