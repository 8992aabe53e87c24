"""The tab Forecast: what the quarter and the next days may bring, how right such forecasts were, what is at risk.

The cards, the chart of the quarter, the categories and the deals at risk follow the rep filter. How right forecasts
were is told of the team alone: a rep has too few deals for that. There is no filter of periods, because a forecast is
of the quarter that runs; what comes after it stands in the table by month.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.metrics.forecast_categories import CATEGORIES
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import forecast_cards as cards
from xlpipeline.tabs import forecast_quarter as quarter
from xlpipeline.tabs import forecast_risk as risk
from xlpipeline.tabs import forecast_scores as scores
from xlpipeline.tabs.cards import cards_frame, cards_table, chosen, followed, following
from xlpipeline.tabs.followed_tables import RANK_TINT, ranks, row_formulas, rows_behind, shown_rows, table_behind
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, SHORT_MONEY, TEAM, TEAM_ROW, counted, quiet, title_line

FILTER: Final = "forecast_rep"
ROWS: Final = (
    table_behind(quarter.BY_CATEGORY, "Category"),
    table_behind(quarter.BARS, "Forecast"),
    table_behind(risk.AT_RISK, "Rank"),
)
BARS_FORMULAS: Final = row_formulas(quarter.BARS, "Forecast", FILTER)

_CARDS: Final = (
    Card("B6", "forecast_won", "Won so far", "money", "forecast_categories"),
    Card("D6", "forecast_commit", "Commit (cumulative)", "money", "forecast_categories", across=3),
    Card("G6", "forecast_best_case", "Best case (cumulative)", "money", "forecast_categories", across=3),
    Card("J6", "forecast_weighted", "Won + weighted", "money", "forecast_categories", across=3),
    Card("M6", "forecast_p50", "Simulated outcome, P50", "money", "forecast_outcome", across=3),
    Card("P6", "forecast_n_days", "Wins expected in N days", "number", "forecast_landmark", across=3),
)
CARDS_TABLE: Final = cards_table("ForecastCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def fill(facts: Facts) -> ChangeSet:
    """The forecasts of the as-of date's quarter, and how right such forecasts were."""
    frame = cards_frame(CARDS, ((one.name, cards.cards_of(one, facts)) for one in cards.everybody(facts)))
    texts: dict[str, object] = {
        "line_forecast": f"{title_line(facts)} · {facts.quarter.name}, {counted(_days_left(facts), 'day')} left",
        "forecast_quality": cards.quality_says(facts),
        "forecast_says": cards.quarter_says(facts),
        "forecast_test_says": scores.back_test_says(facts),
        "forecast_risk_says": risk.risk_says(facts),
        "forecast_calibration_says": scores.calibration_says(facts),
        "forecast_accuracy_says": scores.accuracy_says(facts),
        **followed(CARDS, frame, FILTER, facts),
    }
    tables = (
        whole_table(quarter.MONTHS.name, quarter.month_table(facts)),
        whole_table(scores.BACKTEST.name, scores.back_test_table(facts)),
        whole_table(scores.CALIBRATION.name, scores.calibration_table(facts)),
        whole_table(scores.ACCURACY.name, scores.accuracy_table(facts)),
        whole_table(quarter.BY_REP.name, quarter.rep_table(facts)),
        whole_table(CARDS_TABLE.name, frame),
    )
    return ChangeSet(tables, texts) + _following(facts)


def _following(facts: Facts) -> ChangeSet:
    """The tables that follow the filter, and those behind them."""
    everybody, name = cards.everybody(facts), chosen(facts, FILTER)
    categories = rows_behind(
        quarter.BY_CATEGORY, "Category", ((one.name, quarter.category_rows(one, facts)) for one in everybody)
    )
    bars = rows_behind(quarter.BARS, "Forecast", ((one.name, quarter.bars(one, facts)) for one in everybody))
    at_risk = rows_behind(
        risk.AT_RISK,
        "Rank",
        ((one.name, risk.risk_rows(facts, "" if one.name == TEAM else one.name)) for one in everybody),
    )
    still = quarter.categories_still()
    tables = (
        (quarter.BY_CATEGORY, shown_rows(quarter.BY_CATEGORY, "Category", still, categories, name)),
        (quarter.BARS, shown_rows(quarter.BARS, "Forecast", quarter.bars_still(), bars, name)),
        (risk.AT_RISK, shown_rows(risk.AT_RISK, "Rank", ranks(risk.risk_rows(facts)), at_risk, name)),
        *zip(ROWS, (categories, bars, at_risk), strict=True),
    )
    return ChangeSet(tuple(whole_table(table.name, body) for table, body in tables))


