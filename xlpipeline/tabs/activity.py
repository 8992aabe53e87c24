"""The tab Activity: what was done each week, what the rest of the quota takes, and what is due now."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics import activity_counts, activity_standards
from xlpipeline.metrics.due_list import KINDS, counts
from xlpipeline.model.activities import planned
from xlpipeline.model.book import ChangeSet, Formula, canonical, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.activity_tables import (
    BY_REP,
    DUE,
    DUE_DATA,
    DUE_FORMULAS,
    DUE_SHOWN_FORMULA,
    FILTER,
    LINES,
    MIX,
    STANDARDS,
    WEEKLY,
    WEEKLY_DATA,
    WEEKLY_FORMULAS,
    WEEKS,
    chosen_rows,
    due_data,
    due_rows,
    due_shown,
    mix_frame,
    names_of,
    rep_frame,
    standards_frame,
    week_text,
    weekly_data,
)
from xlpipeline.tabs.cards import Shown, cards_frame, cards_table, followed, following
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    TEAM,
    counted,
    first_sentence,
    n_text,
    quiet,
    title_line,
)

_CARDS: Final = (
    Card("B6", "activity_this_week", "Activities this week", "whole", "activity_counts", across=1),
    Card("C6", "activity_meetings", "Meetings, last four weeks", "whole", "activity_counts", across=2),
    Card("E6", "activity_create_by", "Must be created by", "date", "activity_standards", across=2),
    Card("G6", "activity_needed", "Activities needed", "whole", "activity_standards", across=2),
    Card("I6", "activity_overdue", "Overdue", "whole", "due_list", across=1),
    Card("J6", "activity_today", "Due today", "whole", "due_list", across=2),
)
CARDS_TABLE: Final = cards_table("ActivityCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def fill(facts: Facts) -> ChangeSet:
    """Weeks, standards and the due list of the team and of every rep."""
    due, weeks = due_data(facts), weekly_data(facts)
    chosen = str(canonical(facts.book.names.get(FILTER)) or TEAM)
    cards = cards_frame(CARDS, ((name, _shown(facts, name)) for name in names_of(facts)))
    mondays = [week_text(week) for week in activity_counts.team_weeks(facts, WEEKS)["week"]]
    names: dict[str, object] = {
        "line_activity": title_line(facts),
        "activity_weeks_says": _weeks_says(facts),
        "activity_reps_says": _reps_says(facts),
        "activity_mix_says": _mix_says(facts),
        "activity_standards_says": standards_say(facts),
        "activity_due_shown": Formula(DUE_SHOWN_FORMULA, due_shown(facts, chosen)),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(WEEKLY.name, chosen_rows(weeks, chosen, mondays, WEEKLY, "Week of")),
        whole_table(DUE.name, chosen_rows(due, chosen, range(1, LINES + 1), DUE, "No")),
        whole_table(STANDARDS.name, standards_frame(facts)),
        whole_table(MIX.name, mix_frame(facts)),
        whole_table(BY_REP.name, rep_frame(facts)),
        whole_table(WEEKLY_DATA.name, weeks),
        whole_table(DUE_DATA.name, due),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def _shown(facts: Facts, name: str) -> tuple[Shown, ...]:
    """What the cards show of the team or a rep, in their order."""
    reps = activity_counts.by_rep(facts)
    own = reps if name == TEAM else reps[reps["rep"] == name]
    this_week, last_week = int(own["this_week"].sum()), int(own["last_week"].sum())
    mean, meetings = float(own["total"].sum()), round(float(own["meeting"].sum()) * activity_counts.FULL_WEEKS)
    proposals = round(float(own["proposal"].sum()) * activity_counts.FULL_WEEKS)
    done_n = n_text(round(mean * activity_counts.FULL_WEEKS), "activity_counts")
    rows = due_rows(facts, name)
    due = counts(rows)
    listed = n_text(len(rows), "due_list")
    return (
        Shown(this_week, f"{last_week:,} last week · {mean:,.0f} per week before", done_n),
        Shown(meetings, f"{counted(proposals, 'proposal')} · {int(own['ahead'].sum()):,} meetings ahead", done_n),
        _create_by(facts),
        _needed(facts, name, mean),
        Shown(due["overdue"], _kinds(rows, "overdue"), listed),
        Shown(due["today"], _kinds(rows, "today"), listed),
    )


def _kinds(rows: pd.DataFrame, state: str) -> str:
    """What is due, such as ``5 next steps · 1 touch``."""
    found = rows.loc[rows["state"] == state, "kind"].value_counts()
    many = dict(zip(KINDS, ("next steps", "touches", "follow-ups", "leads"), strict=True))
    told = [f"{found[one]:,} {one if found[one] == 1 else more}" for one, more in many.items() if one in found.index]
    return " · ".join(told) or "nothing"


def _needed(facts: Facts, name: str, mean: float) -> Shown:
    every = activity_standards.standards(facts)
    if name == TEAM:
        value, reason, n = every.needed.value, every.needed.reason or every.needed.note, every.needed.n
    else:
        table = activity_standards.by_rep(facts)
        own = table[table["rep"] == name]
        value = None if own.empty or own["needed"].isna().iloc[0] else float(own["needed"].iloc[0])
        reason = "No quota for the period" if own.empty else str(own["reason"].iloc[0])
        n = every.needed.n
    left = counted(every.days_left, "business day")
    done = f"{mean:,.0f} per week done · "
    done += f"needed in the {left} left" if every.is_last_week else f"needed per week, {left} left"
    note = first_sentence(reason) if value is None else "Quota reached" if value == 0 else done
    return Shown(value, note, n_text(n, "activity_standards"))


def _create_by(facts: Facts) -> Shown:
    every = activity_standards.standards(facts)
    n = n_text(every.cycle.n, "activity_standards")
    if every.create_by is None or every.cycle.value is None:
        return Shown(None, first_sentence(every.create_by_reason), n)
    days = f"median cycle {every.cycle.value:,.0f} days, {every.period.name}"
    text = f"passed: {days}" if every.create_by < facts.as_of else days
    return Shown(None, text, n, every.create_by.isoformat())


def standards_say(facts: Facts) -> str:
    """What the rest of the quota takes, in one sentence; the reason where nobody can know."""
    every = activity_standards.standards(facts)
    won, first = every.won_needed, every.stages.iloc[0] if len(every.stages) else None
    if won.value is None:
        return f"No standards: {won.reason}"
    if won.value == 0:
        return f"The quota of {every.period.name} is reached; nothing more is needed."
    if every.needed.value is None or first is None:
        return f"{won.value:,.1f} more wins are needed in {every.period.name}. {every.needed.reason}"
    until = f", created by {every.create_by.isoformat()}" if every.create_by else ""
    return (
        f"{won.value:,.1f} more wins in {every.period.name} take {first['entries']:,.0f} deals in "
        f"{first['stage']}{until} ({int(first['open_now']):,} are open), "
        f"and {every.needed.value:,.0f} activities {_time_left(every)}."
    )


def _time_left(every: activity_standards.Standards) -> str:
    return f"in the {counted(every.days_left, 'business day')} left" if every.is_last_week else "a week"


def _weeks_says(facts: Facts) -> str:
    table = activity_counts.team_weeks(facts, WEEKS)
    if not table["total"].sum():
        return "No activity of these weeks is logged yet."
    done, ahead = table.iloc[-2], int((planned(facts)["kind"] == "meeting").sum())
    told = f"{int(done['total']):,} activities last week, {int(done['meeting']):,} of them meetings"
    return f"{told}; {ahead:,} meetings ahead."


def _reps_says(facts: Facts) -> str:
    table, every = rep_frame(facts), activity_standards.standards(facts)
    known = table[[isinstance(cell, float) for cell in table["Needed"]]]
    if known.empty:
        return "No rep's standard can be given yet."
    short = int((known["Needed"] > known["Per week"] * every.share_of_week).sum())
    days = f"in {counted(every.days_left, 'business day')}" if every.is_last_week else "per week"
    return f"{short:,} of {counted(len(known), 'rep')} did less {days} than the rest of their quota takes."


def _mix_says(facts: Facts) -> str:
    table = mix_frame(facts)
    rated = table[[isinstance(a, float) and isinstance(b, float) for a, b in zip(*_shares(table), strict=True)]]
    rated = rated[rated["Type"] != "All types"]
    if rated.empty:
        return "Too few closed deals to compare what won and lost ones got."
    gap = (rated["Won with"] - rated["Lost with"]).to_numpy(dtype=float)
    row = rated.iloc[int(gap.argmax())]
    if gap.max() <= 0:
        return "Won deals got no type of activity more often than lost ones."
    return f"{row['Type']}: {row['Won with']:.0%} of won deals had one, {row['Lost with']:.0%} of the lost."


def _shares(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return table["Won with"], table["Lost with"]


_CHART_ROWS: Final = 16
TAB: Final = Tab(
    "Activity",
    "dashboard",
    (
        Text("B1", "Activity", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_activity", across=6),
        Text("I2", "", "line", name="refreshed_on_activity", across=3, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "ActivityCards[Name]", TEAM),
        *CARDS,
        Text("B11", EMPTY, "strong", name="activity_standards_says", across=12),
        Text("B13", EMPTY, "body", name="activity_weeks_says", across=3),
        ChartBlock(
            "B14",
            "activity_weeks",
            "column",
            "Activities per week: calls, e-mails, meetings, proposals (team, or the rep chosen above)",
            "Stacked columns show the calls, e-mails, meetings and proposals that were logged in each of 13 weeks.",
            WEEKLY.name,
            "Week of",
            (
                Series("Calls", "context"),
                Series("E-mails", "data"),
                Series("Meetings", "attention"),
                Series("Proposals", "good"),
            ),
            columns=3,
            rows=_CHART_ROWS,
            number_format="0",
            stacked=True,
        ),
        Text("E13", EMPTY, "body", name="activity_reps_says", across=4),
        ChartBlock(
            "E14",
            "activity_by_rep",
            "bar",
            "Activities by rep: done per week, and needed for the quota (per week, or in the last days)",
            "Bars show each rep's activities per week, outlines what the quota takes: per week, or in the last days.",
            BY_REP.name,
            "Rep",
            (Series("Per week", "data", labels=True), Series("Needed", "attention", "marker")),
            columns=4,
            rows=_CHART_ROWS,
            number_format="0",
        ),
        Text("I13", EMPTY, "body", name="activity_mix_says", across=3),
        ChartBlock(
            "I14",
            "activity_mix",
            "bar",
            "Deals that had at least one, by type of activity: won, and lost",
            "Bars show the share of won and of lost deals that had at least one activity of each type.",
            MIX.name,
            "Type",
            (Series("Won with", "data", labels=True), Series("Lost with", "context")),
            columns=3,
            rows=_CHART_ROWS,
            number_format="0%",
            top=1.0,
        ),
        Text("B60", "", "body", name="activity_due_shown", across=4, formula=DUE_SHOWN_FORMULA),
        TableBlock(
            "B32",
            DUE,
            rows=LINES,
            formulas=DUE_FORMULAS,
            hint="Overdue first; deals, customers, leads. Log what you did on Activities, or give it a new date.",
            tints=(
                Tint('{State}="overdue"', "vermilion", ("State", "Late"), "text"),
                Tint('{State}="today"', "blue", ("State",), "text"),
            ),
        ),
        TableBlock("M32", WEEKLY, rows=WEEKS, formulas=WEEKLY_FORMULAS, hint="Weeks by their Monday, month and day."),
        TableBlock(
            "B62",
            STANDARDS,
            hint="Won needed ÷ conversion, from the last stage back to the first; rates of the trailing window.",
            tints=quiet(STANDARDS, small="Decided", rated=("Conversion", "Entries", "Activities")),
        ),
        TableBlock(
            "B84",
            MIX,
            grows=True,
            hint="Deals closed in the trailing window. Won deals live longer, so they had more of all: no proof.",
            tints=quiet(MIX),
        ),
        TableBlock("M62", BY_REP, grows=True, hint="Do not rank: territories and stages differ.", tints=quiet(BY_REP)),
    ),
    fill=fill,
    widths={
        "A": 2,
        "B": 44,
        "C": 14,
        "D": 14,
        "E": 14,
        "F": 14,
        "G": 20,
        "H": 18,
        "I": 32,
        "J": 42,
        "K": 5,
        "L": 3,
        "M": 20,
    }
    | dict.fromkeys(("N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "AA"), 11.3)
    | {"AB": 60},
    freeze="A5",
    print_columns="B:K,M:AB",
    page_break_before=(62,),
)
