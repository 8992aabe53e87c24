"""One file per tab: its layout, and how figures fill it."""

from __future__ import annotations

from xlpipeline.tabs import (
    activities,
    aging,
    behind,
    benchmarks,
    calendar,
    conversion,
    costs,
    coverage,
    dashboard,
    definitions,
    forecast,
    history,
    issues,
    leads,
    lists,
    pipeline,
    process,
    scoring,
    settings,
    start_here,
    team,
    velocity,
    waterfall,
)
from xlpipeline.tabs.layout import Tab

TABS: tuple[Tab, ...] = (
    start_here.TAB,
    pipeline.TAB,
    leads.TAB,
    activities.TAB,
    dashboard.TAB,
    conversion.TAB,
    coverage.TAB,
    waterfall.TAB,
    forecast.TAB,
    velocity.TAB,
    aging.TAB,
    benchmarks.TAB,
    issues.TAB,
    process.TAB,
    team.TAB,
    costs.TAB,
    scoring.TAB,
    settings.TAB,
    calendar.TAB,
    lists.TAB,
    definitions.TAB,
    behind.TAB,
    history.TAB,
    history.SNAPSHOTS_TAB,
    history.EDITS_TAB,
)
"""In the order of the workbook."""
