"""Beta-binomial bounds against SciPy, and the example of the definitions: 35 % of 40 open deals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.metrics.beta_binomial import chances, normal_half, sum_bounds


@pytest.mark.parametrize(("known", "low", "high"), [(20, 8, 21), (40, 9, 20), (100, 10, 19), (400, 10, 18)])
def test_thirty_five_percent_of_forty_as_the_definitions_have_it(known: int, low: int, high: int) -> None:
    from scipy.stats import betabinom  # noqa: PLC0415 - half a second

    exact = betabinom(40, 0.35 * known + 0.5, 0.65 * known + 0.5)
    assert (int(exact.ppf(0.1)), int(exact.ppf(0.9))) == (low, high)
    assert sum_bounds([(40, 0.35, known)]) == (low, high)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 500))
def test_the_chances_are_those_of_scipy(deals: int, share: float, known: int) -> None:
    from scipy.stats import betabinom  # noqa: PLC0415 - half a second

    a, b = share * known + 0.5, (1 - share) * known + 0.5
    assert chances(deals, share, known) == pytest.approx(betabinom(deals, a, b).pmf(np.arange(deals + 1)), abs=1e-9)


def test_groups_are_added_as_independent_ones() -> None:
    one, two = chances(2, 0.5, 10), chances(1, 0.2, 30)
    both = [one[0] * two[0], one[1] * two[0] + one[0] * two[1], one[2] * two[0] + one[1] * two[1], one[2] * two[1]]
    below = np.cumsum(both)
    expected = int(np.argmax(below >= 0.1)), int(np.argmax(below >= 0.9))
    assert sum_bounds([(2, 0.5, 10), (1, 0.2, 30)]) == expected


def test_many_deals_are_taken_in_steps_and_hardly_differ() -> None:
    from scipy.stats import betabinom  # noqa: PLC0415 - half a second

    exact = betabinom(9_000, 0.3 * 500 + 0.5, 0.7 * 500 + 0.5)
    assert sum_bounds([(9_000, 0.3, 500)]) == pytest.approx((exact.ppf(0.1), exact.ppf(0.9)), abs=8)


def test_no_deals_have_no_wins() -> None:
    assert sum_bounds([]) == (0, 0) == sum_bounds([(0, 0.5, 10)])


def test_four_of_five_lie_within_128_percent_of_the_standard_deviation() -> None:
    assert normal_half(100.0) == pytest.approx(12.8155, abs=1e-4)
