"""Rep against the rest of the team: which differences between reps are more than chance."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.conversion import by_group
from xlpipeline.metrics.wilson import difference, wilson
from xlpipeline.metrics.win_rate import closed_counts
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="rep_comparison",
    title="Rep against the rest of the team",
    definition="A rep's rate against that of all others together, named only where chance does not explain the gap.",
    formula=(
        "won ÷ closed of qualified deals in the window, rep − rest of the team; of each stage: went on ÷ decided. 95 % "
        "interval after Newcombe; different only if it excludes 0. Best guess: (hits + M × team rate) ÷ (n + M), "
        "beta-binomial shrinkage, M from how much the reps really differ. The number of comparisons stands beside it, "
        "because of twenty one looks different by chance"
    ),
    why="Most differences between reps are luck; coaching the unlucky helps nobody.",
    what_to_do="Talk first with those who really differ, in both directions: what do they do that others do not?",
    source="definitions, section 15",
)

TOO_FEW: Final = "too few"
_HEADS: Final = [
    "hits", "n", "rate", "low", "high", "rest_hits", "rest_n", "rest_rate", "difference", "difference_low",
    "difference_high", "best_guess", "verdict",
]  # fmt: skip


@once
def win_rates(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """Closed-broad win rate of each rep against the rest, of deals closed in ``window`` (None = trailing window).

    Columns: rep, hits (won), n (closed), rate with Wilson low and high, rest_hits, rest_n, rest_rate, difference (rep -
    rest) with difference_low and difference_high, best_guess (shrunk towards the team), verdict ("higher", "lower", "as
    the rest", "too few" below the setting ``counts_only_below`` on either side). Deals without an owner are no rep, but
    count among the rest. Figures that are not given are NaN.
    """
    span, hits, sizes = window or facts.window, [], []
    owners = facts.by_owner()
    for _, own in owners:
        counts = closed_counts(own, span)
        hits.append(counts.won)
        sizes.append(counts.won + counts.lost + counts.derailed)
    table = _compared(facts, np.array(hits, dtype=float), np.array(sizes, dtype=float))
    table.insert(0, "rep", [name for name, _ in owners])
    return table[table["rep"] != NO_OWNER].reset_index(drop=True)


@once
def conversions(facts: Facts) -> pd.DataFrame:
    """Conversion of each stage, each rep against the rest: columns rep, stage, then as in ``win_rates``."""
    groups = by_group(facts, "rep")
    parts = []
    for stage, of_stage in groups.groupby("stage", sort=False):
        decided = (of_stage["advanced"] + of_stage["lost"]).to_numpy(dtype=float)
        table = _compared(facts, of_stage["advanced"].to_numpy(dtype=float), decided)
        table.insert(0, "stage", stage)
        table.insert(0, "rep", of_stage["group"].tolist())
        parts.append(table)
    if not parts:
        return pd.DataFrame({head: [] for head in ["rep", "stage", *_HEADS]})
    every = pd.concat(parts, ignore_index=True)
    return every[every["rep"] != NO_OWNER].reset_index(drop=True)


def comparisons(table: pd.DataFrame) -> int:
    """How many rows of ``win_rates`` or ``conversions`` were really compared."""
    return int((table["verdict"] != TOO_FEW).sum()) if len(table) else 0


def _compared(facts: Facts, hits: np.ndarray, n: np.ndarray) -> pd.DataFrame:
    least, strength = max(facts.settings.counts_only_below, 1), _strength(hits, n)
    every, everything = float(hits.sum()), float(n.sum())
    rows = []
    for own, size in zip(hits.tolist(), n.tolist(), strict=True):
        rest, rest_n = every - own, everything - size
        counts = (int(own), int(size))
        if min(size, rest_n) < least:
            nan = float("nan")
            rows.append((*counts, nan, nan, nan, int(rest), int(rest_n), nan, nan, nan, nan, nan, TOO_FEW))
            continue
        rate, rest_rate = own / size, rest / rest_n
        bounds, rest_bounds = wilson(own, size), wilson(rest, rest_n)
        low, high = difference(rate, bounds, rest_rate, rest_bounds)
        team = every / everything
        guess = team if strength == float("inf") else (own + strength * team) / (size + strength)
        verdict = "higher" if low > 0 else "lower" if high < 0 else "as the rest"
        rows.append((
            *counts, rate, *bounds, int(rest), int(rest_n), rest_rate, rate - rest_rate, low, high, guess, verdict,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=_HEADS)


def _strength(hits: np.ndarray, n: np.ndarray) -> float:
    """With how many deals the team's rate weighs: many where reps hardly differ, infinite where not at all.

    Source: J. C. Kleinman, Proportions with extraneous variance (1973): moments of the beta-binomial, weighted by n.
    """
    hits, n = hits[n > 0], n[n > 0]
    everything = float(n.sum())
    if len(n) < 2:
        return float("inf")
    team = float(hits.sum()) / everything
    spread = team * (1 - team)
    square, freedom = float((n * (hits / n - team) ** 2).sum()), len(n) - 1
    of_reps = everything - float((n**2).sum()) / everything - freedom
    if spread == 0 or of_reps <= 0:
        return float("inf")
    alike = (square - spread * freedom) / (spread * of_reps)
    return float("inf") if alike <= 0 else max(0.0, 1 / min(alike, 1.0) - 1)
