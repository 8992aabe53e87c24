"""What will be won: XLP_FORECAST, XLP_FORECAST_CATEGORIES, XLP_N_DAY_FORECAST and XLP_OUTCOME."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure, of_number, of_table
from xlpipeline.addin.functions._arguments import DAYS, DEALS, HISTORY, MONEY, OWN_HISTORY, QUARTER, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics.forecast_categories import NO_DEAL, QuarterForecast, quarter_forecast
from xlpipeline.metrics.forecast_landmark import MODEL_ONLY, Landmark, landmark
from xlpipeline.metrics.forecast_outcome import outcome

_AMOUNTS: Final = {
    "weighted": "weighted_open",
    "open": "open",
    "won": "won",
    "with-won": "weighted",
    "commit": "commit",
    "best-case": "best_case",
    "overdue": "overdue",
    "undated": "undated",
}
_CATEGORIES: Final = {
    "category": "Category", "n": "Deals", "amount": "Single", "cumulative_n": "Cumulative deals",
    "cumulative": "Cumulative",
}  # fmt: skip
_WINS: Final = ("wins", "value", "low", "high")
_DRAWS: Final = ("p50", "p10", "p90", "expected")
_NOTHING_OPEN: Final = "No deal is open; please enter open deals in Pipeline."
_NO_PAST: Final = "No stage has ten past stays yet; please refresh and take snapshots regularly."


def _quarter(asked: Asked) -> QuarterForecast:
    return quarter_forecast(asked.money_team, asked.rep, quarter=asked.quarter)


def _forecast(asked: Asked) -> Answer:
    found, basis = _quarter(asked), _AMOUNTS[asked.text("Basis")]
    if basis in ("won", "overdue", "undated"):
        return of_figure(getattr(found, basis), asked.team.money_unit)
    note = f"{found.note} {_left_out(found)}".strip()
    if basis == "open":
        figure = found.weighted_open
        inside = found.categories["category"] != "Closed"
        amount = float(found.categories.loc[inside, "amount"].sum())
        figure = figure if figure.value is None else replace(figure, value=amount)
    else:
        figure = getattr(found, basis)
    return of_figure(replace(figure, note=note), asked.team.money_unit)


def _left_out(found: QuarterForecast) -> str:
    """The open deals that no quarter holds: they stand apart, and must not be forgotten."""
    overdue, undated = found.overdue.n, found.undated.n
    if not overdue and not undated:
        return ""
    return f"Not in it: {overdue:,} open deals whose expected close is past and {undated:,} without one."


def _categories(asked: Asked) -> Answer:
    found, unit = _quarter(asked), asked.team.money_unit
    table = found.categories.iloc[:0] if found.won.reason == NO_DEAL else found.categories
    guessed = f" {found.guessed_n:,} of the open ones by default." if found.guessed_n else ""
    n = int(table["n"].sum())
    why = f"Given: n = {n:,}, basis {found.quarter.name}, won so far and open until its end.{guessed}"
    return of_table(table, _CATEGORIES, f"{why} {_left_out(found)}".strip(), NO_DEAL, ("amount", "cumulative"), unit)


def _n_day_forecast(asked: Asked) -> Answer:
    found = landmark(asked.money_team, asked.days, asked.rep)
    n = len(found.deals)
    if not n or not found.from_history:
        return of_number(float("nan"), "", _NO_PAST if n else _NOTHING_OPEN)
    measure = asked.text("Measure")
    return of_number(
        getattr(found, measure), _of_days(found, n), "", asked.team.money_unit if measure == "value" else 1
    )


def _of_days(found: Landmark, n: int) -> str:
    label = "widened by the own back-test" if found.is_calibrated else MODEL_ONLY
    thin = n - found.from_history
    by_default = f" {thin:,} of them take the default of their stage." if thin else ""
    return (
        f"Given: n = {n:,} open deals, basis won within {found.days} days; 80 % interval {found.low:.0f} to "
        f"{found.high:.0f} wins, {label}.{by_default}"
    )


def _outcome(asked: Asked) -> Answer:
    period = asked.quarter
    if period.end <= asked.as_of:
        raise RequestError(f"{period.name} is over on {asked.as_of.isoformat()}; please ask for a quarter that is not.")
    facts = asked.money_team
    found = outcome(facts, period, asked.rep)
    why = (
        f"Given: n = {found.open_n:,} open deals, {found.from_history:,} of them with a chance from history; basis "
        f"1,000 draws to the end of {period.name}. Deals that nobody has created yet come on top."
    )
    return of_number(
        getattr(found, asked.text("Measure")), why, _NO_PAST if found.open_n else _NOTHING_OPEN, facts.money_unit
    )


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_FORECAST",
        description=(
            "Gives the amount x probability of the open deals that are expected to close in the rest of the quarter; "
            "closed deals are not in it."
        ),
        arguments=(
            *DEALS,
            choice(
                "Basis",
                "What to give of the quarter (commit and best-case: cumulative, with what is won):",
                *_AMOUNTS,
            ),
            QUARTER,
            *MONEY,
            OWN_HISTORY,
        ),
        gives="amount",
        example="=XLP_FORECAST(Pipeline[#All],Stages[#All],AsOf,,,,Settings[#All])",
        metric="forecast_categories",
        give=_forecast,
    ),
    WorksheetFunction(
        name="XLP_FORECAST_CATEGORIES",
        description="Gives a table with one row per forecast category of the quarter, the surest first: single, and "
        "with all that are surer.",
        arguments=(*DEALS, QUARTER, *MONEY),
        gives="table with a head, one row per category; amounts",
        example="=XLP_FORECAST_CATEGORIES(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="forecast_categories",
        give=_categories,
    ),
    WorksheetFunction(
        name="XLP_N_DAY_FORECAST",
        description="Gives how many of the open deals will be won within N days, from what past deals of the same "
        "stage and age did.",
        arguments=(
            *DEALS,
            HISTORY,
            choice("Measure", "Wins, their value, or the ends of the 80 % interval of wins:", *_WINS),
            DAYS,
            *MONEY,
        ),
        gives="number of wins (value: amount)",
        example='=XLP_N_DAY_FORECAST(Pipeline[#All],Stages[#All],AsOf,_History[#All],"wins",,,Settings[#All])',
        metric="forecast_landmark",
        give=_n_day_forecast,
    ),
    WorksheetFunction(
        name="XLP_OUTCOME",
        description="Gives the won value at the end of the quarter as 1,000 draws have it, each open deal won with its "
        "chance from history.",
        arguments=(
            *DEALS,
            HISTORY,
            choice("Measure", "The middle of the draws, less in one of ten, more in one of ten, the mean:", *_DRAWS),
            QUARTER,
            *MONEY,
        ),
        gives="amount",
        example='=XLP_OUTCOME(Pipeline[#All],Stages[#All],AsOf,_History[#All],"p10",,,Settings[#All])',
        metric="forecast_outcome",
        give=_outcome,
    ),
)
