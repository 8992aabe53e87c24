"""The weekly checklist: what of the pipeline's hygiene is done, per rep; counted as the tab's own formulas count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.checks import find_issues
from xlpipeline.model.book import is_blank
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.review_table import MANAGER, REPLY, REVIEW, REVIEW_NOTES

METRIC = Metric(
    name="hygiene",
    title="Weekly checklist",
    definition="Per rep, how many deals, leads, notes and issues stand between today and a clean pipeline.",
    formula=(
        "open deals with flag C, N, I, T or B; without amount or expected close; lost deals without a reason; no "
        "activity logged since Monday; new leads without a response; notes of this review and the last one without a "
        "reply; errors in Issues. A tick is a count of 0; of what only a person knows, a date of this week"
    ),
    why="Ten minutes a week keep every other figure of this workbook true.",
    what_to_do="Go down the list until all of it is ticked, then enter today's date in the three columns of your own.",
    source="requirements F102",
)


@dataclass(frozen=True)
class Item:
    """One line of the checklist. ``head``: its column in the table by rep."""

    head: str
    what: str
    to_do: str


AUTOMATIC: Final = (
    Item("Close dates", "Every expected close lies ahead", "Re-date the deals with flag C, or close them."),
    Item("Next steps", "Every open deal has a next step ahead", "Enter a next step and its day: flag N."),
    Item("Touches", "No open deal is idle", "Call or write, then log it on Activities: flag I."),
    Item("Time-bounds", "No deal is over the time-bound of its stage", "Move it on, or back with a reason: T and B."),
    Item("Amounts", "Every open deal has an amount", "Enter what it is worth; an estimate is better than nothing."),
    Item("Dates", "Every open deal has an expected close", "Enter the day on which the buyer means to decide."),
    Item("Lost reasons", "Every lost deal says why", "Choose a Lost reason; coaching and marketing live on it."),
    Item("Activity", "Something is logged since Monday", "Log calls, e-mails and meetings, with your name in By."),
    Item("Leads", "Every new lead has got an answer", "Answer, then enter First response on Leads."),
    Item("Replies", "Every note of the review has a reply", "Answer under Rep reply on Review or Review notes."),
    Item("Issues", "No error of yours stands in Issues", "Mend it; click go on Issues to get there."),
)
MANUAL: Final = (
    Item("Notes written", "Notes of this week's meetings are written", "Write them up, then enter the day below."),
    Item("Forecast checked", "Categories of this quarter's deals are honest", "Go through them, then enter the day."),
    Item("Week planned", "Next week's calls and meetings are planned", "Put them into the calendar; enter the day."),
)


def monday_of(facts: Facts) -> dt.date:
    """Monday of the week of the as-of date."""
    return facts.as_of - dt.timedelta(days=facts.as_of.weekday())


@once
def open_counts(facts: Facts) -> pd.DataFrame:
    """How much is left to do per automatic item: one column per head; index: "" for the team, then each rep.

    Names compare as COUNTIFS compares them: case aside, outer blanks not.
    """
    found = _found(facts)
    names = ["", *(rep for rep in facts.rep_names() if rep != NO_OWNER)]
    folded = [[owner.casefold() for owner in owners] for owners in found]
    rows = {name: [owners.count(name.casefold()) if name else len(owners) for owners in folded] for name in names}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[item.head for item in AUTOMATIC])
    table["Activity"] = (table["Activity"] == 0).astype(np.int64)
    return table


def _found(facts: Facts) -> tuple[list[str], ...]:
    """Owners of what counts, in the order of ``AUTOMATIC`` (of Activity: of what was logged)."""
    deals, flags = facts.deals, stale_flags(facts).astype(bool)
    lost = deals["is_lost"] | deals["is_derailed"]
    chosen = (
        flags["C"], flags["N"], flags["I"], flags["T"] | flags["B"],
        deals["is_open"] & deals["local_amount"].isna(), deals["is_open"] & deals["expected_close"].isna(),
        lost & (deals["lost_reason"] == ""),
    )  # fmt: skip
    return (*(deals.loc[rows, "owner"].tolist() for rows in chosen), _active(facts), _new_leads(facts), *_told(facts))


def _active(facts: Facts) -> list[str]:
    log = facts.book.frame("Activities")
    days = dates(log, "Date")[0]
    this_week = (days >= pd.Timestamp(monday_of(facts))) & (days <= pd.Timestamp(facts.as_of))
    return texts(log, "By")[this_week].tolist()


def _new_leads(facts: Facts) -> list[str]:
    leads = facts.book.frame("Leads")
    unanswered = dates(leads, "First response")[0].isna()
    is_new = texts(leads, "Status").str.casefold() == "new"
    return texts(leads, "Owner")[is_new & unanswered].tolist()


def _told(facts: Facts) -> tuple[list[str], list[str]]:
    waiting = [*_unanswered(facts.book.frame(REVIEW.name)), *_unanswered(_last_notes(facts))]
    issues = find_issues(facts)
    wrong = (issues["Severity"] == "error") & np.array([is_blank(cell) for cell in issues["Decision"]], dtype=bool)
    owners = issues.loc[wrong, "Owner"]
    return waiting, ["" if is_blank(owner) else str(owner) for owner in owners]


def _unanswered(notes: pd.DataFrame) -> list[str]:
    """Reps who have not replied to a note, once per note."""
    return texts(notes, "Rep")[(texts(notes, MANAGER) != "") & (texts(notes, REPLY) == "")].tolist()


def _last_notes(facts: Facts) -> pd.DataFrame:
    """What was written in the last review of which anything was put away; a new review must not tick it off."""
    notes = facts.book.frame(REVIEW_NOTES.name)
    days = dates(notes, "Review of")[0]
    of_last: pd.DataFrame = notes[days == days.max()]
    return of_last
