"""What the open pipeline should bring per day: XLP_VELOCITY."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import (
    AS_OF,
    FX,
    HOLIDAYS,
    PERIODS,
    PIPELINE,
    REP,
    REPS,
    SETTINGS,
    STAGES,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics.velocity import velocity

_WINDOW: Final = Argument(
    "Window",
    "Where win rate, average deal and cycle come from: trailing (as the dashboards; if omitted), quarter, a quarter's "
    "name such as 2026 Q1, or a day in that quarter.",
    "window",
    optional=True,
    usual="trailing",
)


def _velocity(asked: Asked) -> Answer:
    facts, window = asked.money_facts, asked.window
    if window is None:
        raise RequestError("The window of a velocity cannot be all; please use trailing, quarter or a quarter's name.")
    found = velocity(facts, window)
    figure = getattr(found, asked.text("Measure").replace("-", "_"))
    return of_figure(replace(figure, note=f"{figure.note} {found.note}".strip()), facts.money_unit)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_VELOCITY",
        description=(
            "Gives the amount per day that the open qualified deals would bring: deals x win rate x average deal / "
            "cycle in days."
        ),
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Measure", "What to give:", "per-day", "per-month", "clean-per-day", "realised-per-day"),
            _WINDOW,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
            FX,
            HOLIDAYS,
        ),
        gives="amount per day (per-month: per 30 days)",
        example='=XLP_VELOCITY(Pipeline[#All],Stages[#All],AsOf,"per-day",,,Settings[#All])',
        metric="velocity",
        give=_velocity,
    ),
)
