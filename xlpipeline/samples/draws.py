"""Draws that stay the same for ever: everything is made from ``Generator.random`` and plain arithmetic.

numpy may change how its distributions are drawn, and ``exp`` may differ by a last bit between machines. So the
log-normal-like shapes here are quantile tables, and every result is rounded to a whole number soon after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Whole: TypeAlias = npt.NDArray[np.int64]
Real: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Cells: TypeAlias = npt.NDArray[Any]
"""An object array of cells."""

_TOPICS: Final = (
    "traits", "journeys", "closings", "milestones", "contacts", "leads", "rows", "mess", "faults", "reps", "accounts",
    "account sizes", "lead facts", "company facts", "costs", "marks", "follow-ups", "lead touches", "after sale",
    "customers",
)  # fmt: skip

_SHARES: Final = (0.0, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 1.0)
_TIME_FACTORS: Final = (0.15, 0.32, 0.42, 0.63, 0.84, 1.0, 1.19, 1.59, 2.4, 3.1, 4.9, 7.0)
_AMOUNT_FACTORS: Final = (0.3, 0.44, 0.53, 0.71, 0.88, 1.0, 1.14, 1.4, 1.9, 2.28, 3.2, 4.5)


def stream(seed: int, topic: str) -> np.random.Generator:
    """Generator of one topic; topics do not disturb each other when one of them draws more."""
    return np.random.Generator(np.random.PCG64([seed, _TOPICS.index(topic)]))


def pick(u: Real, count: int | Whole) -> Whole:
    """Whole numbers 0 .. count-1 from uniform draws."""
    return (u * count).astype(np.int64)


def pick_weighted(u: Real, weights: Sequence[int]) -> Whole:
    """Positions in ``weights``, each as often as its whole-number weight says."""
    steps = np.cumsum(np.array(weights, dtype=np.int64))
    return np.searchsorted(steps, pick(u, int(steps[-1])), side="right").astype(np.int64)


def time_factor(u: Real) -> Real:
    """Factor on a typical duration: median 1, one in twenty above 3, like a log-normal with sigma 0.69."""
    return np.interp(u, _SHARES, _TIME_FACTORS)


def amount_factor(u: Real) -> Real:
    """Factor on a typical amount: median 1, like a log-normal with sigma 0.5."""
    return np.interp(u, _SHARES, _AMOUNT_FACTORS)


def cells(values: Sequence[object]) -> Cells:
    """Object array of any values (never a matrix, never another type)."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def pick_text(u: Real, texts: Sequence[str]) -> Cells:
    """One of ``texts`` per draw."""
    return cells(texts)[pick(u, len(texts))]


def where(condition: Mask, values: Cells, other: Cells | None = None) -> Cells:
    """``values`` where the condition holds, else ``other`` or None."""
    out = np.full(len(condition), None, dtype=object) if other is None else other.copy()
    out[condition] = values[condition]
    return out
