"""Wilson bounds against known values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.metrics.wilson import wilson


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
