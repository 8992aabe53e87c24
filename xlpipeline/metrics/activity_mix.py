"""Activity mix: what was done for deals that were won, beside what was done for those that were not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.activities import done
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="activity_mix",
    title="Activity mix of won and lost deals",
    definition=(
        "Activities per deal and the share of deals that had at least one, by type, of deals won in the window beside "
        "deals lost or derailed in it."
    ),
    formula=(
        "activities of the type up to the actual close ÷ deals; share of deals with at least one, with its Wilson "
        "interval; mix: activities of the type ÷ all activities of these deals"
    ),
    why="It shows what winners of your own team do more often, and what lost deals never got.",
    what_to_do=(
        "Look for types that most won deals had and few lost ones; won deals live longer, so it is a hint, no proof."
    ),
    source="requirements F94",
)
GROUPS = ("won", "lost")


@once
def by_type(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """One row per activity type that these deals had, the most frequent first; the last row is all types together.

    ``window``: None = the trailing window. Columns: type, and for ``won`` and ``lost`` (lost or derailed) each:
    _n (deals), _count, _per_deal, _mix, _with (deals with at least one), _share, _low, _high; rates are NaN below the
    setting ``counts_only_below`` deals.
    """
    log = _of_closed(facts, window or facts.window)
    sizes = {group: int(n) for group, n in zip(GROUPS, _sizes(facts, window or facts.window), strict=True)}
    types = log["type"].value_counts()
    names = sorted(types.index, key=lambda name: (-int(types[name]), name))
    rows = [{"type": name, **_measured(facts, log[log["type"] == name], log, sizes)} for name in names]
    rows.append({"type": "All types", **_measured(facts, log, log, sizes)})
    return pd.DataFrame(rows)


def _sizes(facts: Facts, window: Period) -> tuple[int, int]:
    closed = facts.closed_within(window)
    won = int((closed & facts.deals["is_won"]).sum())
    return won, int(closed.sum()) - won


def _of_closed(facts: Facts, window: Period) -> pd.DataFrame:
    """Activities up to the close of the deals closed in the window: key, type, group."""
    deals = facts.deals[facts.closed_within(window)]
    ends = pd.DataFrame(
        {
            "key": pd.Series([deal_key(name) for name in deals["deal_id"]], dtype=object),
            "closed_on": deals["closed_on"].to_numpy(),
            "group": np.where(deals["is_won"], *GROUPS),
        }
    )
    ends = ends[ends["key"] != ""].drop_duplicates("key")
    log = done(facts)[["key", "day", "type"]].merge(ends, on="key")
    return log.loc[log["day"] <= log["closed_on"], ["key", "type", "group"]]


def _measured(facts: Facts, own: pd.DataFrame, log: pd.DataFrame, sizes: dict[str, int]) -> dict[str, float]:
    out: dict[str, float] = {}
    for group, n in sizes.items():
        of_group = own[own["group"] == group]
        every = int((log["group"] == group).sum())
        count, hits = len(of_group), int(of_group["key"].nunique())
        is_enough = n >= max(facts.settings.counts_only_below, 1)
        low, high = wilson(hits, n) if is_enough else (np.nan, np.nan)
        out |= {
            f"{group}_n": n,
            f"{group}_count": count,
            f"{group}_per_deal": count / n if is_enough else np.nan,
            f"{group}_mix": count / every if is_enough and every else np.nan,
            f"{group}_with": hits,
            f"{group}_share": hits / n if is_enough else np.nan,
            f"{group}_low": low,
            f"{group}_high": high,
        }
    return out
