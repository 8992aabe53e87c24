"""Deals whose stages a refresh saw on certain days, so that a way through the stages can be read off the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from tests.metrics.small_team import AS_OF, STAGE_HEADS, STAGES, Row, day
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.settings import Settings

TYPES: Final = {str(stage[1]): str(stage[2]) for stage in STAGES}
HEADS: Final = tuple(column.name for column in PIPELINE.columns if column.writer != "formula")


def way(*stops: tuple[str, str], **cells: Any) -> Row:  # noqa: ANN401 - any cell
    """A deal that a refresh saw in a stage from each day on, such as ``("2026-01-05", "Prospect")``.

    Created is the first of these days and Actual close the day of the last closed stage, if not said otherwise.
    ``last amount``: what Amount is from the last of these days on.
    """
    return {"stops": [(day(when), stage) for when, stage in stops]} | cells


def lived(
    ways: Sequence[Mapping[str, Any]],
    *,
    begins: str | None = None,
    as_of: dt.date = AS_OF,
    before: Sequence[Row] = (),
    **settings: Any,  # noqa: ANN401 - any setting
) -> Facts:
    """Facts of a team that refreshed on every day on which something happened, the last day of history being today.

    ``begins``: day of a first refresh before all others. ``before``: rows that stood there, as they are, at the first.
    """
    days = {when for one in ways for when, _ in one["stops"]} | ({day(begins)} if begins else set())
    bodies = [pd.DataFrame(columns=list(HISTORY.heads), dtype=object)]
    history, last = read_history(bodies[0]), None
    rows: list[Row] = []
    for today in sorted(days):
        rows = [{"Deal ID": f"B{i}", "Opportunity": f"Before {i}"} | dict(row) for i, row in enumerate(before)]
        rows += [_row(number, one, today) for number, one in enumerate(ways) if one["stops"][0][0] <= today]
        now = dt.datetime.combine(today, dt.time(17))
        stamp = Stamp(last, now, "Kim", "test")
        found = diff(history, _frame(rows), stage_types=TYPES, stamp=stamp)
        history, last = extend(history, found.events), now
        bodies.append(found.events)
    tables = {
        "Pipeline": pd.DataFrame(rows, columns=list(PIPELINE.heads), dtype=object),
        "Stages": pd.DataFrame([list(stage) for stage in STAGES], columns=list(STAGE_HEADS), dtype=object),
        HISTORY.name: pd.concat(bodies, ignore_index=True),
    }
    book = Book({name: BookTable(name, name, 4, 2, frame) for name, frame in tables.items()})
    return read_facts(book, as_of, replace(Settings(), **settings))


def _row(number: int, one: Mapping[str, Any], today: dt.date) -> Row:
    stops = [stop for stop in one["stops"] if stop[0] <= today]
    since, stage = stops[-1]
    cells = {key: value for key, value in one.items() if key not in ("stops", "Actual close", "last amount")}
    if "last amount" in one and len(stops) == len(one["stops"]):
        cells["Amount"] = one["last amount"]
    own = {"Deal ID": f"D{number}", "Opportunity": f"Deal {number}", "Owner": "Ann", "Amount": 100, "Stage": stage}
    actual = one.get("Actual close", since) if TYPES[stage] != "open" else None
    return own | {"Created": stops[0][0], "Stage since": since, "Actual close": actual} | cells


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame([[row.get(head) for head in HEADS] for row in rows], columns=list(HEADS), dtype=object)
