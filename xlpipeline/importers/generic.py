"""Plan the import of any table of deals: what would change, why each column goes where it goes, what is wrong.

Nothing is written here: a job shows the plan or gives its changes to a host.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import BookError, SetupError, SourceError
from xlpipeline.importers.cells import distinct
from xlpipeline.importers.column_reading import currency_codes, faults_of, read_cells, value_range
from xlpipeline.importers.columns import NOT_IMPORTED, ColumnChoice, choose_columns, settled
from xlpipeline.importers.dates import Zones
from xlpipeline.importers.deals import (
    Cells,
    decided,
    identified,
    named,
    newest_rows,
    split_close,
    with_deal_ids,
    without_blank_rows,
)
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.mapping_file import MappingChoices, refuse_unknown_names
from xlpipeline.importers.source import Source
from xlpipeline.importers.spellings import LISTED, Learned, listed_values, spelled, spelling_key
from xlpipeline.importers.synonyms import CLOSE_DATE, OUTCOMES, STATUS, UPDATED, head_currency
from xlpipeline.importers.upsert import remember, remembered, upsert
from xlpipeline.model.book import Book, BookTable, ChangeSet, is_blank
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.settings import Settings, read_settings

_MADE: Final = "(made here)"


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do.

    ``changes`` holds only cells that differ from the workbook. ``preview``: one line per source column, then one per
    column that is made from others. ``missing_ids``: deals in Pipeline that the source does not hold; they stay.
    ``faults`` become issues. ``added``, ``updated`` and ``unchanged`` count deals.
    """

    changes: ChangeSet
    preview: tuple[ColumnChoice, ...]
    added: int
    updated: int
    unchanged: int
    missing_ids: tuple[str, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[str, ...]


@dataclass
class _Work:
    """What the steps of one plan hand on to each other."""

    cells: Cells
    preview: list[ColumnChoice]
    faults: list[RowFault]
    learned: list[Learned]
    notes: list[str]
    erased: Cells
    codes: pd.Series | None = None
    """Currencies that the amounts carry."""


def plan_import(book: Book, source: Source, choices: MappingChoices, *, now: dt.datetime) -> ImportPlan:
    """Plan the import of a source into the workbook's ``Pipeline``.

    ``now`` dates what is remembered in ``Mappings`` (naive: taken as the workbook's zone).

    Raises:
        SourceError: no column is an opportunity's name or stage, or dates or amounts of a column are undecidable.
        SetupError: the mapping file or a setting names what is not there.
        BookError: the workbook has no table Pipeline.
    """
    pipeline = _pipeline(book)
    refuse_unknown_names(choices, source.columns, LISTED)
    settings = read_settings(book)
    memory = remembered(book.tables.get("Mappings"))
    own = [str(name) for name in pipeline.frame.columns if name not in PIPELINE.heads]
    told = {**_extras(choices, own), **choices.columns}
    lists = {target: listed_values(book, target) for target in LISTED}
    chosen = choose_columns(source, told=told, remembered=memory.get("column", {}), lists=lists, extras=own)
    # What is remembered is what a column is, not what it became beside the other columns of this file.
    learned = _learned_columns(chosen, told)
    chosen = settled(chosen)
    _require_deals(source, chosen)
    work = _Work({}, [], list(source.faults), learned, list(source.notes), {})
    zones = _zones(settings, choices)
    for choice in chosen:
        work.preview.append(_read(work, source, choice, choices, zones) if choice.target else choice)
    _take_currency(work, settings.currency)
    for target in LISTED:
        _spell(work, target, lists[target], choices, memory)
    _complete(work, source, book)
    return _finished(work, book, pipeline, choices, _day(now, zones.book))


def _pipeline(book: Book) -> BookTable:
    table = book.tables.get("Pipeline")
    if table is None or "Deal ID" not in table.frame.columns:
        raise BookError(f"{book.title} has no table Pipeline with a column Deal ID; please start from a template.")
    return table


def _extras(choices: MappingChoices, own: list[str]) -> dict[str, str]:
    """The option ``extra``: source columns kept under the same head in the user's own columns of Pipeline."""
    heads = {head.casefold(): head for head in own}
    for column in choices.extra:
        if column.casefold() not in heads:
            raise SetupError(
                f"To keep “{column}”, please add a column of that head to the table Pipeline, then import again."
            )
    return {column: heads[column.casefold()] for column in choices.extra}


def _require_deals(source: Source, chosen: tuple[ColumnChoice, ...]) -> None:
    if not {"Opportunity", "Stage"} & {choice.target for choice in chosen}:
        raise SourceError(
            f"No column of {source.title} is known as the opportunity's name or stage; it has: "
            f"{', '.join(source.columns):.400}. Please name them in a mapping file under [columns], "
            "or another sheet under [file]."
        )


def _learned_columns(chosen: tuple[ColumnChoice, ...], told: Mapping[str, str]) -> list[Learned]:
    kept_out = {column for column, target in told.items() if not target}
    return [
        Learned("column", one.source, one.target or NOT_IMPORTED)
        for one in chosen
        if one.target or one.source in kept_out
    ]


def _zones(settings: Settings, choices: MappingChoices) -> Zones:
    book = ZoneInfo(settings.time_zone)
    return Zones(ZoneInfo(choices.zone) if choices.zone else book, book)


def _day(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    return now.astimezone(zone).date() if now.tzinfo else now.date()


def _read(work: _Work, source: Source, choice: ColumnChoice, choices: MappingChoices, zones: Zones) -> ColumnChoice:
    """Read one column into ``work`` and return its preview line with what reading showed."""
    cells = source.rows[choice.source]
    found = read_cells(cells, choice, choices, zones)
    work.cells[choice.target] = found.values
    work.faults += faults_of(cells, choice, found)
    if found.codes is not None:
        work.codes = found.codes
    low, high = value_range(choice, found.values)
    reason = f"{choice.reason}; {found.how}" if found.how else choice.reason
    return replace(choice, reason=reason, date_order=found.order, low=low, high=high)


def _take_currency(work: _Work, base: str) -> None:
    """Currency from its own column, else from the amounts, else from the head of the amounts."""
    head = next((one.source for one in work.preview if one.target == "Amount"), "")
    if "Currency" not in work.cells and work.codes is not None and work.codes.notna().any():
        work.cells["Currency"] = work.codes
        work.preview.append(ColumnChoice(_MADE, "Currency", f"the amounts in “{head}” carry it"))
    elif "Currency" not in work.cells and (code := head_currency(head)):
        amounts = work.cells["Amount"]
        work.cells["Currency"] = amounts.where(amounts.isna(), code).astype(object)
        work.preview.append(ColumnChoice(_MADE, "Currency", f"the head “{head}” names {code}"))
    if "Currency" in work.cells:
        work.cells["Currency"] = currency_codes(work.cells["Currency"], base)


def _spell(
    work: _Work, target: str, allowed: tuple[str, ...], choices: MappingChoices, memory: dict[str, dict[str, str]]
) -> None:
    if target not in work.cells:
        return
    column = next((one.source for one in work.preview if one.target == target), target)
    done = spelled(
        work.cells[target],
        target,
        column=column,
        allowed=allowed,
        told=choices.values.get(target, {}),
        remembered=memory.get(target, {}),
    )
    work.cells[target] = done.values
    work.learned += done.learned
    work.faults += done.faults


def _complete(work: _Work, source: Source, book: Book) -> None:
    """Fill in what follows from other columns: both close dates, the name, the ID."""
    cells, index = work.cells, source.rows.index
    if STATUS in cells:
        words = distinct(cells.pop(STATUS))
        status = words.spread([OUTCOMES.get(spelling_key(word), "") for word in words.cells])
        cells["Stage"], last = decided(cells["Stage"], status, _stage_types(book))
        cells.setdefault("Last stage before loss", last)
    if CLOSE_DATE in cells:
        split = split_close(cells.pop(CLOSE_DATE), cells.get("Stage", _blank(index)), _stage_types(book))
        cells["Expected close"], cells["Actual close"] = split.expected, split.actual
        work.erased["Actual close"] = split.reopened
    cells_kept, faults = without_blank_rows(cells, index)
    work.faults += faults
    work.cells = cells = cells_kept
    index = next(iter(cells.values())).index
    had_ids = "Deal ID" in cells
    made = int(cells["Deal ID"].isna().sum()) if had_ids else len(index)
    cells["Deal ID"] = identified(cells, index)
    if made and had_ids:
        work.notes.append(f"{made} rows have no ID; theirs was made from name, account and created date.")
    elif made:
        why = "no ID column: made from name, account and created date, so the same file updates the same deals"
        work.preview.append(ColumnChoice(_MADE, "Deal ID", why, _first(cells["Deal ID"])))
    if "Stage" not in cells:
        work.notes.append("No column tells the stage, so new deals come in without one.")
    if "Opportunity" not in cells:
        cells["Opportunity"] = named(cells, index)
        why = "no name column: made as “Account – Product”, or the ID where both are blank"
        work.preview.append(ColumnChoice(_MADE, "Opportunity", why, _first(cells["Opportunity"])))


def _blank(index: pd.Index) -> pd.Series:
    return pd.Series([None] * len(index), index=index, dtype=object)


def _first(column: pd.Series) -> str:
    return "" if column.empty else f"{column.iloc[0]!s:.40}"


def _stage_types(book: Book) -> dict[str, str]:
    frame = book.frame("Stages")
    if not {"Stage", "Type"} <= set(frame.columns):
        return {}
    pairs = zip(frame["Stage"], frame["Type"], strict=True)
    return {str(stage).strip(): str(kind).strip().casefold() for stage, kind in pairs if not is_blank(stage)}


def _finished(work: _Work, book: Book, pipeline: BookTable, choices: MappingChoices, today: dt.date) -> ImportPlan:
    ids = work.cells["Deal ID"]
    rows_to_ids = dict(zip(ids.index.tolist(), ids.tolist(), strict=True))
    cells, faults = newest_rows(work.cells)
    cells.pop(UPDATED, None)
    kept = cells["Deal ID"].index
    erased = {target: rows.loc[kept] for target, rows in work.erased.items()}
    lacking = [target for target in cells if target not in pipeline.frame.columns]
    if lacking:
        work.notes.append(f"Pipeline has no column {', '.join(lacking)}, so that was left out; upgrade the workbook.")
    done = upsert(pipeline, cells, blank_erases=choices.blank_erases, erased=erased)
    if done.without_id:
        work.notes.append(
            f"{done.without_id} deals in Pipeline have no Deal ID yet, so no row of the source can be theirs; "
            "refresh first to give them one."
        )
    mappings = remember(book.tables.get("Mappings"), work.learned, today)
    return ImportPlan(
        ChangeSet(tuple(change for change in (done.change, mappings) if change is not None)),
        tuple(work.preview),
        done.added,
        done.updated,
        done.unchanged,
        done.missing_ids,
        with_deal_ids((*work.faults, *faults), rows_to_ids),
        tuple(work.notes),
    )
