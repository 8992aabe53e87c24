"""A quota is for somebody who is not one of the reps."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Quotas whose rep Reps does not list."""
    quotas = facts.book.frame("Quotas")
    named = pd.DataFrame({"rep": texts(quotas, "Rep")})
    reps = known_names(facts.reps["rep"])
    rows = named[unknown(named["rep"], reps)]
    wrong = [f"The quota is for '{rep:.40}', who is not in Reps.{proposal(rep, reps)}" for rep in rows["rep"]]
    return found(rows, "Rep", wrong)


CHECK = Check(
    name="quota_unknown_rep",
    severity="warning",
    title="Quota of unknown rep",
    what="A row of Quotas names a rep that Reps on Team does not list.",
    why="The team's quota includes it, but no deal can count towards it.",
    what_to_do="Choose the rep from the drop-down, or add the rep to Reps.",
    find=find,
    table="Quotas",
)
