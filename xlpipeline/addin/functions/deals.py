"""What a won deal is worth and how long it takes: XLP_AVERAGE_DEAL and XLP_CYCLE."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import DEALS, MONEY, OWN_HISTORY, TEAM, WINDOW, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import average_deal, cycle
from xlpipeline.model.figure import refused

_AVERAGES: Final = ("mean", "median", "low", "high")


def _average_deal(asked: Asked) -> Answer:
    facts, window, measure = asked.money_facts, asked.window, asked.text("Measure")
    if measure == "mean":
        return of_figure(average_deal.average_deal(facts, window), facts.money_unit)
    median = average_deal.median_deal(facts, window)
    if measure == "median" or median.value is None:
        return of_figure(median, facts.money_unit)
    bound = average_deal.median_bounds(facts, window)[_AVERAGES.index(measure) - _AVERAGES.index("low")]
    if not math.isfinite(bound):
        return of_figure(refused(f"{median.n:,} won deals are too few for this bound.", n=median.n, basis=median.basis))
    return of_figure(replace(median, value=bound), facts.money_unit)


def _cycle(asked: Asked) -> Answer:
    found = cycle.cycle(asked.facts, asked.window)
    return of_figure(replace(getattr(found, asked.attribute("Measure")), note=found.note))


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_AVERAGE_DEAL",
        description="Gives the mean amount of the deals won in the window, in the team's currency.",
        arguments=(
            *DEALS,
            choice("Measure", "What to give (low and high: 95 % bounds of the median):", *_AVERAGES),
            WINDOW,
            *MONEY,
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
            *DEALS,
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
                "late-entry-share",
            ),
            WINDOW,
            *TEAM,
            OWN_HISTORY,
        ),
        gives="calendar days (late-entry-share: share of wins closed on the day they were created, from 0 to 1)",
        example='=XLP_CYCLE(Pipeline[#All],Stages[#All],AsOf,"median",,,Settings[#All])',
        metric="cycle",
        give=_cycle,
    ),
)
