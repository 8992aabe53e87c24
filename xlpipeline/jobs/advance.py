"""Advance stage: move one deal, if its criteria allow it; else say exactly what is missing and what to do.

``advance`` is pure: a book in, a change set out. An override, and every move back, needs a reason, kept in history.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xlpipeline.errors import CriteriaError, NoNextStageError, ReasonError, RequestError
from xlpipeline.hosts.workbook import Saved, Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, refresh, require_pipeline, tool_name
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, ChangeSet, TableChange
from xlpipeline.model.criteria import Criterion, StagePath, steps
from xlpipeline.model.criteria_evaluate import is_late, met
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.criteria_words import cure
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history_table import HISTORY, deal_key
from xlpipeline.model.playbook import missing_activities, next_step_lines
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.tracking import Approval, history_of

MET = "criteria met"
"""Note of a move forward that needed no override."""


@dataclass(frozen=True)
class MoveRequest:
    """``to``: blank = the next stage; ``override``: reason to move without criteria; ``reason``: why back."""

    deal_id: str
    to: str = ""
    override: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Advanced:
    """``changes``: the move, its events and all figures after it. ``missing``: criteria that were overridden."""

    changes: ChangeSet
    refreshed: Refreshed
    start: str
    end: str
    missing: tuple[str, ...]
    overrides: int
    """Overrides in this workbook so far, this one included."""
    not_logged: tuple[str, ...] = ()
    """Activities that the playbook asks for in the stage that was left, and of which none is logged."""
    guide: tuple[str, ...] = ()
    """What the playbook says of the stage that was entered."""


@dataclass(frozen=True)
class StageChoices:
    """Where a deal stands and where it may be moved; ``next`` is "" where there is no next stage."""

    now: str
    next: str
    others: tuple[str, ...]


def stage_choices(book: Book, deal_id: str, *, now: dt.datetime) -> StageChoices:
    """What to offer a person who wants to move a deal.

    Raises:
        RequestError: there is no such deal.
        BookError: there is no table Pipeline.
        SetupError: a set-up table holds something that is not allowed.
    """
    require_pipeline(book)
    facts, path = read_facts(book, now.date()), read_path(book)
    start = str(facts.deals.at[_position(facts, deal_id), "stage"])
    later = path.names[path.names.index(start) + 1 :] if start in path.names else ()
    others = tuple(str(name) for name in facts.stages["stage"] if name != start)
    return StageChoices(start, later[0] if later else "", others)


def advance(book: Book, request: MoveRequest, *, now: dt.datetime, user: str = "", tool: str = TOOL) -> Advanced:
    """Move a deal.

    Raises:
        CriteriaError: criteria are missing and no override was given.
        ReasonError: the deal goes back and no reason was given.
        NoNextStageError: there is no next stage and none was named.
        RequestError: there is no such deal or stage, or its stage was typed over.
        SetupError: a set-up table holds something that is not allowed.
    """
    if HISTORY.name not in book.tables:
        raise RequestError("This workbook has no history yet; please run 'xlpipeline upgrade' first.")
    before = refresh(book, now=now, user=user, tool=tool)
    if before.figures_only:
        raise RequestError("The as-of date lies before the last refresh; please clear the setting as_of first.")
    facts, path = before.facts, read_path(book)
    position = _position(facts, request.deal_id)
    _refuse_pending(book, facts, position)
    start = str(facts.deals.at[position, "stage"])
    end = _target(facts, path, start, request.to)
    approval = _approval(facts, path, position, (start, end), request)
    deal = deal_key(str(facts.deals.at[position, "deal_id"]))
    move = ChangeSet((TableChange(PIPELINE.name, {"Stage": pd.Series([end], index=[position], dtype=object)}),))
    after = refresh(applied(book, move), now=now, user=user, tool=tool, approvals={deal: approval})
    overrides = int((history_of(after.facts).events["kind"] == "override").sum())
    not_logged = missing_activities(facts, request.deal_id) if _is_forward(path, start, end) else ()
    guide = tuple(next_step_lines(facts.book, end))
    return Advanced(move + after.changes, after, start, end, approval.overridden, overrides, not_logged, guide)


def _is_forward(path: StagePath, start: str, end: str) -> bool:
    return start in path.names and end in path.names and path.names.index(end) > path.names.index(start)


def _position(facts: Facts, deal_id: str) -> int:
    rows = facts.deals.index[facts.deals["deal_id"].map(deal_key) == deal_key(deal_id)]
    if not deal_key(deal_id) or not len(rows):
        close = difflib.get_close_matches(deal_id, facts.deals["deal_id"].tolist(), n=1)
        hint = f"did you mean {close[0]}?" if close else "please check the column Deal ID."
        raise RequestError(f"There is no deal {deal_id:.40}; {hint}")
    if len(rows) > 1:
        raise RequestError(f"{len(rows)} rows have the Deal ID {deal_id:.40}; please give each deal its own ID first.")
    return int(rows[0])


def _refuse_pending(book: Book, facts: Facts, position: int) -> None:
    """A stage that was typed over since the last refresh is judged by that refresh, not waved through here."""
    row = book.frame(PIPELINE.name).iloc[position]
    stage = str(facts.deals.at[position, "stage"]).strip().casefold()
    typed, seen = (str(row.get(head) or "").strip().casefold() for head in ("Stage", "Stage seen"))
    if typed != stage or seen not in ("", stage):
        name = str(facts.deals.at[position, "deal_id"])
        raise RequestError(f"The stage of {name:.40} was typed over since the last refresh; please refresh first.")


def _target(facts: Facts, path: StagePath, start: str, wanted: str) -> str:
    known = {str(name).casefold(): str(name) for name in facts.stages["stage"]}
    if wanted.strip():
        if wanted.strip().casefold() not in known:
            raise RequestError(f"There is no stage {wanted:.40}; the stages are {', '.join(known.values())}.")
        end = known[wanted.strip().casefold()]
        if end == start:
            raise RequestError(f"The deal stands in {start} already.")
        return end
    if start not in path.names:
        raise NoNextStageError(f"From {start or 'no stage':.40} there is no next stage; please name one.")
    at = path.names.index(start) + 1
    if at == len(path.names):
        raise NoNextStageError(f"{start} is the last stage; please name another one.")
    return path.names[at]


def _approval(facts: Facts, path: StagePath, position: int, way: tuple[str, str], request: MoveRequest) -> Approval:
    """The reason that goes into history.

    Raises:
        CriteriaError: criteria are missing and no override was given.
        ReasonError: the deal goes back and no reason was given.
    """
    start, end = way
    name = str(facts.deals.at[position, "deal_id"])
    if end not in path.names:
        return Approval(request.reason.strip() or f"moved to {end}")
    first = path.names.index(start) if start in path.names else 0
    is_reopened = bool(facts.deals.at[position, "is_closed"]) and start not in path.names
    if is_reopened or path.names.index(end) < first:
        if not (request.reason.strip() or request.override.strip()):
            raise ReasonError(f"To move {name} back from {start} to {end}, please say why.")
        return Approval(request.reason.strip() or request.override.strip())
    criteria, _ = read_criteria(facts.book)
    passed = steps(criteria, path)[first : path.names.index(end)]
    row = list(facts.book.frame(PIPELINE.name).index).index(position)
    missing = [c for guards in passed for c in guards if not met(c, facts)[row]]
    if not missing:
        return Approval(request.reason.strip() or MET)
    if not request.override.strip():
        raise CriteriaError(_refusal(name, way, [(c, bool(is_late(c, facts)[row])) for c in missing]))
    return Approval(request.override.strip(), tuple(c.id for c in missing))


def _refusal(name: str, way: tuple[str, str], missing: list[tuple[Criterion, bool]]) -> str:
    start, end = way
    lines = [f"{name} cannot move from {start} to {end} yet; missing {'is' if len(missing) == 1 else 'are'}:"]
    lines += [f"  {one.id} ({one.text.rstrip('.')}): {cure(one, late=late)}" for one, late in missing]
    return "\n".join(lines)


def advance_in(
    workbook: Workbook, request: MoveRequest, *, now: dt.datetime, user: str = "", progress: Progress = no_progress
) -> Outcome:
    """Move a deal of a workbook and refresh it.

    Raises:
        RequestError: the move may not be made; the sentences say what is missing.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    done = advance(book, request, now=now, user=user, tool=tool_name(workbook))
    progress(f"writing {workbook.title}")
    saved = workbook.apply(done.changes)
    return _outcome(workbook, request, done, saved)


