"""Activity counts: what the team and each rep did per week, and which meetings are ahead."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.activities import done, planned
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import ACTIVITY_KINDS

METRIC = Metric(
    name="activity_counts",
    title="Activities",
    definition="Calls, e-mails, meetings, proposals and value touches that were logged, per rep and calendar week.",
    formula=(
        "rows of Activities with a day and a type, by the Monday of their week and by who did them (By; blank: the "
        "deal's owner); ActivityTypes on Lists says what each type counts as; days after the as-of date are not "
        "counted but for meetings ahead; per week: mean of the last four full weeks"
    ),
    why="Activities lead results by weeks: fewer meetings now are fewer proposals next month.",
    what_to_do="Compare a rep's weeks with the rep's own standard, not with each other, and ask what got in the way.",
    source="requirements F51",
)
FULL_WEEKS: Final = 4


def week_start(day: dt.date) -> dt.date:
    """Monday of the day's week."""
    return day - dt.timedelta(days=day.weekday())


@once
def per_week(facts: Facts, weeks: int = 13) -> pd.DataFrame:
    """One row per rep and week, the last ``weeks`` weeks up to the one of the as-of date, also where nothing was done.

    Columns: rep, week (Monday, datetime.date), one per kind of ``ACTIVITY_KINDS``, total. Everybody who logged
    something in these weeks has rows, also of facts that are narrowed to a rep.
    """
    log = done(facts)
    sunday = pd.Timestamp(week_start(facts.as_of)) + pd.Timedelta(days=6)
    ago = ((sunday - log["day"]).dt.days // 7).to_numpy(dtype=np.int64)
    counts = pd.DataFrame({"rep": log["rep"].to_numpy(), "ago": ago, "kind": log["kind"].to_numpy()})
    counts = counts[counts["ago"] < weeks]
    table = counts.groupby(["rep", "ago", "kind"]).size().unstack("kind", fill_value=0)
    known = facts.rep_names()
    reps = [*known, *sorted(set(counts["rep"]) - set(known))]
    rows = pd.MultiIndex.from_product([reps, range(weeks - 1, -1, -1)], names=["rep", "ago"])
    filled = table.reindex(index=rows, columns=list(ACTIVITY_KINDS), fill_value=0).fillna(0).astype(np.int64)
    out = filled.reset_index()
    first = week_start(facts.as_of)
    out.insert(1, "week", pd.Series([first - dt.timedelta(weeks=int(n)) for n in out.pop("ago")], dtype=object))
    out["total"] = out[list(ACTIVITY_KINDS)].sum(axis=1)
    out.columns.name = None
    return out


@once
def team_weeks(facts: Facts, weeks: int = 13) -> pd.DataFrame:
    """``per_week`` of all reps together: week, one column per kind, total."""
    table = per_week(facts, weeks)
    return table.groupby("week", sort=True)[[*ACTIVITY_KINDS, "total"]].sum().reset_index()


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """One row per rep: this_week, last_week, then per week (mean of the last four full weeks) each kind and total.

    ``ahead``: meetings that are logged for a day after the as-of date.
    """
    table = per_week(facts, FULL_WEEKS + 1)
    now = table["week"] == week_start(facts.as_of)
    last = table["week"] == week_start(facts.as_of) - dt.timedelta(weeks=1)
    means = table[~now].groupby("rep", sort=False)[[*ACTIVITY_KINDS, "total"]].mean()
    coming = planned(facts)
    ahead = coming.loc[coming["kind"] == "meeting", "rep"].value_counts()
    out = pd.DataFrame({"rep": means.index})
    out["this_week"] = table.loc[now, "total"].to_numpy()
    out["last_week"] = table.loc[last, "total"].to_numpy()
    for head in means.columns:
        out[head] = means[head].to_numpy()
    out["ahead"] = [int(ahead.get(rep, 0)) for rep in out["rep"]]
    return out
