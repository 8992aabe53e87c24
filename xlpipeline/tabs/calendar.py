"""The tab Calendar: holidays, fiscal periods of the team's own, and exchange rates."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import FX, HOLIDAYS, PERIODS
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Calendar",
    "setup",
    (
        Text("B1", "Calendar", "title"),
        Text("B2", "Days off, fiscal periods and exchange rates.", "line"),
        *side_by_side(
            TableBlock("B4", HOLIDAYS, rows=5, hint="Business days leave these out."),
            TableBlock("B4", PERIODS, rows=5, hint="Only for a calendar such as 4-4-5; else blank."),
            TableBlock("B4", FX, rows=5, hint="Only for deals in other currencies."),
        ),
    ),
    freeze="B7",
)
