"""Validate: run all checks and say what they find; nothing is written (``refresh`` brings the Issues tab up to date).

With ``map_spellings`` the spellings that are on no list go into Mappings on Settings, each with the listed value it
most likely means. No deal is changed by that: a person looks them over, and the next refresh applies what is filled in.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd

from xlpipeline.checks import CHECKS, find_issues, standing
from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.importers.respell import proposals
from xlpipeline.importers.spellings import Learned
from xlpipeline.importers.upsert import remember
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import Refreshed, refresh
from xlpipeline.jobs.upgrade import Missing, find_missing
from xlpipeline.model.book import Book, ChangeSet

FIRST_ROWS: Final = 10
"""Issues that are printed one by one; ``--json`` gives all."""
_WIDTH: Final = 34


def validate_in(
    workbook: Workbook, *, now: dt.datetime, as_of: dt.date | None = None, map_spellings: bool = False,
    progress: Progress = no_progress,
) -> Outcome:  # fmt: skip
    """Check a workbook as a refresh would see it now.

    Raises:
        BookError: the workbook cannot be read (or, with ``map_spellings``, must not be written).
        RequestError: spellings are to be mapped, but the workbook has no table Mappings.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("checking")
    refreshed = refresh(book, now=now, as_of=as_of)
    issues = find_issues(refreshed.facts)
    counts = count_by_check(issues)
    missing = find_missing(book)
    mapped = _map(workbook, book, refreshed.facts.as_of) if map_spellings else ()
    sentences = (
        *_headline(workbook.title, refreshed, issues, written=bool(mapped)),
        *(f"  {n:>6,}  {kind:<8} {check:<{_WIDTH}.{_WIDTH}} {todo}" for kind, check, n, todo in counts),
        *_first_rows(issues),
        *_lacking(missing),
        *_told(mapped, map_spellings=map_spellings),
        *refreshed.notes,
    )
    errors = int((standing(issues)["Severity"] == "error").sum())
    return Outcome(sentences, _data(workbook.place, refreshed, issues, counts, mapped), errors)


def count_by_check(issues: pd.DataFrame) -> list[tuple[str, str, int, str]]:
    """Severity, check, count and what to do of the issues that count, in the order of the report."""
    todo = {check.title: check.what_to_do for check in CHECKS}
    kinds = standing(issues).groupby("Check", sort=False)["Severity"].agg(["first", "size"])
    return [
        (str(kind), str(check), int(n), todo[str(check)])
        for check, kind, n in zip(kinds.index, kinds["first"], kinds["size"].tolist(), strict=True)
    ]


def _headline(title: str, refreshed: Refreshed, issues: pd.DataFrame, *, written: bool) -> list[str]:
    facts, quiet = refreshed.facts, int(issues["quiet"].sum())
    deals = counted(len(facts.deals), "opportunity", "opportunities")
    kept = "" if written else "; nothing was written"
    lines = [f"{title}: {deals} checked as of {facts.as_of.isoformat()}{kept}."]
    standing_n = len(issues) - quiet
    apart = f" ({quiet:,} more accepted or snoozed)" if quiet else ""
    return [*lines, f"{counted(standing_n, 'issue')}{apart}:" if standing_n else f"No issues{apart}."]


def _first_rows(issues: pd.DataFrame) -> list[str]:
    shown = standing(issues)
    if shown.empty:
        return []
    first = shown.head(FIRST_ROWS)
    more = len(shown) - len(first)
    lines = ["The first:" if more else "In detail:"]
    cells = zip(first["Cell"], first["Deal ID"], first["What is wrong"], strict=True)
    lines += [f"  {cell}{f' ({deal})' if deal else ''}: {wrong}" for cell, deal, wrong in cells]
    rest = [f"  … and {more:,} more; --json lists all, and so does the Issues tab after a refresh."] if more else []
    return [*lines, *rest]


def _lacking(missing: Missing) -> list[str]:
    parts = [f"the tab {tab.name}" for tab in missing.tabs]
    parts += [f"in {table} the columns {', '.join(h for h, _ in heads)}" for table, heads in missing.columns.items()]
    parts += [f"the settings {', '.join(missing.settings)}"] if missing.settings else []
    if not parts:
        return []
    return [f"This workbook lacks (in whole or in part) {'; '.join(parts)}. 'xlpipeline upgrade' adds what is missing."]


def _map(workbook: Workbook, book: Book, today: dt.date) -> tuple[Learned, ...]:
    """Write the proposals into Mappings; gives them."""
    found = proposals(book)
    if not found:
        return ()
    change = remember(book.tables.get("Mappings"), found, today)
    if "Mappings" not in book.tables:
        raise RequestError("This workbook has no table Mappings; please run 'xlpipeline upgrade' first.")
    if change is not None:
        workbook.apply(ChangeSet((change,)))
    return found


def _told(mapped: tuple[Learned, ...], *, map_spellings: bool) -> list[str]:
    if not map_spellings:
        return []
    if not mapped:
        return ["Every spelling is on its list or decided in Mappings."]
    lines = [f"Written into Mappings on Settings ({counted(len(mapped), 'spelling')}):"]
    lines += [f"  {one.kind}: '{one.source:.40}' → {one.target or '(please fill in)'}" for one in mapped]
    return [*lines, "Please look them over there; the next refresh applies those that have a meaning."]


def _data(
    place: str, refreshed: Refreshed, issues: pd.DataFrame, counts: list[tuple[str, str, int, str]],
    mapped: tuple[Learned, ...],
) -> dict[str, Any]:  # fmt: skip
    heads = ("Severity", "Check", "Deal ID", "Owner", "What is wrong", "What to do", "Cell", "Decision", "Reason")
    keys = [head.lower().replace(" ", "_") for head in heads]
    listed = [
        {key: None if cell is None else str(cell) for key, cell in zip(keys, row, strict=True)}
        | {"first_seen": first.isoformat(), "counts": not quiet}
        for row, first, quiet in zip(
            issues[list(heads)].itertuples(index=False), issues["First seen"], issues["quiet"], strict=True
        )
    ]
    return {
        "file": place,
        "as_of": refreshed.facts.as_of.isoformat(),
        "opportunities": len(refreshed.facts.deals),
        "issues_by_check": {check: n for _, check, n, _ in counts},
        "issues": listed,
        "mapped": [{"column": m.kind, "from": m.source, "to": m.target} for m in mapped],
    }
