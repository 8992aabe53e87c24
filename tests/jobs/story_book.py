"""A small team's workbook in memory: edit cells, refresh, look at issues, flags and history. 4 May 2026 is a Monday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from unittest.mock import patch

import pandas as pd

from xlpipeline.jobs.refresh import Refreshed, refresh
from xlpipeline.model.applied import applied, with_frame
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.computed import COMPUTED
from xlpipeline.model.edits_table import EDITS, REFRESHED_AT
from xlpipeline.model.history import History, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.schema import (
    ACTIVITIES,
    CRITERIA,
    INPUT_TABLES,
    ISSUES,
    PIPELINE,
    REPS,
    SCHEMA_VERSION,
    SETTINGS,
    STAGES,
    Table,
)
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.model.tracking import Approval
from xlpipeline.tabs import issues

Row = Mapping[str, object]

STAGE_ROWS: tuple[Row, ...] = (
    {"Order": 8, "Stage": "Lost", "Type": "lost"},
    {"Order": 9, "Stage": "No decision", "Type": "derailed"},
    {"Order": 1, "Stage": "Talk", "Type": "open", "Default probability": 0.1, "Max business days": 5},
    {"Order": 2, "Stage": "Offer", "Type": "open", "Default probability": 0.5, "Max business days": 5},
    {"Order": 3, "Stage": "Close", "Type": "open", "Default probability": 0.8},
    {"Order": 4, "Stage": "Won", "Type": "won", "Default probability": 1},
)
CRITERIA_ROWS: tuple[Row, ...] = (
    {"Stage": "Talk", "Direction": "exit", "ID": "need", "Text": "The need is confirmed.", "Kind": "tick",
     "Argument 1": "Need confirmed", "Blocking": "Y"},
    {"Stage": "Offer", "Direction": "exit", "ID": "sent", "Text": "The proposal was sent.", "Kind": "filled",
     "Argument 1": "Proposal sent on", "Blocking": "Y"},
    {"Stage": "Close", "Direction": "exit", "ID": "signed", "Text": "The contract is signed.", "Kind": "filled",
     "Argument 1": "Signed on", "Blocking": "Y"},
)  # fmt: skip
GOOD: Row = {
    "Account": "Acme", "Owner": "Ann", "Stage": "Talk", "Amount": 1000.0, "Created": dt.date(2026, 5, 4),
    "Expected close": dt.date(2026, 6, 30), "Next step": "Call", "Last touch": dt.date(2026, 5, 4),
}  # fmt: skip
"""A deal without fault; its name and ID come with it."""


def day(number: int, month: int = 5) -> dt.date:
    """A day of 2026."""
    return dt.date(2026, month, number)


def _table(table: Table, rows: tuple[Row, ...] = (), *, blank: int = 1) -> BookTable:
    body = [*rows, *({} for _ in range(blank if not rows else 0))]
    frame = pd.DataFrame({h: pd.Series([row.get(h) for row in body], dtype=object) for h in table.heads})
    ours = {c.name: "1" for c in table.columns if c.writer == "formula"}
    return BookTable(table.name, table.tab, 4, 2, frame, ours)


def new_book(deals: tuple[Row, ...], policy: str = "flag", activities: tuple[Row, ...] = ()) -> Book:
    """A book that was never refreshed."""
    settings: tuple[Row, ...] = (
        {"Key": "stage_change_policy", "Value": policy},
        {"Key": "time_zone", "Value": "Europe/Berlin"},
    )
    rows = tuple({**GOOD, "Opportunity": f"Deal {n}", **deal} for n, deal in enumerate(deals, start=1))
    tables = [
        _table(PIPELINE, rows),
        _table(STAGES, STAGE_ROWS),
        _table(CRITERIA, CRITERIA_ROWS),
        _table(SETTINGS, settings),
        _table(REPS, ({"Rep": "Ann"}, {"Rep": "Bob"})),
        _table(ACTIVITIES, activities),
        *(_table(table) for table in (ISSUES, HISTORY, SNAPSHOTS, EDITS)),
    ]
    tables += [_table(table) for table in INPUT_TABLES if table.name not in {one.name for one in tables}]
    names = {"last_as_of": None, "refreshed_line": None, REFRESHED_AT: None, "xlp_schema": SCHEMA_VERSION}
    return Book({t.name: t for t in tables}, names)


@dataclass
class Story:
    """The workbook through time."""

    book: Book
    last: Refreshed | None = field(default=None)

    def rows(self) -> pd.DataFrame:
        """Pipeline."""
        return self.book.frame("Pipeline")

    def _position(self, deal: str) -> int:
        frame = self.rows()
        return int(frame.index[(frame["Deal ID"] == deal) | (frame["Opportunity"] == deal)][0])

    def cell(self, deal: str, head: str) -> object:
        """A cell of the deal of that ID or name."""
        return self.rows().at[self._position(deal), head]

    def edit(self, deal: str, **cells: object) -> None:
        """Type into cells of a deal (blanks of heads as underscores)."""
        frame = self.rows().copy()
        for head, value in cells.items():
            frame.at[self._position(deal), head.replace("_", " ")] = value  # type: ignore[assignment]
        self.put(frame)

    def put(self, frame: pd.DataFrame) -> None:
        """Give Pipeline another body."""
        body = frame.reset_index(drop=True).astype(object)
        body = body.where(body.notna(), None)
        self.book = with_frame(self.book, "Pipeline", body)

    def add(self, **cells: object) -> None:
        """A new row at the end."""
        row = {**GOOD, **{head.replace("_", " "): value for head, value in cells.items()}}
        frame = self.rows()
        new = pd.DataFrame([{head: row.get(head) for head in frame.columns}], dtype=object)
        self.put(pd.concat([frame.astype(object), new], ignore_index=True))

    def delete(self, deal: str) -> None:
        """Delete a row."""
        self.put(self.rows().drop(index=self._position(deal)))

    def refresh(
        self, on: dt.date, hour: int = 15, as_of: dt.date | None = None, approvals: Mapping[str, Approval] | None = None
    ) -> Refreshed:
        """Refresh at that hour (UTC) and keep what it writes."""
        now = dt.datetime(on.year, on.month, on.day, hour, tzinfo=dt.UTC)
        with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):  # this book has no other
            self.last = refresh(self.book, now=now, as_of=as_of, user="ann", tool="test", approvals=approvals)
        self.book = applied(self.book, self.last.changes)
        return self.last

    def history(self) -> History:
        """What ``_History`` tells."""
        return read_history(self.book.frame(HISTORY.name))

    def told(self, deal: str = "") -> list[tuple[str, str, str, object, object]]:
        """Events after the births as (day, deal, kind or column, old, new)."""
        events = self.history().events
        events = events[~events["kind"].isin(["created", "returned"]) & ((events["deal_id"] == deal) | (deal == ""))]
        columns = ("not_after", "deal_id", "kind", "old", "new")
        return [
            (f"{moment:%m-%d}", name, kind, old, new)
            for moment, name, kind, old, new in zip(*(events[c] for c in columns), strict=True)
        ]

    def issues(self, *checks: str) -> list[tuple[str, str]]:
        """(check's title, sentence) of the last refresh, of some checks or all."""
        assert self.last is not None
        found = self.last.issues
        found = found[found["Check"].isin(checks)] if checks else found
        return list(zip(found["Check"], found["What is wrong"], strict=True))

    def flags(self, deal: str) -> object:
        """The letters in Flags."""
        return self.cell(deal, "Flags")


assert {column.name for column in COMPUTED} <= set(PIPELINE.heads)
