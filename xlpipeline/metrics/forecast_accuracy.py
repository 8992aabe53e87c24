"""Forecast accuracy: what the forecasts kept with each snapshot said, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at, deals_now, past_deals
from xlpipeline.model.register import Metric
from xlpipeline.model.snapshot_table import SNAPSHOTS

METRIC = Metric(
    name="forecast_accuracy",
    title="Forecast accuracy",
    definition=(
        "How far the forecasts kept with the snapshots of past quarters lay from what was won in those quarters."
    ),
    formula=(
        "WAPE = Σ |forecast − actual| ÷ Σ actual, bias = Σ (forecast − actual) ÷ Σ actual, over the snapshots of "
        "quarters that have ended; the N-day forecast: over snapshots N days ago or more, against the deals open then"
    ),
    why="A team that knows by how much it is usually wrong can correct for it; one that does not keep score cannot.",
    what_to_do="Take a snapshot every week. Trust the kind of forecast with the least WAPE; correct the others' bias.",
    source="REQUIREMENTS, F86; issue 5, point 5",
)

KINDS: Final = {
    "Weighted": "Weighted forecast",
    "Commit": "Commit forecast",
    "Best case": "Best case forecast",
    "Simulated P50": "Outcome P50",
    "N-day value": "N-day value",
    "N-day wins": "N-day wins",
}
"""Kinds of forecast, and the column of ``_Snapshots`` that keeps each."""
_OF_QUARTER: Final = ("Weighted", "Commit", "Best case", "Simulated P50")
_KEPT: Final = (*KINDS.values(), "N days", "Outcome P10", "Outcome P90", "Won amount")


@once
def by_kind(facts: Facts) -> pd.DataFrame:
    """Per kind of forecast: kind, n (snapshots), quarters (they lie in), wape, bias (shares; NaN = unknown)."""
    scores = scored(facts)
    rows = []
    for kind in KINDS:
        own = scores[scores["kind"] == kind]
        gap, actual = own["forecast"] - own["actual"], float(own["actual"].sum())
        known = len(own) > 0 and actual > 0
        wape = float(gap.abs().sum()) / actual if known else np.nan
        bias = float(gap.sum()) / actual if known else np.nan
        rows.append((kind, len(own), own["quarter"].nunique(), wape, bias))
    return pd.DataFrame(rows, columns=["kind", "n", "quarters", "wape", "bias"])


@once
def scored(facts: Facts) -> pd.DataFrame:
    """Every kept forecast whose time is over: kind, day, quarter (first day), forecast, actual (money: minor units)."""
    kept = kept_forecasts(facts)
    unit, rows = facts.money_unit, []
    for one in kept.to_dict("records"):
        quarter = facts.fiscal.quarter(one["day"])
        if quarter.end <= facts.as_of:
            actual = _won_between(facts, quarter.start, quarter.end)
            rows += [(k, one["day"], quarter.start, one[KINDS[k]] * unit, actual) for k in _OF_QUARTER]
        until = one["day"] + dt.timedelta(days=int(one["N days"])) if one["N days"] > 0 else None
        if until is not None and until <= facts.as_of:
            wins, value = _won_of_open(facts, one["taken_on"], one["day"], until)
            rows.append(("N-day value", one["day"], quarter.start, one[KINDS["N-day value"]] * unit, value))
            rows.append(("N-day wins", one["day"], quarter.start, one[KINDS["N-day wins"]], float(wins)))
    found = pd.DataFrame(rows, columns=["kind", "day", "quarter", "forecast", "actual"])
    return found[found["forecast"].notna()].reset_index(drop=True)


@once
def spans_held(facts: Facts) -> tuple[int, int]:
    """Of the kept spans P10-P90 of quarters that have ended, how many held what was won; and how many there are."""
    held = n = 0
    for one in kept_forecasts(facts).to_dict("records"):
        quarter = facts.fiscal.quarter(one["day"])
        low, high = one["Outcome P10"], one["Outcome P90"]
        if quarter.end <= facts.as_of and low == low and high == high:  # noqa: PLR0124 - NaN
            actual = _won_between(facts, quarter.start, quarter.end) / facts.money_unit
            n, held = n + 1, held + (low <= actual <= high)
    return held, n


@once
def kept_forecasts(facts: Facts) -> pd.DataFrame:
    """The team's rows of ``_Snapshots`` up to the as-of date: day, taken_on and the kept figures (NaN = not kept)."""
    frame = facts.book.frame(SNAPSHOTS.name)
    heads = ["day", "taken_on", *_KEPT]
    if frame.empty or not {"Taken on", "Date", "Stage"} <= set(frame.columns):
        return pd.DataFrame({head: [] for head in heads})
    day = dates(frame, "Date")[0]
    team = (texts(frame, "Stage").str.strip() == "") & day.notna() & (day <= pd.Timestamp(facts.as_of))
    team &= pd.Series([isinstance(cell, dt.datetime) for cell in frame["Taken on"]], index=frame.index)
    out = pd.DataFrame({"day": day[team].dt.date, "taken_on": frame["Taken on"][team]})
    for head in _KEPT:
        out[head] = numbers(frame, head)[0][team]
    return out.sort_values("day", kind="stable").reset_index(drop=True)[heads]


def _won_between(facts: Facts, start: dt.date, end: dt.date) -> float:
    won = _every_won(facts)
    inside = (won["closed_on"] >= pd.Timestamp(start)) & (won["closed_on"] < pd.Timestamp(end))
    return float(won.loc[inside, "amount"].sum())


def _won_of_open(facts: Facts, moment: dt.datetime, day: dt.date, until: dt.date) -> tuple[int, float]:
    """Number and amount of the deals that stood open at a moment and were won after ``day``, up to ``until``."""
    won = _every_won(facts)
    won = won[(won["closed_on"] > pd.Timestamp(day)) & (won["closed_on"] <= pd.Timestamp(until))]
    known = won.index[won.index.isin(past_deals(facts).deal_ids.index)]
    held = past_deals(facts).held("Stage", [moment], known.tolist())[:, 0]
    names = set(facts.stages.loc[facts.stages["type"] == "open", "stage"].str.casefold())
    was_open = np.array([str(name).strip().casefold() in names for name in held], dtype=bool)
    return int(was_open.sum()), float(won.loc[known[was_open], "amount"].sum())


@once
def _every_won(facts: Facts) -> pd.DataFrame:
    """All won deals with an actual close, deleted ones included; index = deal key."""
    now = deals_now(facts)
    last = deals_at(facts, end_of(facts.as_of), facts.as_of, buried=True)
    every = pd.concat([now, last.loc[~last.index.isin(now.index), list(now.columns)]])
    won: pd.DataFrame = every[every["is_won"].astype(bool) & every["closed_on"].notna()]
    return won
