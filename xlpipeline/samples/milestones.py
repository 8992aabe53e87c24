"""The criteria columns of Pipeline: what a deal had to show to leave its stages, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick, where
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.scene import Course, Scene
from xlpipeline.samples.traits import Traits, person_names
from xlpipeline.samples.workdays import NEVER, Workdays

CRITERIA_COLUMNS: Final = (
    "Decision maker", "Need confirmed", "Needs call on", "Proposal sent on", "Proposal acknowledged on",
    "Approval needed", "Approved on", "Signed on",
)  # fmt: skip
"""What ``StageSpec.fills`` may name."""

_CALL_WITHIN_DAYS: Final = 5


@dataclass(frozen=True)
class Milestones:
    """Per criteria column when it was filled (NEVER: it is not), and what stands in it."""

    at: dict[str, Whole]
    filled: dict[str, Cells]


def draw_milestones(scene: Scene, traits: Traits, journeys: Journeys, untouched: Mask) -> Milestones:
    """Criteria of every stage that was left forward are met; of the present stage those of every second deal.

    ``untouched`` deals have met nothing in their present stage: nobody has worked on them.
    """
    course = scene.course
    u = scene.stream("milestones").random((7, len(traits.created)))
    draws = {
        "Decision maker": (u[0], u[1], None), "Need confirmed": (u[2], u[1], None),
        "Needs call on": (u[3], u[1], _CALL_WITHIN_DAYS), "Approval needed": (u[5] * 0, u[1], None),
        "Proposal sent on": (np.minimum(u[4], u[5]), u[1], None),
        "Proposal acknowledged on": (np.maximum(u[4], u[5]), np.maximum(u[1], u[6]), None),
        "Approved on": (np.maximum(np.maximum(u[4], u[5]), u[3]), np.maximum(u[1], u[6]), None),
    }  # fmt: skip
    at: dict[str, Whole] = {}
    for level, spec in enumerate(course.stages[: course.open_count]):
        for name in spec.fills:
            if name == "Signed on":
                continue
            when, present, within = draws[name]
            at[name] = _met_on(when, (present < 0.5) & ~untouched, _stay(journeys, level, scene.calendar, within))
    won = course.types(journeys.stage) == 1
    if any("Signed on" in spec.fills for spec in course.stages):
        at["Signed on"] = np.where(won, journeys.closed, NEVER)
    paid = _paid(u[2], journeys, course, scene.calendar)
    names = person_names(u[2], u[6])
    return _with_cells({**at, "Payment received on": paid}, names, traits.segment == 2, scene.calendar)


def _stay(journeys: Journeys, level: int, calendar: Workdays, within: int | None) -> tuple[Whole, Whole, Mask]:
    """When each deal came to an open stage and until when it can have met its criterion; whether it went on."""
    entered, left = journeys.first_at[:, level], journeys.first_at[:, level + 1]
    passed = left < NEVER
    until = np.where(passed, left, np.maximum(np.minimum(journeys.closed, calendar.today), entered))
    return entered, until if within is None else np.minimum(until, entered + within), passed


def _met_on(u: Real, met_early: Mask, stay: tuple[Whole, Whole, Mask]) -> Whole:
    """Position at which a criterion was met, NEVER if it was not; ``met_early``: met though still in the stage."""
    entered, until, passed = stay
    return np.where((entered < NEVER) & (passed | met_early), entered + pick(u, until - entered + 1), NEVER)


def _with_cells(at: dict[str, Whole], names: Cells, many: Mask, calendar: Workdays) -> Milestones:
    """``many``: deals that more than one person must approve."""
    if "Approved on" in at:
        at["Approved on"] = np.where(many, at["Approved on"], NEVER)
    texts: dict[str, Cells] = {
        "Decision maker": names,
        "Need confirmed": np.full(len(many), "Y", dtype=object),
        "Approval needed": np.where(many, "Y", "N").astype(object),
    }
    filled = {
        name: where(when < NEVER, texts[name]) if name in texts else calendar.dates(when) for name, when in at.items()
    }
    return Milestones(at, filled)


def _paid(u: Real, journeys: Journeys, course: Course, calendar: Workdays) -> Whole:
    """The payment comes weeks after the win, and before the deal moves on to the stage after the sale."""
    won = course.types(journeys.stage) == 1
    after = np.where(journeys.stage == course.post, 3 + pick(u, 17), 10 + pick(u, 45))
    when = np.where(won, journeys.closed + after, NEVER)
    return np.where(when <= calendar.today, when, NEVER)
