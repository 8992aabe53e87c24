"""Forget a person: the name goes out of every table and the history; that somebody was forgotten is recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, open_book
from xlpipeline.hosts.forgetting import forget_in_file, has_backup
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import TOOL, local_moment, refresh_in
from xlpipeline.model.book import Book, ChangeSet, needed_changes, whole_table
from xlpipeline.model.cells import texts
from xlpipeline.model.forgetting import FORGOTTEN, forget, name_pattern, without_name
from xlpipeline.model.history import read_history
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.schema import CADENCE, CRITERIA, ICP, PIPELINE, SCORING, SETTINGS, STAGES
from xlpipeline.model.settings import read_settings
from xlpipeline.model.tracking import last_refresh

_NOT_OF_PERSONS = frozenset(table.name for table in (STAGES, CRITERIA, SETTINGS, SCORING, ICP, CADENCE))


@dataclass(frozen=True)
class Forgotten:
    """``events`` and ``cells``: how many of the history and of all tables were rewritten; ``left``: IDs and heads."""

    changes: ChangeSet
    events: int
    cells: int
    left: tuple[str, ...]


def forget_contact(book: Book, contact: str, *, now: dt.datetime, user: str = "", tool: str = TOOL) -> Forgotten:
    """Changes that take a person's name out of every table of the book. ``now``: an aware moment.

    Raises:
        RequestError: the name is blank, or that of a rep, by whom figures are grouped.
    """
    pattern = name_pattern(contact)
    reps = texts(book.frame("Reps"), "Rep")
    if any(pattern.fullmatch(rep.strip()) for rep in reps):
        raise RequestError(f"{contact.strip():.60} is a rep; please rename the rep on Team and in Owner instead.")
    changes, elsewhere = [], 0
    for name, table in book.tables.items():
        if name in (PIPELINE.name, HISTORY.name) or name in _NOT_OF_PERSONS:
            continue
        plain = table.frame.drop(columns=list(table.formula_columns), errors="ignore")
        cleaned, cells = without_name(plain, pattern)
        elsewhere += len(cells)
        if cells:
            changes.append(whole_table(name, cleaned[sorted({head for _, head in cells})]))
    pipeline = book.tables[PIPELINE.name]
    current = pipeline.frame.drop(columns=list(pipeline.formula_columns), errors="ignore")
    history = book.frame(HISTORY.name)
    before = last_refresh(read_history(history))
    moment = local_moment(now, read_settings(book))
    stamp = Stamp(before and min(before, moment), moment, user, tool)
    done = forget(history, current, contact, stamp, elsewhere=elsewhere)
    if done.cells:
        changes.append(whole_table(PIPELINE.name, done.current[sorted({head for _, head in done.cells})]))
    if HISTORY.name in book.tables:
        changes.append(whole_table(HISTORY.name, done.history))
    needed = needed_changes(ChangeSet(tuple(changes)), book)
    return Forgotten(needed, len(done.history_rows), len(done.cells) + elsewhere, tuple(done.ids_left))


def forget_file(
    path: Path, contact: str, *, now: dt.datetime, user: str = "", progress: Progress = no_progress
) -> Outcome:
    """Take a person's name out of a closed workbook, and refresh it. No copy with the name is kept.

    Raises:
        RequestError: the name is blank or that of a rep.
        BookError: the workbook cannot be read or must not be written.
    """
    progress(f"reading {path.name}")
    opened = open_book(path)
    done = forget_contact(opened.book, contact, now=now, user=user)
    progress(f"saving {path.name}")
    shared = forget_in_file(path, done.changes, name_pattern(contact), FORGOTTEN, expected_hash=opened.hash)
    refreshed = refresh_in(ClosedWorkbook(path, keep_backup=False), now=now, user=user, progress=progress)
    data = {"file": str(path), "events": done.events, "cells": done.cells, "texts": shared, "left": list(done.left)}
    return Outcome(_sentences(path, done, shared), data, refreshed.errors)


def _sentences(path: Path, done: Forgotten, shared: int) -> tuple[str, ...]:
    if not (done.events or done.cells or shared or done.left):
        return (f"The name does not occur in the tables of {path.name}.",)
    where = f"{counted(done.cells, 'cell')} of tables and {counted(done.events, 'line')} of the history"
    lines = [f"Forgotten: the name was taken out of {where}; that this was done is recorded there, without the name."]
    if done.left:
        named = ", ".join(done.left[:5])
        lines.append(f"It also stands in these IDs or heads, which tie tables together: {named}; please rename them.")
    lines.append("Notes on cells, text boxes and sheets of your own were not searched; please look there yourself.")
    if has_backup(path):
        lines.append(f"The older copy {path.name}.bak still holds the name; please delete it, and other copies.")
    return tuple(lines)
