"""The tab Velocity: the four levers, what they should bring per day, and what was really won per day; cycle times."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.cycle import Cycle, cycle, median_of_won
from xlpipeline.metrics.velocity import Velocity, velocity
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Person, Shown, cards_frame, cards_table, followed, following, people, shown
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    TEAM,
    TEAM_ROW,
    counts_of,
    given,
    interval_text,
    known,
    money_text,
    quiet,
    ratio_text,
    result,
    title_line,
    why,
)

FILTER: Final = "velocity_rep"

CYCLE_TIMES: Final = Table(
    "CycleTimes",
    "Velocity",
    "Cycle times",
    (
        result("Measure", "text", "Which deals, and which point of their cycle times."),
        result("Days", "whole", "Calendar days from first contact (else Created) to the close.", "days"),
        result("Deals", "whole", "Number of deals behind the figure.", "deals"),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)
PACES: Final = Table(
    "VelocityPaces",
    "Velocity",
    "Velocity and what was really won",
    (
        result("Pace", "text", "Velocity from all open qualified deals, from the clean ones, and the won value."),
        result("Per day", "money", "Value per calendar day.", "currency"),
        result("Per month", "money", "Per day x 30.", "currency"),
        result("Deals", "whole", "Open deals behind a velocity; won deals behind the realised value.", "deals"),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)
BY_REP: Final = Table(
    "VelocityByRep",
    "Velocity",
    "Velocity by rep",
    (
        result("Name", "text", "The team first, then every rep."),
        result("Open deals", "whole", "N: open qualified deals at the as-of date.", "deals"),
        result("Average deal", "money", "A: mean value of the deals won in the window.", "currency"),
        result("Win rate", "share", "W: won / (won + lost + derailed) of qualified deals closed in the window."),
        result("95 % interval", "text", "Wilson interval of the win rate; below 5 closed deals the counts."),
        result("Closed deals", "whole", "Number of deals behind the win rate.", "deals"),
        result("Cycle days", "whole", "C: mean days from first contact (else Created) to the win.", "days"),
        result("Per day", "money", "V = N x A x W / C.", "currency"),
        result("Per month", "money", "V x 30.", "currency"),
        result("Clean per day", "money", "V with only those open deals that carry no stale flag.", "currency"),
        result("Realised per day", "money", "Won value in the window / days in the window.", "currency"),
        result(
            "V / realised",
            "ratio",
            "Far above 1: stale deals may inflate velocity. Far below 1: the pipeline may run dry.",
        ),
        result("Note", "text", "A warning, or why a figure is not given."),
    ),
    key="Name",
)

_CARDS: Final = (
    Card("B6", "velocity_n", "N · open deals", "whole", "velocity", across=2),
    Card("D6", "velocity_a", "A · average deal", "money", "average_deal", across=3),
    Card("G6", "velocity_w", "W · win rate", "share", "win_rate", across=3),
    Card("J6", "velocity_c", "C · cycle days", "whole", "cycle", across=3),
    Card("M6", "velocity_day", "V per day", "money", "velocity", across=3),
    Card("P6", "velocity_realised", "Realised per day", "money", "velocity", across=3),
)
CARDS_TABLE: Final = cards_table("VelocityCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)

_RATED: Final = (
    "Average deal",
    "Win rate",
    "95 % interval",
    "Closed deals",
    "Cycle days",
    "Per day",
    "Per month",
    "Clean per day",
    "V / realised",
)
"""Columns that hang on the closed deals."""

STOCK_NOTE: Final = (
    "V = N × A × W ÷ C. N is a stock (what is open today) while W applies to a flow (what closes), so stale stock "
    "inflates V: read it beside the clean and the realised value per day."
)


def fill(facts: Facts) -> ChangeSet:
    """Velocity and its parts for the team and every rep, cycle times, and what was really won."""
    times = cycle(facts, facts.window)
    paces = [(one, velocity(one.facts, stale=one.stale)) for one in people(facts)]
    cards = cards_frame(CARDS, ((one.name, _shown(one, pace)) for one, pace in paces))
    team = paces[0][1]
    rows = [_row(one.name, pace, facts) for one, pace in paces]
    by_rep = pd.DataFrame(rows, columns=list(BY_REP.heads), dtype=object)
    names: dict[str, object] = {
        "line_velocity": f"{title_line(facts)} · parts from {team.window.name}",
        "velocity_says": _says(team, facts),
        "velocity_cycle_says": _cycle_says(times),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(PACES.name, _paces(team, facts)),
        whole_table(CYCLE_TIMES.name, _cycle_times(times)),
        whole_table(BY_REP.name, by_rep),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def _shown(person: Person, one: Velocity) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    facts = person.facts
    unit = facts.money_unit
    clean, days = one.clean_per_day, median_of_won(facts, one.window)
    month = "" if one.per_month.value is None else f"{money_text(one.per_month.value, facts)} per month"
    clean_says = "" if clean.value is None else f"{money_text(clean.value, facts)} with clean deals only"
    median = "" if days.value is None else f"median {days.value:,.0f} days"
    return (
        shown(one.n_open, "velocity", note=f"{clean.n:,} without a stale flag" if one.n_open.value else ""),
        shown(one.average, "average_deal", unit, note="won in the window" if one.average.value is not None else ""),
        shown(one.win_rate, "win_rate", note=_interval(one.win_rate), instead=counts_of(one.win_rate)),
        shown(one.cycle_days, "cycle", note=median),
        shown(one.per_day, "velocity", unit, note=" · ".join(filter(None, (month, clean_says)))),
        shown(one.realised_per_day, "velocity", unit, note=_against(one)),
    )


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""


def _against(one: Velocity) -> str:
    ratio = _ratio(one)
    return "won value ÷ days of the window" if ratio is None else f"V is {ratio_text(ratio)} of it"


def _ratio(one: Velocity) -> float | None:
    if one.per_day.value is None or not one.realised_per_day.value:
        return None
    return one.per_day.value / one.realised_per_day.value


def _row(name: str, one: Velocity, facts: Facts) -> tuple[object, ...]:
    unit, rate = facts.money_unit, one.win_rate
    return (
        name,
        known(one.n_open.n),
        given(one.average.value, unit),
        given(rate.value),
        interval_text(rate.low, rate.high) or counts_of(rate) or EMPTY,
        rate.n,
        given(one.cycle_days.value),
        given(one.per_day.value, unit),
        given(one.per_month.value, unit),
        given(one.clean_per_day.value, unit),
        given(one.realised_per_day.value, unit),
        given(_ratio(one)),
        one.note or one.per_day.reason or one.realised_per_day.reason or EMPTY,
    )


def _paces(team: Velocity, facts: Facts) -> pd.DataFrame:
    rows = (
        ("Velocity, all open deals", team.per_day, team.note),
        ("Velocity, clean deals only", team.clean_per_day, "Only deals without a stale flag."),
        ("Realised: won value", team.realised_per_day, team.window.name),
    )
    unit = facts.money_unit
    body = [
        (
            pace,
            given(f.value, unit),
            given(None if f.value is None else f.value * 30, unit),
            f.n,
            why(f) or note or EMPTY,
        )
        for pace, f, note in rows
    ]
    return pd.DataFrame(body, columns=list(PACES.heads), dtype=object)


def _cycle_times(times: Cycle) -> pd.DataFrame:
    rows: tuple[tuple[str, Figure, str], ...] = (
        ("Won, median", times.median, times.note),
        ("Won, mean", times.mean, "Feeds velocity."),
        ("Won, 75 % within", times.p75, ""),
        ("Won, 90 % within", times.p90, "An open deal older than this needs a decision."),
        ("Lost, median", times.lost_median, ""),
        ("All closed, mean", times.all_closed_mean, ""),
        (
            "Any close, median with open",
            times.any_close_median,
            "Kaplan-Meier: open deals count as not yet closed; all time.",
        ),
    )
    body = [(label, given(f.value), f.n, f.reason or note or f.note or EMPTY) for label, f, note in rows]
    return pd.DataFrame(body, columns=list(CYCLE_TIMES.heads), dtype=object)


def _says(team: Velocity, facts: Facts) -> str:
    if team.per_day.value is None:
        return f"No velocity yet. {team.per_day.reason}"
    if team.note:
        return team.note
    realised = team.realised_per_day.value
    beside = f"; {money_text(realised, facts)} per day were really won" if realised else ""
    return f"The pipeline should bring {money_text(team.per_day.value, facts)} per day{beside}."


def _cycle_says(times: Cycle) -> str:
    if times.median.value is None or times.p90.value is None:
        return f"No cycle times yet. {times.median.reason}"
    half, most = f"{times.median.value:,.0f}", f"{times.p90.value:,.0f}"
    return f"Half of the won deals took {half} days or less, nine of ten at most {most}."


TAB: Final = Tab(
    "Velocity",
    "dashboard",
    (
        Text("B1", "Velocity", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_velocity", across=12),
        Text("N2", "", "line", name="refreshed_on_velocity", across=6, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "VelocityCards[Name]", TEAM),
        *CARDS,
        Text("B11", EMPTY, "strong", name="velocity_says", across=9),
        ChartBlock(
            "B12",
            "velocity_paces",
            "bar",
            "Value per day: velocity against what was really won",
            "Bars compare what the open deals should bring per day, the clean ones alone, and what was won per day.",
            PACES.name,
            "Pace",
            (Series("Per day", "data", labels=True),),
            columns=8,
            rows=13,
            number_format="#,##0",
        ),
        Text("K11", EMPTY, "strong", name="velocity_cycle_says", across=9),
        ChartBlock(
            "K12",
            "cycle_times",
            "bar",
            "Days from first contact to close",
            "Bars compare cycle times in days: median, mean, 75 % and 90 % point of won deals, lost deals, all deals.",
            CYCLE_TIMES.name,
            "Measure",
            (Series("Days", "data", labels=True),),
            columns=9,
            rows=13,
            number_format="#,##0",
        ),
        Text("B26", STOCK_NOTE, "hint", across=18),
        TableBlock("B28", PACES, rows=3, grey_when_small="Deals", tints=quiet(PACES)),
        TableBlock("B35", CYCLE_TIMES, rows=7, grey_when_small="Deals", tints=quiet(CYCLE_TIMES)),
        TableBlock("B46", BY_REP, grows=True, tints=(TEAM_ROW, *quiet(BY_REP, small="Closed deals", rated=_RATED))),
    ),
    fill=fill,
    widths={"A": 2, "B": 30, "T": 12} | dict.fromkeys("CDEFGHIJKLMNOPQRS", 11.3),
    freeze="A5",
    print_columns="B:T",
)
