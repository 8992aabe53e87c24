"""What the sample room hands over: how a stage behaves, and a whole team with its true history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class StageSpec:
    """How deals behave in one stage. Only open stages need more than name and type.

    ``drop_per_mille``: of 1,000 deals that are in the stage, so many end there; ``derailed_percent`` of those derail
    (no decision), the rest is lost. ``median_days`` and ``max_days`` are business days. ``fills``: Pipeline columns
    that are filled when a deal leaves the stage forward.
    """

    name: str
    type: str
    probability: float | None = None
    median_days: int = 1
    max_days: int | None = None
    drop_per_mille: int = 0
    derailed_percent: int = 30
    qualified: bool = False
    fills: tuple[str, ...] = ()
    touches: int = 1
    """Most activities beyond the first while a deal is in the stage."""
    activity_types: tuple[str, ...] = ("Call", "E-mail")
    """The first of them comes when the deal enters the stage."""
    next_steps: tuple[str, ...] = ("Call back",)
    lost_reasons: tuple[str, ...] = ("Price",)
    cadence: tuple[tuple[int, str], ...] = ()
    """Follow-ups: business days after the deal entered the stage, and the type of activity."""


@dataclass(frozen=True)
class SampleTeam:
    """A made-up team. Frames hold object cells as a host reads them (None, str, int, float, datetime.date).

    Their heads are those of model/schema.py: ``pipeline`` has what people write in Pipeline, and Stage since.
    ``stage_moves`` (Deal ID, From, To, On) and ``close_moves`` (the same for Expected close) are the true history;
    the first move of each deal has no From. ``mess_made`` (Deal ID, fault) lists each fault that was put in: for
    near_duplicate the later twin, for duplicate_id the ID that stands twice.
    """

    as_of: dt.date
    stages: tuple[StageSpec, ...]
    pipeline: pd.DataFrame
    stage_moves: pd.DataFrame
    close_moves: pd.DataFrame
    activities: pd.DataFrame
    leads: pd.DataFrame
    reps: pd.DataFrame
    quotas: pd.DataFrame
    holidays: pd.DataFrame
    products: pd.DataFrame
    sources: pd.DataFrame
    lost_reasons: pd.DataFrame
    activity_types: pd.DataFrame
    mess_made: pd.DataFrame
    costs: pd.DataFrame
