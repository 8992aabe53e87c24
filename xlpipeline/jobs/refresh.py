"""Refresh metrics: figures, stale flags and issues of a workbook at an as-of date.

``refresh`` is pure: a book in, a change set out. ``refresh_in`` takes a workbook through it. Before anything is
measured, Pipeline is compared with its history: new rows get an ID, changes become events, and what was typed against
the criteria is put back where the policy says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlpipeline import __version__
from xlpipeline.checks import find_issues, standing
from xlpipeline.errors import BookError
from xlpipeline.hosts.workbook import Saved, Workbook
from xlpipeline.importers.respell import respelled, respelled_activities
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.metrics.cadence import next_touch_columns
from xlpipeline.metrics.priority import priority_column
from xlpipeline.metrics.value_touches import value_touches_column
from xlpipeline.model.activities import last_activity
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, ChangeSet, Formula, TableChange, needed_changes
from xlpipeline.model.cells import snake
from xlpipeline.model.computed_columns import computed_changes, usable_formulas
from xlpipeline.model.decided import in_decided_spelling
from xlpipeline.model.edits_table import REFRESHED_AT
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import read_history
from xlpipeline.model.history_table import HISTORY, deal_key
from xlpipeline.model.past import past_facts, reaches_back
from xlpipeline.model.schema import INPUT_TABLES, ISSUES, PIPELINE, SCHEMA_VERSION, WRITTEN_SINCE
from xlpipeline.model.settings import Settings, read_settings
from xlpipeline.model.setup_tables import read_stages
from xlpipeline.model.stage_moves import stage_moves, to_put_back
from xlpipeline.model.stints import entered_exactly
from xlpipeline.model.tracking import Approval, Tracked, history_columns, put_back, track
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Tab, TableBlock
from xlpipeline.tabs.settings import LIVE_FORMULAS

TOOL = f"xlpipeline {__version__}"
"""What the history says wrote its lines, where no host is known."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh wants written and what it found. ``changes`` is empty when nothing would change."""

    changes: ChangeSet
    facts: Facts
    issues: pd.DataFrame
    figures_only: bool
    """True when the as-of date lies before the last refresh: Pipeline is left alone."""
    notes: tuple[str, ...]


def refresh(
    book: Book,
    *,
    now: dt.datetime,
    as_of: dt.date | None = None,
    user: str = "",
    tool: str = TOOL,
    approvals: Mapping[str, Approval] | None = None,
) -> Refreshed:
    """All changes that bring the book's figures to ``as_of`` (None: the setting, else today in the book's zone).

    ``now`` is an aware moment; it stamps the tabs and the history and decides what today is. ``user`` and ``tool`` go
    into the history; ``approvals``: by deal key, moves that a person has made through the job *advance*.

    Raises:
        SetupError: a set-up table holds something that is not allowed.
        BookError: there is no table Pipeline.
    """
    require_pipeline(book)
    settings = read_settings(book)
    local_now = local_moment(now, settings)
    day = as_of or settings.as_of or local_now.date()
    last = book.day("last_as_of")
    figures_only = last is not None and day < last
    if figures_only:
        facts, notes = _past_facts(book, day, settings)
        changes, compared = ChangeSet(), False
    else:
        by = _By(local_now, user, tool)
        spelled = ChangeSet(tuple(filter(None, (respelled(book), respelled_activities(book)))))
        facts, tracked = _tracked_facts(applied(book, spelled), day, settings, by, approvals or {})
        notes = (*tracked.notes, *_spelling_notes(spelled))
        history = tracked.told
        entered = entered_exactly(history, tracked.found)
        facts, seen = _see_stages(facts, min(day, local_now.date()), entered)
        compared = tracked.compared
        facts, told = history_columns(facts, history)
        facts, logged = last_activity(facts)
        facts.remember_of_book("history", lambda: history)
        facts, figures = _figures_of_deals(facts)
        changes = (
            spelled
            + tracked.changes
            + ChangeSet((seen, told, logged, figures), _live_cells(facts, pinned=as_of))
            + computed_changes(facts)
        )
    for tab in TABS:
        changes += tab.fill(facts) + _formulas(tab, book)
    needed = needed_changes(changes, book)
    later = _told_later(facts)
    if needed:
        stamp = _stamp(facts, local_now, later, figures_only=figures_only)
        stamp |= {REFRESHED_AT: local_now.replace(microsecond=0)} if compared else {}
        needed += needed_changes(ChangeSet(names=stamp), book)
    notes = (*notes, *((later,) if later else ()), *_version_notes(book))
    return Refreshed(needed, facts, standing(find_issues(facts)), figures_only, notes)


