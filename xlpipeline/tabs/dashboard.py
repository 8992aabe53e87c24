"""The tab Dashboard: the first figures of the team or of one rep, on one screen."""

from __future__ import annotations

import math
from typing import Final

from xlpipeline.metrics import open_pipeline
from xlpipeline.metrics.coverage import Coverage, of_each
from xlpipeline.metrics.data_quality import data_quality
from xlpipeline.metrics.forecast_outcome import outcome
from xlpipeline.metrics.slippage import slippage
from xlpipeline.metrics.waterfall import quarter_story
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.cards import cards_frame, followed, people
from xlpipeline.tabs.coverage import inflation_says
from xlpipeline.tabs.coverage_reps import CHART_ROWS, LOWEST
from xlpipeline.tabs.coverage_reps import says as coverage_says
from xlpipeline.tabs.dashboard_cards import CARDS, CARDS_TABLE, FILTER, card_rows
from xlpipeline.tabs.dashboard_months import TREND_MONTHS, WON_BY_MONTH, month_rows, months_of, won_says
from xlpipeline.tabs.dashboard_stages import OPEN_BY_STAGE, STAGE_BARS, stage_bars, stage_rows, stage_says
from xlpipeline.tabs.layout import ChartBlock, Filter, Series, Tab, TableBlock, Text
from xlpipeline.tabs.scorecard_table import RATED, SCORECARD, scorecard_frame
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY,
    TEAM,
    TEAM_ROW,
    money_text,
    quiet,
    share_text,
    title_line,
)


def fill(facts: Facts) -> ChangeSet:
    """The first figures of the team and of every rep, open pipeline by stage and won value by month."""
    everyone = people(facts)
    covered = of_each(facts)
    cards = cards_frame(
        CARDS, ((one.name, card_rows(one, cover)) for one, cover in zip(everyone, covered, strict=True))
    )
    stages, months = open_pipeline.by_stage(facts), months_of(facts)
    names: dict[str, object] = {
        "line_dashboard": " · ".join(filter(None, (title_line(facts), _quality(facts)))),
        "dashboard_says": quarter_says(facts, covered[0]),
        "open_pipeline_says": stage_says(stages, facts),
        "won_says": won_says(months, facts),
        "dashboard_coverage_says": coverage_says(covered[0], covered[1:]),
        "dashboard_inflation": inflation_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(OPEN_BY_STAGE.name, stage_rows(stages, facts)),
        whole_table(STAGE_BARS.name, stage_bars(stages, facts)),
        whole_table(WON_BY_MONTH.name, month_rows(months, facts)),
        whole_table(SCORECARD.name, scorecard_frame(facts)),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def quarter_says(facts: Facts, cover: Coverage) -> str:
    """Where the quarter stands, in one sentence: won, likely at its end, the pipeline since it began, slipped."""
    likely, fall, slip = outcome(facts), quarter_story(facts).team, slippage(facts).slip_rate
    won = "" if cover.won.value is None else f"{money_text(cover.won.value, facts)} won"
    if won and cover.quota.value:
        won += f" of {money_text(cover.quota.value, facts)} quota"
    parts = [won]
    if not math.isnan(likely.p50):
        low, middle, high = (money_text(value, facts) for value in (likely.p10, likely.p50, likely.p90))
        parts.append(f"about {middle} likely at its end ({low} to {high} in 8 of 10 cases)")
    if fall is not None:
        parts.append(
            f"its open pipeline went from {money_text(fall.opening, facts)} to {money_text(fall.closing, facts)}"
        )
    if slip.value is not None:
        parts.append(f"{share_text(slip.value)} of the deals it began with have slipped")
    told = ", ".join(filter(None, parts))
    return f"{cover.quarter.name}: {told}." if told else f"{cover.quarter.name}: nothing to tell yet."


def _quality(facts: Facts) -> str:
    quality = data_quality(facts)
    return "" if quality.value is None else f"data quality {share_text(quality.value)}"


_SEE_ALSO: Final = tuple(
    Text(f"{letter}4", name, "link", link=name)
    for letter, name in zip(
        "GHIJKLMNO",
        ("Conversion", "Coverage", "Waterfall", "Forecast", "Velocity", "Aging", "Benchmarks", "Issues", "Definitions"),
        strict=True,
    )
)

TAB: Final = Tab(
    "Dashboard",
    "dashboard",
    (
        Text("B1", "Dashboard", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_dashboard", across=11),
        Text("M2", "", "line", name="refreshed_on_dashboard", across=7, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "DashboardCards[Name]", TEAM),
        Text("F4", "See also", "hint"),
        *_SEE_ALSO,
        Text("B5", EMPTY, "strong", name="dashboard_says", across=17),
        *CARDS,
        Text("B10", EMPTY, "body", name="dashboard_inflation", across=17),
        Text("B11", EMPTY, "strong", name="open_pipeline_says", across=5, rows=2),
        ChartBlock(
            "B13",
            "open_by_stage",
            "bar",
            "Open pipeline by stage: value, and number of deals",
            "Bars show the value of the open deals in each stage, in order; their number stands beside each name.",
            STAGE_BARS.name,
            "Stage",
            (Series("Value", "data", labels=True),),
            columns=5,
            rows=17,
            number_format=SHORT_MONEY,
        ),
        Text("G11", EMPTY, "strong", name="won_says", across=6, rows=2),
        ChartBlock(
            "G13",
            "won_by_month",
            "column",
            "Won value by month, with the year before",
            "Columns show the value won in each month, dashes the same month of the year before.",
            WON_BY_MONTH.name,
            "Month",
            (Series("Won value", "data", labels=True), Series("Year before", "attention", "marker")),
            columns=6,
            rows=17,
            number_format=SHORT_MONEY,
        ),
        Text("M11", EMPTY, "strong", name="dashboard_coverage_says", across=6, rows=2),
        ChartBlock(
            "M13",
            "coverage_to_go",
            "bar",
            f"Coverage, up to {CHART_ROWS} reps, lowest first, cut at 2 × required",
            "Bars show each rep's open pipeline as a multiple of the quota still to win, beside the required level.",
            LOWEST.name,
            "Name",
            (Series("To go", "data"), Series("Required", "context", "marker")),
            columns=6,
            rows=17,
            number_format='0"×"',
        ),
        TableBlock("B31", OPEN_BY_STAGE, tints=quiet(OPEN_BY_STAGE)),
        TableBlock(
            "I31",
            WON_BY_MONTH,
            rows=TREND_MONTHS,
            tints=quiet(WON_BY_MONTH),
            hint="By actual close; the last month is not complete before its end.",
        ),
        TableBlock(
            "B54",
            SCORECARD,
            grows=True,
            hint="Same window and base for all. A difference between reps may be chance: read the interval.",
            tints=(TEAM_ROW, *quiet(SCORECARD, small="Closed deals", rated=RATED)),
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 24, "S": 66} | dict.fromkeys("CDEFGHIJKLMNOPQR", 11.3),
    freeze="A5",
    print_columns="B:S",
)
