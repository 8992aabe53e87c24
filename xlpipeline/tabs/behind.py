"""The hidden tab _Cards: what the cards that follow a rep filter, and some charts, are read from."""

from __future__ import annotations

from typing import Final

from xlpipeline.tabs import (
    aging,
    benchmarks,
    conversion_cards,
    conversion_choice,
    conversion_chosen,
    coverage_cards,
    coverage_reps,
    dashboard_cards,
    dashboard_stages,
    forecast,
    forecast_quarter,
    velocity_cards,
    velocity_times,
    waterfall_cards,
    waterfall_lines,
    waterfall_slips,
)
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TABLES: Final = (
    dashboard_cards.CARDS_TABLE,
    dashboard_stages.STAGE_BARS,
    coverage_cards.CARDS_TABLE,
    coverage_reps.LOWEST,
    coverage_reps.MONEY,
    forecast.CARDS_TABLE,
    *forecast.ROWS,
    forecast_quarter.BARS,
    aging.CARDS_TABLE,
    *aging.ROWS,
    velocity_cards.CARDS_TABLE,
    velocity_times.STAGE_CHART,
    conversion_cards.CARDS_TABLE,
    conversion_choice.WHO,
    conversion_choice.PERIODS,
    conversion_chosen.DATA,
    conversion_chosen.CHART,
    benchmarks.CHART,
    waterfall_cards.CARDS_TABLE,
    waterfall_lines.DATA,
    waterfall_lines.STEPS,
    waterfall_lines.CHART,
    waterfall_slips.DECAY,
)
FORMULAS: Final = {
    waterfall_lines.CHART.name: waterfall_lines.CHART_FORMULAS,
    conversion_chosen.CHART.name: conversion_chosen.CHART_FORMULAS,
    forecast_quarter.BARS.name: forecast.BARS_FORMULAS,
}
"""Of the tables whose cells follow a filter themselves."""

TAB: Final = Tab(
    "_Cards",
    "hidden",
    (
        Text("B1", "Behind the cards and charts", "title"),
        Text(
            "B2",
            "Written by every refresh: one row for the team and one per rep, so that a dashboard can show either.",
            "line",
        ),
        *side_by_side(
            *(TableBlock("B4", table, grows=True, formulas=FORMULAS.get(table.name, {})) for table in TABLES)
        ),
    ),
)
