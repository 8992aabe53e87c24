"""What a won deal is worth and how long it takes: XLP_AVERAGE_DEAL and XLP_CYCLE."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import (
    AS_OF,
    FX,
    PERIODS,
    PIPELINE,
    REP,
    REPS,
    SETTINGS,
    STAGES,
    WINDOW,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import average_deal, cycle


def _average_deal(asked: Asked) -> Answer:
    facts = asked.money_facts
    measure = average_deal.median_deal if asked.text("Measure") == "median" else average_deal.average_deal
    return of_figure(measure(facts, asked.window), facts.money_unit)


def _cycle(asked: Asked) -> Answer:
    found = cycle.cycle(asked.facts, asked.window)
    figure = getattr(found, asked.text("Measure").replace("-", "_"))
    return of_figure(replace(figure, note=found.note))


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_AVERAGE_DEAL",
        description="Gives the mean amount of the deals won in the window, in the team's currency.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Measure", "What to give:", "mean", "median"),
            WINDOW,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
            FX,
        ),
        gives="amount",
        example="=XLP_AVERAGE_DEAL(Pipeline[#All],Stages[#All],AsOf,,,,Settings[#All])",
        metric="average_deal",
        give=_average_deal,
    ),
    WorksheetFunction(
        name="XLP_CYCLE",
        description="Gives the calendar days from first contact (else Created) to the win of deals won in the window.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice(
                "Measure",
                "What to give:",
                "mean",
                "median",
                "p75",
                "p90",
                "all-closed-mean",
                "lost-median",
                "any-close-median",
            ),
            WINDOW,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
        ),
        gives="calendar days",
        example='=XLP_CYCLE(Pipeline[#All],Stages[#All],AsOf,"median",,,Settings[#All])',
        metric="cycle",
        give=_cycle,
    ),
)
