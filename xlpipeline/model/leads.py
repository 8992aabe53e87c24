"""Leads, typed at the as-of date: who came in, who answered when, what became of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.book import filled_positions, is_blank
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import NO_OWNER, Facts, once, once_per_book
from xlpipeline.model.history_table import deal_key

LEAD_MARKS: Final = ("Lead ID", "Lead", "Account", "Source", "Created")
"""A row of Leads in which all of these are blank is no lead."""
NO_SOURCE: Final = "(no source)"
_TELL_SOURCES: Final = ("Sources", "Leads", "Pipeline", "Costs")
_NEVER: Final = np.datetime64("NaT", "s")
_NO_ANSWER: Final = frozenset(("note", "missed", "inbound", "incoming", "received"))
"""Words in the name of a type of activity that did not reach out to anybody."""


@once
def read_leads(facts: Facts) -> pd.DataFrame:
    """One row per lead that had come in by the as-of date; index = position in Leads.

    Columns: lead_id, lead, account, rep (owner as Reps spells it), source (see ``folded_sources``), status, deal_id,
    disqualified_reason (texts); created, responded_on, converted_on, decided_on (datetime64[s], NaT = blank
    or later than the as-of date); created_at, responded_at (with the time of day, NaT where the cell has none);
    is_converted, is_disqualified, is_qualified, is_open (bool); adjustment (NaN = blank).

    A lead is converted when it has a day of conversion or a Deal ID; disqualified only if not converted. It was decided
    when it was converted, or on the day in a column ``Disqualified on``, which a team may add. The first response is
    the day in Leads, else that of the lead's first activity that answers it (see ``answers``). Leads without Created
    count as leads and are in no cohort.
    """
    frame = lead_rows(facts)
    leads = pd.DataFrame(
        {
            "lead_id": texts(frame, "Lead ID").str.strip(),
            "lead": texts(frame, "Lead").str.strip(),
            "account": texts(frame, "Account").str.strip(),
            "rep": _reps(texts(frame, "Owner"), facts),
            "source": folded_sources(facts, texts(frame, "Source")),
            "status": texts(frame, "Status").str.strip().str.casefold(),
            "deal_id": texts(frame, "Deal ID").str.strip(),
            "disqualified_reason": texts(frame, "Disqualified reason").str.strip(),
            "created": dates(frame, "Created")[0],
            "created_at": moments(frame, "Created"),
            "adjustment": numbers(frame, "Manual adj.")[0],
        },
        index=frame.index,
    )
    end = pd.Timestamp(facts.as_of) + pd.Timedelta(days=1)
    converted_on, responded_on = dates(frame, "Converted on")[0], dates(frame, "First response")[0]
    ended_on = dates(frame, "Disqualified on")[0]
    later = converted_on >= end
    leads["converted_on"] = converted_on.mask(later)
    leads["is_converted"] = (leads["converted_on"].notna() | (leads["deal_id"] != "")) & ~later
    leads["is_disqualified"] = (leads["status"] == "disqualified") & ~leads["is_converted"] & ~(ended_on >= end)
    leads["decided_on"] = leads["converted_on"].where(~leads["is_disqualified"], ended_on)
    leads["is_qualified"] = leads["is_converted"] | (leads["status"] == "qualified")
    leads["is_open"] = ~leads["is_converted"] & ~leads["is_disqualified"]
    typed = moments(frame, "First response")
    contacts = first_contacts(facts, leads)
    responded = responded_on.where(responded_on.notna(), contacts.dt.normalize())
    leads["responded_on"] = responded.mask(responded >= end).astype("datetime64[s]")
    has_own = responded_on.notna()
    at = typed.where(has_own, contacts.where(contacts != contacts.dt.normalize()))
    leads["responded_at"] = at.mask(at >= end)
    return leads[~(leads["created"] >= end)]


@once_per_book
def lead_rows(facts: Facts) -> pd.DataFrame:
    """The cells of Leads as they stand, without rows that are no lead; those of leads still to come too."""
    frame = facts.book.frame("Leads")
    return frame.loc[filled_positions(frame, LEAD_MARKS)] if not frame.empty else frame


@once
def leads_of(facts: Facts, rep: str = "") -> pd.DataFrame:
    """The leads of one rep (the name as ``read_leads`` has it), or of all."""
    leads = read_leads(facts)
    return leads[leads["rep"] == rep] if rep else leads


@once
def lead_owners(facts: Facts) -> list[str]:
    """Whose leads can be asked for: ``facts.rep_names``, then others who own leads, NO_OWNER last."""
    names, owners = facts.rep_names(), set(read_leads(facts)["rep"])
    others = sorted(owners - {*names, NO_OWNER})
    nobody = [NO_OWNER] if NO_OWNER in {*owners, *names} else []
    return [*(name for name in names if name != NO_OWNER), *others, *nobody]


def folded_sources(facts: Facts, sources: pd.Series) -> pd.Series:
    """Sources in one spelling each, whatever their case; "(no source)" where blank.

    The spelling is that of the list Sources, else the first in the alphabet of those on Leads, Pipeline and Costs: a
    look-up in a sheet knows no case either.
    """
    spelled = _source_spellings(facts)
    names = {name: spelled.get(name.strip().casefold(), name.strip()) or NO_SOURCE for name in sources.unique()}
    return sources.map(names).astype(object)


@once_per_book
def _source_spellings(facts: Facts) -> dict[str, str]:
    listed, *used = (texts(facts.book.frame(of), "Source").str.strip().unique() for of in _TELL_SOURCES)
    found = {NO_SOURCE: NO_SOURCE}
    for name in (*listed, *sorted({str(name) for names in used for name in names})):
        found.setdefault(name.casefold(), name)
    return found


def moments(frame: pd.DataFrame, head: str) -> pd.Series:
    """A column as datetime64[s], NaT where a cell is blank, no date, or has no time of day."""
    cells = frame[head].tolist() if head in frame.columns else [None] * len(frame)
    out = [cell if isinstance(cell, dt.datetime) and not is_blank(cell) else None for cell in cells]
    found = pd.Series(np.array(out, dtype="datetime64[s]"), index=frame.index)
    return found.where(found != found.dt.normalize())


def first_contacts(facts: Facts, leads: pd.DataFrame) -> pd.Series:
    """The first activity of each lead on or after its day that answers it (datetime64[s], NaT = none)."""
    frame = facts.book.frame("Activities")
    ids = texts(frame, "Deal ID").map(deal_key)
    days, at = dates(frame, "Date")[0], moments(frame, "Date")
    types = texts(frame, "Type")
    reached = types.map({name: answers(name) for name in types.unique()}).astype(bool)
    told = pd.DataFrame({"lead": ids, "at": at.where(at.notna(), days)})[reached & (ids != "") & days.notna()]
    keys = [deal_key(name) for name in leads["lead_id"].tolist()]
    came = dict(zip(keys, leads["created"].tolist(), strict=True))
    first: dict[str, pd.Timestamp] = {}
    for key, moment in zip(told["lead"].tolist(), told["at"].tolist(), strict=True):
        if key in came and not moment.normalize() < came[key] and (key not in first or moment < first[key]):
            first[key] = moment
    found = [first[key].to_datetime64() if key in first else _NEVER for key in keys]
    return pd.Series(np.array(found, dtype="datetime64[s]"), index=leads.index)


def answers(activity_type: str) -> bool:
    """Whether a type of activity reaches out, by the words of its name: no note, nothing missed or inbound."""
    return _NO_ANSWER.isdisjoint(re.split(r"[\W_]+", activity_type.casefold()))


def _reps(owners: pd.Series, facts: Facts) -> pd.Series:
    """Owners as Reps spells them, else as the first in the alphabet; NO_OWNER where blank."""
    known = {name.casefold(): name for name in reversed(facts.rep_names())}
    for name in sorted(owners.unique()):
        known.setdefault(name.strip().casefold(), name.strip())
    spelled = {name: known.get(name.strip().casefold(), name.strip()) or NO_OWNER for name in owners.unique()}
    return owners.map(spelled).astype(object)
