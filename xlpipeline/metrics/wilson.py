"""The Wilson score interval: how far a rate may lie from what was counted; and how far two figures lie apart.

Own code, because ``scipy.stats.binomtest`` takes one rate at a time and half a second to import; a test proves them
equal.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

Z_95: Final = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal distribution."""


def wilson(successes: float, n: float) -> tuple[float, float]:
    """95 % Wilson bounds of ``successes`` out of ``n``, both in [0, 1]; (0, 1) when nothing was counted.

    Source: E. B. Wilson, Probable inference (1927); without continuity correction.
    """
    if n == 0:
        return 0.0, 1.0
    z_square = Z_95**2
    share = successes / n
    centre = share + z_square / (2 * n)
    spread = Z_95 * math.sqrt(share * (1 - share) / n + z_square / (4 * n * n))
    scale = 1 + z_square / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high


def difference(
    now: float, now_bounds: tuple[float, float], then: float, then_bounds: tuple[float, float]
) -> tuple[float, float]:
    """95 % bounds of ``now`` - ``then`` from each one's own 95 % bounds; they exclude 0 where both really differ.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions (1998), method 10;
    G. Y. Zou and A. Donner (2008) for other figures. A bound may be infinite: then nothing is known on that side.
    """
    low, high = now_bounds
    then_low, then_high = then_bounds
    gap = now - then
    return gap - math.hypot(now - low, then_high - then), gap + math.hypot(high - now, then - then_low)
