"""Refresh metrics: figures, stale flags and issues of a workbook at an as-of date.

``refresh`` is pure: a book in, a change set out. ``refresh_file`` takes a closed file through it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xlpipeline.checks import find_issues
from xlpipeline.errors import SetupError
from xlpipeline.hosts.file import apply_changes, open_book
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.model.book import Book, ChangeSet, Formula, TableChange, needed_changes
from xlpipeline.model.computed import COMPUTED
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import SCHEMA_VERSION
from xlpipeline.model.settings import Settings, read_settings
from xlpipeline.tabs import TABS
from xlpipeline.tabs.settings import LIVE_FORMULAS


@dataclass(frozen=True)
class Refreshed:
    """What a refresh wants written and what it found. ``changes`` is empty when nothing would change."""

    changes: ChangeSet
    facts: Facts
    issues: pd.DataFrame
    figures_only: bool
    """True when the as-of date lies before the last refresh: Pipeline is left alone."""
    notes: tuple[str, ...]


def refresh(book: Book, *, now: dt.datetime, as_of: dt.date | None = None) -> Refreshed:
    """All changes that bring the book's figures to ``as_of`` (None: the setting, else today in the book's zone).

    ``now`` is an aware moment; it stamps the tabs and decides what today is.

    Raises:
        SetupError: a set-up table holds something that is not allowed.
    """
    settings = read_settings(book)
    local_now = now.astimezone(_zone(settings))
    day = as_of or settings.as_of or local_now.date()
    facts = read_facts(book, day, settings)
    last = book.names.get("last_as_of")
    figures_only = isinstance(last, dt.date) and day < (last.date() if isinstance(last, dt.datetime) else last)
    changes = ChangeSet()
    if not figures_only:
        facts, seen = _see_stages(facts)
        changes = ChangeSet((seen, _computed(facts)), _live_cells(facts, pinned=as_of))
    for tab in TABS:
        changes += tab.fill(facts)
    needed = needed_changes(changes, book)
    if needed:
        needed += needed_changes(ChangeSet(names=_stamp(facts, local_now, figures_only=figures_only)), book)
    return Refreshed(needed, facts, find_issues(facts), figures_only, _notes(book, figures_only=figures_only))


def _zone(settings: Settings) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(settings.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise SetupError(
            f"Settings: the time_zone '{settings.time_zone:.40}' is not known; please enter one such as Europe/Berlin."
        ) from error


def _see_stages(facts: Facts) -> tuple[Facts, TableChange]:
    """Remember each deal's stage and since when: a changed stage begins at the as-of date, a new deal at Created."""
    deals = facts.deals
    known = deals["stage_seen"] != ""
    moved = known & (deals["stage_seen"].str.casefold() != deals["stage"].str.casefold())
    since = deals["stage_since"].fillna(deals["created"]).mask(moved, pd.Timestamp(facts.as_of))
    since = since.astype("datetime64[s]")
    seen = deals.assign(stage_seen=deals["stage"], stage_since=since)
    cells = pd.Series([None if pd.isna(day) else day.date() for day in since], index=since.index, dtype=object)
    stages = deals["stage"].astype(object).where(deals["stage"] != "", None)
    return facts.only(seen), TableChange("Pipeline", {"Stage seen": stages, "Stage since": cells})


def _computed(facts: Facts) -> TableChange:
    """Fresh cached values of the formula columns."""
    return TableChange("Pipeline", {column.name: column.evaluate(facts) for column in COMPUTED})


def _live_cells(facts: Facts, *, pinned: dt.date | None) -> dict[str, object]:
    """The live cells: an as-of date that was asked for is pinned until the next plain refresh."""
    values: dict[str, object] = {
        "AsOf": facts.as_of,
        "Weekend": facts.settings.weekend,
        "IdleLimit": facts.settings.idle_business_days,
        "ColourRows": facts.settings.colour_rows,
        "GreyBelow": facts.settings.grey_below,
    }
    live: dict[str, object] = {name: Formula(LIVE_FORMULAS[name], cached) for name, cached in values.items()}
    return live | ({"AsOf": pinned} if pinned else {})


def _stamp(facts: Facts, local_now: dt.datetime, *, figures_only: bool) -> dict[str, object]:
    line = (
        f"Refreshed {local_now:%Y-%m-%d %H:%M} ({facts.settings.time_zone}) · figures as of {facts.as_of.isoformat()}"
    )
    stamp: dict[str, object] = {"refreshed_line": line}
    for name in facts.book.names:
        if name.startswith("refreshed_on_"):
            stamp[name] = Formula("refreshed_line", line)
    has_seen_deals = len(facts.deals) > 0 and not figures_only
    return stamp | {"last_as_of": facts.as_of} if has_seen_deals else stamp


def _notes(book: Book, *, figures_only: bool) -> tuple[str, ...]:
    notes = []
    version = book.names.get("xlp_schema")
    if version is None or (isinstance(version, int | float) and version < SCHEMA_VERSION):
        notes.append("This workbook is from an older version; run 'xlpipeline upgrade' to get what is new.")
    if figures_only:
        notes.append("The as-of date lies before the last refresh: figures only, Pipeline was left as it is.")
    return tuple(notes)


def refresh_file(
    path: Path,
    *,
    now: dt.datetime,
    as_of: dt.date | None = None,
    keep_backup: bool = True,
    progress: Progress = no_progress,
) -> Outcome:
    """Refresh a closed workbook in place; everything that is not a figure stays byte for byte.

    ``keep_backup``: keep the previous file as ``.bak`` (a workbook that was only just built has none worth keeping).

    Raises:
        BookError: the file cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    with _no_collecting():
        progress(f"reading {path.name}")
        opened = open_book(path)
        progress("measuring")
        refreshed = refresh(opened.book, now=now, as_of=as_of)
        progress(f"saving {path.name}")
        saved = apply_changes(path, refreshed.changes, expected_hash=opened.hash, keep_backup=keep_backup)
    return _outcome(path, refreshed, written=saved.written)


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Millions of cells come to life at once and none in circles: looking for circles among them costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _outcome(path: Path, refreshed: Refreshed, *, written: bool) -> Outcome:
    facts, severity = refreshed.facts, refreshed.issues["Severity"]
    found = {kind: int((severity == kind).sum()) for kind in ("error", "warning", "info")}
    deals = facts.deals
    counts = f"{counted(len(deals), 'opportunity', 'opportunities')}, {int(deals['is_open'].sum()):,} open"
    sentences = (
        f"{path.name}: {counts}, figures as of {facts.as_of.isoformat()}.",
        _issue_sentence(found),
        "Saved; the previous file is kept as " + path.name + ".bak."
        if written
        else "Nothing had changed, so nothing was written.",
        *refreshed.notes,
    )
    data = {
        "file": str(path),
        "as_of": facts.as_of.isoformat(),
        "opportunities": len(deals),
        "open": int(deals["is_open"].sum()),
        "issues": found,
        "issues_by_check": {str(k): int(v) for k, v in refreshed.issues["Check"].value_counts().items()},
        "written": written,
        "notes": list(refreshed.notes),
    }
    return Outcome(sentences, data, errors=found["error"])


def _issue_sentence(found: dict[str, int]) -> str:
    if not any(found.values()):
        return "No issues."
    return (
        f"Issues: {counted(found['error'], 'error')}, {counted(found['warning'], 'warning')}, "
        f"{found['info']:,} for information; each is on the Issues tab with what to do."
    )