def _outcome(workbook: Workbook, request: MoveRequest, done: Advanced, saved: Saved) -> Outcome:
    lines = [f"{request.deal_id.strip()} moved from {done.start or 'no stage'} to {done.end}."]
    if done.missing:
        lines.append(f"Overridden: {', '.join(done.missing)}. Overrides in this workbook so far: {done.overrides:,}.")
    if done.not_logged:
        lines.append(
            f"Not logged in {done.start}: {', '.join(done.not_logged)}. The playbook asks for it; if it was done, "
            "please log it on Activities."
        )
    lines += _needed_now(done)
    lines += [f"Next, in {line}" for line in done.guide]
    lines.append(saved.sentence)
    data: dict[str, Any] = {
        "file": workbook.place,
        "deal_id": request.deal_id.strip(),
        "from": done.start,
        "to": done.end,
        "overridden": list(done.missing),
        "overrides": done.overrides,
        "not_logged": list(done.not_logged),
        "next": list(done.guide),
    }
    errors = int((done.refreshed.issues["Severity"] == "error").sum())
    return Outcome(tuple(lines), data, errors)


def _needed_now(done: Advanced) -> list[str]:
    """What a person must still fill in: nothing is set silently."""
    stages = done.refreshed.facts.stages
    kind = str(stages.set_index("stage").at[done.end, "type"])
    if kind == "open":
        return []
    if kind in ("lost", "derailed"):
        return ["Please enter Actual close and Lost reason in its row (nothing was filled in for you)."]
    return ["Please enter Actual close and check Amount in its row (nothing was filled in for you)."]
