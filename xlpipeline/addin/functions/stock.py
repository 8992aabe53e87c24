"""What is in play now, and what comes in: XLP_OPEN_PIPELINE, XLP_INFLATION and XLP_CREATED_PIPELINE."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_figure, of_table, told
from xlpipeline.addin.functions._arguments import DEALS, FX, HOLIDAYS, OWN_HISTORY, REP, REPS, SETTINGS, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import created_pipeline, inflation, open_pipeline


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


_WEEKS: Final = {
    "week": "Week of", "created_n": "Created", "created_amount": "Created value", "qualified_n": "Qualified",
    "qualified_amount": "Qualified value",
}  # fmt: skip


def _created_pipeline(asked: Asked) -> Answer:
    facts = asked.money_facts
    table = created_pipeline.by_week(facts)
    blank = int(table["blank"].sum())
    out = f" {blank:,} created deals without an amount count as 0." if blank else ""
    running = " The last week is not over." if table["is_running"].any() else ""
    why = (
        f"Given: n = {int(table['created_n'].sum()):,} created deals, basis weeks from Monday to Sunday.{running}{out}"
    )
    return of_table(table, _WEEKS, why, "", ("created_amount", "qualified_amount"), facts.money_unit)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_OPEN_PIPELINE",
        description="Gives the amount of all deals that are open on the day, whenever they are expected to close.",
        arguments=(
            *DEALS,
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
            *DEALS,
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
    WorksheetFunction(
        name="XLP_CREATED_PIPELINE",
        description="Gives a table with one row per week: the deals created, and those that became qualified.",
        arguments=(*DEALS, REP, SETTINGS, REPS, FX, OWN_HISTORY),
        gives="table with a head, one row per week (its Monday: format it as a date); deals and amounts",
        example="=XLP_CREATED_PIPELINE(Pipeline[#All],Stages[#All],AsOf,,Settings[#All],,,_History[#All])",
        metric="created_pipeline",
        give=_created_pipeline,
    ),
)
