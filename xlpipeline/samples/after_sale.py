"""Follow-ups with a sample's customers, and deals that grew out of earlier ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.samples.draws import stream
from xlpipeline.samples.records import SampleTeam

_GREW_SHARE: Final = 0.7
_PLANNED_SHARE: Final = 0.75
_SPAN_DAYS: Final = 45
_BEHIND_DAYS: Final = 8
"""A follow-up is planned for a day from so many days before the as-of date on; most lie ahead."""


def with_after_sale(team: SampleTeam, seed: int) -> SampleTeam:
    """The team with Follow-up due for three of four deals of post-sale stages, and Parent deal of expansions.

    A deal may expand the last deal that the same account bought before it was created.
    """
    pipeline = team.pipeline
    u = stream(seed, "after sale").random((3, len(pipeline)))
    types = {spec.name: spec.type for spec in team.stages}
    rows = pipeline.to_dict("records")
    bought = _bought(rows, types)
    due: list[object] = []
    parents: list[object] = []
    for at, row in enumerate(rows):
        planned = types.get(str(row["Stage"])) == "post" and u[0, at] < _PLANNED_SHARE
        day = team.as_of + dt.timedelta(days=int(u[1, at] * _SPAN_DAYS) - _BEHIND_DAYS)
        due.append(_workday(day) if planned else None)
        created = row["Created"]
        before = [one for one in bought.get(row["Account"], []) if isinstance(created, dt.date) and one[0] < created]
        parents.append(max(before, key=lambda one: one[0])[1] if before and u[2, at] < _GREW_SHARE else None)
    columns = {"Follow-up due": due, "Parent deal": parents}
    cells = {head: pd.Series(values, index=pipeline.index, dtype=object) for head, values in columns.items()}
    return replace(team, pipeline=pipeline.assign(**cells))


def _bought(rows: list[Any], types: dict[str, str]) -> dict[object, list[tuple[dt.date, object]]]:
    """By account the days and IDs of what it bought."""
    found: dict[object, list[tuple[dt.date, object]]] = {}
    for row in rows:
        if types.get(str(row["Stage"])) in ("won", "post") and isinstance(row["Actual close"], dt.date):
            found.setdefault(row["Account"], []).append((row["Actual close"], row["Deal ID"]))
    return found


def _workday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)
