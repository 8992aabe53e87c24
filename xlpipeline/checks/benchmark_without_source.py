"""A figure of peers that nobody can look up."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Benchmarks with a figure of peers and a blank source."""
    frame = facts.book.frame("Benchmarks")
    rows = pd.DataFrame({"measure": texts(frame, "Measure"), "source": texts(frame, "Source")})
    rows = rows[blank(rows["source"]) & numbers(frame, "Peers")[0].notna()]
    wrong = [
        f"The figure of peers for {measure.strip() or 'a blank measure':.40} names no source."
        for measure in rows["measure"]
    ]
    return found(rows, "Source", wrong)


CHECK = Check(
    name="benchmark_without_source",
    severity="warning",
    title="Figure of peers without source",
    what="A row of Benchmarks on Costs has a figure and no source.",
    why="Peers count deals in ways of their own: without the source nobody can say what the figure means, so it is not "
    "shown.",
    what_to_do="Enter who says so (report, page, year), or delete the row.",
    find=find,
    table="Benchmarks",
)
