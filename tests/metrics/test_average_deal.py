"""Average deal by hand."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_team import Q1, facts_of, in_play, lost, won
from xlpipeline.metrics.average_deal import average_deal, median_bounds, median_deal


def test_mean_and_median_of_three_won_deals() -> None:
    facts = facts_of([won(amount=100), won(amount=200), won(amount=600), lost(amount=9999)])
    assert (average_deal(facts).value, median_deal(facts).value, average_deal(facts).n) == (30_000, 20_000, 3)


def test_blank_amounts_are_left_out_and_said_but_zero_counts() -> None:
    figure = average_deal(facts_of([won(amount=100), won(amount=0), won(amount=None)]))
    assert (figure.value, figure.n) == (5_000, 2)
    assert figure.note == "1 won deals without an amount are left out."


def test_only_deals_of_the_window_count() -> None:
    facts = facts_of([won(amount=100), won(amount=500, closed="2025-12-31", created="2025-12-01")])
    assert (average_deal(facts, Q1).value, average_deal(facts).value) == (10_000, 30_000)


def test_without_wins_or_without_amounts_there_is_no_average() -> None:
    assert average_deal(facts_of([in_play()])).reason == "No deal was won in this window."
    assert average_deal(facts_of([won(amount=None)])).reason.startswith("No won deal has an amount")


@pytest.mark.parametrize(("n", "given"), [(4, False), (5, True)])
def test_the_median_has_bounds_from_five_wins_on(n: int, given: bool) -> None:
    facts = facts_of([won(amount=amount) for amount in (100, 200, 300, 400, 500)][:n])
    low, high = median_bounds(facts)
    assert (low <= 30_000 <= high) is given
    assert math.isnan(low) is not given


def test_what_the_amount_measures_is_named() -> None:
    assert average_deal(facts_of([won()])).basis == "mean of won deals, all time"
    assert average_deal(facts_of([won()], amount_measure="acv")).basis == "mean of won deals (ACV), all time"
    assert average_deal(facts_of([won()], amount_measure="first year")).basis.startswith(
        "mean of won deals (first year)"
    )
