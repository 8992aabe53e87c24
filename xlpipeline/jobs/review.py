"""Start review: freeze a snapshot and write what is to be talked through, one block after the other for each rep.

``start_review`` is pure: a book in, a change set out. On the day of a review it can be started again: the lines are
brought up to date, what was written stays with them, and no second snapshot is taken.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, local_moment, refresh, tool_name
from xlpipeline.jobs.snapshot import stamped_rows
from xlpipeline.model.applied import appended_rows, applied, with_frame
from xlpipeline.model.book import Book, ChangeSet, TableChange, needed_changes, whole_table
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.past_deals import first_told, snapshots
from xlpipeline.model.review_notes import (
    Written,
    block_key,
    last_words,
    note_rows,
    own_columns,
    put_in_place,
    word_key,
    written,
)
from xlpipeline.model.review_table import REVIEW, REVIEW_NOTES, is_review, review_label
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.tabs import checklist
from xlpipeline.tabs.review_blocks import Since, review_lines, review_says


@dataclass(frozen=True)
class Reviewed:
    """``lines``: the review as it stands now. ``again``: it was started before on this day. ``put_away``: old notes."""

    changes: ChangeSet
    refreshed: Refreshed
    lines: pd.DataFrame
    since: Since
    again: bool
    put_away: int


def start_review(book: Book, label: str = "", *, now: dt.datetime, user: str = "", tool: str = TOOL) -> Reviewed:
    """Refresh, freeze a snapshot, and write the review; ``label``: what to call it.

    Raises:
        RequestError: the book is too old to hold reviews, or the as-of date lies before the last refresh.
        BookError: there is no table Pipeline.
        SetupError: a set-up table holds something that is not allowed.
    """
    if not {REVIEW.name, REVIEW_NOTES.name, SNAPSHOTS.name} <= set(book.tables):
        raise RequestError("This workbook has no room for reviews yet; please run 'xlpipeline upgrade' first.")
    refreshed = refresh(book, now=now, user=user, tool=tool)
    if refreshed.figures_only:
        raise RequestError("The as-of date lies before the last refresh; please clear the setting as_of first.")
    facts = refreshed.facts
    earlier = [mark for mark in snapshots(facts) if is_review(mark.label)]
    again = any(mark.day == facts.as_of for mark in earlier)
    since = _since(facts)
    lines, put_away = _with_notes(book, facts, review_lines(facts, since), again=again)
    changes = [_whole_review(book, lines)]
    if put_away:
        day = max((one.review_of for one in put_away if one.review_of), default=facts.as_of)
        own = own_columns(book.tables[REVIEW.name])
        changes.append(appended_rows(book.tables[REVIEW_NOTES.name], note_rows(put_away, own, day)))
    if not again:
        taken_on = local_moment(now, facts.settings).replace(microsecond=0)
        rows = stamped_rows(facts, review_label(label), taken_on=taken_on, user=user, tool=tool)
        changes.append(appended_rows(book.tables[SNAPSHOTS.name], rows))
    names = {"review_line": _line(facts, since, lines), "review_says": review_says(facts, lines)}
    needed = needed_changes(ChangeSet(tuple(changes), names), book)
    changes_of_review = refreshed.changes + needed
    after = applied(book, changes_of_review)
    ticks = needed_changes(_ticks(facts, after), after)
    return Reviewed(changes_of_review + ticks, refreshed, lines, since, again, len(put_away))


def _ticks(facts: Facts, after: Book) -> ChangeSet:
    """Checklist as it stands after the review: notes without a reply, this time's and last time's, count there."""
    if checklist.BY_REP.name not in facts.book.tables:
        return ChangeSet()
    book = facts.book
    for name in (REVIEW.name, REVIEW_NOTES.name):
        book = with_frame(book, name, after.frame(name))
    return checklist.fill(replace(facts, book=book))


def _since(facts: Facts) -> Since:
    """The review before this one; without one, so many days back as the setting says."""
    marks = [mark for mark in snapshots(facts) if is_review(mark.label) and mark.day < facts.as_of]
    if marks:
        return Since(marks[-1].taken_on, f"the review of {marks[-1].day.isoformat()}")
    day = facts.as_of - dt.timedelta(days=facts.settings.review_days)
    first = first_told(facts)
    if first is not None and first.date() > day:
        return Since(first, f"the first refresh ({first.date().isoformat()})")
    return Since(dt.datetime.combine(day, dt.time(23, 59, 59)), day.isoformat())


def _with_notes(book: Book, facts: Facts, lines: pd.DataFrame, *, again: bool) -> tuple[pd.DataFrame, list[Written]]:
    """The lines with what was written beside them in this review, and, under Last time, what was written before."""
    own = own_columns(book.tables[REVIEW.name])
    placed, left = put_in_place(lines, written(book), facts.as_of, own, again=again)
    known = book.frame(REVIEW_NOTES.name)
    new = note_rows(left, own, facts.as_of)
    words = last_words(new if known.empty else pd.concat([known, new], ignore_index=True))
    rows = [{str(head): cell for head, cell in row.items()} for row in placed.to_dict("records")]
    own_line = {word_key(cells) for cells in rows}
    told = []
    for cells in rows:
        # What was written beside a block without deals is told on its first line when it has some now.
        block = block_key(cells)
        keys = [word_key(cells), *([] if block in own_line else [block])] if cells["Review of"] else []
        told.append(" · ".join(words.pop(key) for key in keys if key in words) or None)
    return placed.assign(**{"Last time": pd.Series(told, index=placed.index, dtype=object)}), left


def _whole_review(book: Book, lines: pd.DataFrame) -> TableChange:
    have = book.tables[REVIEW.name].frame.columns
    return whole_table(REVIEW.name, lines[[head for head in lines.columns if head in have]])


def _line(facts: Facts, since: Since, lines: pd.DataFrame) -> str:
    reps = counted(texts(lines, "Rep").replace("", None).nunique(), "rep")
    return f"{facts.settings.team} · review of {facts.as_of.isoformat()} · compared with {since.name} · {reps}"


def review_in(
    workbook: Workbook, label: str = "", *, now: dt.datetime, user: str = "", progress: Progress = no_progress
) -> Outcome:
    """Start the review of a workbook.

    Raises:
        BookError: the workbook cannot be read or must not be written.
        RequestError: the workbook is too old to hold reviews, or the as-of date lies before the last refresh.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    done = start_review(book, label, now=now, user=user, tool=tool_name(workbook))
    progress(f"writing {workbook.title}")
    saved = workbook.apply(done.changes)
    facts = done.refreshed.facts
    reps = texts(done.lines, "Rep").replace("", None).nunique()
    begun = "brought up to date" if done.again else "started"
    sentences = [
        f"Review of {facts.as_of} {begun}, compared with {done.since.name}.",
        f"{counted(len(done.lines), 'line')} for {counted(reps, 'rep')} on the tab Review.",
        review_says(facts, done.lines),
    ]
    if done.put_away:
        sentences.append(f"{counted(done.put_away, 'note')} of the last review went to the tab Review notes.")
    data = {
        "file": workbook.place,
        "date": facts.as_of.isoformat(),
        "since": done.since.moment.isoformat(),
        "again": done.again,
        "lines": len(done.lines),
        "notes_put_away": done.put_away,
    }
    errors = int((done.refreshed.issues["Severity"] == "error").sum())
    return Outcome((*sentences, saved.sentence), data, errors)
