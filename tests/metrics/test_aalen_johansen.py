"""Aalen-Johansen on paper, against a naive loop, and against a library that has it (statsmodels)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.metrics.aalen_johansen import Incidence, incidence

Pairs = list[tuple[int, int]]
pairs = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0, 0, 1, 1, 2])), min_size=1, max_size=40)


def curve(found: Pairs) -> Incidence:
    return incidence(np.array([float(d) for d, _ in found]), np.array([c for _, c in found], dtype=np.int64), 2)


def test_five_deals_on_paper() -> None:
    """Day 1: one of five won (1/5). Day 2: of four one lost (4/5 x 1/4 = 1/5), one open leaves. Day 3: of two one won:
    3/5 x 1/2 = 3/10. One minus Kaplan-Meier would say 1 - 4/5 x 1/2 = 60 % won; it is 50 %."""
    found = curve([(1, 1), (2, 2), (2, 0), (3, 1), (4, 0)])
    assert [found.at(days) for days in (0, 1, 2.9, 3, 400)] == pytest.approx([0, 0.2, 0.2, 0.5, 0.5])
    assert [found.at(days, 2) for days in (1, 2)] == pytest.approx([0, 0.2])
    assert found.open_at(3) == pytest.approx(0.3)
    assert (found.still_followed(2), found.still_followed(4), found.known_until) == (4, 1, 4)


def test_where_all_have_ended_the_curve_is_known_for_ever() -> None:
    found = curve([(1, 1), (2, 2), (3, 1)])
    assert (found.known_until, found.open_at(3)) == (math.inf, 0)


def test_without_open_deals_it_is_the_plain_share_with_its_plain_variance() -> None:
    found = curve([(1, 1), (2, 2), (3, 1), (3, 2), (9, 1)])
    assert found.at(3) == pytest.approx(2 / 5)
    assert found.variance_at(3) == pytest.approx(2 / 5 * 3 / 5 / 5)
    assert found.bounds_at(3) == pytest.approx((0.1176, 0.7693), abs=5e-5)  # Wilson of 2 in 5


def naive(found: Pairs, limit: int, cause: int) -> float:
    """Day after day: of those still there, the share that ends by the cause."""
    there, ended = 1.0, 0.0
    for today in range(limit + 1):
        at_risk = sum(days >= today for days, _ in found)
        if at_risk:
            own = sum(days == today and how == cause for days, how in found)
            every = sum(days == today and how > 0 for days, how in found)
            ended += there * own / at_risk
            there *= 1 - every / at_risk
    return ended


@pytest.mark.slow
@settings(deadline=None)
@given(pairs, st.integers(0, 13), st.sampled_from([1, 2]))
def test_it_equals_a_naive_loop(found: Pairs, limit: int, cause: int) -> None:
    assert curve(found).at(limit, cause) == pytest.approx(naive(found, limit, cause))


@pytest.mark.slow
@settings(deadline=None)
@given(pairs)
def test_won_lost_and_open_are_all_there_is_and_bounds_hold_the_share(found: Pairs) -> None:
    one = curve(found)
    for limit in range(14):
        assert one.at(limit, 1) + one.at(limit, 2) + one.open_at(limit) == pytest.approx(1)
        low, high = one.bounds_at(limit)
        assert 0 <= low <= one.at(limit) + 1e-12
        assert one.at(limit) - 1e-12 <= high <= 1


def equals_statsmodels(found: Pairs) -> None:
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    days, cause = np.array([float(d) for d, _ in found]), np.array([c for _, c in found])
    if not (cause == 1).any() or not (cause == 2).any():
        return
    with np.errstate(all="ignore"):
        theirs, mine = survival.CumIncidenceRight(days, cause), curve(found)
    for place, day in enumerate(theirs.times):
        assert mine.at(day, 1) == pytest.approx(theirs.cinc[0][place])
        assert mine.at(day, 2) == pytest.approx(theirs.cinc[1][place])
        for k in (0, 1):
            error = theirs.cinc_se[k][place]
            if np.isfinite(error):
                assert math.sqrt(mine.variance_at(day, k + 1)) == pytest.approx(error, abs=1e-9)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0, 0, 1, 1, 2])), min_size=2, max_size=40))
def test_share_and_error_equal_those_of_statsmodels(found: Pairs) -> None:
    equals_statsmodels(found)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0, 0, 1, 1, 2])), min_size=2, max_size=40))
def test_share_and_error_equal_those_of_statsmodels_over_many(found: Pairs) -> None:
    equals_statsmodels(found)
