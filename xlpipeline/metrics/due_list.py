"""Due today and overdue: next steps of open deals, follow-ups with customers, and touches of deals and leads."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.cadence import lead_touches, next_touches
from xlpipeline.metrics.follow_ups import follow_ups
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="due_list",
    title="Due today and overdue",
    definition="Next steps with a date, next touches of the cadence and follow-ups after the sale, by their day.",
    formula=(
        "overdue: due before the as-of date; today: due on it; coming: later. A next step is due on its Next step "
        "date; a touch as the cadence says, a follow-up with a customer on Follow-up due, else as the cadence says. "
        "An open deal can be in the list twice: with its next step and with its next touch"
    ),
    why="What is promised for a day and not done is how deals go cold.",
    what_to_do="Start the day with your own list: do it, log it on Activities, or give the next step an honest date.",
    source="requirements F13, F54",
)
HEADS: Final = ("kind", "state", "due", "days_late", "rep", "deal_id", "name", "stage", "action", "purpose")
STATES: Final = ("overdue", "today", "coming")
KINDS: Final = ("next step", "touch", "follow-up", "lead")
_PLACES: Final = {"next step": 0, "touch": 0, "follow-up": 1, "lead": 2}


@once
def due_list(facts: Facts) -> pd.DataFrame:
    """Everything that is due or will be: columns ``HEADS``; kind: next step, touch, follow-up or lead.

    What is overdue stands first, then what is due today; in each open deals stand before customers and those before
    leads, the longest due on top.

    ``due``: datetime64[s]; ``days_late``: business days after it. Leads are those of the reps of ``facts.deals`` and
    everybody's where the facts are not narrowed.
    """
    customers = follow_ups(facts)
    parts = [
        _next_steps(facts),
        _touches(next_touches(facts), "touch"),
        customers[customers["due"].notna()].assign(kind="follow-up"),
        _touches(lead_touches(facts), "lead"),
    ]
    parts = [part for part in parts if len(part)]
    rows = pd.concat(parts, ignore_index=True) if parts else _touches(next_touches(facts), "touch")
    as_of = pd.Timestamp(facts.as_of)
    state = np.where(rows["due"] < as_of, "overdue", np.where(rows["due"] == as_of, "today", "coming"))
    rows = rows.assign(state=pd.Series(state, index=rows.index, dtype=object))
    rows["turn"], rows["place"] = rows["state"].map(STATES.index), rows["kind"].map(_PLACES)
    order = ["turn", "place", "due", "deal_id", "kind", "name"]
    found: pd.DataFrame = rows.sort_values(order, kind="stable")[list(HEADS)].reset_index(drop=True)
    return found


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows of a due list are overdue, due today and coming."""
    return {state: int((rows["state"] == state).sum()) for state in STATES}


def _next_steps(facts: Facts) -> pd.DataFrame:
    deals = facts.deals[facts.deals["is_open"] & facts.deals["next_step_date"].notna()]
    due = deals["next_step_date"]
    late = facts.calendar.elapsed(due.to_numpy().astype("datetime64[D]"), facts.as_of)
    pairs = zip(deals["opportunity"], deals["account"], strict=True)
    return pd.DataFrame(
        {
            "kind": "next step",
            "due": due,
            "days_late": np.nan_to_num(late).astype(np.int64),
            "rep": deals["rep"],
            "deal_id": deals["deal_id"],
            "name": [" · ".join(filter(None, (a.strip(), b.strip()))) for a, b in pairs],
            "stage": deals["stage"],
            "action": [step.strip() or "Next step" for step in deals["next_step"]],
            "purpose": "",
        }
    )


def _touches(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = table[table["due"].notna()].rename(columns={"channel": "action"})
    return rows.assign(kind=kind)
