"""Whether the quarter will be reached: XLP_COVERAGE and XLP_FORECAST."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import (
    AS_OF,
    FX,
    PERIODS,
    PIPELINE,
    QUARTER,
    QUOTAS,
    REP,
    REPS,
    SETTINGS,
    STAGES,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics.coverage import Coverage, coverage

_RATIOS: Final = {
    "to-go": "to_go",
    "gross": "gross",
    "weighted": "weighted_to_go",
    "incl-won": "incl_won",
    "required": "required",
}
_AMOUNTS: Final = {"weighted": "weighted_open", "open": "open_amount", "won": "won"}


def _coverage(asked: Asked) -> Answer:
    found = coverage(asked.money_facts, asked.quarter)
    figure = getattr(found, _RATIOS[asked.text("Basis")])
    return of_figure(replace(figure, note=f"{found.note} {_left_out(found)}".strip()))


def _forecast(asked: Asked) -> Answer:
    facts = asked.money_facts
    found = coverage(facts, asked.quarter)
    figure = getattr(found, _AMOUNTS[asked.text("Basis")])
    return of_figure(replace(figure, note=_left_out(found)), facts.money_unit)


def _left_out(found: Coverage) -> str:
    """The open deals that no quarter holds: they stand apart, and must not be forgotten."""
    overdue, undated = found.overdue_amount.n, found.undated_amount.n
    if not overdue and not undated:
        return ""
    return f"Not in it: {overdue:,} open deals whose expected close is past and {undated:,} without one."


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_COVERAGE",
        description=(
            "Gives the open amount expected to close in the rest of the quarter for each unit of quota still to win."
        ),
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            QUOTAS,
            choice("Basis", "What is divided by what:", *_RATIOS),
            QUARTER,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
            FX,
        ),
        gives="ratio: 3 means three times the quota still to win",
        example='=XLP_COVERAGE(Pipeline[#All],Stages[#All],AsOf,Quotas[#All],"to-go",,,Settings[#All])',
        metric="coverage",
        give=_coverage,
    ),
    WorksheetFunction(
        name="XLP_FORECAST",
        description=(
            "Gives the amount x probability of the open deals that are expected to close in the rest of the quarter; "
            "closed deals are not in it."
        ),
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Basis", "What to give of the quarter:", *_AMOUNTS),
            QUARTER,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
            FX,
        ),
        gives="amount",
        example="=XLP_FORECAST(Pipeline[#All],Stages[#All],AsOf,,,,Settings[#All])",
        metric="coverage",
        give=_forecast,
    ),
)
