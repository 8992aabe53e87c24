"""Kaplan-Meier against a naive loop, a table that can be checked on paper, and SciPy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.metrics.kaplan_meier import Stays, kaplan_meier

Pairs = list[tuple[int, bool]]
pairs = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def stays(found: Pairs) -> Stays:
    return kaplan_meier(np.array([float(d) for d, _ in found]), np.array([c for _, c in found]))


def test_a_table_on_paper() -> None:
    """At risk 6, 4, 2: there still 5/6, then 5/6 x 3/4 = 5/8, then 5/16."""
    curve = kaplan_meier(np.array([1.0, 1.0, 2.0, 2.5, 3.0, 4.0]), np.array([True, False, True, False, True, False]))
    assert curve.staying == pytest.approx([5 / 6, 5 / 8, 5 / 16])
    assert (curve.quantile(), curve.quantile(0.25), curve.n, curve.ended) == (3, 2, 6, 3)
    assert math.isnan(curve.quantile(0.75))


def test_without_anybody_still_there_it_is_the_lower_median() -> None:
    assert stays([(4, True), (1, True), (3, True), (2, True)]).quantile() == 2


def test_when_nobody_has_left_there_is_no_median_and_no_upper_bound() -> None:
    curve = stays([(4, False)] * 5)
    assert math.isnan(curve.quantile())
    assert curve.bounds() == (0.0, math.inf)


def test_the_interval_holds_the_median_and_narrows_with_more_deals() -> None:
    few, many = stays([(d, True) for d in range(1, 21)]), stays([(d, True) for d in range(1, 21)] * 50)
    assert few.bounds()[0] < few.quantile() == many.quantile() == 10 < few.bounds()[1]
    assert few.bounds() == (5, 15)  # as R: survfit(Surv(1:20) ~ 1, conf.type = "log-log")
    assert many.bounds() == (10, 11)


def naive_quantile(found: Pairs, share: float) -> float:
    """Day after day: those still there, those who leave."""
    staying = 1.0
    for today in sorted({days for days, _ in found}):
        at_risk = sum(days >= today for days, _ in found)
        leaving = sum(days == today and over for days, over in found)
        staying *= 1 - leaving / at_risk
        if leaving and staying <= 1 - share + 1e-9:
            return today
    return math.nan


@settings(deadline=None)
@given(pairs, st.sampled_from([0.25, 0.5, 0.75]))
def test_points_equal_a_naive_loop(found: Pairs, share: float) -> None:
    assert stays(found).quantile(share) == pytest.approx(naive_quantile(found, share), nan_ok=True)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(pairs)
def test_shares_and_errors_equal_those_of_scipy(found: Pairs) -> None:
    from scipy import stats  # noqa: PLC0415 - half a second

    days, over = np.array([float(d) for d, _ in found]), np.array([c for _, c in found])
    theirs = stats.ecdf(stats.CensoredData(uncensored=days[over], right=days[~over])).sf
    mine = stays(found)
    assert mine.staying == pytest.approx(theirs.evaluate(mine.times))
    with warnings.catch_warnings(action="ignore"):  # undefined where nobody or everybody has left
        between = theirs.confidence_interval(method="log-log")
    bounded = (mine.staying < 1) & (mine.staying > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1.959963984540054 * mine.error / (mine.staying * np.log(mine.staying))
        low = mine.staying ** np.exp(-spread)
    assert low[bounded] == pytest.approx(between.low.evaluate(mine.times)[bounded])
