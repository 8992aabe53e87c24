"""Laws that every metric keeps, whatever the table; run over all of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import AS_OF, Q1, STAGES, Row, facts_of
from xlpipeline.metrics import (
    METRICS,
    activity_counts,
    activity_mix,
    activity_standards,
    aging,
    at_risk,
    average_deal,
    benchmarks,
    bottleneck,
    cadence,
    clean_up,
    conversion,
    cost_per_opportunity,
    coverage,
    created_pipeline,
    cycle,
    data_quality,
    deal_score,
    due_list,
    expansions,
    experiments,
    follow_ups,
    forecast_accuracy,
    forecast_calibration,
    forecast_categories,
    forecast_landmark,
    forecast_outcome,
    growth,
    hygiene,
    icp_fit,
    inflation,
    lead_conversion,
    lead_response,
    lead_score,
    lead_sources,
    loss_causes,
    moves_since,
    objections,
    open_pipeline,
    overrides,
    priority,
    qualification,
    rep_comparison,
    rep_load,
    required_coverage,
    scorecard,
    slippage,
    stage_losses,
    stuck_deals,
    time_in_stage,
    value_touches,
    velocity,
    waterfall,
    win_curve,
    win_loss,
    win_rate,
    win_score,
    won_trend,
)
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure


def _totals(record: Any) -> dict[str, object]:  # noqa: ANN401
    """The fields of a record that are no tables row by row of the deals."""
    fields = {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}
    return {name: value for name, value in fields.items() if not isinstance(value, pd.DataFrame)}


def _by_unit(found: pd.DataFrame) -> dict[str, object]:
    """Rates and days apart from money, whose columns get the names of money."""
    money = found["kind"] == "money"
    amounts = found[money].rename(columns={"now": "amount", "past": "prior_amount"})
    return {"other": found[~money], "money": amounts}


YEAR_START: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the history keeps its moments without a zone

FUNCTIONS: Final[dict[str, tuple[Callable[[Facts], Any], ...]]] = {
    "open_pipeline": (open_pipeline.by_stage, open_pipeline.total, open_pipeline.weighted),
    "coverage": (coverage.coverage, coverage.headline, coverage.by_rep, lambda facts: coverage.coverage(facts, Q1)),
    "win_rate": (
        win_rate.win_rate,
        win_rate.value_win_rate,
        win_rate.by_close_quarter,
        win_rate.all_bases,
        win_rate.by_created_quarter,
        lambda facts: win_rate.win_rate(facts, basis="created", window=Q1),
        lambda facts: win_rate.win_rate(facts, base="all", window=Q1),
    ),
    "priority": (priority.priority,),
    "qualification": (qualification.qualification,),
    "deal_score": (deal_score.deal_score,),
    "lead_conversion": (lead_conversion.by_cohort, lead_conversion.by_source, lead_conversion.lead_conversion),
    "lead_response": (lead_response.median, lead_response.in_time),
    "lead_score": (lead_score.lead_score,),
    "icp_fit": (icp_fit.icp_fit,),
    "lead_sources": (lead_sources.by_source, lead_sources.total, lead_sources.loss_reasons),
    "cost_per_opportunity": (
        cost_per_opportunity.cost_per_opportunity,
        cost_per_opportunity.by_month,
        cost_per_opportunity.by_source,
    ),
    "rep_load": (rep_load.by_rep, rep_load.rep_load),
    "objections": (objections.by_stage,),
    "win_loss": (win_loss.win_loss, lambda facts: win_loss.win_loss(facts, Q1)),
    "average_deal": (average_deal.average_deal, average_deal.median_deal),
    "cycle": (cycle.cycle, lambda facts: cycle.cycle(facts, Q1)),
    "velocity": (velocity.velocity, velocity.options, lambda facts: velocity.velocity(facts, Q1)),
    "conversion": (
        conversion.by_stage,
        conversion.flow,
        conversion.within,
        lambda facts: conversion.by_stage(facts, Q1),
        lambda facts: conversion.by_stage(facts, skips="strict"),
        lambda facts: conversion.by_group(facts, "quarter"),
        lambda facts: conversion.by_group(facts, "rep"),
        lambda facts: conversion.by_group(facts, "source"),
        lambda facts: conversion.by_choice(facts, (Q1, None)),
    ),
    "win_curve": (
        win_curve.by_days,
        lambda facts: win_curve.by_days(facts, "qualified"),
        lambda facts: win_curve.won_within(facts, 30),
    ),
    "time_in_stage": (
        time_in_stage.by_stage,
        lambda facts: time_in_stage.by_stage(facts, "cumulative"),
        lambda facts: time_in_stage.per_deal(facts).sort_index(),
    ),
    "created_pipeline": (created_pipeline.by_week,),
    "rep_comparison": (rep_comparison.win_rates, rep_comparison.conversions),
    "bottleneck": (bottleneck.by_stage, bottleneck.value_held),
    "growth": (growth.growth,),
    "aging": (aging.by_stage, aging.stale_counts, aging.by_rep, aging.oldest),
    "won_trend": (won_trend.by_month,),
    "scorecard": (scorecard.scorecard,),
    "data_quality": (data_quality.data_quality, data_quality.by_rep),
    "inflation": (inflation.inflation, inflation.by_reason),
    "clean_up": (clean_up.candidates,),
    "required_coverage": (required_coverage.required_level, required_coverage.same_day_of_past_quarters),
    "waterfall": (waterfall.quarter_story,),
    "slippage": (
        slippage.slippage,
        slippage.by_quarter,
        slippage.decay,
        slippage.often_pushed,
        lambda facts: slippage.slippage(facts, "Ann"),
    ),
    "forecast_categories": (
        forecast_categories.quarter_forecast,
        forecast_categories.stage_shares,
        lambda facts: forecast_categories.quarter_forecast(facts, clean=True),
        lambda facts: forecast_categories.quarter_forecast(facts, "Ann"),
    ),
    "forecast_landmark": (lambda facts: _totals(forecast_landmark.landmark(facts)), forecast_landmark.own_backtest),
    "forecast_outcome": (forecast_outcome.outcome, forecast_outcome.by_month),
    "forecast_calibration": (forecast_calibration.by_band,),
    "forecast_accuracy": (forecast_accuracy.by_kind, forecast_accuracy.scored),
    "at_risk": (at_risk.at_risk,),
    "benchmarks": (lambda facts: _by_unit(benchmarks.comparison(facts)),),
    "experiments": (experiments.results,),
    "activity_counts": (activity_counts.per_week, activity_counts.team_weeks, activity_counts.by_rep),
    "activity_mix": (activity_mix.by_type,),
    "activity_standards": (lambda facts: _totals(activity_standards.standards(facts)), activity_standards.by_rep),
    "cadence": (cadence.next_touches, cadence.lead_touches),
    "due_list": (due_list.due_list,),
    "value_touches": (value_touches.value_touches, value_touches.touched_share),
    "expansions": (expansions.by_parent, expansions.expansions),
    "follow_ups": (follow_ups.follow_ups, follow_ups.overdue),
    "hygiene": (hygiene.open_counts,),
    "loss_causes": (loss_causes.loss_causes,),
    "moves_since": (lambda facts: moves_since.moves_since(facts, YEAR_START),),
    "overrides": (overrides.by_criterion, overrides.by_stage, overrides.overrides),
    "stage_losses": (stage_losses.stage_losses,),
    "stuck_deals": (stuck_deals.stuck_deals,),
    "win_score": (win_score.scores, win_score.auc, win_score.brier),
}
"""Every public function of every metric that answers a question."""

RATES: Final = {
    "rate", "low", "high", "win_rate", "win_low", "win_high", "share", "stale_share", "lower_bound", "upper_bound",
    "late_entry_share", "quality", "value_quality", "regress_rate", "lost_rate", "lost_low", "lost_high", "drop",
    "past_drop", "rest_rate", "best_guess",
}  # fmt: skip
MONEY: Final = {
    "amount", "weighted", "open_amount", "won_amount", "average", "velocity_per_day", "realised_per_day", "quota",
    "won", "remaining", "remaining_net", "weighted_open", "overdue_amount", "undated_amount", "per_day", "per_month",
    "clean_per_day", "amount_over", "stale_amount", "as_entered", "clean", "wrong_amount",
    "prior_amount", "year_amount", "overdue", "undated", "commit", "best_case", "created_amount", "qualified_amount",
}  # fmt: skip
MONEY_FUNCTIONS: Final = {"open_pipeline", "average_deal"}
COUNTS: Final = {
    ("win_rate", "won"),
    ("win_curve", "won"),
    ("forecast_calibration", "won"),
    ("forecast_landmark", "won"),
    ("forecast_categories", "won"),
    ("lead_sources", "won"),
    ("objections", "won"),
}
"""``won`` is a count in tables of rates, a share in the win curve, and an amount in coverage."""


NONE_WITHOUT_HISTORY: Final = {"opening", "team", "began", "create_by"}
"""Fields of records that are about a state of the past, or need a past to be known."""
COUNTS_AND_DAYS: Final = {("forecast_landmark", "low"), ("forecast_landmark", "high")}
"""Bounds of numbers of wins, not of rates."""
PLAIN_MONEY: Final = {
    ("waterfall", "opening"), ("waterfall", "closing"), ("slippage", "base_amount"),
    ("forecast_categories", "cumulative"),
    *(("forecast_outcome", head) for head in ("expected", "p10", "p50", "p90", "low", "high", "value")),
    *(("forecast_landmark", head) for head in ("value", "value_low", "value_high")),
    *(("forecast_accuracy", head) for head in ("forecast", "actual", "won_amount", "outcome", "error")),
    *(("required_coverage", head) for head in ("open_amount", "won_of_open", "won_other")),
}  # fmt: skip
"""Numbers of records and tables that are money in one metric and something else in another."""


def answers(facts: Facts, name: str) -> dict[str, object]:
    """Every number and text that a metric gives, by name of figure or column."""
    found: dict[str, object] = {}
    for place, function in enumerate(FUNCTIONS[name]):
        found |= {f"{place}/{key}": value for key, value in _flat(function(facts)).items()}
    return found


def _flat(result: Any) -> dict[str, object]:  # noqa: ANN401
    """Numbers and texts of figures, tables, records and what they hold, by place and name."""
    if isinstance(result, Figure):
        cells = {key: getattr(result, key) for key in ("value", "n", "low", "high", "reason", "note")}
        return {key: math.nan if value is None else value for key, value in cells.items()}
    if isinstance(result, pd.DataFrame):
        return {f"{i}/{head}": cell for head in result for i, cell in enumerate(result[head].tolist())}
    if isinstance(result, dict):
        parts = result
    elif dataclasses.is_dataclass(result) and not isinstance(result, Period):
        parts = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
    else:
        return {"": result}
    return {f"{name}/{key}".rstrip("/"): cell for name, part in parts.items() for key, cell in _flat(part).items()}


def same(left: Any, right: Any) -> bool:  # noqa: ANN401
    if isinstance(left, float | int) and isinstance(right, float | int):
        return left == pytest.approx(right, nan_ok=True)
    return left == right or (pd.isna(left) is True and pd.isna(right) is True)


days = st.one_of(st.none(), st.integers(-200, 40).map(lambda n: AS_OF + dt.timedelta(days=n)))
texts = st.sampled_from([None, "", "Call"])
deals = st.fixed_dictionaries(
    {
        "Stage": st.sampled_from([*(stage[1] for stage in STAGES), "won ", "?"]),
        "Owner": st.sampled_from(["Ann", "Bob", "Zoe", None]),
        "Amount": st.one_of(st.none(), st.integers(0, 10**6)),
        "Probability": st.sampled_from([None, 0, 0.25, 1, 7]),
        "Created": days,
        "First contact": st.one_of(st.none(), days),
        "Expected close": days,
        "Actual close": days,
        "Last touch": days,
        "Next step": texts,
        "Next step date": days,
        "Last stage before loss": st.sampled_from([None, "Prospect", "Offer", "?"]),
    }
)
tables = st.lists(deals, min_size=10, max_size=30)


def book_of(rows: list[Row], money: int = 1) -> Facts:
    rows = [row | {"Amount": None if row["Amount"] is None else row["Amount"] * money} for row in rows]
    quotas = [(rep, "2026-01-01", "2026-03-31", 500_000 * money) for rep in ("Ann", "Bob")]
    return facts_of(rows, reps=["Bob", "Ann", "Cem"], quotas=quotas)


@dataclasses.dataclass(frozen=True)
class Trial:
    """Answers of one metric to a table, to the table upside down, and to the table with three times the money."""

    name: str
    once: dict[str, object]
    turned: dict[str, object]
    thrice: dict[str, object]


def row_order_does_not_matter(trial: Trial) -> None:
    assert trial.once.keys() == trial.turned.keys()
    assert [key for key in trial.once if not same(trial.once[key], trial.turned[key])] == []


def rates_lie_between_zero_and_one(trial: Trial) -> None:
    for key, value in trial.once.items():
        last, figure = key.rsplit("/", 1)[-1], key.split("/")[-2]
        if (trial.name, last) in COUNTS_AND_DAYS:
            continue
        if (last in RATES or (last == "value" and figure in RATES)) and isinstance(value, float):
            assert math.isnan(value) or 0 <= value <= 1, key


def money_scales_with_the_amount_and_nothing_else_does(trial: Trial) -> None:
    for key, value in trial.once.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            factor = 3 if is_money(trial.name, key) else 1
            assert trial.thrice[key] == pytest.approx(value * factor, nan_ok=True), key


def is_money(name: str, key: str) -> bool:
    parts = key.split("/")
    if (name, parts[-1]) in PLAIN_MONEY:
        return True
    if parts[-1] == "value" and len(parts) > 1:  # a Figure, on its own or as a field of a record
        return parts[-2] in MONEY or (len(parts) == 2 and name in MONEY_FUNCTIONS)
    return parts[-1] in MONEY and (name, parts[-1]) not in COUNTS


def every_figure_is_given_or_says_why_not(trial: Trial) -> None:
    for key, value in trial.once.items():
        if key.endswith("value") and key.removesuffix("value") + "reason" in trial.once:
            reason = trial.once[key.removesuffix("value") + "reason"]
            assert bool(reason) is math.isnan(float(str(value))), key


LAWS: Final = (
    row_order_does_not_matter,
    rates_lie_between_zero_and_one,
    money_scales_with_the_amount_and_nothing_else_does,
    every_figure_is_given_or_says_why_not,
)


def all_laws_hold(rows: list[Row]) -> None:
    facts, richer = book_of(rows), book_of(rows, 3)
    turned = facts.only(facts.deals.iloc[::-1])
    frames = {key: getattr(facts, key).copy() for key in ("deals", "stages", "reps", "quotas")}
    for name in FUNCTIONS:
        trial = Trial(name, answers(facts, name), answers(turned, name), answers(richer, name))
        for law in LAWS:
            law(trial)
    for key, frame in frames.items():
        pd.testing.assert_frame_equal(getattr(facts, key), frame, obj=f"{key} was changed by a metric")


def test_every_metric_is_under_the_laws() -> None:
    mend = "please add the functions of a new metric to FUNCTIONS in tests/metrics/test_laws.py"
    assert set(FUNCTIONS) == {metric.name for metric in METRICS}, mend


@settings(max_examples=2, deadline=None)
@given(rows=tables)
def test_all_metrics_keep_the_laws(rows: list[Row]) -> None:
    all_laws_hold(rows)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(rows=tables)
def test_all_metrics_keep_the_laws_over_many_tables(rows: list[Row]) -> None:
    all_laws_hold(rows)


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(rows=tables)
def test_what_adds_up_over_reps_is_that_of_the_team(rows: list[Row]) -> None:
    table = scorecard.scorecard(book_of(rows)).set_index("rep")
    for head in ("open_n", "open_amount", "weighted", "won_n", "won_amount", "stale_n"):
        assert table[head].iloc[1:].sum() == pytest.approx(table[head].fillna(0).iloc[0]), head


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(rows=tables)
def test_a_window_holds_no_more_than_all_time(rows: list[Row]) -> None:
    facts = book_of(rows)
    for basis in ("closed-broad", "closed-narrow", "created"):
        assert win_rate.win_rate(facts, basis=basis, window=Q1).n <= win_rate.win_rate(facts, basis=basis).n
    assert (facts.closed_within(Q1) <= facts.closed_within(None)).all()


@functools.cache
def no_deals(quota: int | None = None) -> Facts:
    """An empty table, with a rep who has a quota if one is given; made once for all metrics."""
    held = [("Ann", "2026-01-01", "2026-03-31", quota)] if quota else []
    return facts_of([], reps=[rep for rep, *_ in held], quotas=held)


@functools.cache
def nowhere() -> Facts:
    return facts_of([{"Stage": "?", "Amount": 5}] * 3)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_empty_table_is_refused_and_never_a_silent_zero(name: str) -> None:
    for key, value in answers(no_deals(), name).items():
        if key.endswith("value") and "required" not in key and name != "required_coverage":
            assert math.isnan(float(str(value))), key
    answers(no_deals(quota=5), name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rows_that_are_all_of_unknown_stage_are_no_trouble(name: str) -> None:
    for key, value in answers(nowhere(), name).items():
        assert value is not None or key.rsplit("/", 1)[-1] in NONE_WITHOUT_HISTORY, key
