"""What is in play now: XLP_OPEN_PIPELINE and XLP_INFLATION."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_figure, told
from xlpipeline.addin.functions._arguments import AS_OF, FX, HOLIDAYS, PIPELINE, REP, REPS, SETTINGS, STAGES, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import inflation, open_pipeline


def _open_pipeline(asked: Asked) -> Answer:
    facts, measure = asked.money_facts, asked.text("Measure")
    total = open_pipeline.total(facts)
    if measure == "count":
        return Answer(((float(total.n),),), total.reason or told(total))
    return of_figure(open_pipeline.weighted(facts) if measure == "weighted" else total, facts.money_unit)


def _inflation(asked: Asked) -> Answer:
    facts, measure = asked.money_facts, asked.text("Measure")
    found = inflation.inflation(facts)
    if measure == "share":
        return of_figure(found.share)
    return of_figure(found.clean if measure == "clean" else found.as_entered, facts.money_unit)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_OPEN_PIPELINE",
        description="Gives the amount of all deals that are open on the day, whenever they are expected to close.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Measure", "What to give:", "amount", "weighted", "count"),
            REP,
            SETTINGS,
            REPS,
            FX,
        ),
        gives="amount (count: number of deals)",
        example="=XLP_OPEN_PIPELINE(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="open_pipeline",
        give=_open_pipeline,
    ),
    WorksheetFunction(
        name="XLP_INFLATION",
        description=(
            "Gives the share of the open value that is stale, overdue, not qualified or far larger than what its rep "
            "wins."
        ),
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Measure", "What to give:", "share", "clean", "as-entered"),
            REP,
            SETTINGS,
            REPS,
            FX,
            HOLIDAYS,
        ),
        gives="share from 0 to 1 (clean, as-entered: amount)",
        example="=XLP_INFLATION(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="inflation",
        give=_inflation,
    ),
)
