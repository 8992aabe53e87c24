"""Sales cycle by hand, and Kaplan-Meier against a naive loop and a table that can be checked on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.small_team import AS_OF, Q1, day, derailed, facts_of, in_play, lost, won
from xlpipeline.metrics.cycle import cycle, kaplan_meier_median, mean_of_won, median_of_won


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


def test_kaplan_meier_of_a_table_on_paper() -> None:
    """At risk 6, 4, 2: open share 5/6, then 5/6 x 3/4 = 5/8, then 5/16."""
    days = np.array([1.0, 1.0, 2.0, 2.5, 3.0, 4.0])
    closed = np.array([True, False, True, False, True, False])
    assert kaplan_meier_median(days, closed) == 3


def test_kaplan_meier_without_censoring_is_the_lower_median() -> None:
    assert kaplan_meier_median(np.array([4.0, 1.0, 3.0, 2.0]), np.array([True] * 4)) == 2


def naive_median(pairs: list[tuple[int, bool]]) -> float:
    """Day after day: those still there, those who close."""
    still_open = 1.0
    for today in sorted({days for days, _ in pairs}):
        at_risk = sum(days >= today for days, _ in pairs)
        closes = sum(days == today and closed for days, closed in pairs)
        still_open *= 1 - closes / at_risk
        if still_open <= 0.5 + 1e-9:
            return today
    return math.nan


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
def test_kaplan_meier_equals_a_naive_loop(pairs: list[tuple[int, bool]]) -> None:
    days, closed = np.array([float(d) for d, _ in pairs]), np.array([c for _, c in pairs])
    assert kaplan_meier_median(days, closed) == pytest.approx(naive_median(pairs), nan_ok=True)
