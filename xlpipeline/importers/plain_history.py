"""A stage history of no known system: a deal, a stage and a day per row, and nothing that only a deal has."""

from __future__ import annotations

import re
from typing import Final

from xlpipeline.importers.history_file import HistoryFile, Told
from xlpipeline.importers.salesforce import long_id
from xlpipeline.importers.source import Source
from xlpipeline.importers.system import System, texts_of

_IDS: Final = frozenset(("dealid", "opportunityid", "recordid"))
_STAGES: Final = frozenset(("stage", "stagename", "dealstage", "newstage", "tostage"))
_DAYS: Final = frozenset(("stagedate", "enteredon", "entered", "dateentered", "enteredat", "changedon", "changedat"))
_OF_DEALS: Final = frozenset(
    ("opportunity", "opportunityname", "dealname", "name", "title", "account", "company", "closedate", "owner")
)


def _key(head: str) -> str:
    return "".join(re.findall(r"[^\W_]+", head.casefold()))


def _head(source: Source, names: frozenset[str]) -> str | None:
    return next((head for head in source.columns if _key(head) in names), None)


def _is_history(source: Source) -> bool:
    if any(_key(head) in _OF_DEALS for head in source.columns):
        return False
    return all(_head(source, names) for names in (_IDS, _STAGES, _DAYS))


def _read(source: Source) -> Told:
    ids, stage, when = (str(_head(source, names)) for names in (_IDS, _STAGES, _DAYS))
    return Told(
        ids=texts_of(source, ids),
        stages=texts_of(source, stage),
        moments=source.rows[when],
        moment_head=when,
        columns={ids: "the deal", stage: "the stage that was entered", when: "when it was entered"},
    )


PLAIN_HISTORY: Final = HistoryFile(
    name="stage history",
    system=System(name="", recognises=lambda _: False, known=lambda _: {}, canonical_id=long_id),
    recognises=_is_history,
    read=_read,
)
