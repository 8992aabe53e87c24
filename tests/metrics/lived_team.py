"""A small team whose table was refreshed on several days, so that there is a history to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from tests.metrics.small_team import STAGE_HEADS, STAGES, day
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.schema import FX, PIPELINE, QUOTAS, REPS
from xlpipeline.model.settings import Settings
from xlpipeline.model.snapshot_table import SNAPSHOTS

Row = dict[str, Any]
AT_WORK = dt.time(8)
TYPES = {str(stage[1]): str(stage[2]) for stage in STAGES}


def deal(name: str, amount: float | None = 100, due: str | None = "2026-05-20", **cells: Any) -> Row:  # noqa: ANN401
    """An open deal of Ann's that is due in the second quarter of 2026."""
    good = {
        "Deal ID": name,
        "Opportunity": f"Deal {name}",
        "Owner": "Ann",
        "Stage": "Offer",
        "Created": day("2026-01-05"),
    }
    return good | {"Amount": amount, "Expected close": day(due) if due else None} | cells


def won(row: Mapping[str, Any], on: str | None, **cells: Any) -> Row:  # noqa: ANN401
    """The same deal, won."""
    return dict(row) | {"Stage": "Won", "Actual close": day(on) if on else None} | cells


def lost(row: Mapping[str, Any], on: str | None, **cells: Any) -> Row:  # noqa: ANN401
    """The same deal, lost."""
    return dict(row) | {"Stage": "Lost", "Actual close": day(on) if on else None} | cells


def due(row: Mapping[str, Any], on: str | None, **cells: Any) -> Row:  # noqa: ANN401
    """The same deal with another expected close."""
    return dict(row) | {"Expected close": day(on) if on else None} | cells


def table_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(PIPELINE.heads), dtype=object)


def lived(
    *refreshes: tuple[str, Sequence[Mapping[str, Any]]],
    as_of: str = "",
    reps: Sequence[str] = ("Ann", "Bob"),
    quotas: Sequence[tuple[str, str, str, object]] = (),
    rates: Sequence[tuple[str, str, float]] = (),
    snapshots: Sequence[tuple[str, str]] = (),
    **settings: Any,  # noqa: ANN401
) -> Facts:
    """Facts of a team whose table stood so on the mornings of ``refreshes`` (day, rows), the last as it is now.

    ``rates``: (currency, first day, rate). ``snapshots``: (day, label), taken on that morning.
    """
    history, before = read_history(pd.DataFrame(columns=list(HISTORY.heads), dtype=object)), None
    events = []
    for on, rows in refreshes:
        moment = dt.datetime.combine(day(on), AT_WORK)
        found = diff(history, table_of(rows), stage_types=TYPES, stamp=Stamp(before, moment, "ann", "test"))
        history, before = extend(history, found.events), moment
        events.append(found.events)
    marks = [(day(on), name, dt.datetime.combine(day(on), AT_WORK)) for on, name in snapshots]
    tables = {
        "Quotas": _frame([(rep, day(a), day(b), amount) for rep, a, b, amount in quotas], QUOTAS.heads),
        HISTORY.name: pd.concat(events, ignore_index=True),
        SNAPSHOTS.name: _frame(marks, SNAPSHOTS.heads),
    }
    book = team_book(refreshes[-1][1], reps, rates, tables)
    return read_facts(book, day(as_of or refreshes[-1][0]), replace(Settings(), **settings))


def team_book(
    rows: Sequence[Mapping[str, Any]],
    reps: Sequence[str] = ("Ann", "Bob"),
    rates: Sequence[tuple[str, str, float]] = (),
    more: Mapping[str, pd.DataFrame] | None = None,
) -> Book:
    """A book with these deals and rates and no history, if ``more`` tables do not hold one."""
    tables = {
        "Pipeline": table_of(rows),
        "Stages": pd.DataFrame([list(stage) for stage in STAGES], columns=list(STAGE_HEADS), dtype=object),
        "Reps": pd.DataFrame({"Rep": list(reps)}, columns=list(REPS.heads), dtype=object),
        "FX": _frame([(code, day(start), rate) for code, start, rate in rates], FX.heads),
    } | dict(more or {})
    return Book({name: BookTable(name, name, 4, 2, frame) for name, frame in tables.items()})


def _frame(rows: Sequence[tuple[object, ...]], heads: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(heads, row, strict=False)) for row in rows], columns=list(heads), dtype=object)
