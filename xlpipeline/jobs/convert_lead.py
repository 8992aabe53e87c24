"""Convert a lead: make its opportunity in Pipeline and keep the link between the two.

``convert_lead`` is pure: a book in, a change set out. The opportunity takes over what both tables know of the company.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, refresh, require_pipeline, tool_name
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, CellError, ChangeSet, TableChange, filled_positions, is_blank
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.deal_ids import next_ids
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.leads import read_leads
from xlpipeline.model.marks import deal_marks, qualification_marks
from xlpipeline.model.schema import ACTIVITIES, LEADS, PIPELINE
from xlpipeline.model.tracking import history_of

QUALIFIED = "qualified"
DISQUALIFIED = "disqualified"
_TAKEN_OVER = ("Account", "Owner", "Source", "Persona")
"""Columns that Leads and Pipeline both have."""


@dataclass(frozen=True)
class Converted:
    """``changes``: the new opportunity, the link, and all figures after it. ``deal_id``: of the opportunity."""

    changes: ChangeSet
    refreshed: Refreshed
    lead_id: str
    deal_id: str
    opportunity: str
    stage: str


def convert_lead(
    book: Book, lead_id: str, *, now: dt.datetime, name: str = "", user: str = "", tool: str = TOOL
) -> Converted:
    """Make the opportunity of a lead; ``name``: what to call it (blank: the account and the lead).

    Raises:
        RequestError: there is no such lead, it is converted or disqualified, it comes in after the as-of date, or that
            date lies in the past.
        BookError: there is no table Pipeline.
        SetupError: a set-up table holds something that is not allowed.
    """
    require_pipeline(book)
    if not deal_key(lead_id):
        raise RequestError("Please name the lead by its Lead ID; it stands in the first column of Leads.")
    before = refresh(book, now=now, user=user, tool=tool)
    if before.figures_only:
        raise RequestError("The as-of date lies before the last refresh; please clear the setting as_of first.")
    known = applied(book, before.changes)
    position = _position(known, lead_id)
    lead = known.frame(LEADS.name).iloc[position]
    _refuse_decided(lead, lead_id)
    facts = before.facts
    _refuse_coming(known, position, facts.as_of, lead_id)
    stage = str(facts.stages.loc[facts.stages["type"] == "open", "stage"].iloc[0])
    deal_id = _next_id(known, facts)
    row = _opportunity(known, position, facts) | {"Deal ID": deal_id, "Stage": stage}
    row["Opportunity"] = name.strip() or _called(known, position)
    link = {"Converted on": facts.as_of, "Deal ID": deal_id, "Status": QUALIFIED}
    change = ChangeSet((_new_row(known, row), _cells_at(known, LEADS.name, position, link)))
    after = refresh(applied(known, change), now=now, user=user, tool=tool)
    changes = before.changes + change + after.changes
    return Converted(changes, after, str(lead["Lead ID"]).strip(), deal_id, str(row["Opportunity"]), stage)


def _position(book: Book, lead_id: str) -> int:
    frame = book.frame(LEADS.name)
    names = texts(frame, "Lead ID").tolist()
    rows = [row for row, name in enumerate(names) if deal_key(name) and deal_key(name) == deal_key(lead_id)]
    if len(rows) > 1:
        raise RequestError(f"{len(rows)} rows of Leads have the Lead ID {lead_id:.40}; please give each its own first.")
    if not rows:
        close = difflib.get_close_matches(lead_id, filter(None, names), n=1)
        hint = f"did you mean {close[0]}?" if close else "please check the column Lead ID of Leads."
        raise RequestError(f"There is no lead {lead_id:.40}; {hint}")
    return rows[0]


def _refuse_decided(lead: pd.Series, lead_id: str) -> None:
    deal, day = lead.get("Deal ID"), lead.get("Converted on")
    if not is_blank(deal):
        raise RequestError(f"The lead {lead_id:.40} is the opportunity {deal!s:.40} already; nothing was changed.")
    if not is_blank(day):
        raise RequestError(
            f"The lead {lead_id:.40} was converted on {day!s:.10} already; please enter its Deal ID in Leads."
        )
    if str(lead.get("Status") or "").strip().casefold() == DISQUALIFIED:
        reason = lead.get("Disqualified reason")
        told = "" if is_blank(reason) else f" ({reason!s:.40})"
        raise RequestError(
            f"The lead {lead_id:.40} is disqualified{told}; if it is one after all, change its Status first."
        )


def _refuse_coming(book: Book, position: int, as_of: dt.date, lead_id: str) -> None:
    created = dates(book.frame(LEADS.name), "Created")[0].iloc[position]
    if created > pd.Timestamp(as_of):
        raise RequestError(
            f"The lead {lead_id:.40} came in on {created:%Y-%m-%d}, after the as-of date {as_of.isoformat()}; "
            "please correct its Created, or the setting as_of."
        )


def _next_id(book: Book, facts: Facts) -> str:
    """An ID that no row, no other table and no event of the past has ever had."""
    named = [name for table in (ACTIVITIES, LEADS) for name in texts(book.frame(table.name), "Deal ID") if name]
    in_use = [name for name in texts(book.frame(PIPELINE.name), PIPELINE.key) if name]
    seen = history_of(facts).ids_seen | {deal_key(name) for name in named}
    return next_ids(1, in_use, seen)[0]


def _opportunity(book: Book, position: int, facts: Facts) -> dict[str, object]:
    """What the opportunity takes over: the usual columns, and those of the team's own that both tables have.

    Only what can be read comes along: no error values, and no text where a day belongs. The first contact is the first
    response, also one that is only known from Activities.
    """
    leads, pipeline = book.frame(LEADS.name), book.tables[PIPELINE.name]
    cells: dict[str, object] = {head: texts(leads, head).iloc[position].strip() for head in _TAKEN_OVER}
    marks = (*qualification_marks(book), *deal_marks(book))
    ours = {*PIPELINE.heads, *(mark.column for mark in marks), *(mark.evidence for mark in marks)}
    ours |= pipeline.formula_columns
    shared = [str(head) for head in pipeline.frame.columns if head in leads.columns and head not in ours]
    own = {head: leads[head].iloc[position] for head in shared}
    cells |= {head: cell for head, cell in own.items() if not isinstance(cell, CellError)}
    responded = read_leads(facts)["responded_on"].get(position)
    contact = None if responded is None or pd.isna(responded) else responded.date()
    return cells | {"Created": facts.as_of, "First contact": contact, "Last touch": contact}


def _called(book: Book, position: int) -> str:
    leads = book.frame(LEADS.name)
    account, lead, lead_id = (texts(leads, head).iloc[position].strip() for head in ("Account", "Lead", "Lead ID"))
    return ": ".join(filter(None, (account, lead))) or f"Lead {lead_id}"


def _new_row(book: Book, cells: dict[str, object]) -> TableChange:
    """The opportunity in the first free row below the last that holds something a person wrote."""
    table = book.tables[PIPELINE.name]
    written = [head for head in table.frame.columns if head not in table.formula_columns]
    filled = filled_positions(table.frame, written)
    position = filled[-1] + 1 if filled else 0
    return _cells_at(book, PIPELINE.name, position, cells)


def _cells_at(book: Book, table: str, position: int, cells: dict[str, object]) -> TableChange:
    frame = book.frame(table)
    columns = {
        head: pd.Series([cell], index=[position], dtype=object)
        for head, cell in cells.items()
        if head in frame.columns and not is_blank(cell)
    }
    return TableChange(table, columns, rows=max(len(frame), position + 1))


def convert_in(
    workbook: Workbook,
    lead_id: str,
    *,
    now: dt.datetime,
    name: str = "",
    user: str = "",
    progress: Progress = no_progress,
) -> Outcome:
    """Convert a lead of a workbook, and refresh it.

    Raises:
        RequestError: there is no such lead, or it is converted or disqualified.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    done = convert_lead(book, lead_id, now=now, name=name, user=user, tool=tool_name(workbook))
    progress(f"writing {workbook.title}")
    saved = workbook.apply(done.changes)
    became = f"The lead {done.lead_id} is now the opportunity {done.deal_id} “{done.opportunity:.60}” in {done.stage}."
    sentences = (f"{became} Please enter its amount, its expected close and its next step.", saved.sentence)
    data = {
        "file": workbook.place,
        "lead": done.lead_id,
        "deal": done.deal_id,
        "opportunity": done.opportunity,
        "stage": done.stage,
    }
    return Outcome(sentences, data, int((done.refreshed.issues["Severity"] == "error").sum()))
