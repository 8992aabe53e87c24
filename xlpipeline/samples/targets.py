"""Quotas that a sales director could have set: round, steady, and met to about the degree that the rep's style says."""

from __future__ import annotations

import datetime as dt

import numpy as np

from xlpipeline.samples.draws import Whole
from xlpipeline.samples.scene import Scene

_RAMP_PERCENT = (10, 50)
"""Quota of a new hire's first and second quarter, of the usual."""
_TRUST = 5
"""Wins that a rep's own past needs to weigh as much as the team's average."""


def quota_rows(
    scene: Scene, quarters: list[tuple[dt.date, dt.date]], rep: Whole, won_at: Whole, amount: Whole
) -> list[tuple[int, dt.date, dt.date, int]]:
    """Rep, first day, last day and quota, for each quarter in which the rep was employed.

    ``won_at``: position of the win per deal, NEVER otherwise. All but the last of ``quarters`` are over: what was won
    in them sets the level. Whole arithmetic only.
    """
    styles = scene.styles
    bounds = [scene.calendar.position(start) for start, _ in quarters]
    past = (won_at >= bounds[0]) & (won_at < bounds[-1])
    percent = np.array([_ramp(hired, bounds, scene.calendar.today) for hired in scene.hired().tolist()], dtype=np.int64)
    won = np.bincount(rep[past], minlength=len(styles))
    value = [int(amount[past & (rep == r)].sum()) for r in range(len(styles))]
    quarters_worked = percent[:, :-1].sum(axis=1)
    team = (sum(value) or int(amount.sum()) // 6) * 100 // max(1, int(quarters_worked.sum()))
    rows = []
    for r, style in enumerate(styles):
        own = value[r] * 100 // max(1, int(quarters_worked[r]))
        level = (own * int(won[r]) + team * _TRUST) // (int(won[r]) + _TRUST) * 100 // style.attainment
        for (start, end), share in zip(quarters, percent[r].tolist(), strict=True):
            if share:
                rows.append((r, start, end, _rounded(level * share // 100)))
    return rows


def _ramp(hired: int, bounds: list[int], today: int) -> list[int]:
    ends = [*bounds[1:], today + 1]
    employed = [end > hired for end in ends]
    if not hired:
        return [100] * len(bounds)
    first = employed.index(True) if any(employed) else len(bounds) - 1
    return [0 if i < first else (*_RAMP_PERCENT, *[100] * len(bounds))[i - first] for i in range(len(bounds))]


def _rounded(amount: int) -> int:
    """To 5,000, small ones to 500; 5,000 at least."""
    step = 5_000 if amount >= 50_000 else 500
    return max(5_000, (amount + step // 2) // step * step)
