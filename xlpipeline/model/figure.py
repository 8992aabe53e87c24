"""One figure as a dashboard shows it: its value, or the reason why there is none, with n, basis and interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure with its meaning.

    ``value`` is None when it cannot honestly be given; ``reason`` then says why (one sentence, with what to do).
    ``low`` and ``high`` are the 95 % Wilson bounds of a rate. ``n`` is the number of deals behind the figure.
    ``note`` is a warning that belongs beside a figure that is given.
    """

    value: float | None
    n: int
    basis: str
    low: float | None = None
    high: float | None = None
    reason: str = ""
    note: str = ""


def refused(reason: str, *, n: int = 0, basis: str = "") -> Figure:
    """A figure that is not given, with the reason that stands beside it."""
    return Figure(None, n, basis, reason=reason)
