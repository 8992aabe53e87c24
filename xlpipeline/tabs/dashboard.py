"""The tab Dashboard: the first figures of the team or of one rep, on one screen."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics import open_pipeline
from xlpipeline.metrics.average_deal import median_deal
from xlpipeline.metrics.coverage import REACHED, Coverage, of_each
from xlpipeline.metrics.cycle import median_of_won
from xlpipeline.metrics.data_quality import data_quality
from xlpipeline.metrics.velocity import velocity
from xlpipeline.metrics.won_trend import by_month
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs import coverage as coverage_tab
from xlpipeline.tabs.cards import Person, Shown, cards_frame, cards_table, followed, following, people, shown
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text
from xlpipeline.tabs.scorecard_table import RATED, SCORECARD, scorecard_frame
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY,
    TEAM,
    TEAM_ROW,
    all_given,
    all_known,
    counted,
    counts_of,
    interval_text,
    money_text,
    month_text,
    quiet,
    ratio_text,
    result,
    share_text,
    title_line,
)

FILTER: Final = "dashboard_rep"
TREND_MONTHS: Final = 12

OPEN_BY_STAGE: Final = Table(
    "OpenByStage",
    "Dashboard",
    "Open pipeline by stage",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Deals", "whole", "Open deals in this stage.", "deals"),
        result("Value", "money", "Their amount.", "currency"),
        result("Weighted", "money", "Amount x probability (the deal's own, else the stage's default).", "currency"),
        result("Share of value", "share", "Value / value of all open deals."),
        result("No amount", "whole", "Open deals without an amount: they count, but add no value.", "deals"),
    ),
)
WON_BY_MONTH: Final = Table(
    "WonByMonth",
    "Dashboard",
    "Won by month",
    (
        result("Month", "text", "Calendar month of the actual close; the last one runs to the as-of date."),
        result("Won deals", "whole", "Deals won in the month.", "deals"),
        result("Won value", "money", "Their amount.", "currency"),
        result(
            "Year before",
            "money",
            "Value won in the same month a year before; blank where the data do not reach back.",
            "currency",
        ),
        result("Growth", "share", "Won value / year before - 1."),
    ),
)
STAGE_BARS: Final = Table(
    "OpenByStageChart",
    "_Cards",
    "Behind the chart of open pipeline",
    (
        result("Stage", "text", "Stage with the number of its open deals."),
        result("Value", "number", "Amount of its open deals; number of deals while none has an amount."),
    ),
)

_CARDS: Final = (
    Card("B6", "dashboard_open_pipeline", "Open pipeline", "money", "open_pipeline"),
    Card("D6", "dashboard_coverage_to_go", "Coverage to go", "ratio", "coverage", across=3),
    Card("G6", "dashboard_win_rate", "Win rate", "share", "win_rate", across=3),
    Card("J6", "dashboard_average_deal", "Average deal", "money", "average_deal", across=3),
    Card("M6", "dashboard_cycle_median", "Sales cycle, median days", "whole", "cycle", across=3),
    Card("P6", "dashboard_velocity_per_day", "Velocity per day", "money", "velocity", across=3),
)
CARDS_TABLE: Final = cards_table("DashboardCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def fill(facts: Facts) -> ChangeSet:
    """The first figures of the team and of every rep, open pipeline by stage and won value by month."""
    everyone = people(facts)
    covered = of_each(facts)
    cards = cards_frame(CARDS, ((one.name, _shown(one, cover)) for one, cover in zip(everyone, covered, strict=True)))
    stages, months = open_pipeline.by_stage(facts), _months(facts)
    names: dict[str, object] = {
        "line_dashboard": " · ".join(filter(None, (title_line(facts), _quality(facts)))),
        "open_pipeline_says": _stage_says(stages, facts),
        "won_says": _won_says(months, facts),
        "dashboard_coverage_says": coverage_tab.says(covered[0], covered[1:]),
        "dashboard_inflation": coverage_tab.inflation_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(OPEN_BY_STAGE.name, _stage_table(stages, facts)),
        whole_table(STAGE_BARS.name, _stage_bars(stages, facts)),
        whole_table(WON_BY_MONTH.name, _month_table(months, facts)),
        whole_table(SCORECARD.name, scorecard_frame(facts)),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def _quality(facts: Facts) -> str:
    quality = data_quality(facts)
    return "" if quality.value is None else f"data quality {share_text(quality.value)}"


def _shown(one: Person, cover: Coverage) -> tuple[Shown, ...]:
    """What the cards show of these deals, in their order; the last five of the trailing window."""
    facts = one.facts
    unit, window = facts.money_unit, facts.window
    total, weighted = open_pipeline.total(facts), open_pipeline.weighted(facts)
    speed, days = velocity(facts, stale=one.stale), median_of_won(facts, window)
    rate, average, median = speed.win_rate, speed.average, median_deal(facts, window)
    return (
        shown(total, "open_pipeline", unit, note=_money(weighted, facts, "weighted")),
        _coverage_shown(cover),
        shown(rate, "win_rate", note=_interval(rate), instead=counts_of(rate)),
        shown(average, "average_deal", unit, note=_money(median, facts, "median")),
        shown(days, "cycle", note="" if speed.cycle_days.value is None else f"mean {speed.cycle_days.value:,.0f} days"),
        shown(speed.per_day, "velocity", unit, note=_money(speed.realised_per_day, facts, "really won")),
    )


def _coverage_shown(cover: Coverage) -> Shown:
    word = coverage_tab.STATUS_WORDS[cover.status]
    note = f"{cover.quarter.name} · {word}: required {ratio_text(cover.required.value or 0)}"
    return shown(cover.to_go, "coverage", note=note, instead="reached" if cover.to_go.reason == REACHED else "")


def _money(figure: Figure, facts: Facts, what: str) -> str:
    return "" if figure.value is None else f"{money_text(figure.value, facts)} {what}"


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""


def _stage_table(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    total = stages["amount"].sum()
    share = stages["amount"] / total if total > 0 else pd.Series(np.nan, index=stages.index)
    table = {
        "Stage": stages["stage"].tolist(),
        "Deals": stages["n"].tolist(),
        "Value": all_given(stages["amount"], facts.money_unit),
        "Weighted": all_given(stages["weighted"], facts.money_unit),
        "Share of value": all_known(share),
        "No amount": stages["blank_amounts"].tolist(),
    }
    return pd.DataFrame(table, columns=list(OPEN_BY_STAGE.heads), dtype=object)


def _has_amounts(stages: pd.DataFrame) -> bool:
    return bool(stages["amount"].sum() > 0)


def _stage_bars(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    labels = [f"{stage} · {n:,}" for stage, n in zip(stages["stage"], stages["n"], strict=True)]
    values = all_known(stages["amount"], facts.money_unit) if _has_amounts(stages) else stages["n"].tolist()
    return pd.DataFrame({"Stage": labels, "Value": values}, columns=list(STAGE_BARS.heads), dtype=object)


def _stage_says(stages: pd.DataFrame, facts: Facts) -> str:
    n = int(stages["n"].sum())
    if not n:
        return "No deal is open."
    if not _has_amounts(stages):
        return f"No open deal has an amount, so bars show the number of deals ({n:,})."
    most = stages.iloc[int(np.nanargmax(stages["amount"].to_numpy(dtype=float)))]
    value, total = money_text(most["amount"], facts), money_text(stages["amount"].sum(), facts)
    return f"{value} of {total} is in {most['stage']} ({counted(most['n'], 'deal')})."


def _months(facts: Facts) -> pd.DataFrame:
    """The last months with the same months of the year before; columns month, won_n, won_amount, before.

    Nothing is known of months before the first win: the team may not have kept its deals here yet.
    """
    months = by_month(facts, months=TREND_MONTHS * 2).set_index("month")
    before = months["won_amount"].where(months["won_n"].cumsum() > 0)
    before.index = before.index + pd.DateOffset(years=1)
    return months.assign(before=before.reindex(months.index)).tail(TREND_MONTHS).reset_index()


def _month_table(months: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    won, before = months["won_amount"], months["before"]
    growth = won / before.where(before > 0) - 1
    table = {
        "Month": [month_text(month) for month in months["month"]],
        "Won deals": months["won_n"].tolist(),
        "Won value": all_given(won, facts.money_unit),
        "Year before": all_known(before, facts.money_unit),
        "Growth": all_known(growth),
    }
    return pd.DataFrame(table, columns=list(WON_BY_MONTH.heads), dtype=object)


def _won_says(months: pd.DataFrame, facts: Facts) -> str:
    if months.empty or not months["won_n"].sum():
        return "No deal was won in these months."
    won = float(months["won_amount"].sum())
    text = f"{money_text(won, facts)} won in {counted(len(months), 'month')}"
    compared = months.dropna(subset=["won_amount", "before"])
    before = float(compared["before"].sum())
    if len(compared) < len(months) or before <= 0:
        return f"{text}."
    growth = won / before - 1
    return f"{text}, {'▲' if growth >= 0 else '▼'} {share_text(abs(growth))} on the year before."


TAB: Final = Tab(
    "Dashboard",
    "dashboard",
    (
        Text("B1", "Dashboard", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_dashboard", across=11),
        Text("M2", "", "line", name="refreshed_on_dashboard", across=7, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "DashboardCards[Name]", TEAM),
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
            f"Coverage, up to {coverage_tab.CHART_ROWS} reps, lowest first, cut at 2 × required",
            "Bars show each rep's open pipeline as a multiple of the quota still to win, beside the required level.",
            coverage_tab.LOWEST.name,
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
