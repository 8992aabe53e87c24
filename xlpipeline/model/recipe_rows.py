"""The records of a recipe; each field says which table column it fills, of what kind it is and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any

from xlpipeline.model.schema import CRITERION_KINDS, FRAMEWORKS, OPERATORS, QUALIFICATION, STAGE_TYPES
from xlpipeline.model.settings import Settings


def _entry(head: str, *, default: Any = MISSING, allowed: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401
    """A field that fills the column ``head``; ``allowed``: the texts, or (least, most) of a number."""
    metadata = {"head": head, "allowed": allowed}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class StageRow:
    """One stage. ``max_business_days`` 0 means no bound."""

    name: str = _entry("Stage")
    type: str = _entry("Type", allowed=STAGE_TYPES)
    probability: float = _entry("Default probability", allowed=(0, 1))
    what_happens: str = _entry("What happens here")
    max_business_days: int = _entry("Max business days", default=0, allowed=(0, 10_000))
    qualified: bool = _entry("Counts as qualified", default=False)
    forecast: bool = _entry("Counts as forecast", default=False)


@dataclass(frozen=True)
class CriterionRow:
    """One exit or entry criterion (SEMANTICS 17)."""

    stage: str = _entry("Stage")
    id: str = _entry("ID")
    text: str = _entry("Text")
    kind: str = _entry("Kind", allowed=CRITERION_KINDS)
    arguments: tuple[Any, ...] = _entry("Arguments")
    direction: str = _entry("Direction", default="exit", allowed=("exit", "entry"))
    within_business_days: int = _entry("Within business days", default=0, allowed=(0, 10_000))
    blocking: bool = _entry("Blocking", default=True)


@dataclass(frozen=True)
class MarkRow:
    """One qualification mark of a framework."""

    framework: str = _entry("Framework", allowed=FRAMEWORKS)
    mark: str = _entry("Mark")
    question: str = _entry("Question")
    highest: int = _entry("Highest mark", default=2, allowed=(1, 100))
    weight: float = _entry("Weight", default=1.0, allowed=(0, 1000))


@dataclass(frozen=True)
class ProfileRow:
    """One line of the ideal customer profile."""

    field: str = _entry("Field")
    operator: str = _entry("Operator", allowed=OPERATORS)
    value: str = _entry("Value")
    points: float = _entry("Points", allowed=(-1000, 1000))


@dataclass(frozen=True)
class TouchRow:
    """One touch of the follow-up cadence."""

    stage: str = _entry("Stage")
    day: int = _entry("Day", allowed=(0, 1000))
    channel: str = _entry("Channel")
    purpose: str = _entry("Purpose", default="")


@dataclass(frozen=True)
class PlaybookRow:
    """Advice for one stage."""

    stage: str = _entry("Stage")
    step: str = _entry("Process step")
    content: str = _entry("Content", default="")
    guide: str = _entry("Conversation guide", default="")
    activities: tuple[str, ...] = _entry("Required activities", default=())


@dataclass(frozen=True)
class Recipe:
    """How a team sells. ``name``: its file's; ``lists``: table name (``Sources`` …) to texts."""

    name: str
    title: str
    description: str
    stages: tuple[StageRow, ...]
    criteria: tuple[CriterionRow, ...]
    scoring: tuple[MarkRow, ...]
    profile: tuple[ProfileRow, ...]
    cadence: tuple[TouchRow, ...]
    playbook: tuple[PlaybookRow, ...]
    lists: Mapping[str, tuple[str, ...]]
    settings: Settings
    framework: str = QUALIFICATION[0]
    """Whose marks are columns of Pipeline."""
