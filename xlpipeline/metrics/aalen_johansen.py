"""Cumulative incidence with competing ends, open deals censored (Aalen-Johansen): shares honest about open deals.

Counting lost deals as merely "not yet won" would promise far too much; it is never shown.
No library that is light enough for a click has the estimator; a test compares it with one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xlpipeline.metrics.wilson import wilson

Floats = npt.NDArray[np.floating[Any]]
Whole = npt.NDArray[np.integer[Any]]
_DUST: Final = 1e-12
"""What sums of floats leave of nothing."""


@dataclass(frozen=True)
class Incidence:
    """Step functions of time: ``times`` are the ascending days at which something ended.

    ``at_risk``: deals just before each; ``ends[k]``: number that ended by cause k + 1 at each; ``share[k]``: share of
    all that ended so up to and including it. ``followed``: days for which each deal was followed, ascending.
    """

    times: Floats
    at_risk: Floats
    ends: Floats
    share: Floats
    n: int
    followed: Floats

    def at(self, days: float, cause: int = 1) -> float:
        """Share that ended by ``cause`` within ``days`` (0.0 before the first end)."""
        place = self._place(days)
        return float(self.share[cause - 1, place]) if place >= 0 else 0.0

    def open_at(self, days: float) -> float:
        """Share that had not ended after ``days``."""
        place = self._place(days)
        left = 1.0 - float(self.share[:, place].sum()) if place >= 0 else 1.0
        return left if left > _DUST else 0.0

    def still_followed(self, days: float) -> int:
        """Number of deals that were still open and known of after ``days``, or just ended then."""
        return int(len(self.followed) - np.searchsorted(self.followed, days, side="left"))

    @property
    def known_until(self) -> float:
        """Days up to which the curve is known: those of the longest followed; infinite where every deal has ended."""
        longest = float(self.followed[-1])
        return longest if self.open_at(longest) > 0 else float("inf")

    def variance_at(self, days: float, cause: int = 1) -> float:
        """Variance of ``at``; without censoring it is p (1 - p) / n.

        Source: E. Marubini and M. G. Valsecchi, Analysing survival data (1995), section 10.
        """
        last = self._place(days) + 1
        if last <= 0:
            return 0.0
        risk, ends, share = self.at_risk[:last], self.ends[:, :last], self.share[:, :last]
        every, own = ends.sum(axis=0), ends[cause - 1]
        before = np.concatenate([[1.0], 1.0 - share.sum(axis=0)[:-1]])
        gap = share[cause - 1, -1] - share[cause - 1]
        left = risk * (risk - every)
        first = np.divide(gap**2 * every, left, out=np.zeros(last), where=left > 0)
        second = before**2 * own * (risk - own) / risk**3
        third = gap * before * own / risk**2
        return max(0.0, float((first + second - 2 * third).sum()))

    def bounds_at(self, days: float, cause: int = 1) -> tuple[float, float]:
        """95 % bounds of ``at``: Wilson with the number of deals that would give the same variance uncensored.

        Source: F. J. Dorey and E. L. Korn, Effective sample sizes for confidence intervals for survival
        probabilities (1987).
        """
        share, variance = self.at(days, cause), self.variance_at(days, cause)
        known = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else float(self.still_followed(days))
        known = min(known, float(self.n))
        return wilson(share * known, known)

    def _place(self, days: float) -> int:
        return int(np.searchsorted(self.times, days, side="right")) - 1


def incidence(days: Floats, cause: Whole, causes: int) -> Incidence:
    """The estimate from ``days`` (whole, not negative) and ``cause`` (0 = still open then, else 1 … ``causes``).

    A deal that is censored on a day counts as at risk on that day.
    """
    at = np.asarray(days).astype(np.int64)
    leaving = np.bincount(at).astype(float)  # per day, none left out: nothing that day changes nothing
    at_risk = leaving[::-1].cumsum()[::-1]
    ends = np.array(
        [np.bincount(at[cause == one], minlength=len(leaving)) for one in range(1, causes + 1)], dtype=float
    )
    hazard = ends / at_risk
    surviving = np.cumprod(1.0 - hazard.sum(axis=0))
    before = np.concatenate([[1.0], surviving[:-1]])
    share = np.cumsum(hazard * before, axis=1)
    ended = ends.sum(axis=0) > 0
    followed = np.sort(np.asarray(days, dtype=float))
    return Incidence(
        np.flatnonzero(ended).astype(float), at_risk[ended], ends[:, ended], share[:, ended], len(days), followed
    )
