"""Explain this figure: what stands in a cell, from the defined name, table, column or formula that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.errors import RequestError
from xlpipeline.jobs.explain import explain
from xlpipeline.model.book import is_blank
from xlpipeline.model.computed import LIVE_NAMES
from xlpipeline.model.schema import Column, Table
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Card, TableBlock

TABLE_METRICS: Final = {
    "OpenByStage": "open_pipeline",
    "WonByMonth": "won_trend",
    "Scorecard": "scorecard",
    "WinRates": "win_rate",
    "StageConversion": "conversion",
    "StageViews": "conversion",
    "WinCurve": "win_curve",
    "WinRateByQuarter": "win_rate",
    "ConversionBy": "conversion",
    "ConversionChosen": "conversion",
    "RepComparison": "rep_comparison",
    "CoverageByRep": "coverage",
    "CoveragePast": "required_coverage",
    "WaterfallLines": "waterfall",
    "WaterfallGone": "waterfall",
    "SlipByQuarter": "slippage",
    "OftenPushed": "slippage",
    "DealsAtRisk": "at_risk",
    "ForecastByCategory": "forecast_categories",
    "ForecastByRep": "forecast_categories",
    "ForecastByMonth": "forecast_outcome",
    "ForecastBackTest": "forecast_landmark",
    "ForecastCalibration": "forecast_calibration",
    "ForecastAccuracy": "forecast_accuracy",
    "VelocityPaces": "velocity",
    "VelocityOptions": "velocity",
    "LongestInStage": "time_in_stage",
    "WinRateByCreated": "win_rate",
    "CreatedPipeline": "created_pipeline",
    "Growth": "growth",
    "CycleTimes": "cycle",
    "TimeInStage": "time_in_stage",
    "Bottlenecks": "bottleneck",
    "VelocityByRep": "velocity",
    "StaleFlags": "aging",
    "Inflation": "inflation",
    "OldestDeals": "aging",
    "CleanUp": "clean_up",
    "AgingByStage": "aging",
    "StaleByRep": "aging",
    "DataQualityByRep": "data_quality",
    "LeadCohorts": "lead_conversion",
    "LeadSources": "lead_conversion",
    "BestLeads": "lead_score",
    "WaitingLeads": "lead_response",
    "CostMonths": "cost_per_opportunity",
    "ObjectionCounts": "objections",
    "QualificationByStage": "qualification",
    "LeadReps": "rep_load",
    "SourceResults": "lead_sources",
    "LossReasons": "lead_sources",
    "DisqualifyReasons": "lead_sources",
    "DueList": "due_list",
    "ActivityWeeks": "activity_counts",
    "ActivityByRep": "activity_counts",
    "ActivityStandards": "activity_standards",
    "ActivityMix": "activity_mix",
    "GuideSteps": "cadence",
    "GuideActivities": "cadence",
    "GuideCadence": "cadence",
    "GuideCriteria": "missing_criteria",
    "GuideTexts": "cadence",
    "GuideDays": "cadence",
    "FollowUps": "follow_ups",
    "Expansions": "expansions",
    "CoachingLosses": "stage_losses",
    "CoachingCauses": "loss_causes",
    "CoachingDifferent": "stage_losses",
    "OverridesByCriterion": "overrides",
    "OverridesByStage": "overrides",
    "Checklist": "hygiene",
    "ChecklistByRep": "hygiene",
    "WinScores": "win_score",
    "WinScoreTest": "win_score",
    "WinScoreBands": "win_score",
    "WinScorePoints": "win_score",
    "BenchmarkResults": "benchmarks",
    "ExperimentResults": "experiments",
}
"""The metric that a result table shows."""
COLUMN_METRICS: Final = {
    "Win rate": "win_rate",
    "Won : lost": "win_loss",
    "Average deal": "average_deal",
    "Cycle days": "cycle",
    "Velocity per day": "velocity",
    "To go": "coverage",
    "Stale deals": "aging",
    "Stale share": "aging",
    "Cost each": "cost_per_opportunity",
    "Deal score": "deal_score",
    "ICP fit": "icp_fit",
    "Median response": "lead_response",
    "In time": "lead_response",
    "P10": "forecast_outcome",
    "P50": "forecast_outcome",
    "P90": "forecast_outcome",
    "N-day wins": "forecast_landmark",
}
"""Columns of tables with many figures that show a metric of their own."""
SENTENCES: Final = {
    "dashboard_says": "forecast_outcome",
    "open_pipeline_says": "open_pipeline",
    "won_says": "won_trend",
    "dashboard_coverage_says": "coverage",
    "dashboard_inflation": "inflation",
    "conversion_says": "conversion",
    "conversion_basis": "conversion",
    "win_curve_says": "win_curve",
    "win_rate_says": "win_rate",
    "coverage_says": "coverage",
    "coverage_inflation": "inflation",
    "coverage_money_says": "coverage",
    "coverage_required_says": "required_coverage",
    "waterfall_says": "waterfall",
    "slip_says": "slippage",
    "decay_says": "slippage",
    "forecast_says": "forecast_categories",
    "forecast_quality": "forecast_categories",
    "forecast_test_says": "forecast_landmark",
    "forecast_risk_says": "at_risk",
    "forecast_calibration_says": "forecast_calibration",
    "forecast_accuracy_says": "forecast_accuracy",
    "velocity_says": "velocity",
    "velocity_cycle_says": "cycle",
    "growth_says": "growth",
    "stage_times_says": "time_in_stage",
    "bottleneck_says": "bottleneck",
    "rep_comparison_says": "rep_comparison",
    "created_says": "created_pipeline",
    "aging_says": "aging",
    "inflation_says": "inflation",
    "stale_says": "aging",
    "clean_up_says": "clean_up",
    "leads_says": "lead_score",
    "leads_load_says": "rep_load",
    "marketing_says": "lead_sources",
    "marketing_reasons_say": "lead_sources",
    "activity_weeks_says": "activity_counts",
    "activity_due_shown": "due_list",
    "activity_reps_says": "activity_standards",
    "activity_standards_says": "activity_standards",
    "activity_mix_says": "activity_mix",
    "guide_shown": "open_pipeline",
    "after_sale_says": "follow_ups",
    "expansions_says": "expansions",
    "coaching_name": "stage_losses",
    "coaching_says": "stage_losses",
    "coaching_overrides_says": "overrides",
    "checklist_row": "hygiene",
    "checklist_says": "hygiene",
    "score_says": "win_score",
    "score_warns": "win_score",
    "benchmarks_says": "benchmarks",
    "experiments_says": "experiments",
}
"""Named sentences on dashboards, and the metric that each is about."""

_FUNCTION: Final = re.compile(r"\bXLP_[A-Z0-9_]+", re.IGNORECASE)
_BESIDE: Final = ("Note", "What it means", "Reasons")
_INTERVAL: Final = ("95 %", "80 %")
"""What the heads of intervals hold."""
_WRITERS: Final = {
    "formula": "It fills itself by a formula.",
    "refresh": "It is written by Refresh metrics.",
    "user": "",
}


@dataclass(frozen=True)
class Seen:
    """A cell as selected: its defined name, its table with the cells of its row by head, its formula.

    ``beside``: the note and the n that stand under a card.
    """

    name: str = ""
    table: str = ""
    head: str = ""
    row: Mapping[str, object] = field(default_factory=dict)
    formula: str = ""
    beside: tuple[str, ...] = ()


def explain_cell(seen: Seen, functions: Mapping[str, tuple[str, str]] | None = None) -> tuple[str, ...]:
    """What the cell shows, as lines; ``functions``: each worksheet function's description and metric, by name.

    Raises:
        RequestError: there is nothing to explain at this cell; the sentence says where there is.
    """
    called = _FUNCTION.search(seen.formula)
    if called:
        return _function(called[0].upper(), functions or {})
    by_name = _named(seen)
    if by_name:
        return by_name
    table = _TABLES.get(seen.table)
    if table is not None:
        return _in_table(table, seen)
    raise RequestError(
        "There is no figure of xlpipeline in this cell. Select a card or a table on a dashboard, an issue, "
        "a column of Pipeline, or a cell with an XLP function."
    )


def card_of(name: str) -> Card | None:
    """The card that a named cell belongs to: its value, its note or its n."""
    return _CARDS.get(name)


def _function(name: str, functions: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    if name not in functions:
        raise RequestError(f"{name} is no function of this version of xlpipeline; please check its spelling.")
    description, metric = functions[name]
    return f"{name}: {description}", *(explain(metric).sentences if metric else ())


def _named(seen: Seen) -> tuple[str, ...]:
    card = card_of(seen.name)
    if card is not None:
        said = tuple(f"  Beside it: {text}" for text in seen.beside if text.strip())
        return f"{card.label}:", *said, *explain(card.definition).sentences
    if seen.name in SENTENCES:
        return explain(SENTENCES[seen.name]).sentences
    if seen.name in LIVE_NAMES:
        return f"{seen.name}: {LIVE_NAMES[seen.name]}", "It is read from Settings; change it there."
    return ()


def _in_table(table: Table, seen: Seen) -> tuple[str, ...]:
    row = {head: _shown(cell) for head, cell in seen.row.items() if not is_blank(cell)}
    if row.get("Check") and table.name in ("Issues", "IssueSummary"):
        return _check(row)
    if table.name == "DefinitionsList" and row.get("Name"):
        return explain(row["Name"]).sentences
    if table.name == "Settings" and row.get("Meaning"):
        unit = f" ({row['Unit']})" if row.get("Unit") else ""
        return f"Setting {row.get('Key', '')}{unit}: {row['Meaning']}", "A blank value means its default."
    column = next((one for one in table.columns if one.name == seen.head), None)
    about = _column(table, seen.head, column)
    if table.name not in TABLE_METRICS:
        return about
    metric = COLUMN_METRICS.get(seen.head, TABLE_METRICS[table.name])
    first = next(iter(seen.row.values()), None)
    label = () if is_blank(first) else (f"In this row: {first}.",)
    beside = tuple(f"  {head}: {row[head]}" for head in _beside(table) if head in row and head != seen.head)
    return *about, *label, *beside, *explain(metric).sentences


def _shown(cell: object) -> str:
    """A cell in a sentence: Excel gives every number as a float."""
    return f"{cell:,.10g}" if isinstance(cell, float) else str(cell)


def _beside(table: Table) -> tuple[str, ...]:
    """Heads of the cells that belong to every figure of a row: n, intervals, what to be careful with."""
    n = tuple(filter(None, (_SMALL_BY.get(table.name, ""),)))
    intervals = (one.name for one in table.columns if any(mark in one.name for mark in _INTERVAL))
    return *n, *intervals, *_BESIDE


def _check(row: Mapping[str, str]) -> tuple[str, ...]:
    wrong = (f"Here: {row['What is wrong']}",) if row.get("What is wrong") else ()
    try:
        return *wrong, *explain(row["Check"]).sentences
    except RequestError:  # the last row of the summary counts kinds that have no row of their own
        return f"{row['Check']}: see the table below.", *wrong


def _column(table: Table, head: str, column: Column | None) -> tuple[str, ...]:
    if column is None:
        return (f"{head or 'This column'} is a column of your own in {table.title}; xlpipeline leaves it alone.",)
    unit = f" In {column.unit}." if column.unit else ""
    written = f" {_WRITERS[column.writer]}" if _WRITERS[column.writer] and table.name not in TABLE_METRICS else ""
    return (f"{table.title}, column {column.name}: {column.note}{unit}{written}",)


def _all_cards() -> dict[str, Card]:
    cards = [block for tab in TABS for block in tab.blocks if isinstance(block, Card)]
    parts = {f"{card.name}_{part}": card for card in cards for part in ("note", "n")}
    return parts | {card.name: card for card in cards}  # velocity_n is a card of its own


_CARDS: Final = _all_cards()
_BLOCKS: Final = [block for tab in TABS for block in tab.blocks if isinstance(block, TableBlock)]
_TABLES: Final = {block.table.name: block.table for block in _BLOCKS}
_SMALL_BY: Final = {block.table.name: block.grey_when_small for block in _BLOCKS}
"""Head of the column of n, by which small samples are greyed."""
