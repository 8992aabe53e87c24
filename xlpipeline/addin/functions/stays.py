"""Where deals stay too long: XLP_TIME_IN_STAGE and XLP_BOTTLENECKS, tables that spill."""

from __future__ import annotations

from typing import Final, cast

from xlpipeline.addin.functions._answers import of_table
from xlpipeline.addin.functions._arguments import DEALS, HISTORY, TEAM, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import bottleneck, time_in_stage

_STAYS: Final = {
    "stage": "Stage", "n": "Stays", "ended": "Over", "q25_days": "25 % left by", "median_days": "Median days",
    "q75_days": "75 % left by", "low_days": "Low", "high_days": "High", "note": "Note",
}  # fmt: skip
_BOTTLENECKS: Final = {
    "stage": "Stage", "is_slower": "Slower", "is_leakier": "Loses more", "n": "Entries now", "past_n": "Entries then",
    "median_days": "Median now", "past_median_days": "Median then", "time_ratio": "Ratio", "ratio_low": "Ratio: low",
    "ratio_high": "Ratio: high", "drop": "Lost now", "past_drop": "Lost then", "drop_change": "Change",
    "change_low": "Change: low", "change_high": "Change: high", "note": "Note",
}  # fmt: skip
_NO_STAGE: Final = "There is no open stage in Stages."


def _time_in_stage(asked: Asked) -> Answer:
    basis = "cumulative" if asked.text("Basis") == "cumulative" else "stint"
    table = time_in_stage.by_stage(asked.facts, cast(time_in_stage.Basis, basis))
    told = "all stays of a deal together" if basis == "cumulative" else "each stay by itself"
    return of_table(table, _STAYS, f"Given: n = {int(table['n'].sum()):,}, basis {told}.", _NO_STAGE)


def _bottlenecks(asked: Asked) -> Answer:
    table, spans = bottleneck.by_stage(asked.facts), bottleneck.comparison(asked.facts)
    then = f" against {spans.past.name}" if spans.past else ""
    return of_table(
        table, _BOTTLENECKS, f"Given: n = {int(table['n'].sum()):,}, basis {spans.now.name}{then}.", _NO_STAGE
    )


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_TIME_IN_STAGE",
        description="Gives a table with one row per open stage: the days after which a quarter, half and three "
        "quarters of the deals have left it.",
        arguments=(
            *DEALS,
            HISTORY,
            choice("Basis", "Each stay by itself, or all stays of a deal added up:", "current", "cumulative"),
            *TEAM,
        ),
        gives="table with a head, one row per open stage; calendar days",
        example='=XLP_TIME_IN_STAGE(Pipeline[#All],Stages[#All],AsOf,_History[#All],"current",,Settings[#All])',
        metric="time_in_stage",
        give=_time_in_stage,
    ),
    WorksheetFunction(
        name="XLP_BOTTLENECKS",
        description="Gives a table with one row per open stage: whether deals stay longer or drop out more often there "
        "than they used to.",
        arguments=(*DEALS, HISTORY, *TEAM),
        gives="table with a head, one row per open stage; days, and shares from 0 to 1",
        example="=XLP_BOTTLENECKS(Pipeline[#All],Stages[#All],AsOf,_History[#All],,Settings[#All])",
        metric="bottleneck",
        give=_bottlenecks,
    ),
)
