"""The tables of the tab Activity and of what it is read from: their columns, and how facts fill them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics import activity_counts, activity_mix, activity_standards, value_touches
from xlpipeline.metrics.due_list import STATES, counts, due_list
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import ACTIVITY_KINDS, Column, Kind, Table
from xlpipeline.tabs.wording import EMPTY, TEAM, given, interval_text, known, result

FILTER: Final = "activity_rep"
WEEKS: Final = 13
LINES: Final = 25
"""Rows of the due list that are shown for the team or a rep."""
TODAY_LINES: Final = 10
"""Of these so many are kept for what is due today, however much is overdue."""
KIND_HEADS: Final = ("Calls", "E-mails", "Meetings", "Proposals", "Value touches", "Other")
"""As ``ACTIVITY_KINDS``."""
_STATE_WORDS: Final = {"overdue": "overdue", "today": "today", "coming": "coming"}


def _followed(name: str, kind: Kind, note: str, unit: str = "") -> Column:
    return Column(name, kind, note, 14, "formula", unit)


_DUE_HEADS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("Deal or lead", "text", "What it is about."),
    ("ID", "text", "Deal ID or Lead ID."),
    ("Due", "date", "Day of the next step, Follow-up due, or the day that the cadence asks for."),
    ("State", "text", "overdue, today, or coming."),
    ("Late", "whole", "Business days past its day."),
    ("Stage", "text", "Where the deal stands; of a lead: lead."),
    ("Owner", "text", "Who is to do it."),
    ("What to do", "text", "The next step, or the channel of the touch."),
    ("Purpose", "text", "What the touch is for, from Cadence on Scoring."),
)
DUE: Final = Table(
    "DueList",
    "Activity",
    "Due today and overdue (team, or the rep chosen above)",
    (*(_followed(*head) for head in _DUE_HEADS), result("No", "whole", "Number of the line.")),
)
DUE_DATA: Final = Table(
    "DueData",
    "_Cards",
    "Behind the due list",
    (result("Key", "text", "Name and line."), *(result(*head) for head in _DUE_HEADS)),
    key="Key",
)
WEEKLY: Final = Table(
    "ActivityWeeks",
    "Activity",
    "Activities by week (team, or the rep chosen above)",
    (
        result("Week of", "text", "Monday of the week; the last one runs to the as-of date."),
        *(_followed(head, "whole", f"{head} that were logged in the week.", "activities") for head in KIND_HEADS),
        _followed("All", "whole", "All activities of the week.", "activities"),
    ),
    key="Week of",
)
WEEKLY_DATA: Final = Table(
    "ActivityWeeksData",
    "_Cards",
    "Behind the activities by week",
    (
        result("Key", "text", "Name and week."),
        *(result(head, "whole", f"{head} of the week.") for head in KIND_HEADS),
        result("All", "whole", "All activities of the week."),
    ),
    key="Key",
)
STANDARDS: Final = Table(
    "ActivityStandards",
    "Activity",
    "Standards: what must enter each stage to win the rest of the quota, and what that takes",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Conversion", "share", "Share of the deals that go on from the stage, trailing window."),
        result("Decided", "whole", "Deals behind the conversion.", "deals"),
        result(
            "Entries", "number", "Deals that must enter the stage, those in the pipeline already included.", "deals"
        ),
        result("Open now", "whole", "Deals that are open in this stage or a later one.", "deals"),
        result("Per deal", "number", "Activities logged per deal while it stood in the stage.", "activities"),
        result("Activities", "whole", "Entries x activities per deal.", "activities"),
        result("Note", "text", "Why a number is not given."),
    ),
)
MIX: Final = Table(
    "ActivityMix",
    "Activity",
    "What won deals got, and what lost ones got",
    (
        result("Type", "text", "Activity type, the most frequent first."),
        result("Won with", "share", "Won deals of the window that had at least one."),
        result("Lost with", "share", "Lost and derailed deals of the window that had at least one."),
        result("Per won", "number", "Activities of the type per won deal.", "activities"),
        result("Won, 95 %", "text", "Interval of the share of won deals; with too few deals the counts."),
        result("Lost, 95 %", "text", "Interval of the share of the others; with too few deals the counts."),
        result("Per lost", "number", "Activities of the type per lost or derailed deal.", "activities"),
        result("Note", "text", "Why a figure is not given."),
    ),
)
BY_REP: Final = Table(
    "ActivityByRep",
    "Activity",
    "Activities by rep: this week, last week, and per week over the last four full weeks",
    (
        result("Rep", "text", "Who did it; without a name in By: the owner of the deal."),
        result("This week", "whole", "Activities of the week of the as-of date, up to it.", "activities"),
        result("Last week", "whole", "Activities of the week before.", "activities"),
        *(result(head, "number", f"{head} per week, mean of the last four full weeks.") for head in KIND_HEADS),
        result("Per week", "number", "All activities per week, mean of the last four full weeks."),
        result(
            "Needed",
            "number",
            "Activities that the rest of the quota takes: per week, or in the last days (Standards).",
        ),
        result("Meetings ahead", "whole", "Meetings that are logged for a day to come."),
        result("Value per deal", "number", "Value touches per open deal of the rep."),
        result("Overdue", "whole", "Lines of the due list that are overdue."),
        result("Due today", "whole", "Lines of the due list that are due today."),
        result("Note", "text", "Why a number is not given."),
    ),
)


def lookup(table: Table, column: str, own: Table, key: str) -> str:
    """Formula of a column: the cell of the chosen name and the row's own key; empty where there is none."""
    row = f'MATCH({FILTER}&"|"&{own.name}[[#This Row],[{key}]],{table.name}[Key],0)'
    return f'IF(ISNA({row}),"",INDEX({table.name}[{column}],{row}))'


