"""A mark above 0 that rests on nothing that is written down."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.mark_scores import marked
from xlpipeline.model.marks import qualification_marks
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals with a mark above 0 whose evidence is blank: one fault per deal, at the first such mark."""
    frame = facts.book.frame("Pipeline").reindex(facts.deals.index)
    marks = [mark for mark in qualification_marks(facts.book) if mark.evidence in frame.columns]
    given = marked(facts, marks)
    lacking: dict[int, list[str]] = {}
    for place, mark in enumerate(marks):
        bare = (given[:, place] > 0) & blank(texts(frame, mark.evidence)) & facts.deals["is_open"]
        for row in frame.index[bare].tolist():
            lacking.setdefault(row, []).append(mark.column)
    if not lacking:
        return found(frame.head(0), "", "")
    parts = [
        found(frame.loc[[row]], f"{heads[0]} evidence", f"Marked without evidence: {', '.join(heads)}.")
        for row, heads in sorted(lacking.items())
    ]
    return pd.concat(parts, ignore_index=True)


CHECK = Check(
    name="mark_without_evidence",
    severity="info",
    title="Mark without evidence",
    what="An open deal has a qualification mark above 0, and the column for its evidence is blank.",
    why="A mark that nobody can trace is a hope; in a review it cannot be told from knowledge.",
    what_to_do="Write down who said it and when, or lower the mark.",
    find=find,
)
