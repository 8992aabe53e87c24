"""N-day forecast: how many of the open deals will be won within N days, from what past deals of the same age did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.beta_binomial import normal_half, sum_bounds
from xlpipeline.metrics.landmark import GONE, LEAST_IN_BAND, chances, known_ends, known_stints
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import StagePaths, stage_paths
from xlpipeline.model.tracking import deal_keys, history_of

METRIC = Metric(
    name="forecast_landmark",
    title="N-day forecast",
    definition=(
        "For every open deal the share of past deals that, still in the same stage at the same age, were won within "
        "the next N days."
    ),
    formula=(
        "Σ over open deals of the Aalen-Johansen probability of won within N days after the landmark (stage, days in "
        "it); lost and derailed compete, open deals are censored. 80 % interval: the wider of beta-binomial and "
        "√φ × binomial, φ = mean squared error of the back-test ÷ binomial variance"
    ),
    why="An eventual win rate promises too much too soon: most deals that will be won are not won this month.",
    what_to_do=(
        "Plan with the interval, not with its middle; where the back-test is biased, correct for it before you commit."
    ),
    source="definitions, section 12",
)

LEAST_BACKTESTS: Final = 6
"""As-of dates from which a back-test may widen an interval."""
MODEL_ONLY: Final = "model only, not calibrated"
"""What stands beside an interval that no back-test has widened."""
_MARKS: Final = ("is_open", "is_won", "is_lost", "is_derailed", "is_closed")
_DAYS: Final = ("created", "stage_since", "closed_on", "expected_close")
BACKTEST_HEADS: Final = ("as_of", "open", "expected", "won", "low", "high", "variance", "held")


@dataclass(frozen=True)
class Landmark:
    """``deals``: index of ``facts.deals``; p, n (risk set behind it), source, stage, amount (minor units).

    ``wins`` and ``value`` (minor units) are expectations; ``low`` and ``high`` hold 80 % of the wins; without
    an open deal all are NaN. ``inflation`` is the factor phi of the back-test (NaN: "not calibrated").
    """

    days: int
    deals: pd.DataFrame
    wins: float
    value: float
    low: float
    high: float
    inflation: float

    @property
    def is_calibrated(self) -> bool:
        """Whether the interval was widened by the forecast's own past errors."""
        return self.inflation == self.inflation

    @property
    def from_history(self) -> int:
        """Number of deals whose chance comes from history; of the others the stage's default stands in."""
        return int((self.deals["source"] != "stage default").sum())


@once
def landmark(facts: Facts, days: int | None = None, rep: str = "") -> Landmark:
    """The forecast at the as-of date for the next ``days`` days (None: the setting forecast_days).

    ``rep``: of this rep's open deals only; the past that they are measured by is the team's.
    """
    days = facts.settings.forecast_days if days is None else days
    table = of_rep(facts, open_chances(facts, days), rep)
    phi = inflation(backtest(facts, days))
    if table.empty:
        nan = float("nan")
        return Landmark(days, table, nan, nan, nan, nan, phi)
    p = table["p"].to_numpy()
    value = float((p * table["amount"].fillna(0.0).to_numpy()).sum())
    low, high = interval(table, phi)
    return Landmark(days, table, float(p.sum()), value, low, high, phi)


def of_rep(facts: Facts, rows: pd.DataFrame, rep: str) -> pd.DataFrame:
    """Those rows (index of ``facts.deals``) whose deals a rep owns; all of them for ""."""
    return rows if not rep else rows[facts.owned_by(rep).reindex(rows.index)]


@once
def open_chances(facts: Facts, days: int) -> pd.DataFrame:
    """Chance of every open deal to be won within ``days`` days: p, n, source, stage (0-based), amount.

    Where nothing is known the stage's default (or the deal's own) probability stands in, marked "stage default".
    """
    deals = facts.deals.loc[facts.deals["is_open"], ["stage", "probability", "amount"]]
    told = chances(_with_buried(facts)[0], facts.as_of, days).set_index("row")
    told = told.reindex(np.flatnonzero(facts.deals["is_open"].to_numpy()))
    known = told["p"].notna().to_numpy()
    numbers = {name.casefold(): i for i, name in enumerate(facts.stages.loc[facts.stages["type"] == "open", "stage"])}
    p = np.where(known, told["p"].to_numpy(dtype=float), deals["probability"].fillna(0.0).to_numpy())
    out = {
        "p": np.clip(p, 0.0, 1.0),
        "n": told["n"].fillna(0).to_numpy(dtype=np.int64),
        "source": np.where(known, told["source"].to_numpy(dtype=object), "stage default"),
        "stage": deals["stage"].str.casefold().map(numbers).to_numpy(dtype=np.int64),
        "amount": deals["amount"].to_numpy(),
    }
    return pd.DataFrame(out, index=deals.index)


def own_backtest(facts: Facts) -> pd.DataFrame:
    """The back-test of the setting forecast_days, which every forecast is widened by."""
    return backtest(facts, facts.settings.forecast_days)