DUE_FORMULAS: Final = {head: lookup(DUE_DATA, head, DUE, "No") for head, *_ in _DUE_HEADS}
WEEKLY_FORMULAS: Final = {head: lookup(WEEKLY_DATA, head, WEEKLY, "Week of") for head in (*KIND_HEADS, "All")}


def names_of(facts: Facts) -> list[str]:
    """The team, then everybody with deals, a quota or activities of the last weeks."""
    return [TEAM, *dict.fromkeys(activity_counts.per_week(facts, WEEKS)["rep"])]


def due_rows(facts: Facts, name: str) -> pd.DataFrame:
    """The due list of the team or of one rep."""
    rows = due_list(facts)
    return rows if name == TEAM else rows[rows["rep"] == name]


def shown_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The ``LINES`` rows of a due list that are shown: what is due today has room however much is overdue."""
    late, today, coming = (rows[rows["state"] == state] for state in STATES)
    late = late.head(LINES - min(len(today), TODAY_LINES))
    today = today.head(LINES - len(late))
    return pd.concat([late, today, coming.head(LINES - len(late) - len(today))])


_ALL_DUE: Final = "(N(activity_overdue)+N(activity_today))"
_NOTHING: Final = "Nothing is overdue or due today."
_CHOOSE, _LATER = "choose a rep to see theirs", "the others follow when these are done"
DUE_SHOWN_FORMULA: Final = (
    f'IF({_ALL_DUE}>{LINES},"{LINES} of "&{_ALL_DUE}&" shown; "&IF({FILTER}="{TEAM}","{_CHOOSE}","{_LATER}")&".",'
    f'IF({_ALL_DUE}=0,"{_NOTHING}",{_ALL_DUE}&" of "&{_ALL_DUE}&" shown."))'
)


def due_shown(facts: Facts, name: str) -> str:
    """What ``DUE_SHOWN_FORMULA`` shows for the chosen name: how much of what is due the list has room for."""
    spelled = {one.casefold(): one for one in names_of(facts)}.get(name.casefold())
    found = counts(due_rows(facts, spelled)) if spelled else {}
    n = found.get("overdue", 0) + found.get("today", 0)
    if n > LINES:
        return f"{LINES} of {n} shown; {_CHOOSE if spelled == TEAM else _LATER}."
    return f"{n} of {n} shown." if n else _NOTHING


def due_data(facts: Facts) -> pd.DataFrame:
    """The lines of the due list of each name that are shown."""
    lines: list[tuple[object, ...]] = []
    for name in names_of(facts):
        first = shown_rows(due_rows(facts, name))
        lines += [(f"{name}|{at}", *_due_cells(row)) for at, row in enumerate(first.to_dict("records"), 1)]
    return pd.DataFrame(lines, columns=list(DUE_DATA.heads), dtype=object)


def _due_cells(row: dict[Any, Any]) -> tuple[object, ...]:
    stage = "lead" if row["kind"] == "lead" else row["stage"]
    cells = (row["name"], row["deal_id"], row["due"].date(), _STATE_WORDS[row["state"]], int(row["days_late"]))
    more = (stage, row["rep"], row["action"], row["purpose"])
    return tuple(cell if cell != "" else EMPTY for cell in (*cells, *more))


def weekly_data(facts: Facts) -> pd.DataFrame:
    """Counts of each name and week."""
    team = activity_counts.team_weeks(facts, WEEKS).assign(rep=TEAM)
    table = pd.concat([team, activity_counts.per_week(facts, WEEKS)], ignore_index=True)
    out = {"Key": [f"{rep}|{week_text(week)}" for rep, week in zip(table["rep"], table["week"], strict=True)]}
    counted = dict(zip((*KIND_HEADS, "All"), (*ACTIVITY_KINDS, "total"), strict=True))
    return pd.DataFrame(out | {head: table[kind].tolist() for head, kind in counted.items()}, dtype=object)


def week_text(week: dt.date) -> str:
    """A week by its Monday, such as ``11-16``, with the year at its first: as an axis shows it."""
    return f"{week:%m-%d}"


def chosen_rows(data: pd.DataFrame, chosen: str, keys: Sequence[object], table: Table, key: str) -> pd.DataFrame:
    """Body of a table that follows the filter: the cells that its formulas show now, None where there is none."""
    by_key = {str(row["Key"]).casefold(): row for row in data.to_dict("records")}
    rows = []
    for one in keys:
        found = by_key.get(f"{chosen}|{one}".casefold(), {})
        rows.append({head: one if head == key else found.get(head) for head in table.heads})
    return pd.DataFrame(rows, columns=list(table.heads), dtype=object)


def _one_digit(cell: object) -> object:
    """A mean as a table shows it."""
    return round(cell, 1) if isinstance(cell, float) else cell


def standards_frame(facts: Facts) -> pd.DataFrame:
    """What each stage needs."""
    stages = activity_standards.standards(facts).stages
    rows = [
        (
            row["stage"],
            given(row["rate"]),
            int(row["decided"]),
            _one_digit(given(row["entries"])),
            int(row["open_now"]),
            _one_digit(given(row["per_entry"])),
            _one_digit(given(row["activities"])),
            row["reason"] or EMPTY,
        )
        for row in stages.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(STANDARDS.heads), dtype=object)


def mix_frame(facts: Facts) -> pd.DataFrame:
    """Won against lost, by type."""
    rows = []
    for row in activity_mix.by_type(facts).to_dict("records"):
        few = [f"{int(row[f'{g}_with'])} of {int(row[f'{g}_n'])}" for g in activity_mix.GROUPS]
        sure = [interval_text(row[f"{g}_low"], row[f"{g}_high"]) for g in activity_mix.GROUPS]
        is_told = None not in sure
        note = EMPTY if is_told else f"{row['won_n']:,} won and {row['lost_n']:,} lost deals: too few for a share."
        rows.append(
            (
                row["type"],
                given(row["won_share"]),
                given(row["lost_share"]),
                _one_digit(given(row["won_per_deal"])),
                sure[0] or few[0],
                sure[1] or few[1],
                _one_digit(given(row["lost_per_deal"])),
                note,
            )
        )
    return pd.DataFrame(rows, columns=list(MIX.heads), dtype=object)


def rep_frame(facts: Facts) -> pd.DataFrame:
    """Everybody's weeks beside what their quota takes and what is due."""
    needed = activity_standards.by_rep(facts).set_index("rep").to_dict("index")
    touches = value_touches.per_deal(facts).groupby(facts.deals["rep"]).mean()
    rows = []
    for row in activity_counts.by_rep(facts).to_dict("records"):
        rep = str(row["rep"])
        own = needed.get(rep, {"needed": None, "reason": "No quota for the period."})
        due = counts(due_rows(facts, rep))
        rows.append(
            (
                rep,
                int(row["this_week"]),
                int(row["last_week"]),
                *(round(float(row[kind]), 1) for kind in ACTIVITY_KINDS),
                round(float(row["total"]), 1),
                _one_digit(given(own["needed"])),
                int(row["ahead"]),
                _one_digit(known(touches.get(rep))),
                due["overdue"],
                due["today"],
                own["reason"] or EMPTY,
            )
        )
    return pd.DataFrame(rows, columns=list(BY_REP.heads), dtype=object)
