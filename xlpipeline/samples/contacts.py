"""What the reps did: activities during the stays in a stage, and the calls and proposals that criteria ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlpipeline.samples import words
from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick, pick_text
from xlpipeline.samples.follow_ups import follow_ups, planned_meetings
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.milestones import Milestones
from xlpipeline.samples.scene import Course, Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import NEVER

FRESH_DAYS: Final = 7
"""The last touch of an open deal lies at most so many business days back, unless it is one of the untouched."""
UNTOUCHED_DAYS: Final = 16
"""The last touch of an untouched deal lies at least so many business days back."""
_CRITERION_TYPES: Final = (
    ("Needs call on", "Needs-assessment call", "Needs understood"),
    ("Proposal sent on", "Proposal delivered", "Sent by e-mail"),
)
_Part = tuple[Whole, Whole, Cells, Cells]


@dataclass(frozen=True)
class Contacts:
    """Activities by day: deal, position of the day, type and outcome; and the last touch per deal."""

    deal: Whole
    at: Whole
    type: Cells
    outcome: Cells
    last_touch: Whole


def draw_contacts(
    scene: Scene, traits: Traits, journeys: Journeys, milestones: Milestones, untouched: Mask
) -> Contacts:
    """Activities of all deals up to as_of, and the meetings after it that are planned.

    Every deal has one on the day it was created.
    """
    rng = scene.stream("contacts")
    parts = [_stays(rng, scene, traits, journeys, untouched), *_criteria(milestones)]
    parts += [_fresh(rng, scene, journeys, untouched), _after_sale(rng, scene, journeys)]
    later = scene.stream("follow-ups")
    quiet_from = np.where(untouched, scene.calendar.today - UNTOUCHED_DAYS, NEVER)
    parts += [follow_ups(later, scene, journeys, quiet_from, "open")]
    parts += [planned_meetings(later, scene, journeys, untouched)]
    parts += [follow_ups(scene.stream("customers"), scene, journeys, quiet_from, "post")]
    deal, at, kind, outcome = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((deal, at))
    deal, at, kind, outcome = deal[order], at[order], kind[order], outcome[order]
    last = np.zeros(len(traits.created), dtype=np.int64)
    is_done = at <= scene.calendar.today
    np.maximum.at(last, deal[is_done], at[is_done])
    return Contacts(deal, at, kind, outcome, last)


def _stays(rng: np.random.Generator, scene: Scene, traits: Traits, journeys: Journeys, untouched: Mask) -> _Part:
    course, today = scene.course, scene.calendar.today
    moves = journeys.moves
    end = np.append(moves.at[1:], 0)
    end = np.where(np.append(moves.deal[1:], -1) == moves.deal, end, today)
    is_open = moves.target < course.open_count
    deal, stage, start, end = moves.deal[is_open], moves.target[is_open], moves.at[is_open], end[is_open]
    most = course.each("touches")[stage]
    busy = scene.style("touches")[traits.rep[deal]]
    extra = (rng.random(len(deal)) * (most * busy / 100 + 1)).astype(np.int64) + np.minimum((end - start) // 15, 4)
    stay = np.repeat(np.arange(len(deal)), 1 + extra)
    first = np.append(True, stay[1:] != stay[:-1])
    u = rng.random((3, len(stay)))
    at = start[stay] + np.where(first, 0, pick(u[0], end[stay] - start[stay] + 1))
    deal, stage = deal[stay], stage[stay]
    keep = first | ~untouched[deal] | (at <= today - UNTOUCHED_DAYS)
    deal, at, kind = deal[keep], at[keep], _types(np.where(first, 0, u[1]), stage, course)[keep]
    return deal, at, kind, _outcomes(u[2][keep], kind)


def _types(u: Real, stage: Whole, course: Course) -> Cells:
    width = max(len(spec.activity_types) for spec in course.stages)
    table = np.empty((len(course.stages), width), dtype=object)
    for row, spec in enumerate(course.stages):
        table[row, : len(spec.activity_types)] = spec.activity_types
    count = np.array([len(spec.activity_types) for spec in course.stages], dtype=np.int64)
    return np.asarray(table[stage, pick(u, count[stage])])


def _outcomes(u: Real, kind: Cells) -> Cells:
    """Two of three activities have an outcome written down, one that fits their type."""
    out = np.full(len(kind), None, dtype=object)
    for name, texts in words.OUTCOMES:
        rows = np.flatnonzero((kind == name) & (u < 2 / 3))
        out[rows] = pick_text(u[rows] * 1.5, texts)
    return out


def _criteria(milestones: Milestones) -> list[_Part]:
    parts = []
    for column, kind, outcome in _CRITERION_TYPES:
        at = milestones.at.get(column)
        if at is not None:
            who = np.flatnonzero(at < NEVER)
            parts.append((who, at[who], np.full(len(who), kind, object), np.full(len(who), outcome, object)))
    return parts


def _fresh(rng: np.random.Generator, scene: Scene, journeys: Journeys, untouched: Mask) -> _Part:
    """A recent touch for every open deal that somebody works on."""
    course, today = scene.course, scene.calendar.today
    who = np.flatnonzero((journeys.stage < course.open_count) & ~untouched)
    u = rng.random((3, len(who)))
    at = np.maximum(journeys.since[who], today - pick(u[0], FRESH_DAYS + 1))
    kind = _types(u[1], journeys.stage[who], course)
    return who, at, kind, _outcomes(u[2], kind)


def _after_sale(rng: np.random.Generator, scene: Scene, journeys: Journeys) -> _Part:
    """A touch of value for every second won deal, some weeks after the sale."""
    won = scene.course.types(journeys.stage) == 1
    u = rng.random((2, len(won)))
    at = np.where(won, journeys.closed, NEVER) + 8 + pick(u[0], 40)
    who = np.flatnonzero(won & (at <= scene.calendar.today) & (u[1] < 0.5))
    return who, at[who], np.full(len(who), "Value touch", object), np.full(len(who), "Article sent", object)
