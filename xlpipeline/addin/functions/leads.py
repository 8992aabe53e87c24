"""Leads in cells: XLP_ICP_FIT, XLP_LEAD_SCORE, XLP_TOP, XLP_LEAD_CONVERSION, XLP_LEAD_RESPONSE, XLP_COST, XLP_LOAD."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import pandas as pd

from xlpipeline.addin.functions._answers import of_figure, of_rows
from xlpipeline.addin.functions._arguments import (
    ACTIVITIES,
    ALL_TIME,
    AS_OF,
    HOLIDAYS,
    ICP,
    LEADS,
    PERIODS,
    PIPELINE,
    REPS,
    SCORING,
    SETTINGS,
    STAGES,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics import cost_per_opportunity, lead_conversion, lead_response, lead_score, rep_load
from xlpipeline.model.book import NOT_AVAILABLE, CellError
from xlpipeline.model.leads import read_leads
from xlpipeline.model.profile import fits, read_profile
from xlpipeline.model.settings import Settings, read_settings

_OWNER: Final = Argument("Owner", "Only of this owner, spelled as Reps has it; all if omitted.", "text", optional=True)
_SOURCE: Final = Argument("Source", "Only of this source; all if omitted.", "text", optional=True)


def _icp_fit(asked: Asked) -> Answer:
    frame, traits = asked.book.frame("Leads"), read_profile(asked.book)
    if not traits:
        raise RequestError("The table ICP has no row that can be used; please fill it in.")
    fit, confidence = fits(frame, traits)
    wanted = confidence if asked.text("Measure") == "confidence" else fit
    known = int((~np.isnan(fit)).sum())
    blank = ~np.isnan(fit) if asked.text("Measure") == "fit" else confidence > 0
    rows = [(value,) if shown else (None,) for value, shown in zip(wanted.tolist(), blank.tolist(), strict=True)]
    return of_rows(rows, f"Given: n = {known:,} rows of Leads of which a field of ICP is known.")


def _lead_score(asked: Asked) -> Answer:
    found = lead_score.of_leads(asked.facts)
    head = asked.text("Measure")
    column = found[head].reindex(asked.book.frame("Leads").index)
    if head == "top":
        rows: list[tuple[object, ...]] = [("Y",) if one is True else (None,) for one in column.tolist()]
    else:
        rows = [(None,) if pd.isna(value) else (float(value),) for value in column.tolist()]
    figure = lead_score.lead_score(asked.facts)
    return of_rows(rows, figure.reason or f"Given: n = {figure.n:,} open leads with a score. {figure.note}")


def _top(asked: Asked) -> Answer:
    cells = cast("tuple[object, ...]", asked.given["Scores"])
    share = _number(asked, "Share", Settings().top_share, (0.01, 1.0))
    least = int(_number(asked, "Least", Settings().top_least, (1, 1e6)))
    scores = np.array([cell if isinstance(cell, float) else np.nan for cell in cells], dtype=float)
    best = lead_score.top(scores, share, least).tolist()
    rows = [(cell,) if isinstance(cell, CellError) else (one,) for cell, one in zip(cells, best, strict=True)]
    n = int((~np.isnan(scores)).sum())
    if n < least:
        return of_rows(rows, f"None: with {n:,} scores, fewer than {least:,}, nobody is among the best.")
    return of_rows(rows, f"Given: n = {n:,} scores, {sum(best):,} of them among the best {share:.0%}; ties are in.")


def _number(asked: Asked, name: str, usual: float, bounds: tuple[float, float]) -> float:
    text = asked.text(name)
    if not text:
        return usual
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not bounds[0] <= number <= bounds[1]:
        raise RequestError(f"{name} is '{text:.40}'; please give a number from {bounds[0]:g} to {bounds[1]:g}.")
    return number


def _conversion(asked: Asked) -> Answer:
    return of_figure(lead_conversion.lead_conversion(asked.facts, asked.window, asked.text("Source")))


def _response(asked: Asked) -> Answer:
    figure = lead_response.in_time if asked.text("Measure") == "in-time" else lead_response.median
    return of_figure(figure(asked.facts, asked.window, _owner(asked)))


def _owner(asked: Asked) -> str:
    wanted = asked.text("Owner").strip()
    known = {str(name).casefold(): str(name) for name in (*asked.facts.rep_names(), *read_leads(asked.facts)["rep"])}
    if wanted and wanted.casefold() not in known:
        raise RequestError(f"Nobody of the name '{wanted:.40}' owns a lead or a deal; please write it as Owner has it.")
    return known.get(wanted.casefold(), "")


def _cost(asked: Asked) -> Answer:
    lag = int(_number(asked, "LagMonths", read_settings(asked.book).cost_lag_months, (0, 24)))
    facts = asked.facts
    return of_figure(cost_per_opportunity.cost_per_opportunity(facts, lag, asked.text("Source")), facts.money_unit)


def _load(asked: Asked) -> Answer:
    found = rep_load.rep_load(asked.facts, _owner(asked))
    return of_rows([(NOT_AVAILABLE,)], found.reason) if found.value is None else of_figure(found)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_ICP_FIT",
        description="Gives one cell per row of Leads with its fit to the ideal customer profile, from 0 to 100.",
        arguments=(LEADS, ICP, choice("Measure", "What to give:", "fit", "confidence")),
        gives="one number per row of Leads, empty where nothing is known",
        example='=XLP_ICP_FIT(Leads[#All],ICP[#All],"confidence")',
        metric="icp_fit",
        give=_icp_fit,
    ),
    WorksheetFunction(
        name="XLP_LEAD_SCORE",
        description="Gives one cell per row of Leads with its score from 0 to 100, or one of its parts.",
        arguments=(
            LEADS,
            STAGES,
            AS_OF,
            ICP,
            SCORING,
            choice("Measure", "What to give:", "score", "automatic", "fit", "behaviour", "top"),
            SETTINGS,
        ),
        gives="one number per row of Leads (of top: Y), empty where nothing is known",
        example="=XLP_LEAD_SCORE(Leads[#All],Stages[#All],AsOf,ICP[#All],Scoring[#All])",
        metric="lead_score",
        give=_lead_score,
    ),
    WorksheetFunction(
        name="XLP_TOP",
        description="Gives TRUE for each score that is among the best share; ties at the cut are in.",
        arguments=(
            Argument("Scores", "A column of scores; cells that hold no number do not count.", "numbers"),
            Argument("Share", "The share that is best: 0.2 if omitted.", "text", optional=True),
            Argument("Least", "With fewer scores nobody is best: 10 if omitted.", "text", optional=True),
        ),
        gives="TRUE or FALSE per row",
        example="=XLP_TOP(Leads[Score],0.2)",
        metric="lead_score",
        give=_top,
    ),
    WorksheetFunction(
        name="XLP_LEAD_CONVERSION",
        description="Gives the share of decided leads that became an opportunity, by the day they came in.",
        arguments=(LEADS, STAGES, AS_OF, _SOURCE, ALL_TIME, SETTINGS, PERIODS),
        gives="share from 0 to 1",
        example='=XLP_LEAD_CONVERSION(Leads[#All],Stages[#All],AsOf,"Referral","trailing",Settings[#All])',
        metric="lead_conversion",
        give=_conversion,
    ),
    WorksheetFunction(
        name="XLP_LEAD_RESPONSE",
        description="Gives the time by which half of the leads were answered, or the share that was answered in time.",
        arguments=(
            LEADS,
            STAGES,
            AS_OF,
            choice("Measure", "What to give:", "median", "in-time"),
            ALL_TIME,
            _OWNER,
            SETTINGS,
            PERIODS,
            REPS,
            ACTIVITIES,
            HOLIDAYS,
        ),
        gives="business days (setting response_unit), or a share from 0 to 1",
        example='=XLP_LEAD_RESPONSE(Leads[#All],Stages[#All],AsOf,"in-time",,,Settings[#All])',
        metric="lead_response",
        give=_response,
    ),
    WorksheetFunction(
        name="XLP_COST_PER_OPPORTUNITY",
        description=(
            "Gives the spend per newly qualified opportunity over the full months with costs. Without history an "
            "opportunity counts in the month it was created."
        ),
        arguments=(
            Argument("Costs", "The whole table of costs with its head: Costs[#All].", "table"),
            PIPELINE,
            STAGES,
            AS_OF,
            _SOURCE,
            Argument("LagMonths", "Months from spend to opportunity: the setting if omitted.", "text", optional=True),
            SETTINGS,
            PERIODS,
        ),
        gives="amount",
        example="=XLP_COST_PER_OPPORTUNITY(Costs[#All],Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="cost_per_opportunity",
        give=_cost,
    ),
    WorksheetFunction(
        name="XLP_LOAD",
        description="Gives the open deals and leads divided by the capacity in Reps.",
        arguments=(
            PIPELINE,
            LEADS,
            STAGES,
            AS_OF,
            Argument("Reps", "The whole table of reps with its head: Reps[#All].", "table"),
            _OWNER,
            SETTINGS,
        ),
        gives="share: 1 means as much as can be worked well",
        example="=XLP_LOAD(Pipeline[#All],Leads[#All],Stages[#All],AsOf,Reps[#All])",
        metric="rep_load",
        give=_load,
    ),
)
