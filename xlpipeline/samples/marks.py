"""Qualification marks, deal marks, objections and personas of a sample's deals, as far as one can know them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick, pick_text, stream, where
from xlpipeline.samples.records import SampleTeam

QUESTIONS: Final = (
    ("Metrics", 2), ("Economic buyer", 3), ("Decision criteria", 3), ("Decision process", 4), ("Identify pain", 1),
    ("Champion", 2),
)  # fmt: skip
"""Marks of MEDDIC, and the open stage (0-based) in which they are usually asked."""
DEAL_MARKS: Final = ("Deal budget", "Deal timing", "Deal authority", "Deal interest")
_EVIDENCE: Final = (
    "Said by the head of the department", "From the call notes", "Mail of the buyer", "Seen in the demo",
    "Told by the champion",
)  # fmt: skip
_OBJECTIONS: Final = (
    "Price",
    "Works with a competitor",
    "No urgency",
    "Effort of the change",
    "Security",
    "Missing feature",
)
_FROM_STAGE: Final = 3
"""Objections come once something has been shown."""


def with_marks(team: SampleTeam, seed: int) -> SampleTeam:
    """The team with marks and objections in its Pipeline; closed deals keep what was known when they ended.

    Won deals had better marks; about one mark in eight has no evidence. The persona is that of the deal's lead.
    """
    pipeline = team.pipeline
    at = _reached(team)
    u = stream(seed, "marks").random((4 * len(QUESTIONS) + 2 * len(DEAL_MARKS) + 3, len(pipeline)))
    types = {spec.name: spec.type for spec in team.stages}
    won = np.array([types.get(name) in ("won", "post") for name in pipeline["Stage"]], dtype=bool)
    draws = iter(u)
    added: dict[str, Cells] = {}
    for head, stage in QUESTIONS:
        asked = (at >= stage) & (next(draws) < 0.85) | (at >= stage - 1) & (next(draws) < 0.25)
        mark = _marks(next(draws), won, 3)
        added[head] = where(asked, mark.astype(object))
        told = asked & (mark > 0) & (next(draws) < 0.87)
        added[f"{head} evidence"] = where(told, pick_text(u[0], _EVIDENCE))
    for head in DEAL_MARKS:
        scored = (at >= 2) & (next(draws) < 0.8)
        added[head] = where(scored, _marks(next(draws), won, 6).astype(object))
    met = (at >= _FROM_STAGE) & (next(draws) < 0.5)
    added["Objection"] = where(met, pick_text(next(draws) ** 2, _OBJECTIONS))
    personas = dict(zip(team.leads["Deal ID"], team.leads["Persona"], strict=True))
    added["Persona"] = np.array([personas.get(name) for name in pipeline["Deal ID"]], dtype=object)
    columns = {head: pd.Series(cells, index=pipeline.index, dtype=object) for head, cells in added.items()}
    return replace(team, pipeline=pipeline.assign(**columns))


def _marks(u: Real, won: Mask, count: int) -> Whole:
    """Marks 0 to ``count`` - 1; those of won deals are better."""
    return pick(np.where(won, np.sqrt(u), u), count)


def _reached(team: SampleTeam) -> Whole:
    """Open stage (0-based) that each deal has reached: where it stands, was won from, or was lost."""
    open_stages = [spec.name for spec in team.stages if spec.type == "open"]
    order = {name: place for place, name in enumerate(open_stages)}
    types = {spec.name: spec.type for spec in team.stages}
    last = (
        team.pipeline["Last stage before loss"]
        .astype(object)
        .where(team.pipeline["Last stage before loss"].notna(), "")
    )
    reached = [
        len(open_stages) if types.get(stage) in ("won", "post") else order.get(stage, order.get(str(before), 0))
        for stage, before in zip(team.pipeline["Stage"].tolist(), last.tolist(), strict=True)
    ]
    return np.array(reached, dtype=np.int64)
