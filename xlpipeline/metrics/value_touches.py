"""Value touches: how often an open deal got something of use that was not about the sale."""

from __future__ import annotations

import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.activities import done
from xlpipeline.model.book import TableChange
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import PIPELINE

METRIC = Metric(
    name="value_touches",
    title="Value touches per open deal",
    definition=(
        "Congratulations, articles, case studies and the like, logged for the deals that are open now, per open deal."
    ),
    formula="activities that count as value touch, up to the as-of date ÷ open deals; share: deals with at least one",
    why="A buyer who only hears from us when we want something stops listening.",
    what_to_do="Give the open deals without any value touch one this month: something they can use.",
    source="requirements F57",
)


@once
def per_deal(facts: Facts) -> pd.Series:
    """Value touches of each open deal; index as in ``facts.deals``."""
    log = done(facts)
    counts = log.loc[(log["kind"] == "value touch") & (log["key"] != ""), "key"].value_counts()
    deals = facts.deals[facts.deals["is_open"]]
    return pd.Series([int(counts.get(deal_key(name), 0)) for name in deals["deal_id"]], index=deals.index, dtype=int)


def value_touches_column(facts: Facts) -> TableChange:
    """``Value touches`` of every open deal as cells of Pipeline; blank where nothing at all has been logged yet.

    A 0 says that a deal got none, so it needs a log that is kept.
    """
    rows = facts.book.frame(PIPELINE.name).index
    found = per_deal(facts).reindex(rows) if len(done(facts)) else pd.Series(float("nan"), index=rows)
    cells = [None if pd.isna(n) else int(n) for n in found.tolist()]
    return TableChange(PIPELINE.name, {"Value touches": pd.Series(cells, index=rows, dtype=object)})


@once
def value_touches(facts: Facts) -> Figure:
    """Mean value touches per open deal; n = open deals."""
    touches = per_deal(facts)
    if touches.empty:
        return refused("No deal is open.", basis="value touches ÷ open deals")
    return Figure(float(touches.mean()), len(touches), "value touches ÷ open deals")


@once
def touched_share(facts: Facts) -> Figure:
    """Share of the open deals with at least one value touch, with its Wilson interval."""
    touches, basis = per_deal(facts), "open deals with a value touch ÷ open deals"
    n, hits = len(touches), int((touches > 0).sum())
    if n < max(facts.settings.counts_only_below, 1):
        return refused(f"{hits} of {n} open deals: too few for a share.", n=n, basis=basis)
    low, high = wilson(hits, n)
    return Figure(hits / n, n, basis, low, high)
