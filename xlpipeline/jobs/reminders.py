"""Reminders: what is due and overdue as a calendar file (.ics) for a rep or the team. The workbook is only read.

Every entry has an ID of its own that stays the same, so a calendar into which a newer file is imported updates its
entries. What is done or closed is no longer in the file; a calendar keeps such an entry until somebody deletes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from xlpipeline.errors import BookError, RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import refresh
from xlpipeline.metrics.due_list import counts, due_list
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key

if TYPE_CHECKING:
    from icalendar import Calendar, Event

PRODUCT: Final = "-//xlpipeline//reminders//EN"
MOST_DAYS: Final = 366
USUAL_DAYS: Final = 30
_MORNING: Final = dt.timedelta(hours=9)
_COUNTED_FROM: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_NEEDED: Final = "For calendar files the package icalendar is needed; please run: pip install 'xlpipeline[calendar]'"


def reminders_in(
    workbook: Workbook,
    path: Path,
    *,
    now: dt.datetime,
    rep: str = "",
    days: int = USUAL_DAYS,
    progress: Progress = no_progress,
) -> Outcome:
    """Write what is overdue, due today and due within ``days`` to ``path``; only of ``rep`` where one is named.

    Raises:
        RequestError: there is no such rep, ``path`` is no .ics or somebody else's, or icalendar is not installed.
        BookError: the workbook cannot be read, or the file cannot be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    _refuse(path, days)
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    facts = refresh(book, now=now).facts
    rows = _wanted(facts, rep, days)
    progress(f"writing {path.name}")
    _write(path, _calendar(facts, rows, now).to_ical())
    found = counts(rows)
    sentence = (
        f"{path.name}: {counted(len(rows), 'reminder')} as of {facts.as_of.isoformat()}: {found['overdue']:,} overdue, "
        f"{found['today']:,} due today, {found['coming']:,} within {counted(days, 'day')}."
    )
    hint = "Import it into a calendar of its own; a newer file updates the entries that it still holds."
    data = {"file": str(path), "rep": rep.strip(), "as_of": facts.as_of.isoformat(), **found}
    return Outcome((sentence, hint), data)


def _refuse(path: Path, days: int) -> None:
    if path.suffix.casefold() != ".ics":
        raise RequestError(f"{path.name} must end in .ics; please name the calendar file so.")
    if not 0 <= days <= MOST_DAYS:
        raise RequestError(f"Reminders can reach 0 to {MOST_DAYS} days ahead; {days} is not possible.")
    if path.exists() and PRODUCT.encode() not in _beginning(path):
        raise RequestError(f"{path.name} is there already and is no file of reminders; please choose another name.")
    try:
        import icalendar  # noqa: F401, PLC0415 - an extra, and not needed elsewhere
    except ImportError as missing:
        raise RequestError(_NEEDED) from missing


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(400)
    except OSError as fault:
        raise BookError(f"{path.name} cannot be read ({fault.strerror}); please choose another name.") from fault


def _wanted(facts: Facts, rep: str, days: int) -> pd.DataFrame:
    """The rows of the due list up to that day, each deal's next step and next touch once."""
    rows = due_list(facts)
    if rep.strip():
        known = {name.casefold(): name for name in (*facts.rep_names(), *rows["rep"])}
        if rep.strip().casefold() not in known:
            raise RequestError(f"There is no rep {rep:.40}; please write the name as Owner has it.")
        rows = rows[rows["rep"].str.casefold() == rep.strip().casefold()]
    rows = rows[rows["due"] <= pd.Timestamp(facts.as_of) + pd.Timedelta(days=days)]
    return rows[~rows.assign(key=rows["deal_id"].map(deal_key))[["kind", "key", "name"]].duplicated()]


def _calendar(facts: Facts, rows: pd.DataFrame, now: dt.datetime) -> Calendar:
    from icalendar import Calendar  # noqa: PLC0415 - see _refuse

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{facts.settings.team}: reminders")
    for row in rows.to_dict("records"):
        calendar.add_component(_event(facts, row, now))
    return calendar


def _event(facts: Facts, row: dict[Any, Any], now: dt.datetime) -> Event:
    """One whole-day entry: on its day, what is overdue on the as-of date, with an alarm at nine."""
    from icalendar import Alarm, Event  # noqa: PLC0415 - see _refuse

    due: dt.date = row["due"].date()
    day = max(due, facts.as_of)
    late = f"Overdue since {due.isoformat()}. " if due < facts.as_of else ""
    about = f"{late}{row['purpose']}".strip()
    summary = _plain(f"{row['action']}: {row['name'] or row['deal_id']}")
    event = Event()
    event.add("uid", uid(facts.settings.team, row["kind"], row["deal_id"] or row["name"]))
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("sequence", int((now - _COUNTED_FROM) / dt.timedelta(minutes=1)))
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("summary", summary)
    event.add("description", _plain(f"{about}\n{row['deal_id']} · {row['stage']} · {row['rep']}".strip()))
    event.add("categories", ["xlpipeline", str(row["kind"])])
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _MORNING)
    event.add_component(alarm)
    return event


def uid(team: str, kind: str, deal_id: str) -> str:
    """The ID of an entry, the same for the same deal and kind of reminder in every file of a team."""
    told = "\x1f".join((team.strip().casefold(), kind, deal_key(deal_id)))
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@xlpipeline"


def _plain(text: str) -> str:
    """Without signs that no calendar shows."""
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable())


def _write(path: Path, content: bytes) -> None:
    """Replace the file at once, so that nobody ever reads half of it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.resolve().parent, prefix=".reminders-", suffix=".ics")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise BookError(f"{path.name} cannot be written ({fault.strerror}); please choose another folder.") from fault
