"""Whether what was said came true: XLP_CALIBRATION and XLP_FORECAST_ACCURACY, tables that spill."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlpipeline.addin.functions._answers import of_table
from xlpipeline.addin.functions._arguments import DEALS, FX, HISTORY, PERIODS, REPS, SETTINGS, SNAPSHOTS, TEAM
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import forecast_accuracy, forecast_calibration

_BANDS: Final = {
    "band": "Stated", "n": "Closed deals", "stated": "Mean stated", "won": "Won", "share": "Actual", "low": "Low",
    "high": "High",
}  # fmt: skip
_KINDS: Final = {"kind": "Forecast", "n": "Snapshots", "quarters": "Quarters", "wape": "WAPE", "bias": "Bias"}


def _calibration(asked: Asked) -> Answer:
    facts = asked.facts
    table, days = forecast_calibration.by_band(facts), facts.settings.forecast_days
    n, out = int(table["n"].sum()), forecast_calibration.left_out(facts)
    apart = f" {out:,} closed deals stood in no open stage then." if out else ""
    refusal = f"No closed deal has a probability on record {days} days before its close.{apart}"
    why = f"Given: n = {n:,}, basis the probability {days} days before the close.{apart}"
    return of_table(table if n else table.iloc[:0], _BANDS, why, refusal)


def _accuracy(asked: Asked) -> Answer:
    table = forecast_accuracy.by_kind(asked.money_team)
    n = int(table["n"].sum())
    refusal = "No kept forecast is old enough yet; please take a snapshot every week."
    why = f"Given: n = {n:,} kept forecasts, basis snapshots of quarters that have ended, and N days ago or more."
    return of_table(table if n else table.iloc[:0], _KINDS, why, refusal)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_CALIBRATION",
        description="Gives a table with one row per band of stated probability: the share of those deals that was won.",
        arguments=(*DEALS, HISTORY, *TEAM),
        gives="table with a head, one row per band; shares from 0 to 1",
        example="=XLP_CALIBRATION(Pipeline[#All],Stages[#All],AsOf,_History[#All],,Settings[#All])",
        metric="forecast_calibration",
        give=_calibration,
    ),
    WorksheetFunction(
        name="XLP_FORECAST_ACCURACY",
        description="Gives a table with one row per kind of forecast: how far those kept with snapshots lay from what "
        "was won.",
        arguments=(*DEALS, HISTORY, replace(SNAPSHOTS, optional=False), SETTINGS, PERIODS, REPS, FX),
        gives="table with a head, one row per kind of forecast; WAPE and bias as shares",
        example="=XLP_FORECAST_ACCURACY(Pipeline[#All],Stages[#All],AsOf,_History[#All],_Snapshots[#All],Settings[#All])",
        metric="forecast_accuracy",
        give=_accuracy,
    ),
)
