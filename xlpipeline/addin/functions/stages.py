"""Where deals are lost: XLP_STAGE_CONVERSION, a table that spills, in several views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import pandas as pd

from xlpipeline.addin.functions._answers import of_table
from xlpipeline.addin.functions._arguments import ALL_TIME, DAYS, DEALS, OWN_HISTORY, TEAM, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics import conversion

_COHORT: Final = {
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
    "skipped": "Skipped",
    "regressed": "Went back",
    "regress_rate": "Went back, share",
    "immature": "Immature",
}
"""Columns of the figure and their heads, as on the tab Conversion."""
_WITHIN: Final = {
    "stage": "Stage", "n": "Seen to enter", "followed": "Followed", "rate": "Went on in time", "low": "Low",
    "high": "High", "lost_rate": "Lost in time", "lost_low": "Lost: low", "lost_high": "Lost: high", "note": "Note",
}  # fmt: skip
_FLOW: Final = {"stage": "Stage", "entries": "Flow in", "moves": "Flow on", "flow": "Flow", "note": "Note"}


def _stage_conversion(asked: Asked) -> Answer:
    view = asked.text("View")
    only = {"Days": view == "within", "Skips": view in ("stages", *_GROUPS), "Window": view in ("stages", "flow")}
    silent: dict[str, tuple[object, ...]] = {"Days": ("", None), "Skips": ("imputed",), "Window": ("all",)}
    for name, has_it in only.items():
        if not has_it and asked.given[name] not in silent[name]:
            raise RequestError(f"{name} says nothing in the view {view}; please leave it out.")
    return _VIEWS[view](asked)


def _stages(asked: Asked) -> Answer:
    window = asked.window
    table = conversion.by_stage(asked.facts, window, skips=cast(conversion.Skips, asked.text("Skips")))
    basis = f"deals that first entered in {window.name}" if window else "all deals"
    return _told(asked, table, _COHORT, int(table["entered"].max()) if len(table) else 0, basis)


def _by_group(asked: Asked) -> Answer:
    by = cast(conversion.By, asked.text("View"))
    table = conversion.by_group(asked.facts, by, skips=cast(conversion.Skips, asked.text("Skips")))
    heads = {"group": by.capitalize(), **_COHORT}
    return _told(asked, table, heads, int(table["entered"].sum()), f"first entries to a stage by {by}")


def _flow(asked: Asked) -> Answer:
    window = asked.window or asked.facts.window
    table = conversion.flow(asked.facts, window)
    return _told(asked, table, _FLOW, int(table["entries"].sum()), f"entries to a stage in {window.name}; cohorts mix")


def _within(asked: Asked) -> Answer:
    days = asked.days or asked.facts.settings.conversion_days
    table = conversion.within(asked.facts, days)
    return _told(asked, table, _WITHIN, int(table["n"].sum()), f"entries that history saw, within {days} days")


def _told(asked: Asked, table: pd.DataFrame, heads: dict[str, str], n: int, basis: str) -> Answer:
    why = f"Given: n = {n:,}, basis {basis}. {asked.without_history}".strip()
    return of_table(table, heads, why, "No deal is known to have entered a stage.")


_GROUPS: Final = ("quarter", "rep", "source")
_VIEWS: Final[dict[str, Callable[[Asked], Answer]]] = {
    "stages": _stages,
    **dict.fromkeys(_GROUPS, _by_group),
    "within": _within,
    "flow": _flow,
}

FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_STAGE_CONVERSION",
        description="Gives a table with one row per open stage: how many deals entered, how many went on, the rate.",
        arguments=(
            *DEALS,
            ALL_TIME,
            *TEAM,
            OWN_HISTORY,
            choice("View", "Which table: one row per stage, the same by group, within Days, or as a flow:", *_VIEWS),
            choice(
                "Skips", "Deals that skipped a stage entered it all the same, or do not count:", "imputed", "strict"
            ),
            DAYS,
        ),
        gives="table with a head, one row per open stage (by group: of each); rates and bounds from 0 to 1",
        example="=XLP_STAGE_CONVERSION(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All],,,_History[#All])",
        metric="conversion",
        give=_stage_conversion,
    ),
)
