"""Coaching and customers in cells: XLP_STAGE_LOSS, XLP_EXPANSIONS, XLP_FOLLOW_UPS."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_figure, of_rows
from xlpipeline.addin.functions._arguments import (
    AS_OF,
    CADENCE,
    FX,
    HOLIDAYS,
    LOG,
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
from xlpipeline.metrics import expansions, follow_ups, stage_losses
from xlpipeline.model.book import NOT_AVAILABLE


def _stage_loss(asked: Asked) -> Answer:
    facts, owner, stage = asked.facts, asked.text("Owner"), asked.text("Stage")
    if owner.casefold() not in {name.casefold() for name in facts.rep_names()}:
        raise RequestError(f"No deal or rep has the name '{owner:.40}'; please write it as Owner has it.")
    if stage.casefold() not in facts.stages.loc[facts.stages["type"] == "open", "stage"].str.casefold().tolist():
        raise RequestError(f"'{stage:.40}' is no open stage; please write it as Stages has it.")
    found = stage_losses.stage_loss(facts, owner, stage)
    measure = asked.text("Measure")
    if found.value is None or measure == "difference":
        return of_figure(found)
    told = of_figure(found).why
    return of_rows([({"low": found.low, "high": found.high}.get(measure, found.note.rstrip(".").lower()),)], told)


def _expansions(asked: Asked) -> Answer:
    return of_figure(expansions.expansions(asked.money_facts))


def _follow_ups(asked: Asked) -> Answer:
    found = follow_ups.overdue(asked.facts, asked.text("State").replace("-", " "))
    return of_rows([(NOT_AVAILABLE,)], found.reason) if found.value is None else of_figure(found)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_STAGE_LOSS",
        description="Gives the share of a rep's deals that was lost in a stage, less that of the rest of the team.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            Argument("Owner", "The rep, spelled as Owner has it.", "text"),
            Argument("Stage", "The open stage, spelled as Stages has it.", "text"),
            choice("Measure", "What to give:", "difference", "low", "high", "verdict"),
            SETTINGS,
            REPS,
        ),
        gives="share from -1 to 1, its 95 % bounds, or the verdict in words",
        example='=XLP_STAGE_LOSS(Pipeline[#All],Stages[#All],AsOf,"Ann","Proposal","verdict",Settings[#All])',
        metric="stage_losses",
        give=_stage_loss,
    ),
    WorksheetFunction(
        name="XLP_EXPANSIONS",
        description="Gives the share of the won value of the trailing window that comes from deals with a parent deal.",
        arguments=(PIPELINE, STAGES, AS_OF, SETTINGS, PERIODS, FX),
        gives="share from 0 to 1",
        example="=XLP_EXPANSIONS(Pipeline[#All],Stages[#All],AsOf,Settings[#All])",
        metric="expansions",
        give=_expansions,
    ),
    WorksheetFunction(
        name="XLP_FOLLOW_UPS",
        description="Counts the won deals whose next follow-up is overdue, due today, not planned, or coming.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("State", "Which to count:", "overdue", "today", "none-planned", "coming"),
            REP,
            SETTINGS,
            REPS,
            replace(LOG, optional=True),
            replace(CADENCE, optional=True),
            HOLIDAYS,
        ),
        gives="number of deals",
        example='=XLP_FOLLOW_UPS(Pipeline[#All],Stages[#All],AsOf,"today",,,,Activities[#All],Cadence[#All])',
        metric="follow_ups",
        give=_follow_ups,
    ),
)
