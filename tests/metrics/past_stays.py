"""Made-up stays in stages as plain records, the ways that they make, and a slow landmark estimate over them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlpipeline.model.stage_paths import NEVER, StagePaths

FIRST = dt.date(2025, 1, 1)


@dataclass(frozen=True)
class Deal:
    """``stays``: (stage, day number of entry) in order; ``end``: day number and whether it was won; None = open."""

    stays: tuple[tuple[int, int], ...]
    end: tuple[int, bool] | None = None


def on(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def paths_of(deals: Sequence[Deal], stages: int = 3, seen_from: int = 0) -> StagePaths:
    rows = []
    for row, deal in enumerate(deals):
        leaves = [entered for _, entered in deal.stays[1:]] + [deal.end[0] if deal.end else None]
        goes = [stage for stage, _ in deal.stays[1:]] + [(stages if deal.end[1] else -1) if deal.end else -2]
        for (stage, entered), left, to in zip(deal.stays, leaves, goes, strict=True):
            rows.append((row, stage, _at(entered), NEVER if left is None else _at(left), to))
    first = np.full((len(deals), stages + 1), NEVER)
    ended_on = np.full(len(deals), NEVER)
    for row, deal in enumerate(deals):
        if deal.end and deal.end[1]:
            first[row, -1] = _at(deal.end[0])
        elif deal.end:
            ended_on[row] = _at(deal.end[0])
    nothing = np.zeros((len(deals), stages), dtype=bool)
    no = np.zeros(len(deals), dtype=bool)
    stints = pd.DataFrame(rows, columns=["row", "stage", "entered_on", "left_on", "to"])
    for head in ("entered_on", "left_on"):
        stints[head] = np.array([row[2 if head == "entered_on" else 3] for row in rows], dtype="datetime64[s]")
    return StagePaths(
        stages=tuple("abcdef"[:stages]),
        entered=first,
        reached=np.zeros((len(deals), stages + 1), dtype=bool),
        stood=nothing,
        regressed=nothing,
        ended=~np.isnat(ended_on),
        ended_on=ended_on,
        told=~no,
        unknown=no,
        stints=stints,
        reopened=no,
        seen_from=_at(seen_from),
        interval_days=1.0,
    )


def _at(number: int) -> np.datetime64:
    return np.datetime64(on(number), "s")


def made_up(seed: int, count: int = 60, days: int = 200) -> list[Deal]:
    """Deals that wander through three stages; some are won, some lost, some still open after the last day."""
    draw = random.Random(seed)  # noqa: S311 - made-up data
    deals = []
    for _ in range(count):
        day, stage, stays = draw.randrange(days), 0, []
        end = None
        while True:
            stays.append((stage, day))
            day += draw.randrange(0, 40)
            fate = draw.random()
            if fate < 0.35:
                end = (day, draw.random() < 0.5)
                break
            if fate < 0.45 or day >= days:
                break
            stage = min(2, stage + 1) if draw.random() < 0.8 else max(0, stage - 1)
        deals.append(Deal(tuple(stays), end))
    return deals


def slow_chance(  # noqa: PLR0917 - the whole question
    deals: Sequence[Deal], stage: int, age: int, today: int, days: int, seen_from: int = 0
) -> tuple[float, int]:
    """Aalen-Johansen, one deal and one day after the other: share won within ``days`` after the landmark, risk set."""
    after = []
    for deal in deals:
        for place, (where, entered) in enumerate(deal.stays):
            if where != stage or entered > today:
                continue
            leaves = deal.stays[place + 1][1] if place + 1 < len(deal.stays) else deal.end[0] if deal.end else None
            lasted = (min(leaves, today) if leaves is not None else today) - entered
            if lasted <= age or max(0, seen_from - entered) > age:
                continue
            known = deal.end is not None and deal.end[0] <= today
            last = deal.end[0] if known and deal.end else today
            after.append((last - entered - age, known and deal.end is not None and deal.end[1], known))
    won, surviving = 0.0, 1.0
    for step in range(1, days + 1):
        at_risk = sum(1 for time, _, _ in after if time >= step)
        ends = sum(1 for time, _, known in after if time == step and known)
        wins = sum(1 for time, is_won, _ in after if time == step and is_won)
        if at_risk:
            won += surviving * wins / at_risk
            surviving *= 1 - ends / at_risk
    return won, len(after)
