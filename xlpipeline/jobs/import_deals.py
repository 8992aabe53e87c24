"""Import deals, stage history or activities from a CRM export or any other table into a team workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlpipeline.hosts.workbook import Workbook
from xlpipeline.importers.activities import plan_activities
from xlpipeline.importers.activity_log import is_activity_log
from xlpipeline.importers.generic import plan_import
from xlpipeline.importers.history_import import plan_history
from xlpipeline.importers.kept_faults import kept_faults
from xlpipeline.importers.mapping_file import MappingChoices, read_mapping
from xlpipeline.importers.plan import ImportPlan
from xlpipeline.importers.source import Source, read_source
from xlpipeline.importers.systems import history_file_of
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.model.book import Book, ChangeSet, needed_changes

_SHOWN = 10
_NOUNS = {
    "deals": ("opportunity", "opportunities"),
    "entries": ("entry to a stage", "entries to stages"),
    "activities": ("activity", "activities"),
}
_EMPTY = {"deals": "deals", "entries": "entries to stages of your deals", "activities": "activities of your deals"}


def import_in(
    workbook: Workbook, source_path: Path, *, now: dt.datetime, map_path: Path | None = None, dry_run: bool = False,
    pipeline: str = "", progress: Progress = no_progress,
) -> Outcome:  # fmt: skip
    """Bring the rows of ``source_path`` where they belong; nothing is ever deleted.

    Deals go into Pipeline by Deal ID, a stage history into ``_History``, a log of activities into Activities: which of
    them a file is tell its columns. ``pipeline`` chooses one of those that an export of deals holds.

    Raises:
        PipelineError: the file holds several pipelines and none was chosen.
        SourceError: the file cannot be read or understood; the sentence says how to decide it in a mapping file.
        SetupError: the mapping file is not right.
        BookError: the workbook cannot be read or must not be written.
    """
    choices = read_mapping(map_path) if map_path else MappingChoices()
    progress(f"reading {source_path.name}")
    source = read_source(source_path, sheet=choices.sheet, encoding=choices.encoding, delimiter=choices.delimiter)
    book = workbook.read()
    progress("mapping")
    plan = _plan(book, source, choices, now=now, pipeline=pipeline)
    written = False
    if not dry_run:
        progress(f"writing {workbook.title}")
        changes = plan.changes + ChangeSet((kept_faults(book, plan, source_path.name, now.date()),))
        written = workbook.apply(needed_changes(changes, book)).written
    return Outcome(
        _sentences(source_path, plan, dry_run=dry_run, written=written),
        _data(plan, written=written),
        len(plan.faults),
    )


def _plan(book: Book, source: Source, choices: MappingChoices, *, now: dt.datetime, pipeline: str) -> ImportPlan:
    history = history_file_of(source)
    if history is not None:
        plan = plan_history(book, source, history, choices, now=now)
    elif not choices.columns and is_activity_log(source):
        plan = plan_activities(book, source, choices, now=now)
    else:
        return plan_import(book, source, choices, now=now, pipeline=pipeline)
    aside = "Deals of Pipeline decide what belongs here, so the pipeline that was named was left aside."
    return replace(plan, notes=(*plan.notes, aside)) if pipeline else plan


def _sentences(source_path: Path, plan: ImportPlan, *, dry_run: bool, written: bool) -> tuple[str, ...]:
    of = f" ({plan.system})" if plan.system and plan.kind != "activities" else ""
    lines = [f"Columns of {source_path.name}{of}:"]
    lines += [f"  {c.source} → {c.target or 'not imported'}: {c.reason}" for c in plan.preview]
    done = "would be" if dry_run else "was" if plan.added == 1 else "were"
    one, many = _NOUNS[plan.kind]
    known = (
        f"{plan.updated:,} updated, {plan.unchanged:,} unchanged"
        if plan.kind == "deals"
        else (f"{plan.unchanged:,} known before")
    )
    lines.append(f"{counted(plan.added, one, many)} {done} added, {known}.")
    if plan.pipeline:
        lines.append(f"Pipeline: {plan.pipeline}.")
    if plan.entries:
        told = "would be" if dry_run else "was" if plan.entries == 1 else "were"
        lines.append(f"{counted(plan.entries, *_NOUNS['entries'])} {told} added to the history.")
    if plan.missing_ids:
        lines.append(
            f"{counted(len(plan.missing_ids), 'opportunity', 'opportunities')} of the workbook are not in the file "
            f"and stay: {_first(plan.missing_ids)}"
        )
    if plan.faults:
        lines.append(f"{counted(len(plan.faults), 'thing')} to decide or to mend:")
        lines += [
            f"  row {f.row}{', ' + f.column if f.column else ''}: {f.wrong} {f.what_to_do}"
            for f in plan.faults[:_SHOWN]
        ]
        lines += (
            [f"  … and {len(plan.faults) - _SHOWN:,} more (--json lists all)."] if len(plan.faults) > _SHOWN else []
        )
    lines += plan.notes
    if not plan.added + plan.updated + plan.unchanged:
        lines.append(f"{source_path.name} holds no {_EMPTY[plan.kind]}; please check that it is the right file.")
    if dry_run:
        lines.append("This was a dry run: nothing was written.")
    elif written:
        lines.append("Written; please refresh next, so that the figures follow.")
    else:
        lines.append("The workbook already held all of this, so nothing was written.")
    return tuple(lines)


def _first(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")


def _data(plan: ImportPlan, *, written: bool) -> dict[str, Any]:
    return {
        "columns": [{"source": c.source, "target": c.target, "reason": c.reason} for c in plan.preview],
        "added": plan.added,
        "updated": plan.updated,
        "unchanged": plan.unchanged,
        "missing_ids": list(plan.missing_ids),
        "faults": [
            {"row": f.row, "column": f.column, "wrong": f.wrong, "what_to_do": f.what_to_do} for f in plan.faults
        ],
        "notes": list(plan.notes),
        "written": written,
        "kind": plan.kind,
        "system": plan.system,
        "pipeline": plan.pipeline,
        "history_entries": plan.added if plan.kind == "entries" else plan.entries,
    }
