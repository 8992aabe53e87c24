"""The touches that the team's cadence asks for, kept most of the time, and the meetings that are planned."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.prospects import Prospects
from xlpipeline.samples.scene import Scene
from xlpipeline.samples.workdays import NEVER

KEPT_SHARE: Final = 0.84
"""Of the touches that come due, so many are made, most of them on the day itself."""
LATE_DAYS: Final = 3
_PLANNED_SHARE: Final = 0.22
_PLANNED_DAYS: Final = 8
_LEAD_TOUCHES: Final = ((3, "Call"), (7, "Social media"), (10, "E-mail"))
"""After the first answer, in business days."""
Part = tuple[Whole, Whole, Cells, Cells]


def follow_ups(rng: np.random.Generator, scene: Scene, journeys: Journeys, quiet_from: Whole, stage_type: str) -> Part:
    """Touches of the cadences of a type of stages, open or post; per deal none from the day ``quiet_from`` on.

    Deal, day, type and no outcome.
    """
    moves, course = journeys.moves, scene.course
    same_deal = np.append(moves.deal[1:] == moves.deal[:-1], False)
    end = np.where(same_deal, np.append(moves.at[1:], 0), scene.calendar.today + 1)
    rows: list[tuple[Whole, Whole, Whole]] = []
    kinds: list[str] = []
    for stage, spec in enumerate(course.stages):
        if spec.type != stage_type:
            continue
        here = np.flatnonzero(moves.target == stage)
        for day, channel in spec.cadence:
            u = rng.random((2, len(here)))
            at = moves.at[here] + day + _late(u[0])
            deal = moves.deal[here]
            kept = (u[1] < KEPT_SHARE) & (at < end[here]) & (at <= scene.calendar.today) & (at < quiet_from[deal])
            rows.append((deal[kept], at[kept], np.full(int(kept.sum()), len(kinds), dtype=np.int64)))
            kinds.append(channel)
    if not rows:
        return _part(np.array([], dtype=np.int64), np.array([], dtype=np.int64), np.array([], dtype=object))
    deal, at, kind = (np.concatenate(part) for part in zip(*rows, strict=True))
    return _part(deal, at, np.array(kinds, dtype=object)[kind])


def planned_meetings(rng: np.random.Generator, scene: Scene, journeys: Journeys, untouched: Mask) -> Part:
    """Meetings of open deals in the days to come; no touch yet."""
    who = np.flatnonzero((journeys.stage < scene.course.open_count) & ~untouched)
    u = rng.random((2, len(who)))
    chosen = u[0] < _PLANNED_SHARE
    at = scene.calendar.today + 1 + pick(u[1], _PLANNED_DAYS)
    return _part(who[chosen], at[chosen], np.full(int(chosen.sum()), "Meeting", dtype=object))


def lead_touches(rng: np.random.Generator, scene: Scene, leads: Prospects) -> tuple[Whole, Whole, Cells]:
    """Position of the lead, day and type of the touches after the first answer, until a lead became a deal."""
    answered = np.flatnonzero(leads.responded < NEVER)
    who, days, kinds = [], [], []
    for day, channel in _LEAD_TOUCHES:
        u = rng.random((2, len(answered)))
        at = leads.responded[answered] + day + _late(u[0])
        kept = (u[1] < KEPT_SHARE) & (at <= scene.calendar.today) & (at < leads.converted[answered])
        who.append(answered[kept])
        days.append(at[kept])
        kinds.append(np.full(int(kept.sum()), channel, dtype=object))
    return np.concatenate(who), np.concatenate(days), np.concatenate(kinds)


def _late(u: Real) -> Whole:
    """Two of three touches come on their day, the others up to three days later."""
    return np.where(u < 2 / 3, 0, pick((u - 2 / 3) * 3, LATE_DAYS) + 1).astype(np.int64)


def _part(deal: Whole, at: Whole, kind: Cells) -> Part:
    return deal, at, kind, np.full(len(deal), None, dtype=object)
