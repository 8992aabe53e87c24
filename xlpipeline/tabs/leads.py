"""The tab Leads: people and companies that may become opportunities, their scores and next touches."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.cadence import lead_touch_columns
from xlpipeline.metrics.lead_score import of_leads
from xlpipeline.model.book import ChangeSet, TableChange
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import LEADS
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint

TOP: Final = "Top"
_WRITTEN: Final = {
    "Fit": "fit", "Confidence": "confidence", "Behaviour": "behaviour", "Automatic": "automatic", "Score": "score",
}  # fmt: skip


def fill(facts: Facts) -> ChangeSet:
    """Scores of every lead, and the next touch of those that are worked; rows that are no leads get none."""
    found = of_leads(facts).reindex(facts.book.frame("Leads").index)
    columns = {head: _cells(found[name]) for head, name in _WRITTEN.items()}
    is_top = found["top"].fillna(False).astype(bool).to_numpy()
    columns[TOP] = pd.Series(["Y" if one else None for one in is_top.tolist()], index=found.index, dtype=object)
    return ChangeSet((TableChange(LEADS.name, columns | lead_touch_columns(facts)),))


def _cells(values: pd.Series) -> pd.Series:
    return pd.Series([None if v != v else v for v in values.tolist()], index=values.index, dtype=object)  # noqa: PLR0124


TAB: Final = Tab(
    "Leads",
    "input",
    (
        Text("B1", "Leads", "title"),
        Text(
            "B2",
            "One row is one lead. Convert lead (or 'xlpipeline convert') makes its opportunity and keeps the link. "
            "Grey columns are written by refresh.",
            "line",
        ),
        TableBlock(
            "B4",
            LEADS,
            rows=20,
            grows=True,
            titled=False,
            tints=(Tint(f'{{{TOP}}}="Y"', "green", ("Lead", "Score", TOP)),),
        ),
    ),
    fill=fill,
    freeze="D5",
    print_columns="B:L",
)
