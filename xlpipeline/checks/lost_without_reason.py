"""A lost or derailed deal does not say why."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Lost and derailed deals with a blank Lost reason."""
    deals = facts.deals
    ended = deals["is_lost"] | deals["is_derailed"]
    return found(deals[ended & blank(deals["lost_reason"])], "Lost reason", "The deal has no lost reason.")


CHECK = Check(
    name="lost_without_reason",
    severity="warning",
    title="Lost deal without reason",
    what="The Lost reason of a lost or derailed deal is blank.",
    why="Without reasons nobody learns why deals are lost, or in which stage to help.",
    what_to_do="Choose the main reason from the drop-down.",
    find=find,
)
