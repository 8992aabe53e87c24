"""What was done, what the quota takes and what is due: XLP_ACTIVITIES and its kin, and XLP_NEXT_STEP."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.addin.functions._answers import of_figure, of_rows
from xlpipeline.addin.functions._arguments import (
    ACTIVITY_TYPES,
    AS_OF,
    CADENCE,
    FX,
    HOLIDAYS,
    LOG,
    PERIODS,
    PIPELINE,
    PLAYBOOK,
    QUOTAS,
    REP,
    REPS,
    SETTINGS,
    STAGES,
    WINDOW,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics import activity_counts, activity_mix, activity_standards, cadence, due_list, value_touches
from xlpipeline.metrics.due_list import STATES
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.playbook import advice_for
from xlpipeline.model.schema import ACTIVITY_KINDS

_STAGE: Final = Argument("Stage", "The stage, spelled as Stages has it; case does not matter.", "text")


def _kind(asked: Asked) -> str:
    return asked.text("Kind").replace("value-touch", "value touch")


def _activities(asked: Asked) -> Answer:
    facts, kind = asked.facts, _kind(asked)
    table = activity_counts.by_rep(facts)
    rep = asked.text("Rep").strip().casefold()
    own = table[table["rep"].str.casefold() == rep] if rep and rep != "team" else table
    head = {"this-week": "this_week", "last-week": "last_week"}.get(asked.text("When"), "total")
    if kind != "all":
        weeks = activity_counts.per_week(facts, activity_counts.FULL_WEEKS + 1)
        weeks = weeks[weeks["rep"].isin(own["rep"])]
        now = activity_counts.week_start(facts.as_of)
        monday = now if head == "this_week" else now - dt.timedelta(weeks=1)
        of_week = weeks.loc[weeks["week"] == monday, kind].sum()
        value = float(own[kind].sum()) if head == "total" else float(of_week)
    else:
        value = float(own[head].sum())
    basis = f"{kind} activities, {asked.text('When')}, as of {facts.as_of.isoformat()}"
    return of_figure(Figure(value, len(own), basis, note="n = people."))


def _mix(asked: Asked) -> Answer:
    table = activity_mix.by_type(asked.facts, asked.window)
    heads = ("type", "won_share", "lost_share", "won_per_deal", "lost_per_deal", "won_n", "lost_n")
    shown = ("Type", "Won with", "Lost with", "Per won", "Per lost", "Won deals", "Lost deals")
    last = table.iloc[-1]
    why = f"Given: n = {int(last['won_n']):,} won and {int(last['lost_n']):,} lost or derailed deals."
    return of_rows([shown, *table[list(heads)].itertuples(index=False, name=None)], why)


def _standard(asked: Asked) -> Answer:
    facts = asked.money_facts
    found, measure = activity_standards.standards(facts), asked.text("Measure")
    if measure == "wins":
        return of_figure(found.won_needed)
    if measure == "create-by":
        return _day(found.create_by, found.create_by_reason, found.cycle.n)
    if measure == "entries":
        first = found.stages.iloc[0]
        if np.isnan(first["entries"]):
            return of_figure(refused(str(first["reason"]), n=found.won_needed.n))
        return of_figure(Figure(float(first["entries"]), found.won_needed.n, f"entries to {first['stage']}"))
    return of_figure(found.needed)


def _day(day: dt.date | None, reason: str, n: int) -> Answer:
    if day is None:
        return Answer(((NOT_AVAILABLE,),), reason)
    return Answer((((day - dt.date(1899, 12, 30)).days,),), f"Given: n = {n:,} won deals, {day.isoformat()}.")


def _next_touch(asked: Asked) -> Answer:
    facts = asked.facts
    table = cadence.touches_of_deals(facts).reindex(asked.book.frame("Pipeline").index)
    due = [None if pd.isna(day) else (day.date() - dt.date(1899, 12, 30)).days for day in table["due"]]
    by = [name if isinstance(name, str) and name else None for name in table["channel"]]
    cells = by if asked.text("Measure") == "channel" else due
    n = sum(day is not None for day in due)
    return of_rows([(cell,) for cell in cells], f"Given: n = {n:,} deals with a touch to come.")


def _due(asked: Asked) -> Answer:
    rows = due_list.due_list(asked.facts)
    counts, state = due_list.counts(rows), asked.text("Measure")
    return of_figure(Figure(float(counts[state]), len(rows), f"next steps, touches and follow-ups that are {state}"))


def _value_touches(asked: Asked) -> Answer:
    share = asked.text("Measure") == "share"
    return of_figure(value_touches.touched_share(asked.facts) if share else value_touches.value_touches(asked.facts))


_PARTS: Final = {"step": "step", "questions": "guide", "material": "content", "activities": "activities"}


def _next_step(asked: Asked) -> Answer:
    stage, part = asked.text("Stage").strip(), _PARTS[asked.text("Part")]
    advice = advice_for(asked.book, stage)
    if not advice:
        raise RequestError(f"The playbook says nothing of the stage '{stage:.40}'; please check its spelling.")
    told = [getattr(one, part) for one in advice]
    texts = [", ".join(one) if isinstance(one, tuple) else one for one in told]
    return Answer(((" ".join(text for text in texts if text) or None,),), f"Given: {len(advice)} rows of Playbook.")


_KINDS: Final = tuple(kind.replace(" ", "-") for kind in ACTIVITY_KINDS)
FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_ACTIVITIES",
        description="Gives how many activities were logged per week: over the last four full weeks, this or last week.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            LOG,
            choice("When", "Which weeks:", "per-week", "this-week", "last-week"),
            choice("Kind", "What to count:", "all", *_KINDS),
            REP,
            ACTIVITY_TYPES,
            REPS,
            SETTINGS,
        ),
        gives="number of activities (per-week: a mean)",
        example='=XLP_ACTIVITIES(Pipeline[#All],Stages[#All],AsOf,Activities[#All],"this-week","meeting")',
        metric="activity_counts",
        give=_activities,
    ),
    WorksheetFunction(
        name="XLP_ACTIVITY_STANDARD",
        description=(
            "Gives what the rest of the quarter's quota takes: wins, entries to the first stage, activities per week "
            "(in its last days: in all), or the day by which deals must be created."
        ),
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            LOG,
            QUOTAS,
            choice("Measure", "What to give:", "wins", "entries", "per-week", "create-by"),
            SETTINGS,
            ACTIVITY_TYPES,
            PERIODS,
            REPS,
            FX,
            HOLIDAYS,
        ),
        gives="number of deals or activities (create-by: a date)",
        example='=XLP_ACTIVITY_STANDARD(Pipeline[#All],Stages[#All],AsOf,Activities[#All],Quotas[#All],"create-by")',
        metric="activity_standards",
        give=_standard,
    ),
    WorksheetFunction(
        name="XLP_NEXT_TOUCH",
        description="Gives one cell per row of Pipeline: the day on which the cadence asks for the next touch.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            LOG,
            CADENCE,
            choice("Measure", "What to give:", "day", "channel"),
            SETTINGS,
            HOLIDAYS,
        ),
        gives="one date (channel: text) per row of Pipeline, empty where no touch is left",
        example="=XLP_NEXT_TOUCH(Pipeline[#All],Stages[#All],AsOf,Activities[#All],Cadence[#All])",
        metric="cadence",
        give=_next_touch,
    ),
    WorksheetFunction(
        name="XLP_DUE",
        description="Gives how many next steps, cadence touches and follow-ups are overdue, due today or coming.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            LOG,
            CADENCE,
            choice("Measure", "What to count:", *STATES),
            REP,
            SETTINGS,
            REPS,
            HOLIDAYS,
        ),
        gives="number of next steps, touches and follow-ups",
        example='=XLP_DUE(Pipeline[#All],Stages[#All],AsOf,Activities[#All],Cadence[#All],"today")',
        metric="due_list",
        give=_due,
    ),
    WorksheetFunction(
        name="XLP_VALUE_TOUCHES",
        description="Gives the mean number of value touches per open deal, or the share of deals with at least one.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            LOG,
            choice("Measure", "What to give:", "mean", "share"),
            REP,
            ACTIVITY_TYPES,
            SETTINGS,
            REPS,
        ),
        gives="number of touches per deal (share: from 0 to 1)",
        example="=XLP_VALUE_TOUCHES(Pipeline[#All],Stages[#All],AsOf,Activities[#All])",
        metric="value_touches",
        give=_value_touches,
    ),
    WorksheetFunction(
        name="XLP_ACTIVITY_MIX",
        description="Gives a table of activity types: how many won and how many lost deals had at least one.",
        arguments=(PIPELINE, STAGES, AS_OF, LOG, WINDOW, ACTIVITY_TYPES, SETTINGS, PERIODS),
        gives="table with a head, one row per activity type and one for all; shares from 0 to 1",
        example="=XLP_ACTIVITY_MIX(Pipeline[#All],Stages[#All],AsOf,Activities[#All])",
        metric="activity_mix",
        give=_mix,
    ),
    WorksheetFunction(
        name="XLP_NEXT_STEP",
        description="Gives what the playbook says of a stage: the step, the questions, the material or the activities.",
        arguments=(
            PLAYBOOK,
            _STAGE,
            choice("Part", "What to give:", *_PARTS),
        ),
        gives="text",
        example='=XLP_NEXT_STEP(Playbook[#All],"Discovery")',
        metric="",
        give=_next_step,
    ),
)
