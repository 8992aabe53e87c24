"""The hidden tab _Cards: what the cards that follow a rep filter, and some charts, are read from."""

from __future__ import annotations

from typing import Final

from xlpipeline.tabs import (
    activity,
    activity_tables,
    aging,
    benchmarks,
    coaching,
    coaching_tables,
    conversion_cards,
    conversion_choice,
    conversion_chosen,
    coverage_cards,
    coverage_reps,
    dashboard_cards,
    dashboard_stages,
    deal_guide,
    forecast,
    forecast_quarter,
    leads_summary,
    marketing_view,
    velocity_cards,
    velocity_times,
    waterfall_cards,
    waterfall_lines,
    waterfall_slips,
    win_score_tables,
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
    leads_summary.CARDS_TABLE,
    *leads_summary.ROWS,
    *leads_summary.CHARTS,
    marketing_view.CHART,
    win_score_tables.CHART,
    win_score_tables.MOVES,
    activity.CARDS_TABLE,
    activity_tables.WEEKLY_DATA,
    activity_tables.DUE_DATA,
    deal_guide.DEALS,
    deal_guide.NOW,
    coaching.CARDS_TABLE,
    coaching_tables.LOSS_DATA,
    coaching_tables.CAUSE_DATA,
)
FORMULAS: Final = {
    waterfall_lines.CHART.name: waterfall_lines.CHART_FORMULAS,
    conversion_chosen.CHART.name: conversion_chosen.CHART_FORMULAS,
    forecast_quarter.BARS.name: forecast.BARS_FORMULAS,
    **{table.name: leads_summary.FORMULAS[table.name] for table in leads_summary.CHARTS},
    deal_guide.NOW.name: deal_guide.TABLE_FORMULAS[deal_guide.NOW.name],
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
