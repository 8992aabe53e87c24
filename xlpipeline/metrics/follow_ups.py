"""Follow-ups after the sale: what was promised to customers, by its day, and who has heard nothing planned."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.cadence import FOLLOW_UP, customer_touches
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="follow_ups",
    title="Follow-ups after the sale",
    definition="When customers are to hear from you next, and who of the post-sale stages has nothing planned.",
    formula=(
        "due: Follow-up due of a won deal, else the day of the next touch that the cadence of its stage asks for; "
        "overdue: before the as-of date; today: on it; coming: later; none planned: a deal in a stage of type post "
        "without either"
    ),
    why="Feedback, a second purchase and a recommendation come from customers who are asked.",
    what_to_do="Call, log it on Activities, and enter the day of the next one; what came of it is a new deal.",
    source="requirements F13, F53",
)
HEADS: Final = (
    "deal_id", "opportunity", "account", "name", "rep", "stage", "due", "state", "days_late", "action", "purpose",
)  # fmt: skip
STATES: Final = ("overdue", "today", "none planned", "coming")


@once
def follow_ups(facts: Facts) -> pd.DataFrame:
    """Follow-ups by their state, the longest due first: columns ``HEADS``, index of ``facts.deals``.

    ``due``: datetime64[s], NaT = none planned; ``days_late``: business days. ``action``: for a Follow-up due the Next
    step ("Follow up" where blank), for a touch of the cadence its channel, with its ``purpose``.
    """
    deals, touches = facts.deals, customer_touches(facts).reindex(facts.deals.index)
    due = touches["due"]
    rows = deals[deals["is_won"] & (due.notna() | (deals["stage_type"] == "post"))]
    touches, due, as_of = touches.loc[rows.index], due[rows.index], pd.Timestamp(facts.as_of)
    state = np.select([due.isna(), due < as_of, due == as_of], ["none planned", "overdue", "today"], "coming")
    is_own = rows[FOLLOW_UP].notna()
    steps = pd.Series([step.strip() or "Follow up" for step in rows["next_step"]], index=rows.index, dtype=object)
    found = rows.assign(
        due=due,
        state=pd.Series(state, index=rows.index, dtype=object),
        days_late=touches["days_late"].fillna(0).astype(np.int64),
        name=[" · ".join(filter(None, (a.strip(), b.strip()))) for a, b in rows[["opportunity", "account"]].to_numpy()],
        action=steps.where(is_own, touches["channel"].fillna("")),
        purpose=touches["purpose"].fillna("").mask(is_own, ""),
    )
    found["turn"] = found["state"].map(STATES.index)
    ordered: pd.DataFrame = found.sort_values(["turn", "due", "deal_id"], kind="stable")[list(HEADS)]
    return ordered


def overdue(facts: Facts, state: str = "overdue") -> Figure:
    """How many follow-ups are in a state; n = all that are listed."""
    found = follow_ups(facts)
    if not facts.deals["is_won"].any():
        return refused("No deal is won yet.")
    return Figure(float((found["state"] == state).sum()), len(found), f"won deals, {state}")
