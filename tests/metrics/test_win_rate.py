"""Win rate by hand: every basis, both sides of every limit."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_team import NO_QUALIFIED, Q1, day, derailed, facts_of, in_play, lost, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.win_rate import all_bases, by_close_quarter, by_created_quarter, value_win_rate, win_rate

FIVE = [won(), won(), won(), lost(), derailed()]


def test_three_of_five_closed_deals_were_won() -> None:
    figure = win_rate(facts_of(FIVE))
    assert (figure.value, figure.n) == (0.6, 5)


def test_narrow_leaves_derailed_deals_out() -> None:
    figure = win_rate(facts_of([*FIVE, lost()]), basis="closed-narrow")
    assert (figure.value, figure.n) == (0.6, 5)


def test_four_closed_deals_are_too_few_for_a_rate() -> None:
    figure = win_rate(facts_of(FIVE[:4]))
    assert (figure.value, figure.n) == (None, 4)
    assert figure.reason == "3 of 4 won: too few for a rate."


@pytest.mark.parametrize(("n", "small"), [(29, True), (30, False)])
def test_below_thirty_deals_the_note_points_to_the_interval(n: int, small: bool) -> None:
    assert ("read the interval" in win_rate(facts_of([won()] * n)).note) is small


def test_a_close_on_the_last_day_of_the_window_is_in_and_on_the_next_is_not() -> None:
    rows = [won(closed="2026-01-01", created="2025-12-01")] * 5 + [lost(closed="2025-12-31", created="2025-12-01")]
    at_the_end = [won(closed="2026-03-31")] * 2
    facts = facts_of([*rows, *at_the_end, lost(closed="2026-04-01")], as_of=day("2026-05-01"))
    assert (win_rate(facts, window=Q1).value, win_rate(facts, window=Q1).n) == (1.0, 7)


def test_a_close_after_the_as_of_date_has_not_happened() -> None:
    facts = facts_of([*FIVE, lost(closed="2026-04-01")])
    assert win_rate(facts).n == 5


def test_a_won_deal_moved_on_to_after_sale_stays_won() -> None:
    assert win_rate(facts_of([*FIVE[1:], won(Stage="After sale")])).value == 0.6


def test_a_deal_lost_before_it_was_qualified_counts_only_among_all() -> None:
    facts = facts_of([*FIVE, lost() | {"Last stage before loss": "Prospect"}])
    assert win_rate(facts).n == 5
    assert win_rate(facts, base="all").n == 6


def test_a_lost_deal_that_does_not_say_where_stays_in_and_is_counted() -> None:
    figure = win_rate(facts_of([*FIVE, lost() | {"Last stage before loss": None}]))
    assert figure.n == 6
    assert "1 closed deals count in although nobody knows" in figure.note


def test_without_a_qualified_stage_all_deals_count_and_the_basis_says_so() -> None:
    facts = facts_of([*FIVE, lost() | {"Last stage before loss": "Prospect"}], stages=NO_QUALIFIED)
    assert win_rate(facts).n == 6
    assert "no stage counts as qualified" in win_rate(facts).basis


def test_created_counts_open_deals_and_gives_the_bounds_they_leave() -> None:
    figure = win_rate(facts_of([*FIVE[:4], in_play()]), basis="created")
    assert (figure.value, figure.n) == (0.6, 5)
    assert "1 of 5 are not decided yet; in the end the rate is between 60% and 80%" in figure.note


@pytest.mark.parametrize(("open_deals", "immature"), [(1, False), (2, True)])
def test_more_than_a_fifth_undecided_is_immature(open_deals: int, immature: bool) -> None:
    figure = win_rate(facts_of([*FIVE[:4], *[in_play()] * open_deals]), basis="created")
    assert ("Immature" in figure.note) is immature


def test_deals_without_a_created_date_count_in_only_when_asked() -> None:
    facts = facts_of([*FIVE, won(Created=None)])
    without, included = win_rate(facts, basis="created"), win_rate(facts, basis="created", undated="include")
    assert (without.n, included.n) == (5, 6)
    assert "1 deals without a created date are left out" in without.note
    assert "1 deals without a created date count in" in included.note
    assert "1 deals without a created date are left out" in win_rate(facts, basis="created", window=Q1).note


def test_created_in_a_window_goes_by_created() -> None:
    facts = facts_of([*FIVE, won(created="2025-12-31"), won(created="2026-01-01")])
    assert win_rate(facts, basis="created", window=Q1).n == 6


def test_closed_deals_without_an_actual_close_are_left_out_of_a_window_and_said() -> None:
    facts = facts_of([*FIVE, won() | {"Actual close": None}])
    assert win_rate(facts).n == 6
    assert win_rate(facts, window=Q1).n == 5
    assert "1 closed deals without an actual close" in win_rate(facts, window=Q1).note


def test_without_any_actual_close_the_expected_one_is_assumed_and_said() -> None:
    rows = [{**deal, "Actual close": None, "Expected close": deal["Actual close"]} for deal in FIVE]
    figure = win_rate(facts_of(rows), window=Q1)
    assert (figure.value, figure.n) == (0.6, 5)
    assert "assumed" in figure.note


def test_a_window_without_closes_has_no_rate() -> None:
    figure = win_rate(facts_of([in_play()]), window=Q1)
    assert figure.value is None
    assert "No deal that counts was closed in this window (2026 Q1)" in figure.reason


def test_value_rate_is_won_amount_of_won_and_lost_amount() -> None:
    figure = value_win_rate(facts_of([won(amount=300), *[lost(amount=25)] * 4]))
    assert (figure.value, figure.n) == (0.75, 5)


@pytest.mark.parametrize(("blank", "given"), [(1, True), (2, False)])
def test_value_rate_is_refused_when_more_than_a_fifth_of_lost_deals_have_no_amount(blank: int, given: bool) -> None:
    rows = [won(), *[lost()] * (5 - blank), *[lost(amount=0)] * blank]
    figure = value_win_rate(facts_of(rows))
    assert (figure.value is not None) is given
    assert figure.reason.startswith("Lost deals have no amount (2 of 5)") is not given


@pytest.mark.slow
@pytest.mark.parametrize(("at_the_end", "rate"), [(0, 0.8), (50, 0.8), (None, 0.8)])
def test_a_lost_deal_counts_with_its_last_amount_while_it_was_open(at_the_end: int | None, rate: float) -> None:
    """Four of 100 are won; of the deal lost, worth 100 while open, somebody changed the amount when it was lost."""
    ways = [way(("2026-01-05", "Offer"), ("2026-02-01", "Won"))] * 4
    zeroed = way(("2026-01-06", "Offer"), ("2026-02-02", "Lost")) | {"last amount": at_the_end}
    figure = value_win_rate(lived([*ways, zeroed]))
    assert (figure.value, figure.n, figure.note) == (rate, 5, "")


def test_without_history_the_amount_that_stands_there_counts() -> None:
    figure = value_win_rate(lived([], begins="2026-03-01", before=[*[won()] * 4, lost(amount=100)]))
    assert figure.value == 0.8


@pytest.mark.parametrize(("created", "flagged"), [("2025-12-22", False), ("2025-12-23", True)])
def test_a_window_that_begins_before_slow_deals_can_have_closed_is_flagged(created: str, flagged: bool) -> None:
    """Nine of ten cycles take ten days; the window begins on 2026-01-01."""
    rows = [won(created="2026-02-10", closed="2026-02-20")] * 99 + [won(created=created, closed="2026-02-20")]
    assert ("Left-truncated" in win_rate(facts_of(rows), window=Q1).note) is flagged
    assert "Left-truncated" not in win_rate(facts_of(rows)).note


def test_first_quarter_of_a_data_set_is_left_truncated() -> None:
    """Created from January on with a cycle of 100 days: Q1 holds only fast deals, and Q2 begins too early."""
    slow = [won(created="2026-01-01", closed="2026-04-11")] * 9
    fast = [won(created="2026-01-01", closed="2026-03-31")]
    late = [won(created="2026-04-01", closed="2026-07-10")]
    table = by_close_quarter(facts_of([*slow, *fast, *late], as_of=day("2026-07-31")))
    assert table["period"].tolist() == ["2026 Q1", "2026 Q2", "2026 Q3"]
    assert table["left_truncated"].tolist() == [True, True, False]
    assert table["n"].tolist() == [1, 9, 1]
    assert [math.isnan(rate) for rate in table["rate"]] == [True, False, True]


@pytest.mark.parametrize(("created", "truncated"), [("2025-12-22", False), ("2025-12-23", True)])
def test_a_quarter_that_begins_exactly_one_cycle_after_the_first_deal_is_whole(created: str, truncated: bool) -> None:
    rows = [won(created="2026-02-10", closed="2026-02-20")] * 99 + [won(created=created, closed="2026-02-20")]
    assert by_close_quarter(facts_of(rows))["left_truncated"].tolist() == [truncated]


def test_all_bases_stand_side_by_side_with_the_reason_of_the_refused() -> None:
    table = all_bases(facts_of([*FIVE, lost(amount=None)]))
    assert table["basis"].value_counts().to_dict() == {
        "closed-broad": 2,
        "closed-narrow": 2,
        "created": 2,
        "created, undated included": 1,
        "value": 1,
    }
    assert table["won"].tolist() == [3] * 8
    refused = table[table["rate"].isna()]
    assert refused["basis"].tolist() == ["value"]
    assert refused["note"].str.startswith("Lost deals have no amount").all()


def test_cohorts_of_creation_have_half_open_quarters_and_bounds() -> None:
    """Created on the last day of 2025 and from the first day of 2026 on; two of six are not decided."""
    last_year = lost(created="2025-12-31")
    first_day = won(created="2026-01-01")
    rows = [last_year, first_day, won(), won(), lost(), in_play(), in_play(), won(Created=None)]
    table = by_created_quarter(facts_of(rows)).set_index("period")
    assert table.index.tolist() == ["2025 Q4", "2026 Q1"]
    heads = ["created", "won", "lost", "open"]
    assert table[heads].to_numpy().tolist() == [[1, 0, 1, 0], [6, 3, 1, 2]]
    assert table["rate"].tolist() == pytest.approx([math.nan, 0.5], nan_ok=True)
    assert table["upper_bound"].tolist() == pytest.approx([math.nan, 5 / 6], nan_ok=True)
    assert table["immature"].tolist() == [False, True]


@pytest.mark.parametrize(("n_open", "immature"), [(1, False), (2, True)])
def test_a_cohort_with_more_than_a_fifth_open_is_immature(n_open: int, immature: bool) -> None:
    table = by_created_quarter(facts_of([*[won()] * 4, *[in_play()] * n_open]))
    assert table["immature"].tolist() == [immature]


def test_without_a_created_date_there_is_no_cohort() -> None:
    assert by_created_quarter(facts_of([won(Created=None)])).empty
