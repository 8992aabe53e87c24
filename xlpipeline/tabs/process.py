"""The tab Process: stages, the criteria that guard them, and the playbook."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import CRITERIA, PLAYBOOK, PLAYBOOK_LOG, STAGES
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Process",
    "setup",
    (
        Text("B1", "Process", "title"),
        Text(
            "B2",
            "How this team sells: the stages; to the right, what must be true to move on, and the playbook.",
            "line",
        ),
        *side_by_side(
            TableBlock(
                "B4",
                STAGES,
                hint="Lost and derailed stand first: the drop-down always offers them. Order says what follows.",
            ),
            TableBlock("B4", CRITERIA, hint="What must be true before a deal leaves (exit) or enters (entry) a stage."),
            TableBlock("B4", PLAYBOOK, hint="What good work looks like in each stage."),
            TableBlock("B4", PLAYBOOK_LOG, rows=3, hint="What was changed, why, and what it should bring."),
        ),
    ),
    freeze="B7",
)
