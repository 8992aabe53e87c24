"""Sales cycle by hand."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import AS_OF, Q1, day, derailed, facts_of, in_play, lost, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.cycle import cycle, mean_of_won, median_of_won


def test_mean_and_points_of_five_wins() -> None:
    closes = ("2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04", "2026-02-10")
    facts = facts_of([won(created="2026-01-31", closed=closed) for closed in closes])
    found = cycle(facts)
    assert (found.mean.value, found.median.value, found.p75.value, found.mean.n) == (4, 3, 4, 5)
    assert found.p90.value == pytest.approx(7.6)  # 0.6 of the way from 4 to 10
    assert (mean_of_won(facts), median_of_won(facts)) == (found.mean, found.median)


def test_all_closed_deals_and_lost_deals_have_their_own_figures() -> None:
    found = cycle(facts_of([won(), lost(created="2026-02-18"), derailed(Created=day("2026-02-17"))]))
    assert (found.all_closed_mean.value, found.lost_median.value, found.lost_median.n) == (5, 2, 1)


def test_first_contact_comes_before_created_and_it_is_shown_which() -> None:
    contacted = won() | {"First contact": day("2026-01-31")}
    assert cycle(facts_of([contacted])).mean.value == 20
    assert cycle(facts_of([contacted])).start == "from First contact"
    assert cycle(facts_of([won()])).start == "from Created"
    assert cycle(facts_of([contacted, won()])).start == "from First contact (1 deals), else Created (1)"


def test_a_close_before_the_start_is_left_out_and_counted_never_turned_round() -> None:
    found = cycle(facts_of([won(), won(created="2026-02-21")]))
    assert (found.mean.value, found.mean.n, found.negative_n) == (10, 1, 1)
    assert "1 closed deals are left out: they closed before they began." in found.note


def test_the_same_day_is_zero_days_and_counts() -> None:
    assert cycle(facts_of([won(created="2026-02-20"), won()])).mean.value == 5


@pytest.mark.parametrize(("wins", "late"), [(10, False), (9, True)])
def test_more_than_a_tenth_of_same_day_wins_is_late_entry(wins: int, late: bool) -> None:
    found = cycle(facts_of([won(created="2026-02-20"), *[won()] * (wins - 1)]))
    assert found.late_entry_share.value == pytest.approx(1 / wins)
    assert ("Late entry" in found.note) is late


def test_late_entry_names_the_rep_and_few_wins_tell_nothing() -> None:
    late = won(created="2026-02-20", Owner="Bob")
    assert "Bob 100%" in cycle(facts_of([late] * 5 + [won()] * 5)).note
    assert "Late entry" not in cycle(facts_of([late] * 4 + [won()] * 5)).note


def test_a_deal_entered_on_the_day_it_closed_is_late_whenever_the_first_contact_was() -> None:
    late = won(created="2026-02-20") | {"First contact": day("2026-02-01")}
    found = cycle(facts_of([late] * 5))
    assert (found.mean.value, found.late_entry_share.value) == (19, 1.0)
    assert "Late entry" in found.note
    early = won(created="2026-02-10") | {"First contact": day("2026-02-20")}
    assert cycle(facts_of([early] * 5)).late_entry_share.value == 0


def test_only_closes_of_the_window_count() -> None:
    facts = facts_of([won(), won(created="2025-12-01", closed="2025-12-31")])
    assert (cycle(facts, Q1).mean.n, cycle(facts).mean.n) == (1, 2)


def test_without_dates_there_is_no_cycle() -> None:
    found = cycle(facts_of([won(Created=None), lost()]))
    assert (found.mean.value, found.p90.value) == (None, None)
    assert found.mean.reason.startswith("No won deal here has both Created and Actual close")
    assert "1 closed deals are left out: a date is blank." in found.note


def test_open_deals_count_as_not_yet_closed() -> None:
    """Closed after 10 and 20 days, open after 15: half of three is reached on day 20 only."""
    rows = [won(), lost(created="2026-01-31"), in_play(Created=day("2026-03-16"))]
    figure = cycle(facts_of(rows)).any_close_median
    assert (figure.value, figure.n) == (20, 3)


def test_when_more_than_half_is_open_half_time_is_not_known() -> None:
    rows = [won(), *[in_play(Created=day("2026-03-01"))] * 2]
    figure = cycle(facts_of(rows)).any_close_median
    assert figure.value is None
    assert figure.reason.startswith("More than half of the deals are not closed yet")


def test_a_deal_that_closes_after_the_as_of_date_is_not_counted_as_closed() -> None:
    rows = [won(), won(created=AS_OF.isoformat(), closed="2026-04-30")]
    assert cycle(facts_of(rows)).mean.n == 1


def test_a_reopened_deal_counts_from_its_first_creation_to_its_final_close() -> None:
    reopened = way(("2026-01-05", "Offer"), ("2026-01-15", "Lost"), ("2026-02-01", "Offer"), ("2026-03-06", "Won"))
    plain = way(("2026-01-05", "Offer"), ("2026-01-15", "Won"))
    found = cycle(lived([reopened, plain]))
    assert (found.mean.value, found.reopened_n) == (35, 1)
    assert "1 won deal was reopened on the way and counted to the final close." in found.note


@pytest.mark.parametrize(("wins", "known"), [(4, False), (5, True)])
def test_the_median_has_an_interval_from_five_wins_on(wins: int, known: bool) -> None:
    closes = [f"2026-02-{day_:02}" for day_ in (11, 12, 13, 14, 15)][:wins]
    found = cycle(facts_of([won(closed=close, created="2026-02-10") for close in closes]))
    assert (found.median_low_days <= (found.median.value or 0) <= found.median_high_days) is known
