"""The true course of every deal: which stage it entered when, up to as_of; later moves have not happened yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlpipeline.samples import words
from xlpipeline.samples.draws import Mask, Real, Whole, pick, time_factor
from xlpipeline.samples.scene import Course, Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import NEVER, Workdays

_BACK_SHARE: Final = 0.03
_SKIP_SHARE: Final = 0.05
_REOPEN_SHARE: Final = 0.012
_PULL_SHARE: Final = 0.55
_PULL_DAYS: Final = 14
"""Of wins that would fall in the first three weeks of a quarter, so many are pulled into the quarter before."""
_BACK_STEPS: Final = 10
_POST_SHARE: Final = 0.7


@dataclass(frozen=True)
class Moves:
    """All moves, by deal and then time. ``source`` is -1 on the first move; stages are positions in the stage list."""

    deal: Whole
    source: Whole
    target: Whole
    at: Whole


@dataclass(frozen=True)
class Journeys:
    """Where each deal stands on as_of, and its moves.

    ``closed``: position of the day it was decided, NEVER while open. ``ended_in``: open stage in which it was lost or
    derailed, -1 otherwise. ``first_at[d, s]``: when deal d first stood in open stage s or later (last column: won).
    """

    moves: Moves
    stage: Whole
    since: Whole
    closed: Whole
    ended_in: Whole
    first_at: Whole


@dataclass
class _State:
    """Arrays that change from step to step."""

    stage: Whole
    since: Whole
    ended_in: Whole
    first_at: Whole
    reopens: Mask
    closed: Whole
    live: Mask
    steps: int = 1


def draw_journeys(scene: Scene, traits: Traits) -> Journeys:
    """Let every deal move, step by step, until it has ended or as_of has come."""
    rng = scene.stream("journeys")
    course, calendar, count = scene.course, scene.calendar, len(traits.created)
    state = _start(traits, course, count)
    log = [(np.arange(count), np.full(count, -1), state.stage.copy(), state.since.copy())]
    while state.live.any():
        who = np.flatnonzero(state.live)
        u = rng.random((7, len(who)))
        target, when = _next_move(u, who, state, traits, scene)
        done = when <= calendar.today
        state.live[who[~done]] = False
        who, target, when = who[done], target[done], when[done]
        log.append((who, state.stage[who], target, when))
        _arrive(u[6][done], state, course, who, (target, when))
        state.steps += 1
    log.append(_after_sale(rng.random((2, count)), state, course, calendar))
    return Journeys(_sorted_moves(log), state.stage, state.since, state.closed, state.ended_in, state.first_at)


def _start(traits: Traits, course: Course, count: int) -> _State:
    first_at = np.full((count, course.open_count + 1), NEVER, dtype=np.int64)
    first_at[:, 0] = traits.created
    return _State(
        stage=np.zeros(count, dtype=np.int64),
        since=traits.created.copy(),
        ended_in=np.full(count, -1, dtype=np.int64),
        first_at=first_at,
        reopens=np.zeros(count, dtype=bool),
        closed=np.full(count, NEVER, dtype=np.int64),
        live=np.ones(count, dtype=bool),
    )


def _next_move(u: Real, who: Whole, state: _State, traits: Traits, scene: Scene) -> tuple[Whole, Whole]:
    """Where each of ``who`` goes next, and when."""
    course, rep, since = scene.course, traits.rep[who], state.since[who]
    back_to_life = state.reopens[who]
    here = np.where(back_to_life, state.ended_in[who], state.stage[who])
    drops = pick(u[0], 100_000) < course.each("drop_per_mille")[here] * scene.style("drops")[rep]
    back = ~drops & (u[1] < _BACK_SHARE) & (here > 0) & (state.steps < _BACK_STEPS)
    skips = ~drops & (u[1] >= 1 - _SKIP_SHARE) & (here < course.open_count - 2)
    ahead = here + np.where(back, -1, np.where(skips, 2, 1))
    ahead = np.where(ahead == course.open_count, course.won, ahead)
    derails = u[2] * 100 < course.each("derailed_percent")[here]
    target = np.where(drops, np.where(derails, course.derailed, course.lost), ahead)
    linger = np.where(drops, scene.style("linger")[rep], 100)
    percent = np.array([days for _, _, days, _ in words.SEGMENTS], dtype=np.int64)[traits.segment[who]]
    weight = course.each("median_days")[here] * scene.style("pace")[rep] * percent * linger
    when = since + np.maximum(1, (weight * time_factor(u[3]) / 1_000_000 + 0.5).astype(np.int64))
    when = np.where(target == course.won, _pulled(u[4], u[5], when, since, scene.calendar), when)
    return np.where(back_to_life, here, target), np.where(back_to_life, since + 8 + pick(u[3], 30), when)


def _pulled(u: Real, v: Real, when: Whole, since: Whole, calendar: Workdays) -> Whole:
    """Wins early in a quarter are often pulled into the last days of the quarter before."""
    when = np.minimum(when, len(calendar.days) - 1)
    first = calendar.quarter_start[when]
    earlier = first - 1 - pick(v * v, 8)
    can = (when - first < _PULL_DAYS) & (earlier > since) & (u < _PULL_SHARE)
    return np.where(can, earlier, when)


def _arrive(u: Real, state: _State, course: Course, who: Whole, move: tuple[Whole, Whole]) -> None:
    """Take the moves that happened into the state."""
    target, when = move
    kind = course.types(target)
    was_open = state.stage[who] < course.open_count
    state.ended_in[who] = np.where(kind == 2, state.stage[who], -1)
    state.reopens[who] = (kind == 2) & was_open & (target == course.lost) & (u < _REOPEN_SHARE)
    state.live[who] = (kind == 0) | state.reopens[who]
    state.stage[who], state.since[who] = target, when
    state.closed[who] = np.where(kind == 0, NEVER, when)
    reached = np.where(kind == 0, target, np.where(kind == 1, course.open_count, -1))
    for level in range(course.open_count + 1):
        now = who[reached >= level]
        state.first_at[now, level] = np.minimum(state.first_at[now, level], state.since[now])


def _after_sale(u: Real, state: _State, course: Course, calendar: Workdays) -> tuple[Whole, Whole, Whole, Whole]:
    """Move most won deals on to the stage after the sale, if there is one."""
    when = state.since + 20 + pick(u[0], 25)
    goes = (state.stage == course.won) & (when <= calendar.today) & (u[1] < _POST_SHARE) & (course.post >= 0)
    who = np.flatnonzero(goes)
    state.stage[who], state.since[who] = course.post, when[who]
    return who, np.full(len(who), course.won), np.full(len(who), course.post), when[who]


def _sorted_moves(log: list[tuple[Whole, Whole, Whole, Whole]]) -> Moves:
    deal, source, target, at = (np.concatenate(part) for part in zip(*log, strict=True))
    order = np.argsort(deal, kind="stable")
    return Moves(deal[order], source[order], target[order], at[order])
