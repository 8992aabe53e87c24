"""A row of Criteria cannot be used: it names a missing column, an unknown kind or stage, or a bad argument."""

from __future__ import annotations

import pandas as pd

from xlpipeline.model.criteria_table import read_criteria
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """The faults that reading the criteria found, each on the cell to mend (else on the first of its row)."""
    faults = read_criteria(facts.book)[1]
    heads = [str(head) for head in facts.book.frame("Criteria").columns]
    return pd.DataFrame(
        {
            "position": [fault.position for fault in faults],
            "column": [fault.column if fault.column in heads else heads[0] for fault in faults],
            "wrong": [fault.wrong for fault in faults],
        }
    )


CHECK = Check(
    name="broken_criterion",
    severity="warning",
    title="Broken criterion",
    what="A row of Criteria on Process cannot be used as it stands.",
    why="Until it is mended the criterion holds nobody back, so deals move on without it.",
    what_to_do="Correct the cell as the sentence says; the other criteria work all the same.",
    find=find,
    table="Criteria",
)
