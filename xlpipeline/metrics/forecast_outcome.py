"""Simulated outcome: what the won value of the quarter, and of the next months, may come to, low to high."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.forecast_landmark import inflation, of_rep, open_chances, own_backtest
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="forecast_outcome",
    title="Simulated outcome",
    definition=(
        "Won value by the end of the quarter if every open deal is won with its chance to be won before then: in one "
        "of ten cases less than P10, in one of ten more than P90."
    ),
    formula=(
        "won so far + 1,000 draws (PCG64, seed 20260101) of Σ amount × (won or not), chance = landmark estimate with N "
        "= days left, shaken per stage by what its risk set leaves open and for all deals by √(φ − 1) of the back-test"
    ),
    why="A single number hides how much hangs on a few large deals; the span from P10 to P90 shows it.",
    what_to_do=(
        "Promise what lies near P10, plan with P50. Where one deal makes the span, its next step is the plan. Deals "
        "that nobody has created yet come on top."
    ),
    source="issue 5, point 5; definitions, section 12",
)

Floats = npt.NDArray[np.floating[Any]]
DRAWS: Final = 1_000
SEED: Final = 20260101
_CELLS: Final = 2_000_000
"""Draws times deals that are held in memory at once."""
_UNIFORMS: Final = 12
"""Their sum, less six, is as good as normal here, and the same to the last bit on every machine."""
_FINE: Final = 2**32


@dataclass(frozen=True)
class Outcome:
    """Won value from the start of ``period`` to its end, in minor units, and the wins; deals open today only.

    ``from_history``: open deals whose chance comes from history, of ``open_n``; without any there is no
    outcome (NaN), nor where nothing is open and nothing was won.
    """

    period: Period
    won: float
    expected: float
    p10: float
    p50: float
    p90: float
    wins: float
    wins_low: int
    wins_high: int
    open_n: int
    from_history: int


@once
def outcome(facts: Facts, period: Period | None = None, rep: str = "") -> Outcome:
    """The outcome of the quarter of the as-of date, or of another period that ends after it; of the team or one rep."""
    period = facts.quarter if period is None else period
    days = (period.end - facts.as_of).days - 1
    won_deals = facts.closed_within(period) & facts.deals["is_won"]
    if rep:
        won_deals &= facts.owned_by(rep)
    won = float(facts.deals["amount"][won_deals].sum())
    chances = of_rep(facts, open_chances(facts, max(days, 1)), rep)
    chances = chances if days > 0 else chances.assign(p=0.0)
    known = int((chances["source"] != "stage default").sum())
    if not known and (len(chances) or not won_deals.any()):
        nan = float("nan")
        return Outcome(period, won, nan, nan, nan, nan, nan, 0, 0, len(chances), 0)
    value, wins = draws(chances, inflation(own_backtest(facts)))
    low, middle, high = (float(np.sort(value)[int(q * DRAWS)]) for q in (0.1, 0.5, 0.9))
    fewest, most = (int(np.sort(wins)[int(q * DRAWS)]) for q in (0.1, 0.9))
    p, amount = chances["p"].to_numpy(), chances["amount"].fillna(0.0).to_numpy()
    return Outcome(
        period=period,
        won=won,
        expected=won + float((p * amount).sum()),
        p10=won + low,
        p50=won + middle,
        p90=won + high,
        wins=float(p.sum()),
        wins_low=fewest,
        wins_high=most,
        open_n=len(chances),
        from_history=known,
    )


@once
def by_month(facts: Facts, months: int = 3) -> pd.DataFrame:
    """What the deals open today may bring until the end of this month and of the next ones, each sum from today on.

    Columns: until (last day), wins, wins_low, wins_high, expected, p10, p50, p90 (minor units; NaN without a history).
    """
    rows = []
    for later in range(months):
        month = facts.as_of.month - 1 + later + 1
        end = dt.date(facts.as_of.year + month // 12, month % 12 + 1, 1)
        # Nothing of what is won up to today belongs to a span that begins tomorrow.
        one = outcome(facts, Period("", facts.as_of + dt.timedelta(days=1), end))
        rows.append(
            (end - dt.timedelta(days=1), one.wins, one.wins_low, one.wins_high, one.expected, one.p10, one.p50, one.p90)
        )
    return pd.DataFrame(rows, columns=["until", "wins", "wins_low", "wins_high", "expected", "p10", "p50", "p90"])


def draws(chances: pd.DataFrame, phi: float) -> tuple[Floats, Floats]:
    """Value won (minor units) and wins in each of ``DRAWS`` draws.

    Args:
        chances: p, n, stage, amount of the open deals, as ``open_chances`` gives them; their order does not matter.
        phi: factor by which the back-test's errors exceed binomial variance (NaN or 1: no more than that).
    """
    ordered = chances.assign(amount=chances["amount"].fillna(0.0)).sort_values(["amount", "p", "stage", "n"])
    ordered = ordered[ordered["p"] > 0]
    p, amount = ordered["p"].to_numpy(), ordered["amount"].to_numpy()
    random = np.random.Generator(np.random.PCG64(SEED))
    factor = _shaken(ordered, phi, random)
    value, wins = np.zeros(DRAWS), np.zeros(DRAWS)
    stage, step = ordered["stage"].to_numpy(), max(1, _CELLS // DRAWS)
    for start in range(0, len(p), step):
        part = slice(start, start + step)
        won = random.random((DRAWS, len(p[part]))) < p[part] * factor[:, stage[part]]
        # Amounts are whole minor units, so their sums are exact in any order.
        value += won.astype(float) @ amount[part]
        wins += won.sum(axis=1)
    return value, wins


def _shaken(deals: pd.DataFrame, phi: float, random: np.random.Generator) -> Floats:
    """What each draw multiplies the chances of a stage with: one row per draw, one column per stage; never below 0."""
    stages = int(deals["stage"].max()) + 1 if len(deals) else 1
    share, known = np.zeros(stages), np.full(stages, np.inf)
    means = deals.groupby("stage")[["p", "n"]].mean()
    share[means.index], known[means.index] = means["p"], means["n"]
    spread = np.divide(np.sqrt(share * (1 - share) / (known + 1)), share, out=np.zeros(stages), where=share > 0)
    p = deals["p"].to_numpy()
    mean, binomial = float(p.sum()), float((p * (1 - p)).sum())
    common = np.sqrt((phi - 1) * binomial) / mean if phi > 1 and mean > 0 else 0.0
    # Whole numbers add up to the same sum in any order, so no machine's way of adding shows.
    steps = np.floor(random.random((DRAWS, stages + 1, _UNIFORMS)) * _FINE).sum(axis=2)
    normal = steps / _FINE - _UNIFORMS / 2
    shaken: Floats = np.maximum(0.0, 1.0 + normal[:, :stages] * spread + normal[:, stages:] * common)
    return shaken
