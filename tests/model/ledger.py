"""A small workbook with a memory: a Pipeline of a few columns that tests edit and refresh."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from xlpipeline.model.history import History, appended, read_history
from xlpipeline.model.history_diff import Diff, diff
from xlpipeline.model.history_table import HISTORY, Stamp

TYPES = {"Discovery": "open", "Proposal": "open", "Won": "won", "Lost": "lost"}
HEADS = ("Deal ID", "Opportunity", "Account", "Owner", "Stage", "Amount", "Expected close", "Notes")
Row = dict[str, object]


def table(rows: list[Row], heads: tuple[str, ...]) -> pd.DataFrame:
    """A body with heads, cells as they are."""
    return pd.DataFrame({head: pd.Series([row.get(head) for row in rows], dtype=object) for head in heads})


@dataclass
class Ledger:
    """Rows of Pipeline and body of ``_History``; ``refresh`` does what the job does with them."""

    heads: tuple[str, ...] = HEADS
    rows: list[Row] = field(default_factory=list)
    body: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(HISTORY.heads), dtype=object))
    refreshed_at: dt.datetime | None = None

    @property
    def frame(self) -> pd.DataFrame:
        return table(self.rows, self.heads)

    @property
    def history(self) -> History:
        return read_history(self.body)

    def look(self, at: dt.datetime, user: str = "Kim") -> Diff:
        """What a refresh would find."""
        return diff(self.history, self.frame, stage_types=TYPES, stamp=Stamp(self.refreshed_at, at, user, "test"))

    def refresh(self, at: dt.datetime, user: str = "Kim") -> Diff:
        """Find, append, and write the IDs that were given."""
        found = self.look(at, user)
        self.body = appended(self.body, found.events)
        for position, name in found.ids_given.items():
            self.rows[int(str(position))]["Deal ID"] = name
        self.refreshed_at = at
        return found
