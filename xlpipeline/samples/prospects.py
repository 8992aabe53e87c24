"""Leads: those that became deals, and those that did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick
from xlpipeline.samples.scene import Scene
from xlpipeline.samples.traits import Traits, person_names
from xlpipeline.samples.workdays import NEVER, Workdays

_CONVERTED_SHARE: Final = 0.5
_UNCONVERTED_PERCENT: Final = 70
_UNTOUCHED_LIMIT_DAYS: Final = 9
_QUALIFIED_DAYS: Final = (5, 15)
_QUALIFIED_FROM: Final = 0.8


@dataclass(frozen=True)
class Prospects:
    """Leads by day of creation.

    ``like``: the deal whose account, owner and source a lead has; it became that deal where ``converted`` is a day.
    """

    like: Whole
    person: Cells
    created: Whole
    responded: Whole
    converted: Whole
    status: Cells


def draw_prospects(scene: Scene, traits: Traits) -> Prospects:
    """Half of the deals began as a lead; 70 more leads per 100 deals were disqualified or are still worked."""
    rng = scene.stream("leads")
    calendar = scene.calendar
    count = len(traits.created)
    became = np.flatnonzero(rng.random(count) < _CONVERTED_SHARE)
    u = rng.random((3, count * _UNCONVERTED_PERCENT // 100))
    others = pick(u[0], count)
    fallen = traits.created[others]
    like = np.concatenate([became, others])
    v = rng.random((6, len(like)))
    converted = np.concatenate([traits.created[became], np.full(len(others), NEVER)])
    born = np.concatenate([traits.created[became], np.minimum(fallen + pick(u[1], 9), calendar.today)])
    born = np.where(converted < NEVER, born - 1 - pick(v[0] * v[0], 15), born)
    born = np.maximum(born, scene.hired()[traits.rep[like]] - 20)
    responded = np.minimum(born + pick(v[1] * v[1] * v[1], 8), converted)
    status, responded = _states(v[2], born, responded, converted < NEVER, calendar)
    order = np.argsort(born, kind="stable")
    person = person_names(v[3], v[4])
    return Prospects(like[order], person[order], born[order], responded[order], converted[order], status[order])


def _states(u: Real, born: Whole, responded: Whole, converted: Mask, calendar: Workdays) -> tuple[Cells, Whole]:
    """Recent leads are new or worked on, old ones decided; what has no response yet is new.

    Who is qualified becomes a deal within weeks or is turned down, so of the others only recent leads are qualified.
    """
    age = calendar.today - born
    silent = ~converted & ((responded > calendar.today) | ((age < _UNTOUCHED_LIMIT_DAYS) & (u < 0.6)))
    decided = (age > 40) | ((age > 10) & (u < 0.5))
    waiting = (age > _QUALIFIED_DAYS[0]) & (age <= _QUALIFIED_DAYS[1]) & (u >= _QUALIFIED_FROM)
    status = np.where(decided, "disqualified", "working").astype(object)
    status[converted | waiting] = "qualified"
    status[silent] = "new"
    return status, np.where(silent, NEVER, responded)
