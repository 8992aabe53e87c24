"""The rows of Pipeline as a tidy team would keep them, column by column."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlpipeline.model.schema import PIPELINE
from xlpipeline.samples import words
from xlpipeline.samples.categories import forecast_categories
from xlpipeline.samples.draws import Cells, Mask, Real, Whole, cells, pick, pick_text, where
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.scene import Course, Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import NEVER

HEADS: Final = tuple(c.name for c in PIPELINE.columns if c.writer == "user" or c.name == "Stage since")
"""The columns of Pipeline that people write, and Stage since."""


def deal_columns(scene: Scene, traits: Traits, journeys: Journeys, known: dict[str, Cells]) -> dict[str, Cells]:
    """All columns of ``HEADS``: those that are ``known`` and the rest; what the sample knows nothing of is blank."""
    course, calendar = scene.course, scene.calendar
    u = scene.stream("rows").random((8, len(traits.created)))
    is_open = journeys.stage < course.open_count
    rest: dict[str, Cells] = {
        "Deal ID": deal_ids(len(is_open)),
        "Opportunity": traits.opportunity,
        "Account": traits.account_name,
        "Owner": cells(scene.names)[traits.rep],
        "Stage": cells([spec.name for spec in course.stages])[journeys.stage],
        "Amount": traits.amount.astype(object),
        "Currency": np.full(len(is_open), scene.currency, dtype=object),
        "Probability": _overrides(u[0], journeys.stage, course),
        "Forecast category": forecast_categories(np.arange(1, len(is_open) + 1), journeys.stage, course.open_count),
        "Next step": _by_stage(u[1], journeys.stage, [spec.next_steps for spec in course.stages], is_open),
        "Next step date": calendar.dates(np.where(is_open, calendar.today + 1 + pick(u[2], 9), NEVER)),
        "Created": calendar.dates(traits.created),
        "First contact": calendar.dates(traits.created - pick(u[3] * u[3], 6)),
        "Actual close": calendar.dates(journeys.closed),
        "Lost reason": lost_reasons(u[4], journeys, course),
        "Last stage before loss": cells([*(s.name for s in course.stages), None])[journeys.ended_in],
        "Source": cells([name for name, _ in words.SOURCES])[traits.source],
        "Product": cells([name for name, *_ in words.PRODUCTS])[traits.product],
        "Parent deal": _parents(u[5], traits, journeys, course),
        "Notes": where(u[6] < 0.12, pick_text(u[7], words.NOTES)),
        "Stage since": calendar.dates(journeys.since),
    }
    nothing = np.full(len(is_open), None, dtype=object)
    columns = {**rest, **known}
    return {head: columns.get(head, nothing).copy() for head in HEADS}


def deal_ids(count: int) -> Cells:
    """D-00001 and so on, in the order of creation."""
    return cells([f"D-{number:05d}" for number in range(1, count + 1)])


def lost_reasons(u: Real, journeys: Journeys, course: Course) -> Cells:
    """Reasons that fit the stage in which the deal was lost; derailed deals have reasons of their own."""
    lost = _by_stage(u, journeys.ended_in, [spec.lost_reasons for spec in course.stages], journeys.stage == course.lost)
    return where(journeys.stage == course.derailed, pick_text(u, words.DERAILED_REASONS), lost)


def _by_stage(u: Real, stage: Whole, texts: list[tuple[str, ...]], among: Mask) -> Cells:
    out = np.full(len(stage), None, dtype=object)
    for position, choices in enumerate(texts):
        rows = np.flatnonzero(among & (stage == position))
        out[rows] = pick_text(u[rows], choices)
    return out


def _overrides(u: Real, stage: Whole, course: Course) -> Cells:
    """One open deal in twelve has a probability of its own, five or ten points off the stage's."""
    out = np.full(len(stage), None, dtype=object)
    for position, spec in enumerate(course.stages[: course.open_count]):
        rows = np.flatnonzero((stage == position) & (u < 1 / 12))
        percent = int((spec.probability or 0.5) * 100 + 0.5) + cells([-10, -5, 5, 10])[pick(u[rows] * 12, 4)]
        out[rows] = cells([min(95, max(5, value)) / 100 for value in percent])
    return out


def _parents(u: Real, traits: Traits, journeys: Journeys, course: Course) -> Cells:
    """Every second deal of an account that has bought before expands its first purchase."""
    won = np.flatnonzero(course.types(journeys.stage) == 1)
    won = won[np.argsort(journeys.closed[won], kind="stable")[::-1]]
    first = np.full(int(traits.account.max()) + 1, -1, dtype=np.int64)
    first[traits.account[won]] = won  # latest first, so the earliest purchase stays
    parent = first[traits.account]
    bought = np.append(journeys.closed, NEVER)[parent]
    child = (parent >= 0) & (bought < traits.created) & (u < 0.5)
    return where(child, deal_ids(len(u))[parent])
