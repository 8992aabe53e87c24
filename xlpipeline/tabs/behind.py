"""The hidden tab _Cards: what the cards that follow a rep filter, and some charts, are read from."""

from __future__ import annotations

from typing import Final

from xlpipeline.tabs import conversion, coverage, dashboard, velocity
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TABLES: Final = (
    dashboard.CARDS_TABLE,
    dashboard.STAGE_BARS,
    coverage.CARDS_TABLE,
    coverage.LOWEST,
    coverage.MONEY,
    velocity.CARDS_TABLE,
    conversion.CHART,
)

TAB: Final = Tab(
    "_Cards",
    "hidden",
    (
        Text("B1", "Behind the cards and charts", "title"),
        Text(
            "B2",
            "Written by every refresh: one row for the team and one per rep, so that a dashboard can show either.",
            "line",
        ),
        *side_by_side(*(TableBlock("B4", table, grows=True) for table in TABLES)),
    ),
)
