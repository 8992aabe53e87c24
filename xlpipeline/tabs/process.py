"""The tab Process: stages, the criteria that guard them, what a criterion can ask, and the playbook."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import CRITERIA, CRITERION_KINDS, EXPERIMENTS, KINDS, PLAYBOOK, PLAYBOOK_LOG, STAGES
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

_ASKED: Final = {
    "filled": ("column", None, None, "It holds something. With a time limit: a day within it, and not ahead of us."),
    "value": (
        "column",
        "= <> > >= < <= in",
        "number, date, text, today",
        "The cell so compares with the value; today is the as-of date.",
    ),
    "list": ("column", "red; green; blue", None, "The cell is one of the texts; capitals do not matter."),
    "date_order": ("first column", "second column", None, "Both cells hold a day, the first not after the second."),
    "activity": (
        "activity type",
        "least number",
        None,
        "So many are logged on Activities since the deal entered the stage; blank number = 1.",
    ),
    "tick": ("column", None, None, "The cell holds Y."),
}
KIND_ROWS: Final = tuple((kind, *_ASKED[kind]) for kind in CRITERION_KINDS)
"""What stands in the table of kinds: kind, its three arguments, and when it is met."""


def fill(facts: Facts) -> ChangeSet:
    """The kinds of criteria as this version knows them."""
    del facts
    return ChangeSet((whole_table(KINDS.name, pd.DataFrame(KIND_ROWS, columns=list(KINDS.heads), dtype=object)),))


TAB: Final = Tab(
    "Process",
    "setup",
    (
        Text("B1", "Process", "title"),
        Text(
            "B2",
            "How this team sells: the stages; to the right, what must be true to move on, and the playbook. "
            "After a change, refresh: Pipeline follows.",
            "line",
        ),
        *side_by_side(
            TableBlock(
                "B4",
                STAGES,
                hint="Order says how a deal moves on, not the order of rows. Lost and derailed can always be chosen.",
            ),
            TableBlock(
                "B4",
                CRITERIA,
                hint="What must be true before a deal leaves (exit) or enters (entry) a stage. Until a blocking one "
                "is met, the list of Stage in Pipeline ends there, and Missing criteria names it.",
            ),
            TableBlock("B4", KINDS, body=KIND_ROWS, hint="What a criterion can ask. Columns are named as in Pipeline."),
            TableBlock("B4", PLAYBOOK, hint="What good work looks like in each stage."),
            TableBlock("B4", PLAYBOOK_LOG, rows=3, hint="What was changed, why, and what it should bring."),
            TableBlock(
                "B4",
                EXPERIMENTS,
                rows=3,
                hint="What is tried, on which stage and since when. Benchmarks shows whether it made a difference.",
            ),
        ),
    ),
    fill,
    freeze="B7",
)
