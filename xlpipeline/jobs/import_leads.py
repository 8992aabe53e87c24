"""Import leads, or what they did (e-mails answered, page views, downloads), from a CSV or XLSX into Leads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from xlpipeline.hosts.workbook import Workbook
from xlpipeline.importers.leads import LeadPlan, plan_leads
from xlpipeline.importers.source import read_source
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import needed_changes

_MOST_FAULTS = 10


def import_leads_in(
    workbook: Workbook,
    source_path: Path,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    user: str = "",
    progress: Progress = no_progress,
) -> Outcome:
    """Bring the leads of a file into Leads by their Lead ID, and refresh; nothing is deleted, blanks clear nothing.

    Raises:
        SourceError: the file cannot be read or has no column for the Lead ID.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {source_path.name}")
    source = read_source(source_path)
    book = workbook.read()
    plan = plan_leads(book, source)
    lines = [*_sentences(source_path.name, plan)]
    if dry_run:
        lines.append("Nothing was written.")
    elif plan.changes:
        progress(f"writing {workbook.title}")
        workbook.apply(needed_changes(plan.changes, book))
        lines += refresh_in(workbook, now=now, user=user, progress=progress).sentences[:2]
    else:
        lines.append("Nothing had changed, so nothing was written.")
    data = {
        "file": workbook.place,
        "added": plan.added,
        "updated": plan.updated,
        "unchanged": plan.unchanged,
        "ignored": list(plan.ignored),
        "faults": [{"row": row, "wrong": wrong} for row, wrong in plan.faults],
    }
    return Outcome(tuple(lines), data, len(plan.faults))


def _sentences(name: str, plan: LeadPlan) -> list[str]:
    counts = f"{counted(plan.added, 'new lead')}, {plan.updated:,} updated, {plan.unchanged:,} as they are"
    lines = [f"{name}: {counts}; columns read: {', '.join(plan.columns)}."]
    if plan.ignored:
        lines.append(f"Columns without a place in Leads: {', '.join(plan.ignored)}.")
    lines += [f"  row {row}: {wrong}" for row, wrong in plan.faults[:_MOST_FAULTS]]
    if len(plan.faults) > _MOST_FAULTS:
        lines.append(f"  and {len(plan.faults) - _MOST_FAULTS:,} more.")
    return lines
