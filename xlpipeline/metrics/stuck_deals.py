"""What is stuck: open deals with a stale flag, and what each flag says in words."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.computed import days_over, idle_days, over_by_bounces, stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="stuck_deals",
    title="What is stuck",
    definition="Open deals that carry at least one stale flag, with how far each has gone.",
    formula=(
        "T: business days over the time-bound; B: the same with earlier stays in the stage; I: business days since the "
        "last touch; C: days since the expected close; N: no next step, or its day is past"
    ),
    why="A deal that nobody moves is lost slowly, and it takes the place of one that could be won.",
    what_to_do="Ask of each: what would move it this week? If nothing would, propose it for clean-up.",
    source="requirements F91; definitions, sections 4 and 14",
)
HEADS: Final = ("deal_id", "opportunity", "rep", "stage", "amount", "days_over", "idle", "flags", "what")


@once
def stuck_deals(facts: Facts) -> pd.DataFrame:
    """The stuck deals, longest over the bound, then longest idle first: columns ``HEADS``, index of ``facts.deals``.

    ``days_over``: business days over the time-bound, earlier stays included (0 = in time or no bound); ``idle``:
    business days; ``flags``: their letters; ``amount``: minor units.
    """
    flags = stale_flags(facts).astype(bool)
    rows = facts.deals[flags.any(axis=1)]
    at = rows.index
    over = np.fmax(np.fmax(days_over(facts).loc[at], over_by_bounces(facts).loc[at]), 0.0)
    late = (pd.Timestamp(facts.as_of) - rows["expected_close"]).dt.days
    idle = idle_days(facts).loc[at]
    told, letters = [], []
    numbers = zip(over.tolist(), idle.tolist(), late.tolist(), strict=True)
    for place, days in enumerate(numbers):
        held = flags.loc[at].iloc[place]
        letters.append("".join(letter for letter in flags.columns if held[letter]))
        told.append("; ".join(_parts(rows.iloc[place], held, *days)))
    found = rows.assign(days_over=over, idle=idle)
    found["flags"], found["what"] = (pd.Series(cells, index=at, dtype=object) for cells in (letters, told))
    ordered = found.sort_values("deal_id").sort_values(["days_over", "idle"], ascending=False, kind="stable")
    chosen: pd.DataFrame = ordered[list(HEADS)]
    return chosen


def _parts(deal: pd.Series, held: pd.Series, over: float, idle: float, late: float) -> list[str]:
    parts = []
    if held["T"]:
        parts.append(f"{_days(over, 'business day')} over the time-bound of {deal['stage']}")
    if held["B"]:
        parts.append(f"{_days(over, 'business day')} over the bound of {deal['stage']} with earlier stays")
    if held["I"]:
        parts.append(f"no touch for {_days(idle, 'business day')}")
    if held["C"]:
        parts.append(f"expected close past by {_days(late, 'day')}")
    if held["N"]:
        due = deal["next_step_date"]
        parts.append("no next step" if deal["next_step"] == "" else f"next step was due on {due:%Y-%m-%d}")
    return parts


def _days(days: float, unit: str) -> str:
    return f"{int(days):,} {unit}{'' if int(days) == 1 else 's'}"
