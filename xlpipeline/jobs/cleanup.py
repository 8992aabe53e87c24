"""Clean-up: list open deals that look dead, and move those that a person accepts to the derailed stage.

``accept`` is pure: a book in, a change set out. Nothing is ever deleted: the row stays with its last stage, its reason
and the day, and the history has the move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, refresh, tool_name
from xlpipeline.metrics.clean_up import HEADS, candidates
from xlpipeline.model.applied import appended_rows, applied
from xlpipeline.model.book import Book, ChangeSet, TableChange
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.tracking import Approval

ALL: Final = "all"
REASON: Final = "Stale"
"""Lost reason of what is cleaned up."""


@dataclass(frozen=True)
class CleanedUp:
    """``changes``: the moves, their events and all figures after them. ``deals``: the accepted ones as proposed."""

    changes: ChangeSet
    refreshed: Refreshed
    deals: pd.DataFrame
    stage: str


def accept(book: Book, wanted: Sequence[str], *, now: dt.datetime, user: str = "", tool: str = TOOL) -> CleanedUp:
    """Move the deals of these IDs (or ``all`` that are proposed) to the derailed stage.

    Raises:
        RequestError: one of them is not proposed, or the workbook has no derailed stage.
        SetupError: a set-up table holds something that is not allowed.
    """
    before = refresh(book, now=now, user=user, tool=tool)
    if before.figures_only:
        raise RequestError("The as-of date lies before the last refresh; please clear the setting as_of first.")
    facts = before.facts
    stage = _derailed_stage(facts)
    deals = _chosen(candidates(facts), wanted)
    moves = _moves(book, facts, deals, stage)
    told = zip(deals["deal_id"], deals["reasons"], strict=True)
    approvals = {deal_key(str(name)): Approval(f"clean-up: {reasons}") for name, reasons in told if str(name).strip()}
    after = refresh(applied(book, moves), now=now, user=user, tool=tool, approvals=approvals)
    return CleanedUp(moves + after.changes, after, deals, stage)


def _derailed_stage(facts: Facts) -> str:
    derailed = facts.stages.loc[facts.stages["type"] == "derailed", "stage"]
    if derailed.empty:
        raise RequestError("No stage on Process has the type derailed; please add one, such as Derailed.")
    return str(derailed.iloc[0])


def _chosen(proposed: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    if any(one.strip().casefold() == ALL for one in wanted):
        return proposed
    keys = proposed["deal_id"].map(deal_key)
    unknown = [one for one in wanted if deal_key(one) not in set(keys)]
    if unknown:
        named = ", ".join(f"{one:.40}" for one in unknown)
        raise RequestError(
            f"Not proposed for clean-up: {named}; please choose from the list that 'xlpipeline cleanup' prints."
        )
    return proposed[keys.isin({deal_key(one) for one in wanted})]


def _moves(book: Book, facts: Facts, deals: pd.DataFrame, stage: str) -> ChangeSet:
    """Stage, Actual close, Lost reason and Last stage before loss of the deals; the reason joins its list."""
    at, have = deals.index, set(book.frame(PIPELINE.name).columns)
    cells: dict[str, list[object]] = {
        "Stage": [stage] * len(at),
        "Actual close": [facts.as_of] * len(at),
        "Lost reason": [REASON] * len(at),
        "Last stage before loss": deals["stage"].tolist(),
    }
    columns = {head: pd.Series(values, index=at, dtype=object) for head, values in cells.items() if head in have}
    changes = ChangeSet((TableChange(PIPELINE.name, columns),) if len(at) else ())
    reasons = book.tables.get("LostReasons")
    if not len(at) or reasons is None or "Lost reason" not in reasons.frame.columns:
        return changes
    known = {str(cell).strip().casefold() for cell in reasons.frame["Lost reason"]}
    if REASON.casefold() not in known:
        changes += ChangeSet((appended_rows(reasons, pd.DataFrame({"Lost reason": [REASON]}, dtype=object)),))
    return changes


def cleanup_in(
    workbook: Workbook,
    wanted: Sequence[str] = (),
    *,
    now: dt.datetime,
    user: str = "",
    progress: Progress = no_progress,
) -> Outcome:
    """List the proposals of a workbook; with ``wanted``, accept these and refresh it.

    Raises:
        RequestError: a deal is not proposed, or there is no derailed stage.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    if not wanted:
        return _listed(workbook, refresh(book, now=now, user=user).facts)
    done = accept(book, wanted, now=now, user=user, tool=tool_name(workbook))
    if done.deals.empty:
        return Outcome(
            ("No open deal is proposed for clean-up, so nothing was written.",), _data(workbook.place, done.deals, "")
        )
    progress(f"writing {workbook.title}")
    saved = workbook.apply(done.changes)
    errors = int((done.refreshed.issues["Severity"] == "error").sum())
    day = done.refreshed.facts.as_of.isoformat()
    moved = f"{counted(len(done.deals), 'deal')} moved to {done.stage}, closed on {day}; nothing was deleted, and the "
    sentences = (f"{moved}history has each move.", saved.sentence)
    return Outcome(sentences, _data(workbook.place, done.deals, done.stage), errors)


def _listed(workbook: Workbook, facts: Facts) -> Outcome:
    deals = candidates(facts)
    if deals.empty:
        return Outcome(("No open deal is proposed for clean-up.",), _data(workbook.place, deals, ""))
    unit, code = facts.money_unit, facts.settings.currency.upper()
    lines = [f"{counted(len(deals), 'open deal')} in {workbook.title} look{'s' if len(deals) == 1 else ''} dead:"]
    cells = zip(*(deals[head] for head in HEADS), strict=True)
    for name, opportunity, owner, stage, amount, reasons in cells:
        worth = "no amount" if pd.isna(amount) else f"{amount / unit:,.0f} {code}"
        lines.append(
            f"  {name or '(no ID)'}  {opportunity:.40} · {owner or 'no owner'} · {stage} · {worth}: {reasons}."
        )
    lines.append(
        "Nothing was written. To move them to the derailed stage: "
        f"xlpipeline cleanup {workbook.title} --accept DEAL-ID …, or --accept all."
    )
    return Outcome(tuple(lines), _data(workbook.place, deals, ""))


def _data(place: str, deals: pd.DataFrame, stage: str) -> dict[str, Any]:
    rows = zip(*(deals[head] for head in ("deal_id", "opportunity", "owner", "stage", "reasons")), strict=True)
    heads = ("deal_id", "opportunity", "owner", "stage", "reasons")
    return {
        "file": place,
        "accepted": bool(stage),
        "moved_to": stage or None,
        "deals": [dict(zip(heads, map(str, row), strict=True)) for row in rows],
    }
