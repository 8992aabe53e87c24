"""The tab Costs: what marketing and prospecting cost, and what peers report; entered by the team."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import BENCHMARKS, COSTS
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Costs",
    "setup",
    (
        Text("B1", "Costs and benchmarks", "title"),
        Text("B2", "What leads cost; to the right, what others report, each figure with its source.", "line"),
        *side_by_side(
            TableBlock(
                "B4",
                COSTS,
                rows=12,
                grows=True,
                hint="One row per month and source; an opportunity's cost stands on Leads summary.",
            ),
            TableBlock(
                "B4",
                BENCHMARKS,
                rows=5,
                grows=True,
                hint="Shares as 0.3 for 30 %, money in the team's currency, cycles in days. Only with its source.",
            ),
        ),
    ),
    freeze="B7",
)
