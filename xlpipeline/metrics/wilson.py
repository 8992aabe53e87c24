"""The Wilson score interval: how far a rate may lie from what was counted."""

from __future__ import annotations

import math
from typing import Final

_Z_95: Final = 1.959963984540054


def wilson(successes: int, n: int) -> tuple[float, float]:
    """95 % Wilson bounds of ``successes`` out of ``n``, both in [0, 1]; (0, 1) when nothing was counted.

    Source: E. B. Wilson, Probable inference (1927); without continuity correction.
    """
    if n == 0:
        return 0.0, 1.0
    z_square = _Z_95**2
    share = successes / n
    centre = share + z_square / (2 * n)
    spread = _Z_95 * math.sqrt(share * (1 - share) / n + z_square / (4 * n * n))
    scale = 1 + z_square / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high