def _figures_of_deals(facts: Facts) -> tuple[Facts, TableChange]:
    """Next touch, Priority and Value touches: as cells, and in the facts, since criteria may read these columns.

    In a book of an older version a column of such a name is the team's own, and stays as it is.
    """
    version = schema_version(facts.book)
    cells: dict[str, pd.Series] = {}
    for one in (next_touch_columns, priority_column, value_touches_column):
        new = one(facts).columns
        cells |= {head: column for head, column in new.items() if version >= WRITTEN_SINCE.get(head, 0)}
    deals = facts.deals
    known = facts.only(deals.assign(**{snake(head): _typed(head, cells[head].reindex(deals.index)) for head in cells}))
    known.remembered.update(facts.remembered)  # no figure rests on these columns; they rest on the figures
    return known, TableChange(PIPELINE.name, cells)


def _typed(head: str, cells: pd.Series) -> pd.Series:
    """Cells as ``Facts.deals`` holds them."""
    kind = PIPELINE.column(head).kind
    if kind == "date":
        return pd.Series(np.array(cells.tolist(), dtype="datetime64[s]"), index=cells.index)
    return cells.where(cells.notna(), "") if kind == "text" else cells.astype(float)


def schema_version(book: Book) -> float:
    """The version that made the book or upgraded it last; 0 = before there were versions."""
    version = book.names.get("xlp_schema")
    return float(version) if isinstance(version, int | float) else 0.0


def require_pipeline(book: Book) -> None:
    """Raise BookError if the book has no table Pipeline: nothing could be measured or kept."""
    if "Pipeline" not in book.tables:
        raise BookError(
            f"{book.title} has no table Pipeline; please bring it back with 'xlpipeline restore' or from a copy."
        )


def _told_later(facts: Facts) -> str:
    """What a day in the past cannot know of deals as they are now; "" where nothing is later than the as-of date."""
    deals, day = facts.deals, pd.Timestamp(facts.as_of)
    later = int(((deals["created"] > day) | (deals["closed_on"] > day)).sum())
    if not later:
        return ""
    return (
        f"{counted(later, 'deal was', 'deals were')} created or closed after {facts.as_of.isoformat()}: open pipeline, "
        "coverage, velocity and aging show them as they are now."
    )


def _formulas(tab: Tab, book: Book) -> ChangeSet:
    """The formulas of a tab's own columns as this version has them; those of Pipeline come with its values."""
    tables = [
        block for block in tab.blocks if isinstance(block, TableBlock) and block.formulas and block.compiled is None
    ]
    return ChangeSet(tuple(TableChange(t.table.name, {}, formulas=usable_formulas(book, t.formulas)) for t in tables))


@dataclass(frozen=True)
class _By:
    """Who refreshes when (naive, in the workbook's zone) and by what."""

    now: dt.datetime
    user: str
    tool: str


def _tracked_facts(
    book: Book, day: dt.date, settings: Settings, by: _By, approvals: Mapping[str, Approval]
) -> tuple[Facts, Tracked]:
    """The facts after IDs were given, what happened was told, and what the policy forbids was put back."""
    stages = read_stages(book)
    types = dict(zip(stages["stage"], stages["type"], strict=True))
    tracked = track(book, stage_types=types, now=by.now, user=by.user, tool=by.tool, approvals=approvals)
    facts = read_facts(tracked.book, day, settings)
    if settings.stage_change_policy != "revert" or not tracked.found:
        return facts, tracked
    facts.remember_of_book("history", lambda: tracked.told)
    wrong = to_put_back(stage_moves(facts), tracked.found)
    if wrong.empty:
        return facts, tracked
    tracked = put_back(tracked, wrong, now=by.now, user=by.user, tool=by.tool)
    return read_facts(tracked.book, day, settings), tracked


def _past_facts(book: Book, day: dt.date, settings: Settings) -> tuple[Facts, tuple[str, ...]]:
    """The facts of a day before the last refresh: from history where it reaches back, else from the table as it is."""
    history = in_decided_spelling(read_history(book.frame(HISTORY.name)), book)
    note = "The as-of date lies before the last refresh: figures only, Pipeline and Issues were left as they are."
    if history.is_broken or "Pipeline" not in book.tables or not reaches_back(history, day):
        facts = read_facts(book, day, settings)
        return facts, (f"{note} The history does not reach back to that day, so the deals are as they are now.",)
    facts = past_facts(book, history, day, settings)
    return facts, (f"{note} The deals are as they were then; set-up tables, quotas and rates are as they are now.",)


def local_moment(now: dt.datetime, settings: Settings) -> dt.datetime:
    """An aware moment as the naive one that clocks in the workbook's zone show (``read_settings`` knows the zone)."""
    return now.astimezone(zoneinfo.ZoneInfo(settings.time_zone)).replace(tzinfo=None)


