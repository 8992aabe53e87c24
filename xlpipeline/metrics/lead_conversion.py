"""Lead conversion: of the leads that came in, how many became an opportunity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.leads import leads_of, read_leads
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="lead_conversion",
    title="Lead conversion",
    definition=(
        "Of the leads that came in within a period and are decided, the share that became an opportunity by the as-of "
        "date."
    ),
    formula=(
        "converted ÷ (converted + disqualified), by the day the lead came in, with Wilson 95 %; at least converted ÷ "
        "all, at most (converted + undecided) ÷ all; immature while more than immature_share of the leads are undecided"
    ),
    why="It shows which sources and months brought opportunities, and not only names.",
    what_to_do="Compare mature cohorts only; spend where many leads convert and later win.",
    source="requirement F36; definitions, sections 1 and 15",
)
MOST_COHORTS: Final = 8
Flags = npt.NDArray[np.bool_]
_FLAGS: Final = ["is_qualified", "is_converted", "is_disqualified"]
_HEADS: Final = [
    "name", "start", "leads", "qualified", "converted", "disqualified", "undecided", "rate", "low", "high",
    "lower_bound", "upper_bound", "immature", "note",
]  # fmt: skip


@once
def by_cohort(facts: Facts, rep: str = "") -> pd.DataFrame:
    """One row per fiscal quarter in which leads of the team came in, oldest first, at most the last eight.

    Columns: name, start, leads (= converted + disqualified + undecided), qualified (so marked, or converted),
    converted, disqualified, undecided, rate (NaN under ``counts_only_below`` decided leads, see note), low, high,
    lower_bound, upper_bound (in [0, 1]), immature (bool), note. ``rep``: counts only this rep's leads.
    """
    leads, days = leads_of(facts, rep), read_leads(facts)["created"].dropna()
    if days.empty:
        return pd.DataFrame({head: [] for head in _HEADS})
    quarters = facts.fiscal.quarters_between(days.min().date(), facts.as_of)[-MOST_COHORTS:]
    flags = leads[_FLAGS].to_numpy(dtype=bool)
    return _frame(_row(facts, q.name, flags[_within(leads, q)], q.start) for q in quarters)


@once
def by_source(facts: Facts, window: Period | None = None, rep: str = "") -> pd.DataFrame:
    """The same per source over leads that came in within ``window`` (None = at any time), most leads first."""
    leads = leads_of(facts, rep)
    leads = leads if window is None else leads[_within(leads, window)]
    flags, found = leads[_FLAGS].to_numpy(dtype=bool), leads.groupby("source").indices
    order = sorted(map(str, found), key=lambda name: (-len(found[name]), name.casefold()))
    return _frame(_row(facts, name, flags[found[name]], None) for name in order)


@once
def lead_conversion(facts: Facts, window: Period | None = None, source: str = "", rep: str = "") -> Figure:
    """The share of decided leads that came in within ``window`` (None = at any time) that became an opportunity.

    ``source``, ``rep``: of these leads only.
    """
    leads = leads_of(facts, rep)
    leads = leads if window is None else leads[_within(leads, window)]
    leads = leads[leads["source"].str.casefold() == source.strip().casefold()] if source.strip() else leads
    row = _row(facts, "", leads[_FLAGS].to_numpy(dtype=bool), None)
    basis = f"leads created {'at any time' if window is None else f'in {window.name}'}"
    decided = row["converted"] + row["disqualified"]
    if row["rate"] != row["rate"]:
        return refused(row["note"], n=decided, basis=basis)
    return Figure(row["rate"], decided, basis, row["low"], row["high"], note=row["note"])


def _within(leads: pd.DataFrame, period: Period) -> Flags:
    created = leads["created"].to_numpy()
    return np.asarray((created >= np.datetime64(period.start)) & (created < np.datetime64(period.end)), dtype=bool)


def _frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=_HEADS)


def _row(facts: Facts, name: str, flags: Flags, start: dt.date | None) -> dict[str, Any]:
    n, (qualified, converted, ended) = len(flags), (int(count) for count in flags.sum(axis=0))
    undecided, decided = n - converted - ended, converted + ended
    nan, settings = float("nan"), facts.settings
    enough = decided >= settings.counts_only_below
    low, high = wilson(converted, decided) if enough else (nan, nan)
    immature = n > 0 and undecided / n > settings.immature_share
    return {
        "name": name,
        "start": start,
        "leads": n,
        "qualified": qualified,
        "converted": converted,
        "disqualified": ended,
        "undecided": undecided,
        "rate": converted / decided if enough else nan,
        "low": low,
        "high": high,
        "lower_bound": converted / n if n else nan,
        "upper_bound": (converted + undecided) / n if n else nan,
        "immature": immature,
        "note": _note(n, converted, decided, enough=enough, immature=immature),
    }


def _note(n: int, converted: int, decided: int, *, enough: bool, immature: bool) -> str:
    if not n:
        return "No lead came in."
    if not enough:
        return f"{converted} of {decided} decided leads converted: too few for a rate."
    return f"Immature: {n - decided:,} of {n:,} leads are undecided." if immature else ""
