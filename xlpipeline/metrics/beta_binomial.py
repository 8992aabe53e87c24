"""The beta-binomial distribution: how many of the next deals succeed when the rate itself is only known from n deals.

Own code, because ``scipy.stats`` takes half a second to import; a test holds both equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

_PRIOR: Final = 0.5
"""Jeffreys: half a success and half a failure are known before anything was seen."""
_LARGE: Final = 2_000
"""From here on a group is rounded to steps of several deals: its bounds need no more."""


def chances(deals: int, share: float, known: float) -> Floats:
    """Probability of 0 … ``deals`` successes when ``share`` of ``known`` earlier deals succeeded."""
    a, b = share * known + _PRIOR, (1 - share) * known + _PRIOR
    # Each chance from the one before: (k → k + 1) multiplies by (deals - k)(a + k) / ((k + 1)(b + deals - k - 1)).
    k = np.arange(deals, dtype=float)
    steps = np.log(deals - k) + np.log(a + k) - np.log(k + 1) - np.log(b + deals - k - 1)
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    out = np.exp(logs - logs.max())
    summed: Floats = out / out.sum()
    return summed


def sum_bounds(groups: Iterable[tuple[int, float, float]], tail: float = 0.1) -> tuple[int, int]:
    """Between what the successes of several groups together lie, ``tail`` of the probability left out on either side.

    ``groups``: deals, share, known of each, as for ``chances``; they are independent of each other.
    """
    total, step = np.ones(1), 1
    listed = [group for group in groups if group[0] > 0]
    while sum(deals for deals, _, _ in listed) > _LARGE * step:
        step *= 2
    for deals, share, known in listed:
        one = chances(deals, share, known)
        if step > 1:
            places = np.rint(np.arange(deals + 1) / step).astype(np.int64)
            one = np.bincount(places, weights=one).astype(float)
        total = np.convolve(total, one)
    below = np.cumsum(total)
    low, high = (int(np.searchsorted(below, q * below[-1] - 1e-12)) for q in (tail, 1 - tail))
    return low * step, min(high * step, sum(deals for deals, _, _ in listed))


def normal_half(variance: float) -> float:
    """Half the width of the interval of a normal distribution that holds 80 %."""
    return _EIGHTY * math.sqrt(variance)


_EIGHTY: Final = 1.2815515655446004
