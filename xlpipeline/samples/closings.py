"""Expected close dates as reps set and move them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlpipeline.samples import words
from xlpipeline.samples.draws import Real, Whole, pick
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.scene import Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import NEVER, Workdays

_MOST_PUSHES = 12


@dataclass(frozen=True)
class Closings:
    """Last expected close per deal, and every setting of it: deal, before (NEVER at first), after, on."""

    expected: Whole
    deal: Whole
    before: Whole
    after: Whole
    on: Whole


def draw_closings(scene: Scene, traits: Traits, journeys: Journeys) -> Closings:
    """First guesses from the usual cycle, pushed each time the date has come and the deal is still open."""
    rng = scene.stream("closings")
    calendar = scene.calendar
    count = len(traits.created)
    u = rng.random((3, count))
    usual = int(scene.course.each("median_days")[: scene.course.open_count].sum())
    percent = np.array([days for _, _, days, _ in words.SEGMENTS], dtype=np.int64)[traits.segment]
    percent = percent * scene.style("guess")[traits.rep]
    expected = traits.created + np.maximum(5, (usual * percent * (0.6 + 0.8 * u[0]) / 10_000).astype(np.int64))
    expected = _at_quarter_end(u[1], expected, calendar)
    step = scene.style("push")[traits.rep]
    end = np.minimum(journeys.closed, calendar.today)
    log = [(np.arange(count), np.full(count, NEVER), expected.copy(), traits.created)]
    for turn in range(_MOST_PUSHES):
        who = np.flatnonzero(expected < end)
        v = rng.random((3, len(who)))
        days = np.maximum(3, (12 + pick(v[0], 26)) * step[who] // 100)
        later = _at_quarter_end(v[1], expected[who] + days, calendar)
        later = np.where(turn == _MOST_PUSHES - 1, end[who] + days, later)
        on = np.maximum(traits.created[who], expected[who] - pick(v[2], 4))
        log.append((who, expected[who], later, on))
        expected[who] = later
    deal, before, after, on = (np.concatenate(part) for part in zip(*log, strict=True))
    order = np.argsort(deal, kind="stable")
    return Closings(expected, deal[order], before[order], after[order], on[order])


def _at_quarter_end(u: Real, position: Whole, calendar: Workdays) -> Whole:
    """One date in three is set to the last business day of its quarter."""
    top = len(calendar.days) - 1
    position = np.minimum(position, top)
    following = np.searchsorted(calendar.quarter_start, calendar.quarter_start[position], side="right")
    return np.where((u < 0.33) & (following <= top), following - 1, position)
