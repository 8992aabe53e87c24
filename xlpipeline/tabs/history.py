"""The hidden tabs that remember: _History, _Snapshots, and _Edits with the times of edits until the next refresh."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.edits_table import EDITS, REFRESHED_AT
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.tabs.layout import Tab, TableBlock, Text

TAB: Final = Tab(
    HISTORY.tab,
    "hidden",
    (
        Text("B1", "History", "title"),
        Text("B2", "Every refresh adds what has changed in Pipeline. Please leave these rows as they are.", "line"),
        TableBlock("B4", HISTORY, grows=True, titled=False),
    ),
    freeze="B5",
)
SNAPSHOTS_TAB: Final = Tab(
    SNAPSHOTS.tab,
    "hidden",
    (
        Text("B1", "Snapshots", "title"),
        Text("B2", "Written by 'xlpipeline snapshot'. Please leave these rows as they are.", "line"),
        TableBlock("B4", SNAPSHOTS, grows=True, titled=False),
    ),
    freeze="B5",
)
EDITS_TAB: Final = Tab(
    EDITS.tab,
    "hidden",
    (
        Text("B1", "Edits", "title"),
        Text("B2", "Kept by the Excel add-in; every refresh tells them in _History and empties the table.", "line"),
        Text("B3", "Last refresh", "hint"),
        Text("C3", "", "hint", name=REFRESHED_AT),
        TableBlock("B4", EDITS, grows=True, titled=False),
    ),
    freeze="B5",
)
