"""What a closed deal was worth when it was last seen open, because many teams zero the amount of a lost deal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.facts import Facts, once_per_book
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.past_deals import past_deals
from xlpipeline.model.setup_tables import exchange_rates


def last_open_amounts(facts: Facts, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Amounts of some closed deals of the facts, in their order, in minor units of the base currency.

    The last amount that history saw while the deal was open, at the rate of its close (SEMANTICS 2 and 10); where
    history tells none above 0, the amount that stands in Pipeline now.
    """
    local, deals = _last_open(facts), facts.deals
    now = deals["amount"].to_numpy(dtype=float)[chosen]
    if not local:
        return now
    told = np.array([local.get(deal_key(name), np.nan) for name in deals["deal_id"].to_numpy()[chosen].tolist()])
    rate, foreign = np.ones(len(now)), deals["currency"].to_numpy()[chosen] != facts.settings.currency.upper()
    if foreign.any():
        some = deals.loc[chosen, ["currency", "closed_on"]][foreign]
        rate[foreign] = exchange_rates(
            facts.book, some["currency"], some["closed_on"].fillna(pd.Timestamp(facts.as_of))
        )
    amount = (rate * told * facts.money_unit).round()
    return np.where(amount > 0, amount, now)


@once_per_book
def _last_open(facts: Facts) -> dict[str, float]:
    """The amount, as typed, of every deal right before the refresh that last found it closed (by deal key)."""
    past = past_deals(facts)
    story = past.stories["Stage"]
    open_names = set(facts.stages.loc[facts.stages["type"] == "open", "stage"].str.casefold())
    is_open = np.array([name.strip().casefold() in open_names for name in past.words["Stage"]])[story.cells]
    deals = story.deals
    closes = np.flatnonzero(is_open[:-1] & ~is_open[1:] & (deals[:-1] == deals[1:])) + 1
    number, last = np.unique(deals[closes][::-1], return_index=True)
    at = closes[::-1][last]
    keys = past.deal_ids.index.to_numpy(dtype=object)[number]
    held = past.held_each("Amount", (story.seconds[at] - 1).astype("datetime64[s]"), keys.tolist())
    return dict(zip(keys.tolist(), held.astype(float).tolist(), strict=True))
