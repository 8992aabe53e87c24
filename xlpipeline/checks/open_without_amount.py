"""An open deal has no amount."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """Open deals whose Amount is blank or 0."""
    deals = facts.deals
    return found(deals[deals["is_open"] & ~(deals["local_amount"].abs() > 0)], "Amount", "The open deal has no amount.")


CHECK = Check(
    name="open_without_amount",
    severity="error",
    title="Open deal without amount",
    what="The Amount of an open deal is blank or 0.",
    why="Open pipeline, coverage and forecast leave the deal out: they look too low.",
    what_to_do="Enter the value you expect; change it when you know better.",
    find=find,
)
