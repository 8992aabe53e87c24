"""Wilson bounds against known values and SciPy; bounds of a difference against Newcombe's own examples."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.metrics.wilson import difference, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 5, 0, 43),
        (3, 4, 30, 95),
        (5, 5, 57, 100),
        (7, 20, 18, 57),
        (14, 40, 22, 50),
        (35, 100, 26, 45),
    ],
)
def test_known_intervals_in_whole_percent(successes: int, n: int, low: int, high: int) -> None:
    assert tuple(round(100 * bound) for bound in wilson(successes, n)) == (low, high)


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_rate_lies_between_its_bounds_and_both_within_zero_and_one(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1


@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_of_losing_mirror_those_of_winning(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert wilson(counts[1] - counts[0], counts[1]) == pytest.approx((1 - high, 1 - low))


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_equal_those_of_scipy(counts: tuple[int, int]) -> None:
    from scipy import stats  # noqa: PLC0415 - half a second

    theirs = stats.binomtest(*counts).proportion_ci(method="wilson")
    assert wilson(*counts) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(
    ("now", "then", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((0, 10), (0, 20), -0.1611, 0.2775)],
)
def test_the_difference_of_two_rates_is_newcombe_s_method_10(
    now: tuple[int, int], then: tuple[int, int], low: float, high: float
) -> None:
    """Table II of Newcombe (1998)."""
    found = difference(now[0] / now[1], wilson(*now), then[0] / then[1], wilson(*then))
    assert found == pytest.approx((low, high), abs=5e-5)


def test_a_side_of_which_nothing_is_known_leaves_the_difference_open() -> None:
    assert difference(2, (1, 3), 1, (0, float("inf")))[0] == -float("inf")
