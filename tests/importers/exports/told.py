"""Books with a history, what an import makes of a file's rows there, and what a refresh then knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.importers.books import NOW, after, book, deals, table
from tests.importers.exports.tables import Row, csv_bytes
from xlpipeline.importers.activities import plan_activities
from xlpipeline.importers.activity_log import is_activity_log
from xlpipeline.importers.generic import plan_import
from xlpipeline.importers.history_import import plan_history
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.plan import ImportPlan
from xlpipeline.importers.source import Source, read_source
from xlpipeline.importers.systems import history_file_of
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, is_blank
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.schema import ACTIVITIES
from xlpipeline.model.tracking import track

TYPES = {"Prospecting": "open", "Qualification": "open", "Proposal": "open", "Won": "won", "Lost": "lost"}


def team_book(*rows: Mapping[str, object]) -> Book:
    """A workbook with history, activities and the zone of the tests' stamps."""
    made = book(rows or ({}, {}), settings={"time_zone": "UTC"})
    return replace(
        made, tables={**made.tables, "_History": table(HISTORY, ({},)), "Activities": table(ACTIVITIES, ({},))}
    )


def source_of(folder: Path, rows: Sequence[Row] | bytes, name: str = "export.csv") -> Source:
    path = folder / name
    path.write_bytes(rows if isinstance(rows, bytes) else csv_bytes(rows))
    return read_source(path)


def plan_of(
    folder: Path,
    rows: Sequence[Row] | bytes,
    into: Book,
    *,
    pipeline: str = "",
    choices: MappingChoices | None = None,
    now: dt.datetime = NOW,
) -> ImportPlan:
    """The plan that the job makes."""
    source, decided = source_of(folder, rows), choices or MappingChoices()
    kind = history_file_of(source)
    if kind is not None:
        return plan_history(into, source, kind, decided, now=now)
    if is_activity_log(source):
        return plan_activities(into, source, decided, now=now)
    return plan_import(into, source, decided, now=now, pipeline=pipeline)


def brought(folder: Path, rows: Sequence[Row] | bytes, into: Book | None = None, *, pipeline: str = "") -> Book:
    into = into or team_book()
    return after(into, plan_of(folder, rows, into, pipeline=pipeline))


def by_id(of: Book) -> dict[str, dict[str, object]]:
    return {str(deal["Deal ID"]): deal for deal in deals(of)}


def told(of: Book) -> list[tuple[object, object, str]]:
    """Deal, stage and moment of every imported entry, in the order of deals and moments."""
    frame = of.frame("_History")
    rows = frame[frame["Kind"] == "entered"]
    assert rows["Not before"].tolist() == rows["Not after"].tolist()
    found = zip(rows["Deal ID"], rows["New"], rows["Not after"], strict=True)
    return sorted((deal, stage, f"{moment:%m-%d %H:%M}") for deal, stage, moment in found)


def refreshed(of: Book, moment: dt.datetime) -> Book:
    """The book after a refresh has compared Pipeline with its history (events only)."""
    tracked = track(of, stage_types=TYPES, now=moment, user="", tool="test", approvals={})
    return applied(of, tracked.changes)


def previews(plan: ImportPlan) -> dict[str, str]:
    return {line.source: line.target for line in plan.preview}


def filled(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{key: cell for key, cell in row.items() if not is_blank(cell)} for row in rows]
