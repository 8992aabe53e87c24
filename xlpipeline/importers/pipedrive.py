"""Pipedrive: a list export of deals, and a file in the vocabulary of its import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.pipedrive_words import ARCHIVED, DELETED, PREFIX, english, tells_activities
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import OUTCOMES, STATUS, UPDATED
from xlpipeline.importers.system import (
    Known,
    System,
    bracketed_pipelines,
    by_table,
    many,
    noted,
    only_rows,
    texts_of,
    with_cells,
    without_suffix,
)
from xlpipeline.model.decided import spelling_key

_TARGETS: Final = {
    "deal - id": "Deal ID",
    "deal - pipedrive system id": "Deal ID",
    "deal - title": "Opportunity",
    "deal - organization": "Account",
    "organization": "Account",
    "organization - name": "Account",
    "deal - owner": "Owner",
    "deal - stage": "Stage",
    "deal - stage (pipeline)": "Stage",
    "deal - status": STATUS,
    "deal - value": "Amount",
    "deal - currency of value": "Currency",
    "deal - probability": "Probability",
    "deal - expected close date": "Expected close",
    "deal - won time": "Actual close",
    "deal - lost time": "Actual close",
    "deal - deal closed on": "Actual close",
    "deal - closed on": "Actual close",
    "deal - deal created": "Created",
    "deal - creation date": "Created",
    "deal - lost reason": "Lost reason",
    "deal - last stage change": "Stage since",
    "deal - next activity date": "Next step date",
    "deal - last activity date": "Last touch",
    "deal - source origin": "Source",
    "deal - source channel": "Source",
    "deal - product name": "Product",
    "deal - update time": UPDATED,
}
_OF_PERSON: Final = "an ID, not a name"
_KEPT_OUT: Final = {
    "deal - weighted value": "computed in Pipeline",
    "deal - currency of weighted value": "computed in Pipeline",
    "deal - organization id": _OF_PERSON,
    "deal - contact person id": _OF_PERSON,
    "deal - source origin id": _OF_PERSON,
    "deal - source channel id": _OF_PERSON,
    "deal - creator": "Owner tells who has the deal now",
    "deal - pipeline": "tells which deals belong to this workbook",
    "deal - product amount": "Amount is the value of the whole deal",
    "deal - product quantity": "Amount is the value of the whole deal",
    "deal - archive time": "read together with Archive status",
    "deal - archive status": "archived deals that are still open are listed below",
}
_CLOSES: Final = tuple(name for name, target in _TARGETS.items() if target == "Actual close")


_WANTED: Final = {"won": "deal - won time", "lost": "deal - lost time"}
_ADVISED: Final = {
    "Title": ("deal - title",),
    "Owner": ("deal - owner",),
    "Won time, Lost time or Deal closed on": _CLOSES,
}
"""Columns without which an export is halved."""


def _head(source: Source, *names: str) -> str | None:
    """The source's head that is the first of these English ones; None without one."""
    heads = {english(head): head for head in reversed(source.columns)}
    return next((heads[name] for name in names if name in heads), None)


def _is_pipedrive(source: Source) -> bool:
    if any(map(tells_activities, source.columns)):
        return False
    ours = [head for head in source.columns if english(head).startswith(PREFIX)]
    return _head(source, "deal - title") is not None or len(ours) > 2


def _known(source: Source) -> Known:
    known = by_table(source, "Pipedrive", _TARGETS, _KEPT_OUT, english)
    closes = [head for head in source.columns if english(head) in _CLOSES]
    one = _head(source, *_CLOSES)
    for head in closes:
        if head != one:
            known[head] = ("", f"read together with “{one}”")
        elif len(closes) > 1:
            known[head] = ("Actual close", f"{' or '.join(closes)}, whichever the status asks for")
    return known


def _pipelines(source: Source) -> pd.Series | None:
    head = _head(source, "deal - pipeline")
    return texts_of(source, head) if head else bracketed_pipelines(source, _head(source, "deal - stage (pipeline)"))


def _prepared(source: Source) -> Source:
    words = texts_of(source, _head(source, "deal - status")).str.casefold()
    deleted = words.isin(DELETED)
    are = many(int(deleted.sum()), "deal is deleted in Pipedrive and was", "deals are deleted in Pipedrive and were")
    source = noted(only_rows(source, ~deleted), f"{are} left out." if deleted.any() else "")
    stage = _head(source, "deal - stage (pipeline)", "deal - stage")
    if stage:
        source = without_suffix(source, stage, _pipelines(source))
    status = texts_of(source, _head(source, "deal - status")).map(_meaning)
    one = _head(source, *_CLOSES)
    done = with_cells(source, {one: _closed_on(source, status)}) if one else source
    return replace(done, faults=(*done.faults, *_archived(source, status)))


def _meaning(word: str) -> str:
    """open, won or lost; a word that is not known as it is, and "" for a blank."""
    return OUTCOMES.get(spelling_key(word), word)


def _archived(source: Source, status: pd.Series) -> list[RowFault]:
    archived = texts_of(source, _head(source, "deal - archive status")).str.casefold().isin(ARCHIVED)
    return [
        RowFault(
            int(str(row)),
            "",
            "This deal is archived in Pipedrive and still open there.",
            "It came in as open; if nobody works it, close it in Pipedrive, or move it to the derailed stage here.",
        )
        for row in source.rows.index[(archived & status.isin(["open", ""])).to_numpy(dtype=bool)]
    ]


def _closed_on(source: Source, status: pd.Series) -> list[object]:
    """The day of the close that each row's status asks for; an open deal has none, whatever was left of an older one.

    Of a status that is not known it is the last day of all: what happened last made it.
    """
    heads = {name: head for name in _CLOSES if (head := _head(source, name))}
    rows = zip(*(source.rows[head].tolist() for head in heads.values()), strict=True)
    return [
        _close({name: cell for name, cell in zip(heads, cells, strict=True) if cell and str(cell).strip()}, word)
        for cells, word in zip(rows, status.tolist(), strict=True)
    ]


def _close(days: Mapping[str, object], status: str) -> object:
    if status == "open":
        return None
    if status and status not in _WANTED:
        return max(days.values(), key=str, default=None)
    wanted = (_WANTED.get(status, ""), "deal - deal closed on", "deal - closed on", *(() if status else _CLOSES))
    return next((days[name] for name in wanted if name in days), None)


def _advice(source: Source) -> tuple[str, ...]:
    lacking = [what for what, names in _ADVISED.items() if _head(source, *names) is None]
    if not lacking:
        return ()
    return (
        (
            f"No column of {source.title} is known as Pipedrive's {'; '.join(lacking)}. Heads follow your language "
            "there: please add these columns to the list and export it in English, or name them in a mapping file."
        ),
    )


PIPEDRIVE: Final = System(
    name="Pipedrive",
    recognises=_is_pipedrive,
    known=_known,
    prepare=_prepared,
    pipelines=_pipelines,
    advice=_advice,
)
