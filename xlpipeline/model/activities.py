"""The log of activities, typed: when, about which deal or lead, of what type and kind, and by whom (SEMANTICS 14).

An activity counts on its day; one that is dated ahead of the as-of date is planned, and no touch yet.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.book import Book, TableChange
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.facts import NO_OWNER, Facts, once, once_per_book
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.schema import ACTIVITY_KINDS, PIPELINE
from xlpipeline.model.setup_tables import read_reps

OTHER: Final = "other"
_NAMED: Final = (
    ("value touch", ("value touch",)),
    ("proposal", ("proposal", "offer", "quote")),
    ("e-mail", ("e-mail", "email", "mail")),
    ("call", ("call", "phone")),
    ("meeting", ("meeting", "demo", "visit", "presentation")),
)
"""Words in the name of a type that tell its kind where the table does not; the first that fits counts."""


def kind_by_name(name: str) -> str:
    """What a type counts as by its name: ``Needs-assessment call`` is a call."""
    low = name.casefold()
    return next((kind for kind, words in _NAMED if any(word in low for word in words)), OTHER)


def kinds_of(book: Book) -> dict[str, str]:
    """What each type of ActivityTypes counts as (by its name in lower case); a kind that is none counts by the name."""
    frame = book.frame("ActivityTypes")
    names, given = texts(frame, "Activity type").str.strip(), texts(frame, "Counts as").str.strip().str.casefold()
    return {
        name.casefold(): kind if kind in ACTIVITY_KINDS else kind_by_name(name)
        for name, kind in zip(names, given, strict=True)
        if name
    }


@once_per_book
def activity_log(facts: Facts) -> pd.DataFrame:
    """Every row of Activities that has a day and a type; index = position in the table's body, in order of the days.

    Columns: day (datetime64[s]), key (of the deal or lead; "" = blank), logged_as (the key as it stands in the table),
    type (as ActivityTypes spells it), kind (``ACTIVITY_KINDS``), by (as Reps spells it; "" = blank), outcome.

    What was logged for a lead belongs to the deal that it became, as soon as it is converted.
    """
    frame = facts.book.frame("Activities")
    kinds = kinds_of(facts.book)
    listed = texts(facts.book.frame("ActivityTypes"), "Activity type").str.strip()
    spelling = {name.casefold(): name for name in listed if name}
    reps = {name.casefold(): name for name in read_reps(facts.book)["rep"]}
    given, by = texts(frame, "Type").str.strip(), texts(frame, "By").str.strip()
    lower, deal_of = given.str.casefold(), _deals_of_leads(facts)
    keys = [deal_key(name) for name in texts(frame, "Deal ID")]
    cells = {
        "key": [deal_of.get(key, key) for key in keys],
        "logged_as": keys,
        "type": [spelling.get(low, name) for low, name in zip(lower, given, strict=True)],
        "kind": [kinds.get(low) or kind_by_name(low) for low in lower],
        "by": [reps.get(name.casefold(), name) for name in by],
        "outcome": texts(frame, "Outcome").tolist(),
    }
    log = pd.DataFrame({"day": dates(frame, "Date")[0]} | {head: _objects(of, frame) for head, of in cells.items()})
    return log[log["day"].notna() & (log["type"] != "")].sort_values("day", kind="stable")


def _deals_of_leads(facts: Facts) -> dict[str, str]:
    """Key of the deal by that of the lead it came from, of leads that are converted by the as-of date.

    An ID that a deal itself bears stays the deal's, and a deal that is not in Pipeline gets nothing.
    """
    frame = facts.book.frame("Leads")
    deals = {deal_key(name) for name in texts(facts.book.frame(PIPELINE.name), PIPELINE.key)}
    later = dates(frame, "Converted on")[0] > pd.Timestamp(facts.as_of)
    leads, became = texts(frame, "Lead ID").map(deal_key), texts(frame, "Deal ID").map(deal_key)
    return {
        lead: deal
        for lead, deal, is_later in zip(leads, became, later, strict=True)
        if lead and deal and lead not in deals and deal in deals and not is_later
    }


def _objects(cells: list[str], frame: pd.DataFrame) -> pd.Series:
    return pd.Series(cells, index=frame.index, dtype=object)


@once
def done(facts: Facts) -> pd.DataFrame:
    """``activity_log`` up to the as-of date, with ``rep``: who did it, else the owner of the deal, else nobody.

    Of narrowed facts it is still everybody's: narrow by ``rep`` or by ``key``.
    """
    log = activity_log(facts)
    log = log[log["day"] <= pd.Timestamp(facts.as_of)]
    return log.assign(rep=_doer(facts, log))


@once
def planned(facts: Facts) -> pd.DataFrame:
    """``activity_log`` after the as-of date, with ``rep`` as in ``done``."""
    log = activity_log(facts)
    log = log[log["day"] > pd.Timestamp(facts.as_of)]
    return log.assign(rep=_doer(facts, log))


def _doer(facts: Facts, log: pd.DataFrame) -> pd.Series:
    owner = _owners(facts)
    rep = [by or owner.get(key, NO_OWNER) for by, key in zip(log["by"], log["key"], strict=True)]
    return pd.Series(rep, index=log.index, dtype=object)


@once_per_book
def _owners(facts: Facts) -> dict[str, str]:
    """Owner of each deal and lead by key, in the spelling of Reps."""
    reps = {name.casefold(): name for name in read_reps(facts.book)["rep"]}
    out: dict[str, str] = {}
    for table, head in (("Leads", "Lead ID"), (PIPELINE.name, "Deal ID")):
        frame = facts.book.frame(table)
        for name, owner in zip(texts(frame, head), texts(frame, "Owner").str.strip(), strict=True):
            if owner:
                out[deal_key(name)] = reps.get(owner.casefold(), owner)
    return out


def last_activity(facts: Facts) -> tuple[Facts, TableChange]:
    """``Last activity`` of every deal from the log up to the as-of date: in the facts, and as cells of Pipeline.

    A workbook that has no such column yet stays as it is, so that the engine and its own formulas agree.
    """
    if "Last activity" not in facts.book.frame(PIPELINE.name).columns:
        return facts, TableChange(PIPELINE.name, {})
    log = activity_log(facts)
    log = log[(log["day"] <= pd.Timestamp(facts.as_of)) & (log["key"] != "")]
    last = log.groupby("key")["day"].max()
    keys = facts.deals["deal_id"].map(deal_key)
    days = pd.Series(
        last.reindex(pd.Index(keys, dtype=object)).to_numpy().astype("datetime64[s]"), index=facts.deals.index
    )
    cells = np.array(days.to_numpy().astype("datetime64[D]").astype(object), dtype=object)
    change = TableChange(PIPELINE.name, {"Last activity": pd.Series(cells.tolist(), index=days.index, dtype=object)})
    return facts.only(facts.deals.assign(last_activity=days)), change
