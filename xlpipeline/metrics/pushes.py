"""How often and by how many days deals were put off, and which open deals stall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past_deals import past_deals
from xlpipeline.model.tracking import deal_keys


@once
def pushes_of(facts: Facts) -> pd.DataFrame:
    """pushes, pushes_in_period, push_days of every deal, as ``push_counts`` has them; index as ``facts.deals``."""
    past = past_deals(facts)
    story, count = past.stories["Expected close"], len(past.deal_ids)
    dated = ~np.isnat(story.cells)
    deals, days = story.deals[dated], story.cells[dated].astype("datetime64[D]")
    follows = deals == np.roll(deals, 1)
    follows[:1] = False
    pushed = follows & (days > np.roll(days, 1))
    each, place = np.unique(days, return_inverse=True)
    quarters = np.array([facts.fiscal.quarter(day).start for day in each.tolist()], dtype="datetime64[D]")[place]
    inside = pushed & (quarters == np.roll(quarters, 1))
    last = ~np.roll(follows, -1)
    span = np.zeros(count, dtype=np.int64)
    span[deals[last]] = (days[last] - days[~follows]).astype(np.int64)
    counts = pd.DataFrame(
        {
            "pushes": np.bincount(deals[pushed], minlength=count).astype(np.int64),
            "pushes_in_period": np.bincount(deals[inside], minlength=count).astype(np.int64),
            "push_days": span,
        },
        index=past.deal_ids.index,
    )
    return counts.reindex(pd.Index(deal_keys(facts), dtype=object), fill_value=0).set_axis(facts.deals.index, axis=0)


@once
def in_play(facts: Facts) -> pd.DataFrame:
    """The open deals: rep, pushes, pushes_in_period, push_days, and stalls.

    ``stalls``: over their time-bound, in this stay or in all together, or not touched for too long.
    """
    flags = stale_flags(facts)
    found = pushes_of(facts).assign(rep=facts.deals["rep"], stalls=flags["T"] | flags["B"] | flags["I"])
    return found[facts.deals["is_open"]]


@once
def rows_of_reps(facts: Facts) -> dict[str, npt.NDArray[np.intp]]:
    """Positions in ``_in_play`` of each rep's deals."""
    return {str(rep): np.asarray(rows) for rep, rows in in_play(facts).groupby("rep").indices.items()}