def _see_stages(facts: Facts, seen_on: dt.date, entered: pd.Series) -> tuple[Facts, TableChange]:
    """Remember each deal's stage and since when: a changed stage begins on ``seen_on``, a new deal at Created.

    ``entered``: by deal key, the day where a stamp tells it. A stage seen before under a spelling that is no stage is
    no move: the spelling was decided, the deal stood still.
    """
    deals = facts.deals
    known = deals["stage_seen"].str.casefold().isin(facts.stages["stage"].str.casefold())
    moved = known & (deals["stage_seen"].str.casefold() != deals["stage"].str.casefold())
    since = deals["stage_since"].fillna(deals["created"]).mask(moved, pd.Timestamp(seen_on))
    if len(entered):
        told = deals["deal_id"].map(deal_key).map(entered)
        since = since.mask(known & told.notna(), told.where(told <= pd.Timestamp(seen_on), pd.Timestamp(seen_on)))
    since = since.astype("datetime64[s]")
    seen = deals.assign(stage_seen=deals["stage"], stage_since=since)
    cells = pd.Series([None if pd.isna(day) else day.date() for day in since], index=since.index, dtype=object)
    stages = deals["stage"].astype(object).where(deals["stage"] != "", None)
    return facts.only(seen), TableChange("Pipeline", {"Stage seen": stages, "Stage since": cells})


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


def _stamp(facts: Facts, local_now: dt.datetime, later: str, *, figures_only: bool) -> dict[str, object]:
    """The line on every dashboard, and the day of the refresh: never a day to come, which would bar all until then."""
    line = (
        f"Refreshed {local_now:%Y-%m-%d %H:%M} ({facts.settings.time_zone}) · figures as of {facts.as_of.isoformat()}"
    )
    line += f" · {later}" if later else ""
    stamp: dict[str, object] = {"refreshed_line": line}
    for name in facts.book.names:
        if name.startswith("refreshed_on_"):
            stamp[name] = Formula("refreshed_line", line)
    has_seen_deals = len(facts.deals) > 0 and not figures_only
    return stamp | {"last_as_of": min(facts.as_of, local_now.date())} if has_seen_deals else stamp


def _spelling_notes(spelled: ChangeSet) -> tuple[str, ...]:
    """What was brought into the workbook's spelling; the history has each cell of Pipeline."""
    told = {
        change.table: ", ".join(f"{head} {len(new):,}" for head, new in change.columns.items())
        for change in spelled.tables
    }
    return tuple(
        f"Spellings that Mappings has decided were applied in {table}: {cells}." for table, cells in told.items()
    )


def _version_notes(book: Book) -> tuple[str, ...]:
    if schema_version(book) < SCHEMA_VERSION:
        return ("This workbook is from an older version; run 'xlpipeline upgrade' to get what is new.",)
    gone = [table.name for table in (*INPUT_TABLES, ISSUES) if table.name not in book.tables]
    if not gone:
        return ()
    return (f"Missing in this workbook: the table {', '.join(gone)}; run 'xlpipeline upgrade' to get it back.",)


def refresh_in(
    workbook: Workbook,
    *,
    now: dt.datetime,
    as_of: dt.date | None = None,
    user: str = "",
    progress: Progress = no_progress,
) -> Outcome:
    """Refresh a workbook in place; everything that is not a figure stays as it is.

    ``user``: who refreshes, for the history.

    Raises:
        BookError: the file cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    with _no_collecting():
        progress(f"reading {workbook.title}")
        book = workbook.read()
        progress("measuring")
        refreshed = refresh(book, now=now, as_of=as_of, user=user, tool=tool_name(workbook))
        progress(f"writing {workbook.title}")
        saved = workbook.apply(refreshed.changes)
    return _outcome(workbook, refreshed, saved)


def tool_name(workbook: Workbook) -> str:
    """What the history says wrote its lines."""
    return f"xlpipeline {__version__} {workbook.kind}"


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


def _outcome(workbook: Workbook, refreshed: Refreshed, saved: Saved) -> Outcome:
    facts, severity = refreshed.facts, refreshed.issues["Severity"]
    found = {kind: int((severity == kind).sum()) for kind in ("error", "warning", "info")}
    deals = facts.deals
    counts = f"{counted(len(deals), 'opportunity', 'opportunities')}, {int(deals['is_open'].sum()):,} open"
    sentences = (
        f"{workbook.title}: {counts}, figures as of {facts.as_of.isoformat()}.",
        _issue_sentence(found),
        saved.sentence,
        *refreshed.notes,
    )
    data = {
        "file": workbook.place,
        "as_of": facts.as_of.isoformat(),
        "opportunities": len(deals),
        "open": int(deals["is_open"].sum()),
        "issues": found,
        "issues_by_check": {str(k): int(v) for k, v in refreshed.issues["Check"].value_counts().items()},
        "written": saved.written,
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
