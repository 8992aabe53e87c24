"""Zoho CRM: an export of deals (IDs begin with zcrm_), and the file of their stage history."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from xlpipeline.importers.history_file import HistoryFile, Told
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import CLOSE_DATE, UPDATED
from xlpipeline.importers.system import (
    CLOSED_WORDS,
    Known,
    System,
    by_table,
    has_heads,
    head_of,
    plain,
    texts_of,
)

_TARGETS: Final = {
    "record id": "Deal ID",
    "deal name": "Opportunity",
    "account name": "Account",
    "deal owner": "Owner",
    "stage": "Stage",
    "amount": "Amount",
    "currency": "Currency",
    "probability (%)": "Probability",
    "closing date": CLOSE_DATE,
    "created time": "Created",
    "modified time": UPDATED,
    "last activity time": "Last touch",
    "next step": "Next step",
    "lead source": "Source",
    "reason for loss": "Lost reason",
    "reason for loss__s": "Lost reason",
    "description": "Notes",
}
_KEPT_OUT: Final = {
    "pipeline": "tells which deals belong to this workbook",
    "sub-pipeline": "Stage tells where the deal stands",
    "expected revenue": "computed in Pipeline as Weighted amount",
    "type": "there is no column for it; name it under extra in a mapping file to keep it",
    "created by": "Owner tells who has the deal now",
    "modified by": "Owner tells who has the deal now",
    "contact name": "there is no column for it; name it under extra in a mapping file to keep it",
}
_MOVES: Final = ("moved to", "stage duration (calendar days)")


def _is_zoho(source: Source) -> bool:
    head = head_of(source, "record id")
    if head is None or not has_heads(source, "stage") or is_stage_history(source):
        return False
    filled = [text for text in texts_of(source, head).tolist() if text]
    return bool(filled) and sum(text.startswith("zcrm_") for text in filled) > len(filled) / 2


def _known(source: Source) -> Known:
    known = by_table(source, "Zoho", _TARGETS, _KEPT_OUT)
    for head in source.columns:
        if plain(head).endswith(".id"):
            known[head] = ("", "an ID, not a name; the column beside it has the name")
    return known


def _pipelines(source: Source) -> pd.Series | None:
    head = head_of(source, "pipeline")
    return texts_of(source, head) if head else None


def _canonical(text: str) -> str:
    return text.removeprefix("zcrm_")


ZOHO: Final = System(
    name="Zoho",
    recognises=_is_zoho,
    known=_known,
    pipelines=_pipelines,
    ends_in_own_stage=True,
    outcomes={**CLOSED_WORDS, "closed lost to competition": "lost", "closed-lost to competition": "lost"},
    canonical_id=_canonical,
)


def is_stage_history(source: Source) -> bool:
    """Whether a source is the file of stage history: it tells the stage that each row's stage was left for."""
    return any(has_heads(source, name) for name in _MOVES) and has_heads(source, "stage", "modified time")


def _read(source: Source) -> Told:
    """A row tells that a deal left Stage for Moved To at Modified Time; without Moved To it is still there.

    The stage in which a deal began was entered Stage Duration days earlier (to the day); that of a deal that never
    moved is in no row but its own.
    """
    ids = texts_of(source, head_of(source, "deal name.id", "deal id", "parent id.id"))
    left = texts_of(source, head_of(source, "stage"))
    to = texts_of(source, head_of(source, "moved to"))
    when = str(head_of(source, "modified time"))
    moved = to != ""
    days = texts_of(source, head_of(source, "stage duration (calendar days)"))
    return Told(
        ids=ids[moved],
        stages=to[moved],
        moments=source.rows.loc[moved.to_numpy(), when],
        moment_head=when,
        left=left[moved],
        stayed=days[moved].map(_days),
        columns={
            "Deal Name.id": "the deal",
            "Stage": "the stage that was left",
            "Moved To": "the stage that was entered",
            "Modified Time": "when it was entered",
            "Stage Duration (Calendar Days)": "since when the first stage held",
        },
    )


def _days(text: str) -> object:
    try:
        days = float(text.replace(",", ""))
    except ValueError:
        return None
    return dt.timedelta(days=round(days)) if 0 <= days < 36_500 else None


ZOHO_STAGE_HISTORY: Final = HistoryFile(name="Zoho stage history", system=ZOHO, recognises=is_stage_history, read=_read)
