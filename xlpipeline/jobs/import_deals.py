"""Import deals from a CRM export or any other table into a team workbook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from xlpipeline.hosts.workbook import Workbook
from xlpipeline.importers.generic import ImportPlan, plan_import
from xlpipeline.importers.mapping_file import MappingChoices, read_mapping
from xlpipeline.importers.source import read_source
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.model.book import ChangeSet, TableChange, needed_changes, whole_table
from xlpipeline.model.schema import IMPORT_FAULTS

_SHOWN = 10


def import_in(
    workbook: Workbook, source_path: Path, *, now: dt.datetime, map_path: Path | None = None, dry_run: bool = False,
    progress: Progress = no_progress,
) -> Outcome:  # fmt: skip
    """Bring the rows of ``source_path`` into Pipeline by Deal ID; nothing is ever deleted.

    Raises:
        SourceError: the file cannot be read or understood; the sentence says how to decide it in a mapping file.
        SetupError: the mapping file is not right.
        BookError: the workbook cannot be read or must not be written.
    """
    choices = read_mapping(map_path) if map_path else MappingChoices()
    progress(f"reading {source_path.name}")
    source = read_source(source_path, sheet=choices.sheet, encoding=choices.encoding, delimiter=choices.delimiter)
    book = workbook.read()
    progress("mapping")
    plan = plan_import(book, source, choices, now=now)
    written = False
    if not dry_run:
        progress(f"writing {workbook.title}")
        changes = plan.changes + ChangeSet((_kept_faults(plan, source_path.name, now),))
        written = workbook.apply(needed_changes(changes, book)).written
    return Outcome(
        _sentences(source_path, plan, dry_run=dry_run, written=written),
        _data(plan, written=written),
        len(plan.faults),
    )


def _sentences(source_path: Path, plan: ImportPlan, *, dry_run: bool, written: bool) -> tuple[str, ...]:
    lines = [f"Columns of {source_path.name}:"]
    lines += [f"  {c.source} → {c.target or 'not imported'}: {c.reason}" for c in plan.preview]
    done = "would be" if dry_run else "was" if plan.added == 1 else "were"
    lines.append(
        f"{counted(plan.added, 'opportunity', 'opportunities')} {done} added, {plan.updated:,} updated, "
        f"{plan.unchanged:,} unchanged."
    )
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
        lines.append(f"{source_path.name} holds no deals; please check that it is the right file.")
    if dry_run:
        lines.append("This was a dry run: nothing was written.")
    elif written:
        lines.append("Written; please refresh next, so that the figures follow.")
    else:
        lines.append("The workbook already held all of this, so nothing was written.")
    return tuple(lines)


def _kept_faults(plan: ImportPlan, title: str, now: dt.datetime) -> TableChange:
    """What could not be read, kept in the workbook, so that Issues can show it until it is mended."""
    targets = {choice.source: choice.target for choice in plan.preview}
    rows = [
        (f.deal_id, f.row, title, targets.get(f.column, ""), f.wrong, f.what_to_do, now.date()) for f in plan.faults
    ]
    return whole_table(IMPORT_FAULTS.name, pd.DataFrame(rows, columns=list(IMPORT_FAULTS.heads), dtype=object))


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
    }
