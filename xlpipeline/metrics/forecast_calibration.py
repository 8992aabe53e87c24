"""Calibration: whether deals that were said to be 60 % likely were won in six of ten cases."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past_deals import first_told, past_deals
from xlpipeline.model.register import Metric
from xlpipeline.model.tracking import deal_keys

METRIC = Metric(
    name="forecast_calibration",
    title="Calibration",
    definition=(
        "Of the closed deals, the share that was won, by the probability that they had forecast_days before their "
        "close."
    ),
    formula=(
        "stated = the deal's own probability, else the default of the stage in which it stood, forecast_days before "
        "its actual close (deals that did not stand in an open stage then are counted apart); actual = won ÷ all of a "
        "band, with Wilson 95 %"
    ),
    why="Weighted amounts are as good as the probabilities in them; most teams state too much in the middle.",
    what_to_do="Where the interval lies beside the stated probability, change the stages' defaults to what was won.",
    source="definitions, section 13",
)

BANDS: Final = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
"""Stated probability from, and up to (not included, but for 1)."""
_LAST_SECOND: Final = 86_399


@once
def by_band(facts: Facts) -> pd.DataFrame:
    """One row per band: band, low_edge, high_edge, n, stated (mean), won, share, low, high (95 % Wilson).

    NaN where there is nothing, and below ``counts_only_below`` deals for share, low and high.
    """
    found = stated(facts)
    rows = []
    for low_edge, high_edge in BANDS:
        inside = found[(found["stated"] >= low_edge) & ((found["stated"] < high_edge) | (high_edge == 1))]
        n, won = len(inside), int(inside["won"].sum())
        enough = n > 0 and n >= facts.settings.counts_only_below
        low, high = wilson(won, n) if enough else (np.nan, np.nan)
        mean = float(inside["stated"].mean()) if n else np.nan
        name = f"{100 * low_edge:.0f}–{100 * high_edge:.0f} %"
        rows.append((name, low_edge, high_edge, n, mean, won, won / n if enough else np.nan, low, high))
    return pd.DataFrame(rows, columns=["band", "low_edge", "high_edge", "n", "stated", "won", "share", "low", "high"])


@once
def left_out(facts: Facts) -> int:
    """Closed deals since history began that stood in no open stage forecast_days before: too young, or unseen."""
    first = first_told(facts)
    if first is None:
        return 0
    closed = facts.closed_within(None) & (facts.deals["closed_on"] >= pd.Timestamp(first.date()))
    return int(closed.sum()) - len(stated(facts))


@once
def stated(facts: Facts) -> pd.DataFrame:
    """Closed deals whose probability forecast_days before is known: stated, won; index of ``facts.deals``."""
    closed = facts.deals[facts.closed_within(None) & facts.deals["closed_on"].notna() & (facts.deals["deal_id"] != "")]
    keys = deal_keys(facts).loc[closed.index]
    past = past_deals(facts)
    day = closed["closed_on"].dt.normalize() - pd.Timedelta(days=facts.settings.forecast_days)
    before = (day + pd.Timedelta(seconds=_LAST_SECOND)).to_numpy().astype("datetime64[s]")
    stage = past.held_each("Stage", before, keys.tolist())
    own = past.held_each("Probability", before, keys.tolist()).astype(float)
    stages = facts.stages.assign(key=facts.stages["stage"].str.casefold()).set_index("key")
    folded = pd.Series(stage, index=closed.index, dtype=object).str.strip().str.casefold()
    default = folded.map(stages["default_probability"]).astype(float).to_numpy()
    was_open = (folded.map(stages["type"]) == "open").to_numpy()
    p = np.where((own >= 0) & (own <= 1), own, default)
    found = pd.DataFrame({"stated": p, "won": closed["is_won"].to_numpy()}, index=closed.index)
    return found[was_open & ~np.isnan(p)]
