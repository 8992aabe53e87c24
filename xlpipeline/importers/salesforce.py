"""Salesforce: report and Data Loader exports of opportunities, their field history and OpportunityHistory."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.history_file import HistoryFile, Told
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import CLOSE_DATE, STATUS, UPDATED
from xlpipeline.importers.system import (
    CLOSED_WORDS,
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
    with_categories,
    with_cells,
)

_TARGETS: Final = {
    "opportunity id (18 digit)": "Deal ID",
    "opportunity id 18 digit": "Deal ID",
    "case safe id": "Deal ID",
    "opportunity id": "Deal ID",
    "id": "Deal ID",
    "opportunity name": "Opportunity",
    "name": "Opportunity",
    "account name": "Account",
    "account.name": "Account",
    "opportunity owner": "Owner",
    "owner.name": "Owner",
    "ownerid": "Owner",
    "stage": "Stage",
    "stagename": "Stage",
    "amount": "Amount",
    "amount currency": "Currency",
    "opportunity currency": "Currency",
    "currencyisocode": "Currency",
    "probability (%)": "Probability",
    "probability": "Probability",
    "forecast category": "Forecast category",
    "forecastcategoryname": "Forecast category",
    "close date": CLOSE_DATE,
    "closedate": CLOSE_DATE,
    "created date": "Created",
    "createddate": "Created",
    "next step": "Next step",
    "nextstep": "Next step",
    "lead source": "Source",
    "leadsource": "Source",
    "last activity": "Last touch",
    "last activity date": "Last touch",
    "lastactivitydate": "Last touch",
    "last stage change date": "Stage since",
    "laststagechangedate": "Stage since",
    "last modified date": UPDATED,
    "lastmodifieddate": UPDATED,
    "loss reason": "Lost reason",
    "closed lost reason": "Lost reason",
    "description": "Notes",
    "isclosed": STATUS,
    "closed": STATUS,
    "iswon": STATUS,
    "won": STATUS,
}
_NO_COLUMN: Final = "there is no column for it; name it under extra in a mapping file to keep it"
_KEPT_OUT: Final = {
    "accountid": "an ID, not a name; please export Account.Name too",
    "expectedrevenue": "computed in Pipeline as Weighted amount",
    "expected revenue": "computed in Pipeline as Weighted amount",
    "amount (converted)": "Amount is kept in its own currency; rates are on Calendar",
    "amount (converted) currency": "Amount is kept in its own currency; rates are on Calendar",
    "age": "computed from Created",
    "stage duration": "the day of the last change tells it",
    "fiscal period": "computed from the fiscal calendar",
    "fiscalquarter": "computed from the fiscal calendar",
    "fiscalyear": "computed from the fiscal calendar",
    "forecastcategory": "Forecast category says it in words",
    "owner role": _NO_COLUMN,
    "type": _NO_COLUMN,
}
_FLAGS: Final = ("isclosed", "closed", "iswon", "won")
_ID: Final = re.compile(r"[A-Za-z0-9]{15}")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(text: str) -> str:
    """An ID of 15 signs, in which case matters, as that of 18 whose last three signs say which letters are capitals."""
    if not _ID.fullmatch(text):
        return text
    parts = (text[0:5], text[5:10], text[10:15])
    return text + "".join(_LETTERS[sum(1 << i for i, sign in enumerate(part) if "A" <= sign <= "Z")] for part in parts)


def _is_salesforce(source: Source) -> bool:
    is_report = has_heads(source, "opportunity owner", "stage") or has_heads(
        source, "opportunity name", "stage", "fiscal period"
    )
    is_history = has_heads(source, "opportunityid", "createddate")
    return (is_report or has_heads(source, "stagename", "closedate")) and not is_history  # fmt: skip


def _known(source: Source) -> Known:
    known = by_table(source, "Salesforce", _TARGETS, _KEPT_OUT)
    if known.get(head_of(source, "ownerid") or "", ("", ""))[0] == "Owner":
        known[str(head_of(source, "ownerid"))] = (
            "Owner",
            "there is no owner's name, only the ID; export Owner.Name, or fill To in Mappings",
        )
    flags = [head for name in _FLAGS if (head := head_of(source, name))]
    for head in flags:
        reason = f"{' and '.join(flags)} tell open, won or lost"
        known[head] = (STATUS, reason) if head == flags[0] else ("", f"read together with “{flags[0]}”")
    return known


def _owner_ids(source: Source) -> pd.Series | None:
    head = head_of(source, "ownerid")
    return texts_of(source, head) if head and head_of(source, "owner.name", "opportunity owner") is None else None


def _prepared(source: Source) -> Source:
    source = _without_imprint(source)
    source = with_categories(source, head_of(source, "forecast category", "forecastcategoryname"))
    flags = [head for name in _FLAGS if (head := head_of(source, name))]
    if not flags:
        return source
    closed = texts_of(source, head_of(source, "isclosed", "closed")).tolist()
    won = texts_of(source, head_of(source, "iswon", "won")).tolist()
    has_won = head_of(source, "iswon", "won") is not None
    cells = [_outcome(c, w, has_won=has_won) for c, w in zip(closed, won, strict=True)]
    return with_cells(source, {flags[0]: cells})


def _outcome(closed: str, won: str, *, has_won: bool) -> str | None:
    if not (closed or won):
        return None
    if is_yes(won):
        return "won"
    if not is_yes(closed):
        return "open" if closed else None
    return "lost" if has_won else "closed"


def _without_imprint(source: Source) -> Source:
    """Rows behind the deals that fill only their first cell: the report's name, its company, who made it."""
    first = source.columns[0]
    rest = source.rows.drop(columns=first).notna().any(axis=1).to_numpy(dtype=bool)
    filled = rest.nonzero()[0]
    end = int(filled[-1]) + 1 if len(filled) else 0
    tail = source.rows[first].iloc[end:]
    if tail.empty or not any("is a footer" in note for note in source.notes):
        return source
    kept = pd.Series([True] * end + [False] * len(tail), index=source.rows.index)
    shown = ", ".join(f"{row} (“{cell!s:.40}”)" for row, cell in tail.items())
    told = f"Below the footer more was left out: {many(len(tail), 'row', 'rows')} {shown}."
    return noted(only_rows(source, kept), told)


