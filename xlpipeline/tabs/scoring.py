"""The tab Scoring: qualification marks, the ideal customer, and the follow-up cadence."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import CADENCE, ICP, SCORING
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Scoring",
    "setup",
    (
        Text("B1", "Scoring", "title"),
        Text(
            "B2",
            "How this team judges a deal; to the right, what a good customer is, and how often to follow up.",
            "line",
        ),
        *side_by_side(
            TableBlock("B4", SCORING, hint="Marks per framework; a blank mark means not asked yet and is never a 0."),
            TableBlock("B4", ICP, hint="What a good customer looks like."),
            TableBlock("B4", CADENCE, hint="When to be in touch, by stage."),
        ),
    ),
    freeze="B7",
)
