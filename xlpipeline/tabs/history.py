"""The hidden tabs _History and _Snapshots: what happened to every deal, and what the pipeline looked like on a day."""

from __future__ import annotations

from typing import Final

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