def _days_left(facts: Facts) -> int:
    return max((facts.quarter.end - facts.as_of).days - 1, 0)


TAB: Final = Tab(
    "Forecast",
    "dashboard",
    (
        Text("B1", "Forecast", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_forecast", across=12),
        Text("N2", "", "line", name="refreshed_on_forecast", across=6, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "ForecastCards[Name]", TEAM),
        *CARDS,
        Text("B11", EMPTY, "body", name="forecast_quality", across=17),
        Text("B12", EMPTY, "strong", name="forecast_says", across=8),
        ChartBlock(
            "B13",
            "forecast_quarter",
            "bar",
            "Won value of the quarter as each forecast sees it, beside the quota",
            "Bars show what the team or the chosen rep has won, and what each kind of forecast expects of the quarter.",
            quarter.BARS.name,
            "Forecast",
            (Series("Value", "data", labels=True), Series("Quota", "context", "marker")),
            columns=8,
            rows=17,
            number_format=SHORT_MONEY,
        ),
        Text("K12", EMPTY, "strong", name="forecast_test_says", across=9),
        ChartBlock(
            "K13",
            "forecast_back_test",
            "column",
            "Back-test (team): deals won within N days of each past day, and the forecast",
            "For each past day, a column for the deals won within N days and a mark for the number forecast.",
            scores.BACKTEST.name,
            "As of",
            (Series("Won", "data", labels=True), Series("Expected", "attention", "marker")),
            columns=9,
            rows=17,
            number_format="0",
        ),
        Text("B31", EMPTY, "strong", name="forecast_risk_says", across=17),
        TableBlock(
            "B32",
            risk.AT_RISK,
            rows=risk.LISTED,
            body=tuple((*[None] * 7, rank, None) for rank in range(1, risk.LISTED + 1)),
            hint="Most reasons first, then largest, of the chosen rep or the team. Overdue deals are included.",
            formulas=row_formulas(risk.AT_RISK, "Rank", FILTER),
            tints=(RANK_TINT,),
        ),
        TableBlock(
            "B57",
            quarter.BY_CATEGORY,
            rows=len(CATEGORIES),
            body=tuple((name, *[None] * 4) for name in CATEGORIES),
            hint="Deals open for the rest of the quarter. Cumulative is the headline; single stands beside it.",
            formulas=row_formulas(quarter.BY_CATEGORY, "Category", FILTER),
            tints=quiet(quarter.BY_CATEGORY),
        ),
        TableBlock(
            "J57",
            quarter.MONTHS,
            rows=3,
            hint="From today's open deals alone; what is created later comes on top.",
            tints=quiet(quarter.MONTHS),
        ),
        TableBlock(
            "B67",
            scores.BACKTEST,
            rows=12,
            hint="Only with what was known on the day; N = forecast_days.",
            tints=quiet(scores.BACKTEST),
        ),
        TableBlock(
            "J67",
            scores.CALIBRATION,
            rows=5,
            hint="By the probability that closed deals had before; of stages, with their defaults of today.",
            grey_when_small="Closed deals",
            tints=quiet(scores.CALIBRATION, small="Closed deals", rated=("Actual", "95 % interval", "Verdict")),
        ),
        Text("J76", EMPTY, "body", name="forecast_calibration_says", across=10, rows=2),
        TableBlock(
            "J79",
            scores.ACCURACY,
            rows=6,
            hint="Kept with every snapshot, scored when it is over.",
            tints=quiet(scores.ACCURACY),
        ),
        Text("J89", EMPTY, "body", name="forecast_accuracy_says", across=10, rows=2),
        TableBlock(
            "B93",
            quarter.BY_REP,
            grows=True,
            hint="P10 to P90 do not add up over reps: not everybody is unlucky at once.",
            tints=(TEAM_ROW, *quiet(quarter.BY_REP)),
        ),
    ),
    fill=fill,
    widths={"A": 2.0, "B": 30.0, "C": 16.0, "D": 18.0} | dict.fromkeys("EFGHIJKLMNOPQRS", 12.0),
    freeze="A5",
    print_columns="B:S",
    page_break_before=(57, 93),
)
