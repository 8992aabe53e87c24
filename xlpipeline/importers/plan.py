"""What an import would do, and what the steps of planning it hand on to each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import BookError
from xlpipeline.importers.columns import ColumnChoice
from xlpipeline.importers.dates import Zones
from xlpipeline.importers.deals import Cells
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.spellings import Learned
from xlpipeline.model.book import Book, BookTable, ChangeSet, is_blank
from xlpipeline.model.settings import Settings

MADE_HERE: Final = "(made here)"
TO_HISTORY: Final = "_History"
"""What the preview shows as the target of a column that goes to the history."""


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do.

    ``changes`` holds only cells that differ from the workbook. ``preview``: one line per source column, then one per
    column that is made from others. ``missing_ids``: deals in Pipeline that the source does not hold; they stay.
    ``faults`` become issues. ``added``, ``updated`` and ``unchanged`` count rows of ``kind``: deals, entries to stages
    or activities. ``entries``: entries to stages that come beside deals. ``system``: whose export it is.
    """

    changes: ChangeSet
    preview: tuple[ColumnChoice, ...]
    added: int
    updated: int
    unchanged: int
    missing_ids: tuple[str, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[str, ...]
    kind: Literal["deals", "entries", "activities"] = "deals"
    entries: int = 0
    system: str = ""
    pipeline: str = ""


@dataclass
class Work:
    """What the steps of one plan hand on to each other."""

    cells: Cells
    preview: list[ColumnChoice]
    faults: list[RowFault]
    learned: list[Learned]
    notes: list[str]
    erased: Cells = field(default_factory=dict)
    codes: pd.Series | None = None
    """Currencies that the amounts carry."""


def pipeline_table(book: Book) -> BookTable:
    """The table Pipeline.

    Raises:
        BookError: there is none, or it has no Deal ID.
    """
    table = book.tables.get("Pipeline")
    if table is None or "Deal ID" not in table.frame.columns:
        raise BookError(f"{book.title} has no table Pipeline with a column Deal ID; please start from a template.")
    return table


def zones_of(settings: Settings, choices: MappingChoices) -> Zones:
    """Zone of stamps that carry none (the mapping file's, else the workbook's), and the workbook's."""
    book = ZoneInfo(settings.time_zone)
    return Zones(ZoneInfo(choices.zone) if choices.zone else book, book)


def local_day(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The day of a moment in the workbook's zone (naive: it is in that zone)."""
    return now.astimezone(zone).date() if now.tzinfo else now.date()


def stage_types(book: Book) -> dict[str, str]:
    """Type of each stage, in the order of Stages."""
    frame = book.frame("Stages")
    if not {"Stage", "Type"} <= set(frame.columns):
        return {}
    pairs = zip(frame["Stage"], frame["Type"], strict=True)
    return {str(stage).strip(): str(kind).strip().casefold() for stage, kind in pairs if not is_blank(stage)}
