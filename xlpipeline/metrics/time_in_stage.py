"""Time in stage: how long deals stay in each stage, those that are still in it counted as far as known."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.kaplan_meier import Stays, kaplan_meier
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import StagePaths, stage_paths

METRIC = Metric(
    name="time_in_stage",
    title="Time in stage",
    definition="Calendar days from entering a stage to leaving it, by which half of the deals have left.",
    formula=(
        "Kaplan-Meier median, 25 % and 75 % point of the stays that history saw begin; deals that are still in the "
        "stage are censored at the as-of date; 95 % interval after Brookmeyer and Crowley. Current: each stay by "
        "itself; cumulative: all stays of a deal in the stage added up, so that going back does not reset the clock. A "
        "change of stage lies between two refreshes; the later one is taken, the mean distance is shown"
    ),
    why="A stage in which deals stay longer than they used to is where selling has got stuck.",
    what_to_do="Look at the deals that stay longer than three quarters of the others did, and decide on each.",
    source="definitions, section 4",
)

Basis = Literal["stint", "cumulative"]
Days = npt.NDArray[np.floating[Any]]
_HEADS: Final = ["stage", "n", "ended", "q25_days", "median_days", "q75_days", "low_days", "high_days", "note"]


@once
def by_stage(facts: Facts, basis: Basis = "stint") -> pd.DataFrame:
    """One row per open stage, in order, in calendar days.

    Columns: stage, n (stays, or deals if cumulative), ended (of them over), q25_days, median_days, q75_days (NaN where
    not reached), low_days and high_days (95 % of the median; high may be infinite), note. NaN below the setting
    ``counts_only_below``.
    """
    stays = _stays(facts)
    if basis == "cumulative":
        stays = _added_up(stays)
    rows = []
    for k, name in enumerate(stage_paths(facts).stages):
        own = stays[stays["stage"] == k]
        rows.append((name, *_measured(facts, own)))
    return pd.DataFrame(rows, columns=_HEADS)


@once
def per_deal(facts: Facts) -> pd.DataFrame:
    """Every open deal's calendar days in its present stage; index as in ``facts.deals``.

    Columns: stage, current_days (since it entered last; NaN = not known), cumulative_days (earlier stays added).
    """
    paths, deals = stage_paths(facts), facts.deals
    as_of = np.datetime64(facts.as_of, "s")
    stints = paths.stints
    left = stints["left_on"].fillna(pd.Timestamp(facts.as_of)).to_numpy().astype("datetime64[s]")
    spent = _whole_days(left - stints["entered_on"].to_numpy().astype("datetime64[s]"))
    number = {name.casefold(): k for k, name in enumerate(paths.stages)}
    stage = deals["stage"].str.casefold().map(number).fillna(-1).to_numpy(dtype=np.int64)
    row, at = stints["row"].to_numpy(dtype=np.int64), stints["stage"].to_numpy(dtype=np.int64)
    here = (stage[row] == at) & deals["is_open"].to_numpy()[row]
    stands = here & (stints["to"] == -2).to_numpy()
    current = np.full(len(deals), np.nan)
    current[row[stands]] = spent[stands]
    total = np.bincount(row[here], weights=spent[here], minlength=len(deals))
    since = deals["stage_since"].fillna(deals["created"]).to_numpy().astype("datetime64[s]")
    told = _whole_days(as_of - since)
    missing = np.isnan(current) & deals["is_open"].to_numpy() & (told >= 0)
    current = np.where(missing, told, current)
    known = np.where(np.isnan(current), np.nan, np.where(missing, current + total, total))
    table = pd.DataFrame({"stage": deals["stage"], "current_days": current, "cumulative_days": known})
    return pd.DataFrame(table[deals["is_open"]])


def stay_curve(facts: Facts, stage: int, entered_in: Period) -> Stays | None:
    """Kaplan-Meier of the stays in a stage (its number) that began in a period; None without any."""
    stays = _stays(facts)
    inside = (stays["entered_on"] >= pd.Timestamp(entered_in.start)) & (
        stays["entered_on"] < pd.Timestamp(entered_in.end)
    )
    own = stays[inside & (stays["stage"] == stage)]
    return kaplan_meier(own["days"].to_numpy(), own["ended"].to_numpy()) if len(own) else None


@once
def _stays(facts: Facts) -> pd.DataFrame:
    """Stays that history saw begin: row, stage, entered_on, days, ended."""
    paths: StagePaths = stage_paths(facts)
    as_of = np.datetime64(facts.as_of, "s")
    stints = paths.stints
    row = stints["row"].to_numpy(dtype=np.int64)
    entered = stints["entered_on"].to_numpy().astype("datetime64[s]")
    left = stints["left_on"].to_numpy().astype("datetime64[s]")
    to = stints["to"].to_numpy(dtype=np.int64)
    closing = (to == -1) | (to == len(paths.stages))
    closed_on = np.where(paths.ended, paths.ended_on, paths.entered[:, -1])[row]
    sooner = closing & (closed_on < left) & (closed_on >= entered)  # Actual close tells the day between two refreshes
    left = np.where(sooner, closed_on, left)
    ended = ~np.isnat(left) & (left <= as_of)
    days = _whole_days(np.where(ended, left, as_of) - entered)
    seen = paths.told[row] & (entered >= paths.seen_from) & (days >= 0)
    table = pd.DataFrame({"row": row, "stage": stints["stage"], "entered_on": entered, "days": days, "ended": ended})
    return pd.DataFrame(table[seen]).reset_index(drop=True)


def _added_up(stays: pd.DataFrame) -> pd.DataFrame:
    """Per deal and stage the sum of its stays, ended when the last one is."""
    by = stays.groupby(["row", "stage"], sort=False)
    return pd.DataFrame({"days": by["days"].sum(), "ended": by["ended"].all()}).reset_index()


def _measured(facts: Facts, stays: pd.DataFrame) -> tuple[object, ...]:
    n, ended = len(stays), int(stays["ended"].sum())
    none = (float("nan"),) * 5
    if n < max(facts.settings.counts_only_below, 1):
        note = f"History saw {n:,} begin: too few." if n else "History saw no deal enter this stage."
        return n, ended, *none, note
    curve = kaplan_meier(stays["days"].to_numpy(), stays["ended"].to_numpy())
    low, high = curve.bounds()
    points = tuple(curve.quantile(share) for share in (0.25, 0.5, 0.75))
    if np.isnan(points[1]):
        return n, ended, points[0], *none[:2], low, high, "More than half have not left yet: no median."
    note = f"Only {n} stays: read the interval." if n < facts.settings.grey_below else ""
    return n, ended, *points, low, high, note


def _whole_days(span: npt.NDArray[Any]) -> Days:
    return np.floor(span / np.timedelta64(1, "D")).astype(float)
