"""Inflation: how much of the open pipeline is there on paper only; as entered and clean, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="inflation",
    title="Inflation",
    definition=(
        "The share of the open value that is stale, overdue, not qualified or far larger than what its rep wins, each "
        "deal counted once."
    ),
    formula=(
        "inflation = (as entered − clean) ÷ as entered; clean = open deals without any of: stale (over the time-bound, "
        "idle, or no next step), overdue (expected close past), not qualified, amount above inflated_amount_multiple × "
        "the median won deal of the rep (of the team while the rep has won too few)"
    ),
    why="Coverage that rests on dead or dreamed-up deals hides that the quarter is short until it is too late.",
    what_to_do="Work the clean-up list on Aging, re-date honestly, and qualify or drop the largest deals first.",
    source="REQUIREMENTS, F46",
)

REASONS: Final = {
    "stale": "over the time-bound, idle, or without a next step",
    "overdue": "expected close is past",
    "unqualified": "in a stage before the qualified ones",
    "oversized": "far larger than what the rep wins",
}


@dataclass(frozen=True)
class Inflation:
    """As entered and clean: minor units; ``share``: 0-1 of the value as entered. ``note``: what could not be judged."""

    as_entered: Figure
    clean: Figure
    share: Figure
    note: str


@once
def inflation(facts: Facts) -> Inflation:
    """Open value as entered, what is clean of it, and the difference as a share; refused without any positive value."""
    deals = facts.deals[facts.deals["is_open"]]
    marks = inflated(facts).loc[deals.index]
    value = deals["amount"].clip(lower=0)
    note = _note(facts)
    if not value.sum() > 0:
        reason = "No deal is open." if deals.empty else "No open deal has an amount."
        nothing = refused(reason, n=len(deals), basis="open value")
        return Inflation(nothing, nothing, nothing, note)
    is_clean = ~marks.any(axis=1)
    total, clean = float(value.sum()), float(value[is_clean].sum())
    return Inflation(
        Figure(total, len(deals), "open value as entered"),
        Figure(clean, int(is_clean.sum()), "open value without a mark of inflation"),
        Figure((total - clean) / total, len(deals), "open value that is inflated ÷ open value", note=note),
        note,
    )


@once
def by_reason(facts: Facts) -> pd.DataFrame:
    """One row per reason: reason, meaning, n, amount (minor units), share (of the value as entered, NaN without any).

    A deal may have several reasons, so the rows do not add up.
    """
    deals = facts.deals[facts.deals["is_open"]]
    marks, value = inflated(facts).loc[deals.index], deals["amount"].clip(lower=0)
    total = float(value.sum())
    rows = [
        (
            reason,
            meaning,
            int(marks[reason].sum()),
            float(value[marks[reason]].sum()),
            float(value[marks[reason]].sum()) / total if total > 0 else np.nan,
        )
        for reason, meaning in REASONS.items()
    ]
    return pd.DataFrame(rows, columns=["reason", "meaning", "n", "amount", "share"])


@once
def inflated(facts: Facts) -> pd.DataFrame:
    """Per deal (index as in ``facts.deals``) the reasons as bool columns; False for deals that are not open."""
    deals = facts.deals
    flags = stale_flags(facts).astype(bool)
    marks = pd.DataFrame(
        {
            "stale": flags.drop(columns="C").any(axis=1),
            "overdue": flags["C"],
            "unqualified": ~deals["qualified"].astype(bool) & facts.has_qualified_stage,
            "oversized": deals["amount"] > facts.settings.inflated_amount_multiple * _usual_win(facts),
        }
    )
    return marks.mul(deals["is_open"], axis=0).astype(bool)


def _usual_win(facts: Facts) -> pd.Series:
    """Per deal, the median won amount of its rep, of the team where the rep has won too few, NaN where it has, too."""
    deals, least = facts.deals, facts.settings.counts_only_below
    won = deals[deals["is_won"] & (deals["amount"] > 0)]
    team = won["amount"].median() if len(won) >= least else np.nan
    groups = won.groupby("rep")["amount"]
    own = groups.median()[groups.size() >= least]
    return deals["rep"].map(own).astype(float).fillna(team)


def _note(facts: Facts) -> str:
    notes = []
    if not facts.has_qualified_stage:
        notes.append("no open stage counts as qualified, so none is unqualified")
    if bool(facts.deals["is_open"].any()) and _usual_win(facts)[facts.deals["is_open"]].isna().all():
        notes.append("too few deals are won to say what is oversized")
    if bool((facts.deals["is_open"] & (facts.deals["amount"] < 0)).any()):
        notes.append("amounts below 0 count as 0")
    text = "; ".join(notes)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
