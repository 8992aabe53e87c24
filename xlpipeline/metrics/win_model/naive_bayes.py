"""The naive Bayes scheme of CRMs, as a measure for the model (and nothing else): one count per deal and level.

A won deal counts in every stage, one that was not won in the stage in which it stood last and all before; every count
begins at 0.1. What a deal is asked later are its stage and what is known at entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

SMOOTHING: Final = 0.1
STAGE: Final = "Stage"
Counts = dict[str, dict[str, tuple[float, float]]]


@dataclass(frozen=True)
class NaiveBayes:
    """``counts``: per feature and level (won, not won), smoothed; ``won``, ``not_won``: deals behind them."""

    won: int
    not_won: int
    counts: Counts

    def score(self, levels: pd.DataFrame) -> npt.NDArray[Any]:
        """P(won) of each row; a level that was never seen says nothing."""
        yes = np.full(len(levels), np.log(self.won / (self.won + self.not_won)))
        no = np.full(len(levels), np.log(self.not_won / (self.won + self.not_won)))
        for feature, counts in self.counts.items():
            total = np.sum([*counts.values()], axis=0) if feature != STAGE else np.max([*counts.values()], axis=0)
            pairs = [counts.get(level) for level in levels[feature].tolist()]
            yes += [0.0 if pair is None else np.log(pair[0] / total[0]) for pair in pairs]
            no += [0.0 if pair is None else np.log(pair[1] / total[1]) for pair in pairs]
        out: npt.NDArray[Any] = 1 / (1 + np.exp(np.clip(no - yes, -700, 700)))
        return out


def count(deals: pd.DataFrame, features: tuple[str, ...], stages: tuple[str, ...]) -> NaiveBayes:
    """Counts of closed deals.

    Args:
        deals: one row per deal: won (bool), a level per feature ("" is not counted), and Stage where it stood last.
        features: those known at entry.
        stages: open stages in order; none: the stage is not counted (no history tells it).
    """
    won = deals["won"].to_numpy(dtype=bool)
    counts: Counts = {}
    for feature in features:
        levels = deals[feature].to_numpy(dtype=object)
        names = sorted({name for name in levels if name})
        if names:
            counts[feature] = {name: _pair(levels == name, won) for name in names}
    if stages:
        place = {name.casefold(): number for number, name in enumerate(stages)}
        last = np.array([place.get(name.casefold(), 0) for name in deals[STAGE].tolist()])
        counts[STAGE] = {name: _pair(won | (last >= number), won) for number, name in enumerate(stages)}
    return NaiveBayes(int(won.sum()), int((~won).sum()), counts)


def _pair(inside: npt.NDArray[np.bool_], won: npt.NDArray[np.bool_]) -> tuple[float, float]:
    return float((inside & won).sum()) + SMOOTHING, float((inside & ~won).sum()) + SMOOTHING
