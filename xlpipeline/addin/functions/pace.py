"""What the open pipeline should bring per day: XLP_VELOCITY."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import DEALS, HOLIDAYS, MONEY, choice
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics.velocity import Stock, alternative, velocity

_WINDOW: Final = Argument(
    "Window",
    "Where win rate, average deal and cycle come from: trailing (as the dashboards; if omitted), quarter, a quarter's "
    "name such as 2026 Q1, or a day in that quarter.",
    "window",
    optional=True,
    usual="trailing",
)
_STOCKS: Final[dict[str, Stock]] = {"closed-per-day": "closed", "created-per-day": "created"}


def _velocity(asked: Asked) -> Answer:
    facts, window = asked.money_facts, asked.window
    if window is None:
        raise RequestError("The window of a velocity cannot be all; please use trailing, quarter or a quarter's name.")
    measure = asked.text("Measure")
    if measure in _STOCKS:
        return of_figure(alternative(facts, _STOCKS[measure], window), facts.money_unit)
    found = velocity(facts, window)
    figure = getattr(found, asked.attribute("Measure"))
    return of_figure(replace(figure, note=f"{figure.note} {found.note}".strip()), facts.money_unit)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_VELOCITY",
        description=(
            "Gives the amount per day that the open qualified deals would bring: deals x win rate x average deal / "
            "cycle in days."
        ),
        arguments=(
            *DEALS,
            choice(
                "Measure",
                "What to give (the last two take the deals closed or created in the window for those open now):",
                "per-day",
                "per-month",
                "clean-per-day",
                "realised-per-day",
                *_STOCKS,
            ),
            _WINDOW,
            *MONEY,
            HOLIDAYS,
        ),
        gives="amount per day (per-month: per 30 days)",
        example='=XLP_VELOCITY(Pipeline[#All],Stages[#All],AsOf,"per-day",,,Settings[#All])',
        metric="velocity",
        give=_velocity,
    ),
)