def _advice(source: Source) -> tuple[str, ...]:
    if head_of(source, "opportunity id (18 digit)", "opportunity id 18 digit", "case safe id", "opportunity id", "id"):
        return ()
    return (
        (
            "The report has no Opportunity ID: please add that column in Salesforce, or deals of a changed name come "
            "in again as new ones."
        ),
    )


def _record_types(source: Source) -> pd.Series | None:
    head = head_of(source, "opportunity record type", "record type", "recordtype.name")
    return texts_of(source, head) if head else None


SALESFORCE: Final = System(
    name="Salesforce",
    recognises=_is_salesforce,
    known=_known,
    prepare=_prepared,
    pipelines=_record_types,
    ends_in_own_stage=True,
    asks_for_pipeline=False,
    outcomes=CLOSED_WORDS,
    canonical_id=long_id,
    keeps_ids=False,
    advice=_advice,
    owner_ids=_owner_ids,
)


def _changes(source: Source) -> Told:
    """Changes of the stage in a field history; a row *Created* says since when the first stage held."""
    ids = head_of(source, "opportunity id (18 digit)", "opportunity id", "opportunityid")
    if ids is None:
        raise SourceError(
            f"{source.title} is a field history without the column Opportunity ID; please add it to the report in "
            "Salesforce and export it again."
        )
    source = _without_imprint(source)
    fields = texts_of(source, head_of(source, "field / event", "field")).str.casefold().str.rstrip(".")
    when = str(head_of(source, "edit date", "createddate", "created date"))
    mine = fields.isin(["stage", "stagename", "created"])
    return Told(
        ids=texts_of(source, ids)[mine],
        stages=texts_of(source, head_of(source, "new value", "newvalue"))[mine],
        moments=source.rows.loc[mine.to_numpy(), when],
        moment_head=when,
        left=texts_of(source, head_of(source, "old value", "oldvalue"))[mine],
        began=fields.eq("created")[mine],
        columns={
            ids: "the deal",
            when: "when it was entered",
            str(head_of(source, "new value", "newvalue")): "the stage that was entered, where the field is Stage",
            str(head_of(source, "old value", "oldvalue")): "the stage that was left",
        },
    )


def _snapshots(source: Source) -> Told:
    """Rows of OpportunityHistory: the stage at every change of stage, amount, probability or close date."""
    ids, stage, when = (str(head_of(source, name)) for name in ("opportunityid", "stagename", "createddate"))
    return Told(
        ids=texts_of(source, ids),
        stages=texts_of(source, stage),
        moments=source.rows[when],
        moment_head=when,
        columns={ids: "the deal", stage: "the stage that was entered", when: "when it was entered"},
    )


SALESFORCE_FIELD_HISTORY: Final = HistoryFile(
    name="Salesforce field history",
    system=SALESFORCE,
    recognises=lambda source: (
        has_heads(source, "new value", "edit date") or has_heads(source, "opportunityid", "field", "newvalue")
    ),
    read=_changes,
)
SALESFORCE_HISTORY: Final = HistoryFile(
    name="Salesforce OpportunityHistory",
    system=SALESFORCE,
    recognises=lambda source: has_heads(source, "opportunityid", "stagename", "createddate"),
    read=_snapshots,
)
