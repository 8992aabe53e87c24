"""The probability of a deal says one thing, its stage another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals at 100 % and over, won ones at 0 %, lost and derailed ones at 100 %: by the deal's own probability."""
    deals = facts.deals
    own = deals["own_probability"]
    ended = deals["is_lost"] | deals["is_derailed"]
    is_sure, is_none = np.isclose(own, 1), np.isclose(own, 0)
    rows = deals[(deals["is_open"] & is_sure) | (deals["is_won"] & is_none) | (ended & is_sure)]
    wrong = [
        f"The probability is {share:.0%}, but the deal is {'open' if kind == 'open' else 'closed'} ({stage:.40})."
        for share, kind, stage in zip(rows["own_probability"], rows["stage_type"], rows["stage"], strict=True)
    ]
    return found(rows, "Probability", wrong)


CHECK = Check(
    name="contradicting_probability",
    severity="warning",
    title="Contradicting probability",
    what="An open deal has a probability of 100 %, a won one 0 %, or a lost or derailed one 100 %.",
    why="Either the stage was not moved on or the probability was not looked at; the weighted pipeline is wrong.",
    what_to_do="Move the deal to the stage it is in, or clear Probability so that the stage's default holds.",
    find=find,
)
