"""HubSpot: an export of deals, and a property history of their stages."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from xlpipeline.importers.history_file import HistoryFile, Told
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import CLOSE_DATE, STATUS, UPDATED
from xlpipeline.importers.system import (
    CLOSED_WORDS,
    Known,
    StageColumn,
    System,
    bracketed,
    bracketed_pipelines,
    by_table,
    has_heads,
    head_of,
    is_yes,
    many,
    noted,
    plain,
    texts_of,
    with_categories,
    with_cells,
    without_suffix,
)

_TARGETS: Final = {
    "record id": "Deal ID",
    "deal id": "Deal ID",
    "deal name": "Opportunity",
    "deal stage": "Stage",
    "close date": CLOSE_DATE,
    "create date": "Created",
    "deal owner": "Owner",
    "amount": "Amount",
    "currency": "Currency",
    "deal probability": "Probability",
    "forecast category": "Forecast category",
    "associated company": "Account",
    "primary associated company": "Account",
    "associated company (primary)": "Account",
    "company name": "Account",
    "closed lost reason": "Lost reason",
    "original source type": "Source",
    "original source": "Source",
    "next step": "Next step",
    "next activity date": "Next step date",
    "last activity date": "Last touch",
    "last contacted": "Last touch",
    "last modified date": UPDATED,
    "deal description": "Notes",
    "is deal closed?": STATUS,
    "is closed won": STATUS,
    "is closed lost": STATUS,
    "date entered current stage": "Stage since",
}
_OF_IDS: Final = "an ID, not a name; the column beside it has the names"
_ONLY_IDS: Final = "an ID, not a name; please export the company's name too (Associated Company)"
_KEPT_OUT: Final = {
    "associated company ids": _OF_IDS,
    "associated company (ids)": _OF_IDS,
    "associated contact ids": _OF_IDS,
    "associated contact (ids)": _OF_IDS,
    "pipeline": "tells which deals belong to this workbook",
    "closed won reason": "there is no column for it; name it under extra in a mapping file to keep it",
    "deal type": "there is no column for it; name it under extra in a mapping file to keep it",
    "is stalled": "Flags tell it",
    "amount in company currency": "Amount and Currency tell it; rates are on Calendar",
    "weighted amount": "computed in Pipeline",
    "forecast amount": "computed in Pipeline",
}
_FLAGS: Final = ("is deal closed?", "is closed won", "is closed lost")
_PER_STAGE: Final = re.compile(
    r"(date entered|date exited|(?:latest|cumulative) time in) [\"“”'‘’](.+)[\"“”'‘’](?: .*)?", re.I
)
LATEST_ONLY: Final = "HubSpot: first or latest entry, other stays unknown"
_WHY: Final = {
    "date exited": "the entry to the next stage tells it",
    "latest time in": "the entries to the stages tell it",
    "cumulative time in": "the entries to the stages tell it",
}


def _known(source: Source) -> Known:
    known = by_table(source, "HubSpot", _TARGETS, _KEPT_OUT)
    if all(target != "Account" for target, _ in known.values()):
        known |= {head: ("", _ONLY_IDS) for head in source.columns if plain(head).startswith("associated company")}
    flags = [head for head in source.columns if plain(head) in _FLAGS]
    status = head_of(source, *_FLAGS)
    for head in flags:
        known[head] = ("", f"read together with “{status}”") if head != status else (STATUS, _told_by(source))
    for head in source.columns:
        found = _PER_STAGE.fullmatch(" ".join(head.split()))
        if found:
            known[head] = ("", _WHY.get(found[1].lower(), "a stage of another pipeline"))
    return known


def _told_by(source: Source) -> str:
    flags = [head for head in source.columns if plain(head) in _FLAGS]
    return f"{_listed(flags)} tell{'s' if len(flags) == 1 else ''} open, won or lost"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _pipelines(source: Source) -> pd.Series | None:
    head = head_of(source, "pipeline")
    return texts_of(source, head) if head else bracketed_pipelines(source, head_of(source, "deal stage"))


def _prepared(source: Source) -> Source:
    stage = head_of(source, "deal stage")
    source = with_categories(source, head_of(source, "forecast category"))
    if stage:
        source = without_suffix(source, stage, _pipelines(source))
    cells: dict[str, list[object]] = {}
    status = head_of(source, *_FLAGS)
    if status:
        cells[status] = list(_outcomes(source))
    account = head_of(source, *(name for name, target in _TARGETS.items() if target == "Account"))
    several = 0
    if account:
        names = texts_of(source, account).tolist()
        cells[account] = [name.split(";")[0].strip() or None for name in names]
        several = sum(";" in name for name in names)
    named = many(several, "deal names", "deals name")
    told = f"{named} several companies, joined by “;”; the first was taken as Account."
    return noted(with_cells(source, cells), told if several else "")


def _outcomes(source: Source) -> list[str | None]:
    """open, won, lost or closed per row, by whichever of the three flags there are; None where none is filled."""
    closed, won, lost = (texts_of(source, head_of(source, name)).tolist() for name in _FLAGS)
    has_won = head_of(source, "is closed won") is not None
    out: list[str | None] = []
    for is_closed, is_won, is_lost in zip(closed, won, lost, strict=True):
        if not (is_closed or is_won or is_lost):
            out.append(None)
        elif is_yes(is_won):
            out.append("won")
        elif is_yes(is_lost) or (is_yes(is_closed) and has_won):
            out.append("lost")
        else:
            out.append("closed" if is_yes(is_closed) else "open")
    return out


def _stage_columns(source: Source, pipeline: str, names: tuple[str, ...]) -> tuple[StageColumn, ...]:
    """Columns of one pipeline's stages. Brackets behind a stage hold its pipeline only if one is called so.

    Where the source names no pipelines, they do if all of these columns have such brackets.
    """
    heads = {head: found for head in source.columns if (found := _PER_STAGE.fullmatch(" ".join(head.split())))}
    names = names or tuple(dict.fromkeys(bracketed(found[2].strip()) for found in heads.values()))
    longest = sorted(names if all(names) else (), key=len, reverse=True)
    out = []
    for head, found in heads.items():
        text = found[2].strip()
        of = next((name for name in longest if plain(text).endswith(f" ({plain(name)})")), "")
        is_ours = not of or not pipeline or plain(of) == plain(pipeline)
        if is_ours and found[1].lower() == "date entered":
            out.append(StageColumn(head, text[: -len(of) - 2].strip() if of else text))
    return tuple(out)


HUBSPOT: Final = System(
    name="HubSpot",
    recognises=lambda source: has_heads(source, "record id", "deal stage")
    or has_heads(source, "deal id", "deal stage", "is closed won"),
    known=_known,
    prepare=_prepared,
    pipelines=_pipelines,
    ends_in_own_stage=True,
    outcomes=CLOSED_WORDS,
    stage_columns=_stage_columns,
)  # fmt: skip


def _property_rows(source: Source) -> Told:
    """Changes of ``dealstage`` in a property history."""
    name = texts_of(source, head_of(source, "name")).str.casefold()
    of_stage = name.isin(["dealstage", "deal stage"])
    rows = source.rows[of_stage.to_numpy()]
    return Told(
        ids=texts_of(source, head_of(source, "deal_id", "deal id", "record id"))[of_stage],
        stages=texts_of(source, head_of(source, "value"))[of_stage],
        moments=rows[head_of(source, "timestamp")],
        moment_head=str(head_of(source, "timestamp")),
        columns={
            "deal_id": "the deal",
            "timestamp": "when it was entered",
            "value": "the stage, where name is dealstage",
        },
    )


HUBSPOT_PROPERTY_HISTORY: Final = HistoryFile(
    name="HubSpot property history",
    system=HUBSPOT,
    recognises=lambda source: (
        has_heads(source, "timestamp", "name", "value")
        and head_of(source, "deal_id", "deal id", "record id") is not None
    ),
    read=_property_rows,
)
