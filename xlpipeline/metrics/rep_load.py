"""Load: how many open deals and leads each rep has, beside what the rep can work well."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="rep_load",
    title="Load",
    definition="The open deals and open leads of a rep, divided by the rep's capacity.",
    formula="(open deals + open leads) ÷ Reps[Capacity]; n/a where no capacity is entered",
    why="What nobody has time for is not pipeline; leads that land on a full desk wait.",
    what_to_do="Above 100 % hand leads to somebody with room, or walk away from the weakest.",
    source="requirement F39",
)
FULL: Final = 1.0


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """Per rep (those of Reps, other owners, then without owner): open_deals, open_leads, load, capacity, use, over.

    ``capacity`` and ``use`` (a ratio) are NaN where no capacity above 0 is entered; ``over``: more than full.
    """
    deals = facts.deals[facts.deals["is_open"]].groupby("rep").size()
    leads = read_leads(facts)
    waiting = leads[leads["is_open"]].groupby("rep").size()
    frame = facts.book.frame("Reps")
    known = dict(zip(texts(frame, "Rep").str.strip().str.casefold(), numbers(frame, "Capacity")[0], strict=True))
    names = facts.rep_names()
    others = sorted(set(waiting.index) - {*names, NO_OWNER})
    nobody = [NO_OWNER] if NO_OWNER in {*waiting.index, *names} else []
    rows = []
    for rep in [*(name for name in names if name != NO_OWNER), *others, *nobody]:
        open_deals, open_leads = int(deals.get(rep, 0)), int(waiting.get(rep, 0))
        capacity = float(known.get(str(rep).casefold(), float("nan")))
        capacity = capacity if capacity > 0 else float("nan")
        load = open_deals + open_leads
        rows.append((rep, open_deals, open_leads, load, capacity, load / capacity, load > capacity))
    return pd.DataFrame(rows, columns=["rep", "open_deals", "open_leads", "load", "capacity", "use", "over"])


def rep_load(facts: Facts, rep: str = "") -> Figure:
    """Load ÷ capacity of all reps who have a capacity (or of one rep); n = open deals and leads they have."""
    found = by_rep(facts)
    found = found[found["rep"].str.casefold() == rep.strip().casefold()] if rep.strip() else found
    known = found[found["capacity"].notna()]
    basis = f"open deals and leads of {_reps(len(known))} with a capacity"
    if known.empty:
        return refused("No capacity is entered in Reps on Team.", basis=basis)
    load, over = int(known["load"].sum()), int(known["over"].sum())
    note = f"{_reps(over)} {'has' if over == 1 else 'have'} more than they can work." if over else ""
    return Figure(load / float(known["capacity"].sum()), load, basis, note=note)


def _reps(n: int) -> str:
    return f"{n:,} {'rep' if n == 1 else 'reps'}"
