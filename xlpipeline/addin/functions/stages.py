"""Where deals are lost: XLP_STAGE_CONVERSION, a table that spills."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_rows
from xlpipeline.addin.functions._arguments import ALL_TIME, AS_OF, PERIODS, PIPELINE, REP, REPS, SETTINGS, STAGES
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics.conversion import by_stage

_SHOWN: Final = {
    "stage": "Stage",
    "entered": "Entered",
    "advanced": "Went on",
    "lost": "Lost here",
    "open": "Still here",
    "unknown": "Unknown",
    "rate": "Conversion",
    "low": "Low",
    "high": "High",
    "lower_bound": "At least",
    "upper_bound": "At most",
    "note": "Note",
}
"""Columns of the figure and their heads, as on the tab Conversion."""


def _stage_conversion(asked: Asked) -> Answer:
    window = asked.window
    table = by_stage(asked.facts, window)
    rows = table[list(_SHOWN)].itertuples(index=False, name=None)
    notes = [f"{stage}: {note}" for stage, note in zip(table["stage"], table["note"], strict=True) if note]
    basis = f"deals created in {window.name}" if window else "all deals"
    entered = int(table["entered"].max())
    return of_rows([tuple(_SHOWN.values()), *rows], " ".join([f"Given: n = {entered:,}, basis {basis}.", *notes]))


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_STAGE_CONVERSION",
        description="Gives a table with one row per open stage: how many deals entered, how many went on, the rate.",
        arguments=(PIPELINE, STAGES, AS_OF, ALL_TIME, REP, SETTINGS, PERIODS, REPS),
        gives="table with a head, one row per open stage; Conversion, Low, High, At least and At most from 0 to 1",
        example="=XLP_STAGE_CONVERSION(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="conversion",
        give=_stage_conversion,
    ),
)
