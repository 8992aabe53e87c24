"""A qualified lead that never became an opportunity: no cadence and no stage reminds of it."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Check


def find(facts: Facts) -> pd.DataFrame:
    """One fault per owner, on the qualified lead that waits longest for its opportunity.

    Nobody writes down when a lead was qualified, so it waits from its First response on, else from Created, for more
    than ``qualified_lead_days``; one without either day has waited nobody knows how long, and is told first.
    """
    leads, limit = read_leads(facts), facts.settings.qualified_lead_days
    leads = leads.assign(since=leads["responded_on"].fillna(leads["created"]))
    is_long = ~((pd.Timestamp(facts.as_of) - leads["since"]).dt.days <= limit)
    rows = leads[leads["is_qualified"] & leads["is_open"] & is_long]
    rows = rows.sort_values("since", kind="stable", na_position="first")
    counts = rows.groupby("rep").size()
    firsts = rows[~rows["rep"].duplicated()]
    wrong = [
        f"{n:,} qualified leads have had no opportunity for more than {limit} days; this one waits longest."
        if n > 1
        else f"The lead is qualified and has had no opportunity for more than {limit} days."
        for n in counts.reindex(firsts["rep"]).tolist()
    ]
    return found(firsts, "Status", wrong)


CHECK = Check(
    name="qualified_without_deal",
    severity="warning",
    title="Qualified lead without opportunity",
    what=(
        "A lead is qualified and has no opportunity for longer than the setting qualified_lead_days; one line per "
        "owner, on the one that waits longest."
    ),
    why="It has left the leads' follow-up and is not in the pipeline, so nobody is reminded of it.",
    what_to_do="Convert the lead, or set its Status to disqualified with a reason.",
    find=find,
    table="Leads",
)
