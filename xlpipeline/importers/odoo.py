"""Odoo: an export of crm.lead, by its labels or by its technical names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pandas as pd

from xlpipeline.importers.amounts import looks_like_number
from xlpipeline.importers.cells import says_nothing
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import OUTCOMES, STATUS, UPDATED
from xlpipeline.importers.system import (
    Known,
    System,
    by_table,
    has_heads,
    head_of,
    is_yes,
    many,
    noted,
    only_rows,
    texts_of,
    with_cells,
)
from xlpipeline.model.decided import spelling_key

_TARGETS: Final = {
    "external id": "Deal ID",
    "id": "Deal ID",
    "opportunity": "Opportunity",
    "name": "Opportunity",
    "customer": "Account",
    "partner_id": "Account",
    "company name": "Account",
    "partner_name": "Account",
    "salesperson": "Owner",
    "user_id": "Owner",
    "stage": "Stage",
    "stage_id": "Stage",
    "active": STATUS,
    "expected revenue": "Amount",
    "expected_revenue": "Amount",
    "currency": "Currency",
    "probability": "Probability",
    "expected closing": "Expected close",
    "date_deadline": "Expected close",
    "closed date": "Actual close",
    "date_closed": "Actual close",
    "created on": "Created",
    "create_date": "Created",
    "last stage update": "Stage since",
    "date_last_stage_update": "Stage since",
    "lost reason": "Lost reason",
    "lost_reason_id": "Lost reason",
    "source": "Source",
    "source_id": "Source",
    "next activity summary": "Next step",
    "next activity deadline": "Next step date",
    "notes": "Notes",
    "last updated on": UPDATED,
    "write_date": UPDATED,
}
_KEPT_OUT: Final = {
    "company": "Odoo's Company is your own; the buyer is Customer",
    "company_id": "Odoo's Company is your own; the buyer is Customer",
    "prorated revenue": "computed in Pipeline as Weighted amount",
    "automated probability": "Probability is what the team says",
    "recurring revenues": "Amount is Expected Revenue; map this column instead if your quota counts it",
    "expected mrr": "Amount is Expected Revenue; map this column instead if your quota counts it",
    "sales team": "a pipeline can be chosen by it, but need not",
    "team_id": "a pipeline can be chosen by it, but need not",
    "type": "tells leads from opportunities",
    "conversion date": "the day a lead became an opportunity; Created is kept",
    "days to assign": "computed by Odoo",
    "days to close": "the sales cycle tells it",
    "assignment date": "Owner tells who has the deal now",
    "last action": "Last touch is the day of an activity",
    "priority": "refresh writes the column Priority; a mapping file can map this one to a column of your own",
    "tags": "there is no column for it; name it under extra in a mapping file to keep it",
}

_TELLING: Final = (("probability",), ("stage", "stage_id"), ("lost reason", "lost_reason_id"))
_CERTAIN: Final = 100
_GROUP: Final = re.compile(r".+ \(\d[\d.,]*\)")
_UNCLEAR: Final = "The deal is archived in Odoo, but neither at 0 % nor with a lost reason, nor won."
_TO_CLEAR: Final = "Mark it there as lost or won, or restore it, and import again; it came in with its stage."


def _is_odoo(source: Source) -> bool:
    return has_heads(source, "expected revenue", "expected closing") or has_heads(
        source, "expected_revenue", "date_deadline"
    )


def _known(source: Source) -> Known:
    return by_table(source, "Odoo", _TARGETS, _KEPT_OUT)


def _prepared(source: Source) -> Source:
    source = _without_groups(source)
    kinds = texts_of(source, head_of(source, "type")).str.casefold()
    leads = kinds.eq("lead")
    are = many(int(leads.sum()), "row is a lead, not an opportunity, and was", "rows are leads and were")
    told = f"{are} left out."
    source = noted(only_rows(source, ~leads), told if leads.any() else "")
    head = head_of(source, "active")
    if head is None:
        return source
    outcomes = _outcomes(source, head)
    faults = tuple(
        RowFault(int(str(row)), head, _UNCLEAR, _TO_CLEAR)
        for row, outcome in zip(source.rows.index, outcomes, strict=True)
        if outcome == ""
    )
    done = with_cells(source, {head: [outcome or None for outcome in outcomes]})
    return replace(done, faults=(*done.faults, *faults))


def _without_groups(source: Source) -> Source:
    """The source without the rows of a grouped view: the group's name with its count, and nothing but sums."""
    stage = head_of(source, "stage", "stage_id")
    if stage is None:
        return source
    first = texts_of(source, source.columns[0])
    groups = first.map(_GROUP.fullmatch).notna() & texts_of(source, stage).eq("")
    for row in groups.index[groups]:
        groups[row] = all(says_nothing(cell) or looks_like_number(cell) for cell in source.rows.loc[row].iloc[1:])
    shown = ", ".join(f"“{text:.40}”" for text in first[groups].head(3)) + (" …" if groups.sum() > 3 else "")
    are = many(
        int(groups.sum()),
        "row is a group of the view with its sums and was",
        "rows are groups of the view with their sums and were",
    )
    told = f"{are} left out: {shown}."
    return noted(only_rows(source, ~groups), told if groups.any() else "")


def _outcomes(source: Source, head: str) -> list[str | None]:
    """What Active, Probability, Stage and Lost Reason say together; "" where an archived row says neither.

    Won where the win is certain (100 %), archived or not; lost where archived: in Odoo a lost deal stays in its stage,
    at 0 % or with a reason. An archived deal of any other chance was put away undecided.
    """
    columns = (head, *(head_of(source, *names) for names in _TELLING))
    rows = zip(*(texts_of(source, one).tolist() for one in columns), strict=True)
    return [_outcome(*row) for row in rows]


def _outcome(active: str, odds: str, stage: str, reason: str) -> str | None:
    if not active:
        return None
    chance = _percent(odds)
    if chance == _CERTAIN or (chance is None and OUTCOMES.get(spelling_key(stage)) == "won"):
        return "won"
    if is_yes(active):
        return "open"
    return "lost" if reason or not chance else ""


def _percent(text: str) -> float | None:
    """A chance in percent; None where the cell is blank or no number."""
    try:
        return float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return None


def _teams(source: Source) -> pd.Series | None:
    head = head_of(source, "sales team", "team_id")
    return texts_of(source, head) if head else None


def _advice(source: Source) -> tuple[str, ...]:
    head = head_of(source, "active")
    if head is not None and not texts_of(source, head).map(is_yes).all():
        return ()
    lacks = "has no column Active" if head is None else "holds no archived row"
    return (
        (
            f"{source.title} {lacks}: Odoo archives lost deals, so they are probably missing, which makes win rates "
            "too high. Please export with the filter Active is set or not set, and the column Active."
        ),
    )


ODOO: Final = System(
    name="Odoo",
    recognises=_is_odoo,
    known=_known,
    prepare=_prepared,
    pipelines=_teams,
    asks_for_pipeline=False,
    advice=_advice,
)
