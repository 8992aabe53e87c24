"""Velocity by hand and against a naive loop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import AS_OF, NO_QUALIFIED, Q1, Row, day, facts_of, in_play, lost, won
from xlpipeline.metrics.velocity import alternative, options, velocity

FIVE_CLOSED = [won(), won(), won(), lost(), lost()]
"""Rate 0.6, average 100.00, cycle 10 days: each open deal brings 6.00 per day."""


def test_two_open_deals_bring_twelve_per_day() -> None:
    found = velocity(facts_of([*FIVE_CLOSED, in_play(), in_play()]))
    assert found.per_day.value == pytest.approx(1_200)
    assert found.per_month.value == pytest.approx(36_000)
    assert (found.n_open.value, found.win_rate.value, found.average.value, found.cycle_days.value) == (
        2,
        0.6,
        10_000,
        10,
    )


def test_only_qualified_deals_are_in_the_stock_unless_no_stage_counts() -> None:
    rows = [*FIVE_CLOSED, in_play(), in_play(Stage="Prospect")]
    assert velocity(facts_of(rows)).n_open.value == 1
    assert velocity(facts_of(rows, win_rate_base="all")).n_open.value == 2
    assert velocity(facts_of(rows, stages=NO_QUALIFIED)).n_open.value == 2


def test_clean_velocity_leaves_stale_deals_out() -> None:
    found = velocity(facts_of([*FIVE_CLOSED, in_play(), in_play(**{"Next step": None})]))
    assert [found.per_day.value, found.clean_per_day.value] == pytest.approx([1_200, 600])


def test_when_every_open_deal_is_stale_clean_velocity_is_zero_and_says_so() -> None:
    found = velocity(facts_of([*FIVE_CLOSED, in_play(closes="2026-03-30")]))
    assert (found.clean_per_day.value, found.clean_per_day.note) == (0, "Every open deal carries a stale flag.")


def test_realised_value_is_won_amount_by_days_of_the_window() -> None:
    found = velocity(facts_of(FIVE_CLOSED), Q1)
    assert found.realised_per_day.value == pytest.approx(30_000 / 90)


def test_the_usual_window_ends_with_the_as_of_day() -> None:
    found = velocity(facts_of(FIVE_CLOSED, window_quarters=1))
    assert (found.window.start, found.window.end) == (day("2026-01-01"), day("2026-04-01"))


@pytest.mark.parametrize(("n_open", "word"), [(2, "may inflate it"), (1, ""), (0, "")])
def test_velocity_far_from_the_realised_value_gets_a_note(n_open: int, word: str) -> None:
    """Realised 3 x 900.00 in 90 days = 30.00; each open deal 54.00: 1.8 times with one deal."""
    rows = [won(amount=900), won(amount=900), won(amount=900), lost(), lost(), *[in_play()] * n_open]
    note = velocity(facts_of(rows, velocity_high=2.0), Q1).note
    assert word in note
    assert bool(note) is bool(word)


def test_velocity_far_below_the_realised_value_gets_a_note() -> None:
    rows = [*[won(amount=900)] * 50, in_play()]
    assert "may run dry" in velocity(facts_of(rows), Q1).note


def test_without_an_open_deal_nothing_moves() -> None:
    found = velocity(facts_of(FIVE_CLOSED))
    assert (found.per_day.value, found.per_month.value, found.clean_per_day.value) == (None, None, None)
    assert found.per_day.reason.startswith("No deal that counts is open")


def test_wins_on_the_day_of_creation_give_no_velocity() -> None:
    found = velocity(facts_of([*[won(created="2026-02-20")] * 5, in_play()]))
    assert found.per_day.reason.startswith("Every win closed on the day it was created")


def test_too_few_closed_deals_give_no_velocity_and_the_reason_is_that_of_the_part() -> None:
    found = velocity(facts_of([*FIVE_CLOSED[1:], in_play()]))
    assert found.per_day.reason == found.win_rate.reason == "2 of 4 won: too few for a rate."


def naive_per_day(rows: list[Row]) -> float:
    n = amount = days = n_won = n_closed = 0
    for row in rows:
        if row["Stage"] == "Offer":
            n += 1
        else:
            n_closed += 1
            if row["Stage"] == "Won":
                n_won += 1
                amount += row["Amount"]
                days += (row["Actual close"] - row["Created"]).days
    return n * (100 * amount / n_won) * (n_won / n_closed) / (days / n_won)


closed_deals = st.builds(
    lambda made, is_won, begun, amount: made(created=f"2026-01-{begun:02}", amount=amount) if is_won else lost(),
    st.just(won),
    st.booleans(),
    st.integers(1, 31),
    st.integers(0, 1000),
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.lists(closed_deals, max_size=10), st.integers(1, 4))
def test_velocity_equals_a_naive_loop(closed: list[Row], n_open: int) -> None:
    rows = [*FIVE_CLOSED, *closed, *[in_play()] * n_open]
    assert velocity(facts_of(rows, as_of=AS_OF)).per_day.value == pytest.approx(naive_per_day(rows))


def test_two_other_numbers_of_deals_are_options() -> None:
    """Each deal brings 6.00 per day: five were closed in Q1, seven created in it."""
    facts = facts_of([*FIVE_CLOSED, in_play(), in_play()])
    assert [alternative(facts, stock, Q1).n for stock in ("open", "closed", "created")] == [2, 5, 7]
    assert options(facts, Q1)["per_day"].tolist() == pytest.approx([1_200, 3_000, 4_200])
    assert alternative(facts, "open", Q1) == velocity(facts, Q1).per_day


def test_options_count_only_what_lies_in_the_window_and_is_known() -> None:
    rows = [*FIVE_CLOSED, in_play(Created=day("2025-12-31")), in_play(Created=day("2026-01-01"))]
    assert alternative(facts_of(rows), "created", Q1).n == 6
    rows = [*rows, won(closed="2026-03-31"), won(closed="2026-04-01")]
    assert alternative(facts_of(rows), "closed", Q1).n == 6


def test_an_option_without_a_deal_says_so() -> None:
    found = alternative(facts_of([in_play(Created=day("2025-12-31"))]), "created", Q1)
    assert found.reason == "No deal that counts was created in this window."
