"""The tab Leads: people and companies that may become opportunities."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import LEADS
from xlpipeline.tabs.layout import Tab, TableBlock, Text

TAB: Final = Tab(
    "Leads",
    "input",
    (
        Text("B1", "Leads", "title"),
        Text("B2", "One row is one lead. When it becomes an opportunity, enter the day and the Deal ID.", "line"),
        TableBlock("B4", LEADS, rows=20, grows=True, titled=False),
    ),
    freeze="D5",
)
