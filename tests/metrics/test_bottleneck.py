"""Bottlenecks: a stage is named only where an interval excludes its own past."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.metrics.small_team import AS_OF, Row, day, facts_of, in_play
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.bottleneck import by_stage, comparison, value_held
from xlpipeline.model.facts import Facts

A_YEAR_AGO = dt.date(2025, 3, 31)


def cohort(begins: dt.date, days: list[int], then: str = "Qualified") -> list[Row]:
    """Deals that all enter Prospect on a day and leave it after so many days."""
    return [way((str(begins), "Prospect"), (str(begins + dt.timedelta(days=n)), then)) for n in days]


def prospect(ways: list[Row], **settings: object) -> dict[str, object]:
    facts = lived(ways, begins="2025-01-01", bottleneck_days=60, **settings)  # type: ignore[arg-type]
    return dict(by_stage(facts).iloc[0])


PAST = cohort(dt.date(2025, 2, 10), [8, 9, 10, 10, 11, 12] * 3)
SLOW = cohort(dt.date(2026, 2, 10), [18, 19, 20, 20, 21, 22] * 3)


@pytest.mark.slow
def test_twice_as_slow_as_a_year_ago_is_named() -> None:
    row = prospect([*PAST, *SLOW])
    assert (row["n"], row["past_n"], row["median_days"], row["past_median_days"]) == (18, 18, 20, 10)
    assert row["time_ratio"] == pytest.approx(2)
    assert 1 < float(str(row["ratio_low"])) < 2 < float(str(row["ratio_high"]))
    assert (bool(row["is_slower"]), bool(row["is_leakier"])) == (True, False)


@pytest.mark.slow
def test_the_same_pace_is_not_named() -> None:
    row = prospect([*PAST, *cohort(dt.date(2026, 2, 10), [8, 9, 10, 10, 11, 12] * 3)])
    assert (row["time_ratio"], bool(row["is_slower"])) == (1, False)


def test_slower_by_no_more_than_the_days_between_two_refreshes_is_not_named() -> None:
    """Refreshes a month apart: a median one month longer may be one day longer."""
    past = [way(("2025-02-10", "Prospect"), ("2025-03-10", "Qualified"))] * 20
    now = [way(("2026-01-31", "Prospect"), ("2026-03-31", "Qualified"))] * 20
    row = dict(by_stage(lived([*past, *now], bottleneck_days=60, begins="2025-01-01")).iloc[0])
    assert float(str(row["ratio_low"])) > 1
    assert not row["is_slower"]


@pytest.mark.slow
def test_more_lost_than_a_year_ago_is_named() -> None:
    past = PAST + cohort(dt.date(2025, 2, 10), [10, 10], "Lost")
    now = cohort(dt.date(2026, 2, 10), [8, 9, 10, 10, 11, 12]) + cohort(dt.date(2026, 2, 10), [10] * 14, "Lost")
    row = prospect([*past, *now])
    assert (row["drop"], row["past_drop"]) == pytest.approx((0.7, 0.1))
    assert float(str(row["change_low"])) > 0
    assert (bool(row["is_slower"]), bool(row["is_leakier"])) == (False, True)
    assert (row["time_rank"], row["drop_rank"]) == (1, 1)


@pytest.mark.slow
def test_a_rise_that_chance_can_explain_is_not_named() -> None:
    past = PAST + cohort(dt.date(2025, 2, 10), [10, 10], "Lost")
    now = cohort(dt.date(2026, 2, 10), [8, 9, 10, 10, 11, 12] * 3) + cohort(dt.date(2026, 2, 10), [10] * 4, "Lost")
    row = prospect([*past, *now])
    assert float(str(row["drop_change"])) > 0 > float(str(row["change_low"]))
    assert not row["is_leakier"]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "given_"), [(4, False), (5, True)])
def test_with_fewer_than_five_on_a_side_nothing_is_compared(n: int, given_: bool) -> None:
    row = prospect([*PAST[:n], *SLOW])
    assert math.isnan(float(str(row["time_ratio"]))) is not given_
    assert ("too few" in str(row["note"])) is not given_


@pytest.mark.slow
def test_where_history_does_not_reach_back_a_year_the_earliest_days_are_taken() -> None:
    def spans(begins: str) -> Facts:
        return lived([way((begins, "Prospect"))], bottleneck_days=60)

    year = comparison(spans("2025-01-01"))
    assert (year.past_is_year_ago, year.past and year.past.end) == (True, A_YEAR_AGO + dt.timedelta(days=1))
    exact = comparison(spans("2025-01-31"))
    assert (exact.past_is_year_ago, exact.past and exact.past.start) == (True, day("2025-01-31"))
    short = comparison(spans("2025-02-01"))
    assert (short.past_is_year_ago, short.past and short.past.start) == (False, day("2025-02-01"))
    assert comparison(spans("2026-03-01")).past is None
    assert comparison(facts_of([in_play()])).past is None


def test_value_is_held_longest_where_amount_times_days_is_most() -> None:
    """Prospect 100 for 60 days, Offer 300 for 10 and 100 for 30 days: 6,000 against 6,000."""
    since = {stage: AS_OF - dt.timedelta(days=n) for stage, n in (("a", 60), ("b", 10), ("c", 30))}
    rows = [
        in_play(100, Stage="Prospect") | {"Stage since": since["a"]},
        in_play(300) | {"Stage since": since["b"]},
        in_play(100) | {"Stage since": since["c"]},
        in_play(None) | {"Stage since": since["c"]},
    ]
    table = value_held(facts_of(rows)).set_index("stage")
    assert table["share"].tolist() == pytest.approx([0.5, 0, 0.5])
    assert table["mean_days"].tolist() == pytest.approx([60, math.nan, 15], nan_ok=True)
    assert table["n"].tolist() == [1, 0, 3]
