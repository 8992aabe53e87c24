"""The table ``_History``: its columns, and the kinds of events that its rows tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from xlpipeline.model.schema import Column, Table

_C = Column
HISTORY: Final = Table(
    "_History",
    "_History",
    "History",
    (
        _C("Event ID", "text", "Names the event, the same in every copy of the workbook.", 22, "refresh"),
        _C("Deal ID", "text", "The deal.", 12, "refresh", "as text"),
        _C("Kind", "text", "What happened: created, stage, amount, changed, deleted …", 15, "refresh"),
        _C("Column", "text", "The Pipeline column that changed; blank for the whole row.", 18, "refresh"),
        _C("Old", "text", "What stood there. What is no text begins with |.", 24, "refresh", "as text"),
        _C("New", "text", "What stands there since; for created and returned the whole row.", 24, "refresh", "as text"),
        _C("Not before", "moment", "It happened later; as Not after: exactly then. Blank = not known.", 17, "refresh"),
        _C("Not after", "moment", "It happened up to then: the refresh that found it, or its stamp.", 17, "refresh"),
        _C("User", "text", "Who refreshed; who edited where the moment is exact.", 16, "refresh"),
        _C("Tool", "text", "What wrote the line.", 18, "refresh"),
        _C("Note", "text", "Reason, or what else is worth knowing.", 40, "refresh"),
    ),
    key="Event ID",
)  # fmt: skip
"""The append-only table of events; one row = one event."""

BIRTHS: Final = ("created", "returned")
"""Kinds that begin a deal's life with a whole row; ``deleted`` ends it."""
COLUMN_KINDS: Final = {
    "Stage": "stage",
    "Amount": "amount",
    "Expected close": "expected_close",
    "Owner": "owner",
    "Probability": "probability",
}
"""Kind of a change by its column; any other column is ``changed``."""
SETTING_KINDS: Final = (*COLUMN_KINDS.values(), "changed", "reopened", "reverted")
"""Kinds that give one column of a deal a new value."""
STEP: Final = "step"
"""Kind of an edit that another one overtook before the refresh that tells of both; ``model.steps`` reads them."""
ENTERED: Final = "entered"
"""Kind of an entry to a stage that another system's history tells (an import); ``model.told_entries`` reads them.

It lies before what refreshes saw, or between two of them; replaying ignores it: what Pipeline held stays the truth.
"""
REMARKS: Final = ("id_given", "override", "forgotten", STEP, ENTERED)
"""Kinds that are told, and change no cell."""
KINDS: Final = (*BIRTHS, "deleted", *SETTING_KINDS, *REMARKS)

DRAFT: Final = ("deal_id", "kind", "column", "old", "new", "note")
"""Columns of drafts of events, before they get ID and stamp."""
BORN_WITH: Final = "Stage since"
"""Written by refresh, not logged, but kept with a deal's first row: an import may know since when its stage holds."""
REST_OF_ROW: Final = "part of the row above, which is too long for one cell"
"""Note of the events that carry what does not fit into a birth's JSON."""
TABLE_HEAD: Final = -1
"""Position of faults of a table as a whole."""


@dataclass(frozen=True)
class Stamp:
    """When and by whom: bounds are naive moments in the workbook's zone (``not_before`` None = not known)."""

    not_before: dt.datetime | None
    not_after: dt.datetime
    user: str = ""
    tool: str = ""


def deal_key(deal_id: str) -> str:
    """What makes two IDs one: case and outer space aside, as a look-up in the sheet sees it."""
    return deal_id.strip().casefold()
