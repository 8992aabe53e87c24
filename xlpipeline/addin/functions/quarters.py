"""Whether the quarter can be reached: XLP_COVERAGE and XLP_REQUIRED_COVERAGE."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import (
    DEALS,
    FX,
    MONEY,
    OWN_HISTORY,
    PERIODS,
    QUARTER,
    QUOTAS,
    REPS,
    SETTINGS,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics.coverage import Coverage, coverage
from xlpipeline.metrics.required_coverage import required_level
from xlpipeline.model.figure import Figure, refused

_RATIOS: Final = {
    "to-go": "to_go",
    "gross": "gross",
    "weighted": "weighted_to_go",
    "incl-won": "incl_won",
    "required": "required",
}


def _coverage(asked: Asked) -> Answer:
    found = coverage(asked.money_facts, asked.quarter)
    figure: Figure = getattr(found, _RATIOS[asked.text("Basis")])
    if figure is found.required:
        return of_figure(_with_span(figure))
    return of_figure(replace(figure, note=f"{found.note} {_left_out(found)}".strip()))


def _required(asked: Asked) -> Answer:
    level, measure = required_level(asked.money_team), asked.text("Measure")
    if measure == "level":
        return of_figure(_with_span(level))
    bound = level.low if measure == "lowest" else level.high
    if bound is None:
        return of_figure(refused(f"The level is the {level.basis}. {level.note}", n=level.n, basis=level.basis))
    return of_figure(replace(level, value=bound, low=None, high=None))


def _with_span(level: Figure) -> Figure:
    """The level with what single quarters needed as words: these bounds are ratios, and no interval."""
    if level.low is None or level.high is None:
        return level
    note = f"Single quarters: {level.low:.1f} to {level.high:.1f}. {level.note}"
    return replace(level, low=None, high=None, note=note)


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
            *DEALS,
            QUOTAS,
            choice("Basis", "What is divided by what:", *_RATIOS),
            QUARTER,
            *MONEY,
            OWN_HISTORY,
        ),
        gives="ratio: 3 means three times the quota still to win",
        example='=XLP_COVERAGE(Pipeline[#All],Stages[#All],AsOf,Quotas[#All],"to-go",,,Settings[#All])',
        metric="coverage",
        give=_coverage,
    ),
    WorksheetFunction(
        name="XLP_REQUIRED_COVERAGE",
        description="Gives the coverage that past quarters needed at this day of the quarter, else the rule of "
        "thumb of the settings.",
        arguments=(
            *DEALS,
            OWN_HISTORY,
            choice("Measure", "What to give; lowest and highest are of single quarters:", "level", "lowest", "highest"),
            SETTINGS,
            PERIODS,
            REPS,
            FX,
        ),
        gives="ratio: 3 means three times what is still to win",
        example='=XLP_REQUIRED_COVERAGE(Pipeline[#All],Stages[#All],AsOf,_History[#All],"level",Settings[#All])',
        metric="required_coverage",
        give=_required,
    ),
)
