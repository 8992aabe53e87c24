"""A mark that is no number from 0 to the highest mark."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.book import is_blank
from xlpipeline.model.facts import Facts
from xlpipeline.model.mark_scores import marked
from xlpipeline.model.marks import deal_marks, qualification_marks
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Cells of marks that hold something and give no mark."""
    frame = facts.book.frame("Pipeline").reindex(facts.deals.index)
    marks = (*qualification_marks(facts.book), *deal_marks(facts.book))
    given, parts = marked(facts, marks), []
    for place, mark in enumerate(marks):
        cells = frame[mark.column]
        filled = np.array([not is_blank(cell) for cell in cells.tolist()], dtype=bool)
        rows = frame[filled & np.isnan(given[:, place])]
        wrong = [
            f"{mark.column} is '{_plain(cell):.40}'; marks run from 0 to {mark.highest:g}, so it does not count."
            for cell in rows[mark.column].tolist()
        ]
        parts.append(found(rows, mark.column, wrong))
    return pd.concat(parts, ignore_index=True) if parts else found(frame.head(0), "", "")


def _plain(cell: object) -> str:
    """As a person reads it: 3, not 3.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


CHECK = Check(
    name="mark_out_of_range",
    severity="warning",
    title="Mark out of range",
    what="A mark is no number from 0 to its Highest mark in Scoring.",
    why="It cannot be compared with other marks, so the deal's score leaves it out.",
    what_to_do="Enter a whole number from the list, or clear the cell where nobody has asked yet.",
    find=find,
)
