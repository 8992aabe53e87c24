"""The arguments that many functions share: one text for each, so that the Function Wizard always says the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._record import Argument

PIPELINE: Final = Argument(
    "Pipeline", "The whole table of deals with its head (and without a totals row): Pipeline[#All].", "table"
)
STAGES: Final = Argument("Stages", "The whole table of stages with its head: Stages[#All].", "table")
QUOTAS: Final = Argument("Quotas", "The whole table of quotas with its head: Quotas[#All].", "table")
CRITERIA: Final = Argument("Criteria", "The whole table of criteria with its head: Criteria[#All].", "table")
AS_OF: Final = Argument("AsOf", "The day the figure is for: the workbook's cell AsOf, or a date.", "day")

WINDOW: Final = Argument(
    "Window",
    "Which deals count by their date: trailing (as the dashboards; if omitted), all, quarter, a quarter's name such as "
    "2026 Q1, or a day in that quarter.",
    "window",
    optional=True,
    usual="trailing",
)
ALL_TIME: Final = Argument(
    "Window",
    "Which deals count by the day they were created: all (as the dashboards; if omitted), trailing, quarter, a "
    "quarter's name such as 2026 Q1, or a day in that quarter.",
    "window",
    optional=True,
    usual="all",
)
QUARTER: Final = Argument(
    "Quarter",
    "The quarter: that of AsOf if omitted, a quarter's name such as 2026 Q1, or a day in it.",
    "quarter",
    optional=True,
    usual="quarter",
)
REP: Final = Argument(
    "Rep", "Only the deals of this rep, spelled as Owner has it; everybody if omitted.", "text", optional=True
)
SETTINGS: Final = Argument(
    "Settings",
    "The table of settings: Settings[#All]. Needed for exactly the figures of the dashboards; the shipped values if "
    "omitted.",
    "table",
    optional=True,
)
PERIODS: Final = Argument(
    "Periods",
    "The table of fiscal periods of your own: Periods[#All]. Calendar quarters if omitted.",
    "table",
    optional=True,
)
REPS: Final = Argument(
    "Reps", "The table of reps: Reps[#All]. It decides how a name is spelled.", "table", optional=True
)
FX: Final = Argument(
    "FX", "The table of exchange rates: FX[#All]. Needed where deals are in other currencies.", "table", optional=True
)
HISTORY: Final = Argument(
    "History",
    "The hidden table of what happened to the deals: _History[#All]. It also gives the deals as they were on an "
    "earlier AsOf.",
    "table",
    hidden=True,
)
OWN_HISTORY: Final = replace(
    HISTORY,
    description="The hidden table of what happened: _History[#All]. Needed for exactly the figures of the dashboards.",
    optional=True,
)
SNAPSHOTS: Final = Argument(
    "Snapshots", "The hidden table of snapshots: _Snapshots[#All].", "table", optional=True, hidden=True
)
HOLIDAYS: Final = Argument(
    "Holidays", "The table of holidays: Holidays[#All]. Only weekends are free if omitted.", "table", optional=True
)
ACTIVITIES: Final = Argument(
    "Activities",
    "The table of activities: Activities[#All]. Needed where a criterion asks for activities.",
    "table",
    optional=True,
)

BENCHMARKS: Final = Argument(
    "Benchmarks", "The table of peers' figures: Benchmarks[#All]. No peers if omitted.", "table", optional=True
)
EXPERIMENTS: Final = Argument(
    "Experiments", "The whole table of experiments with its head: Experiments[#All].", "table"
)
DAYS: Final = Argument(
    "Days", "A number of days from 1 to 3650; that of the settings if omitted.", "count", optional=True
)

DEALS: Final = (PIPELINE, STAGES, AS_OF)
"""What every figure is made of."""
TEAM: Final = (REP, SETTINGS, PERIODS, REPS)
"""Whose figure, and by which set-up."""
MONEY: Final = (*TEAM, FX)
"""The same for figures that add up amounts."""

LOG: Final = Argument("Activities", "The whole table of activities with its head: Activities[#All].", "table")
ACTIVITY_TYPES: Final = Argument(
    "ActivityTypes",
    "The table of activity types: ActivityTypes[#All]. It says what a type counts as; by its name if omitted.",
    "table",
    optional=True,
)
CADENCE: Final = Argument("Cadence", "The whole table of the cadence with its head: Cadence[#All].", "table")
PLAYBOOK: Final = Argument("Playbook", "The whole table of the playbook with its head: Playbook[#All].", "table")
LEADS: Final = Argument("Leads", "The whole table of leads with its head: Leads[#All].", "table")
ICP: Final = Argument("ICP", "The whole table of the ideal customer profile with its head: ICP[#All].", "table")
SCORING: Final = Argument("Scoring", "The whole table of marks with its head: Scoring[#All].", "table")


def choice(name: str, description: str, *choices: str) -> Argument:
    """An optional argument that is one of some words, the first if omitted; the description is followed by them."""
    listed = ", ".join(choices[1:])
    return Argument(
        name,
        f"{description} {choices[0]} (if omitted), {listed}.",
        "choice",
        optional=True,
        choices=choices,
        usual=choices[0],
    )
