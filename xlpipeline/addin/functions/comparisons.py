"""Whether things differ: XLP_GROWTH, XLP_BENCHMARKS, XLP_EXPERIMENTS and XLP_REP_COMPARISON, tables that spill."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_table
from xlpipeline.addin.functions._arguments import (
    BENCHMARKS,
    DEALS,
    EXPERIMENTS,
    HISTORY,
    MONEY,
    OWN_HISTORY,
    PERIODS,
    REPS,
    SETTINGS,
    TEAM,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import benchmarks, experiments, growth, rep_comparison

_GROWTH: Final = {
    "period": "Quarter", "won_n": "Won deals", "won_amount": "Won value", "prior_amount": "Quarter before",
    "prior_growth": "Growth", "year_amount": "Year ago", "year_growth": "Growth on year", "note": "Note",
}  # fmt: skip
_AMOUNTS: Final = ("won_amount", "prior_amount", "year_amount")
_BENCHMARKS: Final = {
    "measure": "Figure", "stage": "Stage", "now": "Now", "low": "Low", "high": "High", "n": "n", "past": "Before",
    "past_low": "Before: low", "past_high": "Before: high", "past_n": "n before", "verdict": "Own past",
    "peers": "Peers", "against_peers": "Beside peers", "source": "Source", "note": "Note",
}  # fmt: skip
_EXPERIMENTS: Final = {
    "experiment": "Experiment", "stage": "Stage", "start": "Since", "days": "Days",
    "before_rate": "Before", "before_low": "Before: low", "before_high": "Before: high", "before_n": "n before",
    "after_rate": "After", "after_low": "After: low", "after_high": "After: high", "after_n": "n after",
    "change": "Change", "change_low": "Change: low", "change_high": "Change: high", "p_value": "p",
    "verdict": "Verdict", "note": "Note",
}  # fmt: skip
_REPS: Final = {
    "rep": "Name", "hits": "Won", "n": "Of", "rate": "Rate", "low": "Low", "high": "High", "rest_rate": "The others",
    "difference": "Difference", "difference_low": "Difference: low", "difference_high": "Difference: high",
    "best_guess": "Best guess", "verdict": "Verdict",
}  # fmt: skip


def _growth(asked: Asked) -> Answer:
    facts = asked.money_facts
    table = growth.growth(facts)
    why = f"Given: n = {int(table['won_n'].sum()):,} won deals, basis won value by fiscal quarter."
    return of_table(table, _GROWTH, why, "There is no dated deal yet.", _AMOUNTS, facts.money_unit)


def _benchmarks(asked: Asked) -> Answer:
    facts = asked.money_facts
    table = benchmarks.comparison(facts).copy()
    money = table["kind"] == "money"
    for name in ("now", "low", "high", "past", "past_low", "past_high", "peers"):
        table[name] = table[name].where(~money, table[name] / facts.money_unit)
    why = (
        f"Given: basis {facts.window.name} beside {benchmarks.past_window(facts).name}. {asked.without_history}".strip()
    )
    return of_table(table, _BENCHMARKS, why, "There is nothing to compare.")


def _experiments(asked: Asked) -> Answer:
    table = experiments.results(asked.facts)
    n = int((table["before_n"] + table["after_n"]).sum())
    why = f"Given: n = {n:,}, basis deals that entered the stage in as many days before and since the start."
    refusal = "There is no experiment yet; please enter what the team tries in the table Experiments on Process."
    return of_table(table, _EXPERIMENTS, why, refusal)


def _rep_comparison(asked: Asked) -> Answer:
    facts, by_stage = asked.team, asked.text("Rate") == "conversion"
    table = rep_comparison.conversions(facts) if by_stage else rep_comparison.win_rates(facts)
    heads = {"rep": "Name", "stage": "Stage", **_REPS, "hits": "Went on"} if by_stage else _REPS
    many = rep_comparison.comparisons(table)
    basis = "went on of decided deals, all time" if by_stage else f"won of closed deals, {facts.window.name}"
    why = f"Given: n = {int(table['n'].sum()):,}, basis {basis}; {many:,} comparisons, of twenty one differs by chance."
    why = f"{why} {asked.without_history if by_stage else ''}".strip()
    return of_table(table, heads, why, "There is no rep with a deal yet; please fill Owner in Pipeline.")


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_GROWTH",
        description="Gives a table with one row per quarter: the won value against the quarter before and that of a "
        "year ago.",
        arguments=(*DEALS, *MONEY),
        gives="table with a head, one row per fiscal quarter; amounts, and growth as a share (0.1 = 10 %)",
        example="=XLP_GROWTH(Pipeline[#All],Stages[#All],AsOf,,Settings[#All])",
        metric="growth",
        give=_growth,
    ),
    WorksheetFunction(
        name="XLP_BENCHMARKS",
        description="Gives a table of the team's figures beside the same figures of the window before and of peers.",
        arguments=(*DEALS, *MONEY, BENCHMARKS, OWN_HISTORY),
        gives="table with a head, one row per figure; shares from 0 to 1, amounts, calendar days",
        example="=XLP_BENCHMARKS(Pipeline[#All],Stages[#All],AsOf,,Settings[#All],,,,Benchmarks[#All],_History[#All])",
        metric="benchmarks",
        give=_benchmarks,
    ),
    WorksheetFunction(
        name="XLP_EXPERIMENTS",
        description="Gives a table with one row per experiment: the conversion of its stage before and since, and "
        "whether they differ.",
        arguments=(*DEALS, HISTORY, EXPERIMENTS, *TEAM),
        gives="table with a head, one row per experiment; shares from 0 to 1, Since is a day (format it as a date)",
        example="=XLP_EXPERIMENTS(Pipeline[#All],Stages[#All],AsOf,_History[#All],Experiments[#All],,Settings[#All])",
        metric="experiments",
        give=_experiments,
    ),
    WorksheetFunction(
        name="XLP_REP_COMPARISON",
        description="Gives a table with one row per rep: win rate, or conversion of each stage, against all other reps "
        "together.",
        arguments=(
            *DEALS,
            choice("Rate", "Which rate:", "win-rate", "conversion"),
            SETTINGS,
            PERIODS,
            REPS,
            OWN_HISTORY,
        ),
        gives="table with a head, one row per rep (conversion: per rep and stage); shares from 0 to 1",
        example='=XLP_REP_COMPARISON(Pipeline[#All],Stages[#All],AsOf,"win-rate",Settings[#All])',
        metric="rep_comparison",
        give=_rep_comparison,
    ),
)
