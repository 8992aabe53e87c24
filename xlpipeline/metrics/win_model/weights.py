"""A fitted score as plain numbers: the points of every level, added up; no library is needed to use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Weights:
    """``start``: log-odds of an average deal. ``points``: feature, level, points (log-odds), n (deals).

    Level "" is for whatever was not known, or too rare, when the model was fitted.
    """

    start: float
    points: pd.DataFrame

    def contributions(self, levels: pd.DataFrame) -> pd.DataFrame:
        """Points of each feature for each row; with ``start`` they add up to the log-odds of the score."""
        out = {}
        for name, own in self.points.groupby("feature", sort=False):
            table = dict(zip(own["level"].tolist(), own["points"].tolist(), strict=True))
            cells = levels[name].tolist() if name in levels.columns else [""] * len(levels)
            out[str(name)] = [table.get(level, table.get("", 0.0)) for level in cells]
        return pd.DataFrame(out, index=levels.index, dtype=float)

    def score(self, levels: pd.DataFrame) -> Floats:
        """Chance to be won of each row, 0 to 1."""
        return chance(self.start + self.contributions(levels).to_numpy(dtype=float).sum(axis=1))


def chance(log_odds: Floats) -> Floats:
    """Log-odds as a probability."""
    found: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    return found
