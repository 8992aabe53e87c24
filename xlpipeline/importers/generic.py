"""Plan the import of any table of deals: what would change, why each column goes where it goes, what is wrong.

Nothing is written here: a job shows the plan or gives its changes to a host. Where the source is a known system's
export (``systems``), that system's file says what its columns mean; all else is the same for every source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from xlpipeline.errors import SetupError, SourceError
from xlpipeline.importers.cells import Reading
from xlpipeline.importers.column_reading import faults_of, read_cells, shared_order, value_range
from xlpipeline.importers.columns import NOT_IMPORTED, ColumnChoice, choose_columns, settled
from xlpipeline.importers.complete import (
    ask_for_owners,
    closed_words_note,
    complete,
    known_stages,
    own_ids,
    spell,
    take_currency,
)
from xlpipeline.importers.dates import Zones
from xlpipeline.importers.deals import Cells, newest_rows, with_deal_ids
from xlpipeline.importers.entered_columns import entered_stages, shown_as_history
from xlpipeline.importers.history_import import local_now
from xlpipeline.importers.mapping_file import MappingChoices, refuse_unknown_names
from xlpipeline.importers.outcomes import spell_status
from xlpipeline.importers.pipelines import held_pipeline, one_pipeline
from xlpipeline.importers.plan import ImportPlan, Work, local_day, pipeline_table, stage_types, zones_of
from xlpipeline.importers.source import Source
from xlpipeline.importers.spellings import Learned
from xlpipeline.importers.stage_history import ToldStages
from xlpipeline.importers.synonyms import STATUS, UPDATED
from xlpipeline.importers.system import System
from xlpipeline.importers.systems import system_of
from xlpipeline.importers.upsert import Upsert, remember, upsert
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable, ChangeSet
from xlpipeline.model.decided import LISTED, listed_values, remembered, spelling_key
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.settings import read_settings

__all__ = ["ImportPlan", "plan_import"]


def plan_import(
    book: Book, source: Source, choices: MappingChoices, *, now: dt.datetime, pipeline: str = ""
) -> ImportPlan:
    """Plan the import of a source into the workbook's ``Pipeline``.

    ``now`` dates what is remembered in ``Mappings`` (naive: taken as the workbook's zone). ``pipeline``: which of the
    source's pipelines is wanted; blank where it holds one.

    Raises:
        SourceError: no column is an opportunity's name or stage, or dates or amounts of a column are undecidable, or
            there are several pipelines or another one than the workbook's (PipelineError).
        SetupError: the mapping file or a setting names what is not there.
        BookError: the workbook has no table Pipeline.
    """
    table = pipeline_table(book)
    refuse_unknown_names(choices, source.columns, (*LISTED, STATUS))
    settings = read_settings(book)
    zones = zones_of(settings, choices)
    system = system_of(source)
    held = held_pipeline(remembered(book.tables.get("Mappings")), system)
    chosen = one_pipeline(source, system, pipeline, held)
    source = chosen.source
    notes = list(system.advice(source))
    source = system.prepare(source)
    work = _columns(book, source, system, choices, zones)
    work.notes += notes
    work.learned += chosen.learned
    known = system.known(source)
    left = {line.source for line in work.preview if line.reason == known.get(line.source, ("", ""))[1]}
    entered = tuple(one for one in system.stage_columns(source, chosen.pipeline, chosen.names) if one.head in left)
    work.preview = [*shown_as_history(tuple(work.preview), entered)]
    take_currency(work, settings.currency)
    _spell_all(work, book, system, choices)
    if (owners := system.owner_ids(source)) is not None:
        ask_for_owners(work, owners)
    complete(work, source.rows.index, book, system)
    work.cells["Deal ID"] = own_ids(work.cells["Deal ID"], table, system)
    rows_to_ids = dict(zip(work.cells["Deal ID"].index.tolist(), work.cells["Deal ID"].tolist(), strict=True))
    done = _upserted(work, table, choices)
    after = applied(book, ChangeSet((done.change,) if done.change else ()))
    told = entered_stages(
        after, source, system, entered, ids=rows_to_ids, choices=choices, now=local_now(now, zones.book), work=work
    )
    plan = _finished(work, book, done, ids=rows_to_ids, told=told, today=local_day(now, zones.book))
    return replace(plan, system=system.name, pipeline=chosen.pipeline)


def _columns(book: Book, source: Source, system: System, choices: MappingChoices, zones: Zones) -> Work:
    """Choose a target for each column, and read those that have one."""
    table = pipeline_table(book)
    memory = remembered(book.tables.get("Mappings"))
    own = [str(name) for name in table.frame.columns if name not in PIPELINE.heads]
    told = {**_extras(choices, own), **choices.columns}
    lists = {target: listed_values(book, target) for target in LISTED}
    known = system.known(source)
    chosen = choose_columns(
        source, told=told, remembered=memory.get("column", {}), lists=lists, extras=own, known=known
    )
    # What is remembered is what a column is, not what it became beside the other columns of this file; of a known
    # system it need not be.
    learned = [one for one in _learned_columns(chosen, told) if one.source not in known or one.source in told]
    chosen = settled(chosen)
    _require_deals(source, chosen)
    work = Work({}, [], list(source.faults), learned, list(source.notes))
    hint = shared_order(source.rows, chosen) if system.name else ("", "")
    for choice in chosen:
        if not choice.target:
            work.preview.append(choice)
            continue
        found = read_cells(source.rows[choice.source], choice, choices, zones, hint)
        work.preview.append(_taken(work, source, choice, found))
    return work


def _spell_all(work: Work, book: Book, system: System, choices: MappingChoices) -> None:
    memory = remembered(book.tables.get("Mappings"))
    spell_status(work, choices, memory.get(STATUS, {}))
    words, added = known_stages(memory.get("Stage", {}), system.outcomes, stage_types(book))
    told = choices.values.get("Stage", {})
    if system.ends_in_own_stage and {STATUS, "Stage"} <= work.cells.keys():
        _without_ends(work, {*map(spelling_key, stage_types(book)), *words, *map(spelling_key, told)})
    if "Stage" in work.cells and (note := closed_words_note(work.cells["Stage"], added, system.name)):
        work.notes.append(note)
    for target in LISTED:
        spell(
            work, target, listed_values(book, target), choices, words if target == "Stage" else memory.get(target, {})
        )


def _without_ends(work: Work, known: set[str]) -> None:
    """Blank the stage of closed deals where it is an unknown name of their end: the status tells the stage."""
    ended = work.cells[STATUS].isin(["won", "lost"])
    names = work.cells["Stage"].map(lambda stage: spelling_key(stage) not in known)
    work.cells["Stage"] = work.cells["Stage"].where(~(ended & names), None)


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


def _taken(work: Work, source: Source, choice: ColumnChoice, found: Reading) -> ColumnChoice:
    """Put a column that was read into ``work`` and return its preview line with what reading showed."""
    cells = source.rows[choice.source]
    work.cells[choice.target] = found.values
    work.faults += faults_of(cells, choice, found)
    if found.codes is not None:
        work.codes = found.codes
    low, high = value_range(choice, found.values)
    reason = f"{choice.reason}; {found.how}" if found.how else choice.reason
    return replace(choice, reason=reason, date_order=found.order, low=low, high=high)


def _upserted(work: Work, table: BookTable, choices: MappingChoices) -> Upsert:
    cells, faults = newest_rows(work.cells)
    work.faults += faults
    cells.pop(UPDATED, None)
    work.cells = cells
    kept = cells["Deal ID"].index
    erased: Cells = {target: rows.loc[kept] for target, rows in work.erased.items()}
    lacking = [target for target in cells if target not in table.frame.columns]
    if lacking:
        work.notes.append(f"Pipeline has no column {', '.join(lacking)}, so that was left out; upgrade the workbook.")
    done = upsert(table, cells, blank_erases=choices.blank_erases, erased=erased)
    if done.without_id:
        work.notes.append(
            f"{done.without_id} deals in Pipeline have no Deal ID yet, so no row of the source can be theirs; "
            "refresh first to give them one."
        )
    return done


def _finished(
    work: Work, book: Book, done: Upsert, *, ids: Mapping[int, str], told: ToldStages, today: dt.date
) -> ImportPlan:
    mappings = remember(book.tables.get("Mappings"), work.learned, today)
    own = ChangeSet(tuple(change for change in (done.change, mappings) if change is not None))
    return ImportPlan(
        own + told.changes,
        tuple(work.preview),
        done.added,
        done.updated,
        done.unchanged,
        done.missing_ids,
        with_deal_ids((*work.faults, *told.faults), ids),
        (*work.notes, *told.notes),
        entries=told.added,
    )
