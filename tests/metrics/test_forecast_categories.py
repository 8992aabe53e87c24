"""Weighted forecast and categories on paper, and both sides of every limit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.metrics.small_team import AS_OF, STAGES, day, facts_of, in_play, lost, won
from xlpipeline.metrics.forecast_categories import (
    categories_of,
    probabilities,
    quarter_forecast,
    stage_shares,
)
from xlpipeline.model.facts import Facts

FEBRUARY = dt.date(2026, 2, 15)


def five_deals() -> Facts:
    """One won; Commit, Best case and Pipeline open in the quarter; one Omitted."""
    deals = [
        won(amount=500, closed="2026-02-10"),
        in_play(100, "2026-03-01") | {"Forecast category": "Commit"},
        in_play(200, "2026-03-01") | {"Forecast category": "best case "},
        in_play(400, "2026-03-31") | {"Forecast category": "Pipeline"},
        in_play(800, "2026-03-31") | {"Forecast category": "Omitted"},
    ]
    return facts_of(deals, as_of=FEBRUARY)


def test_categories_stand_single_and_cumulative() -> None:
    table = quarter_forecast(five_deals()).categories.set_index("category")
    assert table["n"].tolist() == [1, 1, 1, 1, 1]
    assert table["amount"].tolist() == [50_000, 10_000, 20_000, 40_000, 80_000]
    assert table["cumulative"].tolist()[:4] == [50_000, 60_000, 80_000, 120_000]
    assert table["cumulative"].isna().tolist() == [False] * 4 + [True]


def test_weighted_is_won_and_amount_times_probability_whatever_the_category() -> None:
    found = quarter_forecast(five_deals())
    assert found.weighted.value == 50_000 + 0.5 * 150_000
    assert (found.commit.value, found.best_case.value, found.guessed_n) == (60_000, 80_000, 0)


@pytest.mark.parametrize(
    ("p", "category"), [(0.75, "Commit"), (0.74, "Best case"), (0.5, "Best case"), (0.49, "Pipeline"), (0, "Pipeline")]
)
def test_a_blank_category_goes_by_probability(p: float, category: str) -> None:
    facts = facts_of([in_play(Probability=p), in_play(Probability=p) | {"Forecast category": "sure"}])
    assert categories_of(facts).tolist() == [category, category]
    assert quarter_forecast(facts).guessed_n == 2


def test_a_stage_that_does_not_count_as_forecast_is_omitted_unless_the_rep_says_otherwise() -> None:
    facts = facts_of(
        [in_play(Stage="Prospect"), in_play(), in_play(Stage="Prospect") | {"Forecast category": "Commit"}]
    )
    facts.stages.loc[facts.stages["stage"] == "Offer", "forecast"] = True
    assert categories_of(facts).tolist() == ["Omitted", "Best case", "Commit"]


def test_closed_deals_are_closed_or_nothing() -> None:
    assert categories_of(facts_of([won(), lost()])).tolist() == ["Closed", ""]


@pytest.mark.parametrize(
    ("closes", "counts"),
    [("2026-02-14", False), ("2026-02-15", True), ("2026-03-31", True), ("2026-04-01", False), (None, False)],
)
def test_open_deals_count_from_the_as_of_date_to_the_end_of_the_quarter(closes: str | None, counts: bool) -> None:
    found = quarter_forecast(facts_of([in_play(100, closes), in_play(7, "2026-03-31")], as_of=FEBRUARY))
    assert found.weighted.value == 0.5 * (700 + 10_000 * counts)
    assert found.overdue.n == (closes == "2026-02-14")
    assert found.undated.n == (closes is None)


def test_where_every_open_deal_is_left_out_there_is_no_forecast() -> None:
    found = quarter_forecast(facts_of([won(), in_play(100, None)]))
    assert found.weighted.value is None
    assert found.weighted.reason == "No open deal has an amount and an expected close in the rest of the quarter."
    assert found.won.value == 10_000


def test_with_all_deals_closed_what_was_won_is_the_forecast() -> None:
    assert quarter_forecast(facts_of([won()])).weighted.value == 10_000


def test_a_rep_has_its_own_deals() -> None:
    facts = facts_of([in_play(100), in_play(300, Owner="Bob"), won(Owner="Bob")])
    assert quarter_forecast(facts, "Bob").weighted.value == 10_000 + 15_000


def test_clean_leaves_out_deals_with_a_stale_flag() -> None:
    facts = facts_of([in_play(100), in_play(300) | {"Next step": None}])
    assert quarter_forecast(facts).weighted.value == 20_000
    assert quarter_forecast(facts, clean=True).weighted.value == 5_000


def closed(wins: int, losses: int) -> list[dict[str, Any]]:
    return [won()] * wins + [lost()] * losses


@pytest.mark.parametrize(("losses", "p", "source"), [(4, 0.6, "history"), (3, 0.4, "stage default")])
def test_own_history_needs_ten_deals_that_reached_the_stage_and_ended(losses: int, p: float, source: str) -> None:
    facts = facts_of([*closed(6, losses), in_play(Stage="Qualified")], probability_source="history")
    assert probabilities(facts).iloc[-1].tolist() == [p, source]
    assert stage_shares(facts)["n"].tolist() == [6 + losses, 6 + losses, 6]


def test_an_override_comes_before_history_and_the_default_is_shipped() -> None:
    own = in_play(Stage="Qualified", Probability=0.9)
    assert probabilities(facts_of([*closed(6, 4), own], probability_source="history")).iloc[-1].tolist() == [0.9, "own"]
    facts = facts_of([*closed(6, 4), in_play(Stage="Qualified")])
    assert probabilities(facts).iloc[-1].tolist() == [0.4, "stage default"]


def test_closed_deals_have_no_weight() -> None:
    assert probabilities(facts_of([won(), lost(Probability=0.5)]))["p"].tolist() == [0, 0]


def test_a_fiscal_year_from_february_has_its_own_quarter() -> None:
    facts = facts_of([in_play(100, "2026-04-30"), in_play(100, "2026-05-01")], fiscal_year_start_month=2)
    assert quarter_forecast(facts).weighted.value == 5_000
    assert (AS_OF, day("2026-04-30")) == (facts.as_of, dt.date(2026, 4, 30))
    assert STAGES[2][3] == 0.5
