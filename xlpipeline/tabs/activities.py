"""The tab Activities: every call, mail and meeting, one row each."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import ACTIVITIES
from xlpipeline.tabs.layout import Tab, TableBlock, Text

TAB: Final = Tab(
    "Activities",
    "input",
    (
        Text("B1", "Activities", "title"),
        Text("B2", "One row is one call, e-mail, meeting or other touch with a buyer.", "line"),
        TableBlock("B4", ACTIVITIES, rows=20, grows=True, titled=False),
    ),
    freeze="B5",
)
