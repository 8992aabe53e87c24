"""Priority: chance to be won this quarter times the rank of the amount."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_team import day, facts_of, in_play, won
from xlpipeline.metrics.forecast_landmark import open_chances
from xlpipeline.metrics.priority import days_left, priorities, priority, priority_column


def test_chance_times_rank_of_the_amount() -> None:
    found = priorities(facts_of([in_play(100), in_play(200), in_play(300), in_play(400)]))
    assert found["deal_id"].tolist() == ["D3", "D2", "D1", "D0"]
    assert found["rank"].tolist() == [1, 0.75, 0.5, 0.25]
    assert found["priority"].tolist() == (100 * found["p"] * found["rank"]).tolist()


def test_a_sure_small_deal_may_stand_before_a_large_hopeless_one() -> None:
    deals = [in_play(100, Probability=0.9), in_play(200, Probability=0.1)]
    found = priorities(facts_of(deals))
    assert found["source"].tolist() == ["stage default"] * 2
    assert found["priority"].tolist() == pytest.approx([45, 10])
    assert found["deal_id"].tolist() == ["D0", "D1"]


def test_equal_amounts_share_their_mean_rank() -> None:
    found = priorities(facts_of([in_play(100), in_play(100), in_play(300)]))
    assert sorted(found["rank"]) == [0.5, 0.5, 1]


def test_a_deal_without_an_amount_has_no_priority_and_stands_last() -> None:
    found = priorities(facts_of([in_play(None), in_play(100)]))
    assert found["deal_id"].tolist() == ["D1", "D0"]
    assert math.isnan(found["priority"].iloc[1])


def test_a_rep_sees_the_own_deals_with_their_rank_in_the_team() -> None:
    found = priorities(facts_of([in_play(100), in_play(200, Owner="Bob")]), "Ann")
    assert found["deal_id"].tolist() == ["D0"]
    assert found["rank"].tolist() == [0.5]


def test_the_chance_is_that_of_the_days_to_the_last_day_of_the_quarter() -> None:
    facts = facts_of([in_play()], as_of=day("2026-03-01"))
    assert days_left(facts) == 30
    assert days_left(facts_of([in_play()], as_of=day("2026-03-31"))) == 1
    assert days_left(facts_of([in_play()], as_of=day("2026-04-01"))) == 90
    assert priorities(facts)["p"].tolist() == open_chances(facts, 30)["p"].tolist()


def test_the_column_holds_whole_points_and_nothing_for_closed_deals_and_those_without_an_amount() -> None:
    deals = [in_play(100, Probability=0.9), won(), in_play(None), in_play(200, Probability=0.333)]
    cells = priority_column(facts_of(deals)).columns["Priority"].tolist()
    assert cells == [45, None, None, 33]
    assert [type(cell) for cell in cells if cell is not None] == [int, int]


def test_the_figure_is_refused_where_no_open_deal_has_an_amount() -> None:
    assert "No open deal has an amount" in priority(facts_of([won(), in_play(None)])).reason
    found = priority(facts_of([in_play(100)]))
    assert (found.n, found.note) == (1, "1 chances are stage defaults, not history.")
