"""The tab Velocity: what the open deals should bring per day and what was really won; cycle times, stages, growth."""

from __future__ import annotations

from typing import Final

from xlpipeline.metrics.created_pipeline import WEEKS
from xlpipeline.metrics.cycle import cycle
from xlpipeline.metrics.velocity import velocity
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.cards import cards_frame, followed, people
from xlpipeline.tabs.layout import ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.velocity_cards import BY_REP, CARDS, CARDS_TABLE, FILTER, RATED, cards_of, rep_table
from xlpipeline.tabs.velocity_paces import (
    CREATED,
    GROWTH,
    OPTIONS,
    PACES,
    STOCK_NOTE,
    created_says,
    created_table,
    growth_says,
    growth_table,
    option_table,
    pace_says,
    pace_table,
)
from xlpipeline.tabs.velocity_times import (
    BOTTLENECKS,
    CYCLE_TIMES,
    LONGEST,
    MOST_DEALS,
    STAGE_CHART,
    STAGE_TIMES,
    bottleneck_says,
    bottleneck_table,
    cycle_says,
    cycle_table,
    longest_table,
    refresh_says,
    stage_chart,
    stage_time_table,
)
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, SHORT_MONEY, TEAM, TEAM_ROW, quiet, title_line


def fill(facts: Facts) -> ChangeSet:
    """Velocity and its parts for the team and every rep, cycle times, stages, growth and what comes in."""
    times = cycle(facts, facts.window)
    paces = [(one, velocity(one.facts, stale=one.stale)) for one in people(facts)]
    cards = cards_frame(CARDS, ((one.name, cards_of(one, pace)) for one, pace in paces))
    team = paces[0][1]
    names: dict[str, object] = {
        "line_velocity": f"{title_line(facts)} · parts from {team.window.name}",
        "velocity_says": pace_says(team, facts),
        "velocity_cycle_says": cycle_says(times),
        "bottleneck_says": bottleneck_says(facts),
        "growth_says": growth_says(facts),
        "created_says": created_says(facts),
        "stage_times_says": refresh_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    bodies = {
        PACES: pace_table(team, facts),
        OPTIONS: option_table(team, facts),
        STAGE_TIMES: stage_time_table(facts),
        LONGEST: longest_table(facts),
        BOTTLENECKS: bottleneck_table(facts),
        GROWTH: growth_table(facts),
        CREATED: created_table(facts),
        STAGE_CHART: stage_chart(facts),
        CYCLE_TIMES: cycle_table(times),
        BY_REP: rep_table(paces, facts),
        CARDS_TABLE: cards,
    }
    return ChangeSet(tuple(whole_table(table.name, body) for table, body in bodies.items()), names)


TAB: Final = Tab(
    "Velocity",
    "dashboard",
    (
        Text("B1", "Velocity", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_velocity", across=12),
        Text("N2", "", "line", name="refreshed_on_velocity", across=6, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "VelocityCards[Name]", TEAM),
        *CARDS,
        Text("B11", EMPTY, "strong", name="velocity_says", across=5, rows=2),
        ChartBlock(
            "B13",
            "velocity_paces",
            "bar",
            "Value per day: velocity against what was really won",
            "Bars compare what the open deals should bring per day, the clean ones alone, and what was won per day.",
            PACES.name,
            "Pace",
            (Series("Per day", "data", labels=True),),
            columns=5,
            rows=14,
            number_format=SHORT_MONEY,
        ),
        Text("G11", EMPTY, "strong", name="velocity_cycle_says", across=6, rows=2),
        ChartBlock(
            "G13",
            "cycle_times",
            "bar",
            "Days from first contact to close",
            "Bars compare cycle times in days: median, mean, 75 % and 90 % point of won deals, lost deals, all deals.",
            CYCLE_TIMES.name,
            "Measure",
            (Series("Days", "data", labels=True),),
            columns=6,
            rows=14,
            number_format="#,##0",
        ),
        Text("M11", EMPTY, "strong", name="bottleneck_says", across=7, rows=2),
        ChartBlock(
            "M13",
            "time_in_stage",
            "bar",
            "Median days in each stage, now and then",
            "Bars show the median days in each stage of recent entries; outlines show those of the past.",
            STAGE_CHART.name,
            "Stage",
            (Series("Now", "data", labels=True), Series("Then", "context", look="marker")),
            columns=7,
            rows=14,
            number_format="#,##0",
        ),
        Text("B28", STOCK_NOTE, "hint", across=18),
        TableBlock("B30", PACES, rows=3, grey_when_small="Deals", tints=quiet(PACES)),
        Text("J29", EMPTY, "strong", name="growth_says", across=12),
        TableBlock("J30", GROWTH, rows=8, tints=quiet(GROWTH)),
        TableBlock("B37", OPTIONS, rows=3, tints=quiet(OPTIONS), hint="Only the first is our definition."),
        TableBlock("J43", CYCLE_TIMES, rows=7, grey_when_small="Deals", tints=quiet(CYCLE_TIMES)),
        TableBlock(
            "B54",
            CREATED,
            rows=WEEKS,
            tints=quiet(CREATED),
            hint="The team; weeks from Monday to Sunday, the last one may not be over.",
        ),
        Text("J54", EMPTY, "strong", name="created_says", across=9),
        ChartBlock(
            "J55",
            "created_pipeline",
            "column",
            "Value created per week, and value that became qualified",
            "Columns show the value of the deals created in each week, dashes the value that became qualified.",
            CREATED.name,
            "Week of",
            (Series("Created value", "data"), Series("Qualified value", "attention", look="marker")),
            columns=9,
            rows=15,
            number_format=SHORT_MONEY,
        ),
        Text("B72", EMPTY, "hint", name="stage_times_says", across=18),
        TableBlock(
            "B73",
            STAGE_TIMES,
            grey_when_small="Stays",
            tints=quiet(STAGE_TIMES),
            hint="Stays that history saw begin; deals that are still there count as far as they are known.",
        ),
        TableBlock(
            "B95",
            LONGEST,
            rows=MOST_DEALS,
            hint="Up to 15 deals. Decide on each: what must happen next, or close it.",
        ),
        TableBlock(
            "B115",
            BOTTLENECKS,
            grey_when_small="Entries now",
            tints=(
                Tint('OR(LEFT({Verdict},6)="slower",LEFT({Verdict},7)="leakier")', "orange", ("Stage", "Verdict")),
                *quiet(BOTTLENECKS),
            ),
            hint="Now: entries of the last 180 days (setting); then: the same days of last year, else the earliest.",
        ),
        TableBlock("B137", BY_REP, grows=True, tints=(TEAM_ROW, *quiet(BY_REP, small="Closed deals", rated=RATED))),
    ),
    fill=fill,
    widths={"A": 2, "B": 30, "J": 24, "T": 30} | dict.fromkeys("FGHI", 12) | dict.fromkeys("CDEKLMNOPQRS", 11.3),
    freeze="A5",
    print_columns="B:T",
    page_break_before=(54, 95, 137),
)
