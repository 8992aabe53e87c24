"""The tab Definitions: every metric and every check in words, generated from the registers."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.checks import CHECKS
from xlpipeline.metrics import METRICS
from xlpipeline.model.book import ChangeSet, column_letters, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Column, Table
from xlpipeline.tabs.layout import Tab, TableBlock, Text

DEFINITIONS: Final = Table(
    "DefinitionsList",
    "Definitions",
    "Figures and checks",
    (
        Column("Title", "text", "What the figure or the check is called.", 27, "refresh"),
        Column("Kind", "text", "figure: a number on a dashboard. check: a fault that Issues lists.", 9, "refresh"),
        Column("What it is", "text", "The definition in one sentence.", 46, "refresh"),
        Column("Formula", "text", "How it is computed; for a check, how serious it is.", 40, "refresh"),
        Column("Why it matters", "text", "What goes wrong without it.", 40, "refresh"),
        Column(
            "What to do", "text", "The next step when the figure is bad or the check finds something.", 40, "refresh"
        ),
        Column("Name", "text", "The name for 'xlpipeline explain', and under each card.", 25, "refresh"),
    ),
    key="Name",
)


def definitions() -> pd.DataFrame:
    """One row per metric, in the order of the report, then one per check."""
    rows = [(m.title, "figure", m.definition, m.formula, m.why, m.what_to_do, m.name) for m in METRICS]
    rows += [(c.title, "check", c.what, f"severity: {c.severity}", c.why, c.what_to_do, c.name) for c in CHECKS]
    return pd.DataFrame(rows, columns=list(DEFINITIONS.heads), dtype=object)


def fill(facts: Facts) -> ChangeSet:
    """The definitions of this version of xlpipeline; they do not depend on the deals."""
    del facts
    return ChangeSet((whole_table(DEFINITIONS.name, definitions()),))


_ROWS: Final = tuple(definitions().itertuples(index=False, name=None))

TAB: Final = Tab(
    "Definitions",
    "dashboard",
    (
        Text("B1", "Definitions", "title"),
        Text(
            "B2",
            "What every figure and every check means, why it matters and what to do. Figures come first, checks below.",
            "line",
        ),
        TableBlock("B4", DEFINITIONS, rows=max(len(_ROWS), 1), body=_ROWS, grows=True, titled=False),
    ),
    fill=fill,
    widths={"A": 2} | {column_letters(2 + i): float(column.width) for i, column in enumerate(DEFINITIONS.columns)},
    freeze="C5",
)
