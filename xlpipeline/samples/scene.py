"""What all parts of a sample share: seed, day, stages, reps and calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlpipeline.errors import RequestError
from xlpipeline.samples.draws import Whole, stream
from xlpipeline.samples.presets import Style
from xlpipeline.samples.records import StageSpec
from xlpipeline.samples.workdays import Workdays


@dataclass(frozen=True)
class Course:
    """The stage list as positions: open stages stand first; ``post`` is -1 where there is none."""

    stages: tuple[StageSpec, ...]
    open_count: int
    won: int
    post: int
    lost: int
    derailed: int

    def types(self, stage: Whole) -> Whole:
        """Per deal 0 open, 1 won or post, 2 lost or derailed."""
        code = {"open": 0, "won": 1, "post": 1, "lost": 2, "derailed": 2}
        return np.array([code[spec.type] for spec in self.stages], dtype=np.int64)[stage]

    def each(self, field: str) -> Whole:
        """A whole-number field of every stage."""
        return np.array([getattr(spec, field) for spec in self.stages], dtype=np.int64)


@dataclass(frozen=True)
class Scene:
    """The stage on which a sample plays. ``names`` and ``styles`` of the reps go together."""

    seed: int
    as_of: dt.date
    course: Course
    styles: tuple[Style, ...]
    names: tuple[str, ...]
    calendar: Workdays
    currency: str

    def stream(self, topic: str) -> np.random.Generator:
        """Generator of one topic."""
        return stream(self.seed, topic)

    def style(self, field: str) -> Whole:
        """A whole-number field of every rep's style."""
        return np.array([getattr(style, field) for style in self.styles], dtype=np.int64)

    def hired(self) -> Whole:
        """Position of every rep's first day; 0 for those who were always there."""
        ago = [style.hired_days_ago for style in self.styles]
        return np.array([0 if days is None else self.calendar.today - days * 5 // 7 for days in ago], dtype=np.int64)


def course_of(stages: Sequence[StageSpec], known_criteria: tuple[str, ...]) -> Course:
    """The stages as the sample walks them.

    Raises:
        RequestError: open stages do not come first, an ending is missing, or a criterion is unknown.
    """
    kinds = [spec.type for spec in stages]
    open_count = kinds.count("open")
    if not open_count or kinds[:open_count] != ["open"] * open_count:
        raise RequestError("A sample needs at least one open stage, and open stages first; please reorder the stages.")
    for ending in ("won", "lost", "derailed"):
        if ending not in kinds:
            raise RequestError(f"A sample needs a stage of type {ending}; please add one.")
    for spec in stages:
        for name in spec.fills:
            if name not in known_criteria:
                choices = ", ".join(known_criteria)
                raise RequestError(f"Stage {spec.name} fills the column {name}; please choose from {choices}.")
    post = kinds.index("post") if "post" in kinds else -1
    return Course(tuple(stages), open_count, kinds.index("won"), post, kinds.index("lost"), kinds.index("derailed"))
