"""The tab Team: reps and their quotas."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import QUOTAS, REPS
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Team",
    "setup",
    (
        Text("B1", "Team", "title"),
        Text("B2", "Who sells, and what each is to win in each period. Names are those of Owner in Pipeline.", "line"),
        *side_by_side(
            TableBlock("B4", REPS, hint="One row per rep. Type below the last row and the table grows."),
            TableBlock("B4", QUOTAS, hint="One row per rep and period; coverage needs the running period."),
        ),
    ),
    freeze="B7",
)