@once
def backtest(facts: Facts, days: int, dates: int = 12) -> pd.DataFrame:
    """What the forecast would have said on past days, ``days`` apart, with what was known then; the latest last.

    Columns: as_of, open (deals of stages with a history), expected, won, low, high (80 %, not widened), variance
    (binomial), held (whether won lay within). Days before which less than ten deals had ended are left out: there was
    nothing to learn from. Deals that were deleted since count as they did then.
    """
    paths = _with_buried(facts)[0]
    rows: list[tuple[object, ...]] = []
    for back in range(1, dates + 1):
        day = facts.as_of - dt.timedelta(days=days * back)
        if _ended_by(paths, day) < LEAST_IN_BAND:
            break
        told = chances(paths, day, days)
        told = told[told["p"].notna()]
        if told.empty:
            break
        p, won = told["p"].to_numpy(), _won_between(paths, told["row"].to_numpy(), day, days)
        low, high = interval(told, float("nan"))
        binomial = float((p * (1 - p)).sum())
        rows.append((day, len(told), float(p.sum()), won, low, high, binomial, low <= won <= high))
    return pd.DataFrame(rows[::-1], columns=list(BACKTEST_HEADS))


def inflation(tested: pd.DataFrame) -> float:
    """Factor phi by which squared errors exceed binomial variance (never below 1); NaN with fewer than six dates."""
    known = tested[tested["variance"] > 0]
    if len(known) < LEAST_BACKTESTS:
        return float("nan")
    squared = (known["expected"] - known["won"]) ** 2
    return max(1.0, float(squared.mean() / known["variance"].mean()))


def interval(deals: pd.DataFrame, phi: float) -> tuple[float, float]:
    """80 % of the wins: the wider of beta-binomial by stage and binomial widened by the back-test (phi, NaN = none).

    Args:
        deals: stage, p, n of each open deal. One estimate serves all deals of a stage, so its error adds up over them.
        phi: factor of the variance.
    """
    if deals.empty:
        return 0.0, 0.0
    stage, p = deals["stage"].to_numpy(), deals["p"].to_numpy()
    many = np.bincount(stage)
    sums = (np.bincount(stage, weights=column) / np.maximum(many, 1) for column in (p, deals["n"].to_numpy()))
    low, high = sum_bounds(zip(many.tolist(), *(one.tolist() for one in sums), strict=True))
    if phi != phi:  # noqa: PLR0124 - NaN
        return float(low), float(high)
    half = normal_half(phi * float((p * (1 - p)).sum()))
    mean = float(p.sum())
    return max(0.0, min(float(low), mean - half)), min(float(len(p)), max(float(high), mean + half))


@dataclass(frozen=True)
class BacktestSummary:
    """dates; bias = Σ(expected − won) ÷ Σ won (a share); error = mean of |expected − won| ÷ won (a share); held."""

    dates: int
    bias: float
    error: float
    held: int


def summary(tested: pd.DataFrame) -> BacktestSummary:
    """The back-test in four numbers; NaN where nothing was won."""
    won, gap = tested["won"].to_numpy(dtype=float), (tested["expected"] - tested["won"]).to_numpy(dtype=float)
    some = won > 0
    bias = float(gap.sum() / won.sum()) if won.sum() > 0 else float("nan")
    error = float((np.abs(gap[some]) / won[some]).mean()) if some.any() else float("nan")
    return BacktestSummary(len(tested), bias, error, int(tested["held"].sum()))


def _ended_by(paths: StagePaths, day: dt.date) -> int:
    at = np.datetime64(day, "s")
    return int(((paths.entered[:, -1] <= at) | (paths.ended_on <= at)).sum())


def _won_between(paths: StagePaths, rows: npt.NDArray[np.int64], day: dt.date, days: int) -> int:
    """How many of some deals were won in the ``days`` days after ``day``, as it was known at their end."""
    until = np.datetime64(day + dt.timedelta(days=days), "s")
    row, _, to, _, left = known_stints(paths, until)
    _, cause = known_ends(paths, row, left, to, until)
    won = np.zeros(len(paths.told), dtype=bool)
    won[row[cause == 1]] = True
    return int(won[rows].sum())


@once
def _with_buried(facts: Facts) -> tuple[StagePaths, int]:
    """The ways of all deals and, below them, of those deleted since; and how many these are.

    A deleted deal had been open until then, and counts as censored from then on.
    """
    paths, events = stage_paths(facts), history_of(facts).events
    ends = events[events["kind"] == "deleted"].drop_duplicates("deal", keep="last")
    ends = ends[~ends["deal"].isin(deal_keys(facts))]
    gone = ends.set_index("deal")["not_after"]
    gone = gone[gone <= pd.Timestamp(end_of(facts.as_of))]
    if gone.empty:
        return paths, 0
    last = deals_at(facts, end_of(facts.as_of), facts.as_of, buried=True)
    last = last[last.index.isin(gone.index)]
    below = last.reindex(columns=facts.deals.columns)
    below = below.astype({name: facts.deals[name].dtype for name in (*_MARKS, *_DAYS)})
    buried = stage_paths(facts.only(below))
    stints, gone_on = buried.stints, gone.reindex(last.index).dt.normalize().to_numpy().astype("datetime64[s]")
    row, left = stints["row"].to_numpy(), stints["left_on"].to_numpy().astype("datetime64[s]")
    cut = np.isnat(left)
    stints = stints.assign(
        row=row + len(facts.deals),
        left_on=np.where(cut, gone_on[row], left),
        to=np.where(cut, GONE, stints["to"]),
    )
    return _one_below_the_other(paths, replace(buried, stints=stints)), len(below)


def _one_below_the_other(paths: StagePaths, others: StagePaths) -> StagePaths:
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(paths, name), getattr(others, name)])
        for name in ("entered", "reached", "stood", "regressed", "ended", "ended_on", "told", "unknown", "reopened")
    }
    return replace(paths, **arrays, stints=pd.concat([paths.stints, others.stints], ignore_index=True))
