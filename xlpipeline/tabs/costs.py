"""The tab Costs: what peers report, entered by the team."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import BENCHMARKS
from xlpipeline.tabs.layout import Tab, TableBlock, Text

TAB: Final = Tab(
    "Costs",
    "setup",
    (
        Text("B1", "Costs and benchmarks", "title"),
        Text("B2", "What others report, to compare with: each figure with its source.", "line"),
        TableBlock(
            "B4",
            BENCHMARKS,
            rows=5,
            grows=True,
            hint="Shares as 0.3 for 30 %, money in the team's currency, cycles in days. Shown only with its source.",
        ),
    ),
    freeze="B7",
)
