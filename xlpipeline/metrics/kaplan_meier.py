"""Kaplan-Meier: after how many days half of the deals have ended, those that have not counted as far as known.

Own code, because ``scipy.stats.ecdf`` takes half a second to import and has no interval of a quantile; a test holds
both equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xlpipeline.metrics.wilson import Z_95

Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stays:
    """Step function of time: ``times`` are the ascending days at which something ended.

    ``staying``: share not ended by then; ``error``: Greenwood's standard error of it. ``n``: all; ``ended``: those that
    have ended.
    """

    times: Floats
    staying: Floats
    error: Floats
    n: int
    ended: int

    def quantile(self, share: float = 0.5) -> float:
        """First day by which at least ``share`` have ended; NaN when that is never reached."""
        return self._first(self.staying <= 1 - share + 1e-12)

    def bounds(self, share: float = 0.5) -> tuple[float, float]:
        """95 % bounds of ``quantile``: the days at which the share cannot be told from the one asked for.

        The upper bound is infinite where the deals were not followed for long enough. Source: R. Brookmeyer and
        J. Crowley, A confidence interval for the median survival time (1982), on the log-log scale as in R's survfit.
        """
        if not len(self.times):
            return 0.0, float("inf")
        asked = np.log(-np.log(1 - share))
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = np.log(-np.log(self.staying))
            spread = Z_95 * self.error / (self.staying * np.abs(np.log(self.staying)))
            surely_below = np.where(self.staying > 0, middle - spread >= asked, True)
            may_be_below = np.where(self.staying > 0, middle + spread >= asked, True)
        low, high = self._first(may_be_below), self._first(surely_below)
        return (0.0 if np.isnan(low) else low), (float("inf") if np.isnan(high) else high)

    def _first(self, reached: Flags) -> float:
        found = np.flatnonzero(reached)
        return float(self.times[found[0]]) if found.size else float("nan")


def kaplan_meier(days: Floats, ended: Flags) -> Stays:
    """The estimate from ``days`` (not negative) and whether each ended then; if not, it counts as there that day."""
    times, at = np.unique(np.asarray(days, dtype=float), return_inverse=True)
    ends = np.bincount(at, weights=ended, minlength=len(times))
    leaving = np.bincount(at, minlength=len(times))
    at_risk = leaving[::-1].cumsum()[::-1]
    staying = np.cumprod(1 - ends / at_risk)
    left = at_risk * (at_risk - ends)
    with np.errstate(invalid="ignore"):
        error = staying * np.sqrt(np.cumsum(np.divide(ends, left, out=np.zeros(len(times)), where=left > 0)))
    steps = ends > 0
    return Stays(times[steps], staying[steps], error[steps], len(days), int(ended.sum()))
