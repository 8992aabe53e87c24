"""Time in stage: five deals by hand, both sides of every limit, and a naive loop."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import AS_OF, Row, day, facts_of, in_play
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.time_in_stage import by_stage, per_deal
from xlpipeline.model.facts import Facts
from xlpipeline.model.stage_paths import stage_paths

BACK = way(("2026-01-05", "Prospect"), ("2026-01-15", "Qualified"), ("2026-01-20", "Prospect"), ("2026-03-11", "Lost"))


def any_n(*ways: Row) -> Facts:
    return lived(ways, counts_only_below=1)


def test_five_deals_by_hand() -> None:
    """Prospect: 10, 20, 30 and 40 days, and one that stands there for 85: the third of five is the median."""
    ends = ("2026-01-15", "2026-01-25", "2026-02-04", "2026-02-14")
    ways = [way(("2026-01-05", "Prospect"), (end, "Qualified")) for end in ends]
    row = by_stage(lived([*ways, way(("2026-01-05", "Prospect"))])).iloc[0]
    assert row[["n", "ended", "q25_days", "median_days", "q75_days"]].tolist() == [5, 4, 20, 30, 40]
    assert row["low_days"] <= 30 <= row["high_days"]


def test_half_still_there_gives_a_median_and_more_than_half_none() -> None:
    left, stays = way(("2026-01-05", "Prospect"), ("2026-01-15", "Offer")), way(("2026-01-05", "Prospect"))
    half = by_stage(lived([left] * 3 + [stays] * 3)).iloc[0]
    more = by_stage(lived([left] * 3 + [stays] * 4)).iloc[0]
    assert (half["median_days"], math.isnan(more["median_days"])) == (10, True)
    assert more["note"] == "More than half have not left yet: no median."


@pytest.mark.parametrize(("n", "given_"), [(4, False), (5, True)])
def test_below_five_stays_there_is_no_figure(n: int, given_: bool) -> None:
    row = by_stage(lived([way(("2026-01-05", "Prospect"), ("2026-01-15", "Offer"))] * n)).iloc[0]
    assert math.isnan(row["median_days"]) is not given_


def test_going_back_begins_a_new_stay_and_adds_to_the_whole_time() -> None:
    """Ten days, five away, fifty days: two stays of 10 and 50, together 60."""
    facts = any_n(BACK)
    assert by_stage(facts).iloc[0][["n", "q25_days", "q75_days"]].tolist() == [2, 10, 50]
    assert by_stage(facts, "cumulative").iloc[0][["n", "median_days"]].tolist() == [1, 60]


def test_an_open_deal_has_its_present_stay_and_all_its_stays() -> None:
    still = BACK | {"stops": BACK["stops"][:-1]}
    found = per_deal(any_n(still)).iloc[0]
    assert (found["current_days"], found["cumulative_days"]) == (70, 80)


def test_without_history_the_present_stay_is_known_from_the_row() -> None:
    facts = facts_of([in_play() | {"Stage since": day("2026-03-01")}, in_play(Created=None)])
    assert per_deal(facts)["current_days"].tolist() == pytest.approx([30, math.nan], nan_ok=True)
    assert by_stage(facts)["n"].tolist() == [0, 0, 0]
    assert by_stage(facts).loc[0, "note"] == "History saw no deal enter this stage."


def test_stays_that_began_before_the_first_refresh_are_left_out_because_only_long_ones_are_known() -> None:
    old = way(("2026-01-05", "Prospect"), ("2026-01-15", "Offer"), Created=day("2025-06-01"), **{"Stage since": None})
    assert by_stage(any_n(old))["n"].tolist() == [0, 0, 1]


def test_actual_close_tells_the_day_between_two_refreshes() -> None:
    lost = way(("2026-01-05", "Prospect"), ("2026-02-04", "Lost"), **{"Actual close": day("2026-01-15")})
    assert by_stage(any_n(lost)).loc[0, "median_days"] == 10


def test_the_distance_of_two_refreshes_is_shown() -> None:
    ways = [way(("2026-01-05", "Prospect"), ("2026-01-12", "Qualified"), ("2026-01-26", "Offer"))]
    assert stage_paths(any_n(*ways)).interval_days == pytest.approx(10.5)
    assert math.isnan(stage_paths(facts_of([in_play()])).interval_days)


def naive(ways: list[list[tuple[int, int]]], stage: int, last: int) -> list[tuple[int, bool]]:
    """Every stay, one after the other: days, and whether it has ended."""
    found = []
    for stops in ways:
        for i, (when, where) in enumerate(stops):
            if where == stage:
                until = stops[i + 1][0] if i + 1 < len(stops) else last
                found.append((until - when, i + 1 < len(stops)))
    return found


def naive_median(stays: list[tuple[int, bool]]) -> float:
    there = 1.0
    for today in sorted({days for days, _ in stays}):
        at_risk = sum(days >= today for days, _ in stays)
        there *= 1 - sum(days == today and over for days, over in stays) / at_risk
        if there <= 0.5 + 1e-9:
            return today
    return math.nan


NAMES = ("Prospect", "Qualified", "Offer")
moves = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2)), min_size=1, max_size=4)


def equals_a_naive_loop(drawn: list[list[tuple[int, int]]]) -> None:
    start = dt.date(2026, 1, 1)
    ways: list[list[tuple[int, int]]] = []
    for stops in drawn:
        when = 0
        out: list[tuple[int, int]] = []
        for gap, where in stops:
            when += gap
            if not out or out[-1][1] != where:
                out.append((when, where))
        ways.append(out)
    rows = [way(*((str(start + dt.timedelta(days=when)), NAMES[where]) for when, where in stops)) for stops in ways]
    table = by_stage(lived(rows, begins="2026-01-01", counts_only_below=1))
    for stage in range(3):
        stays = naive(ways, stage, (AS_OF - start).days)
        row = table.iloc[stage]
        assert (row["n"], row["ended"]) == (len(stays), sum(over for _, over in stays))
        assert row["median_days"] == pytest.approx(naive_median(stays), nan_ok=True)


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(st.lists(moves, min_size=1, max_size=6))
def test_it_equals_a_naive_loop(drawn: list[list[tuple[int, int]]]) -> None:
    equals_a_naive_loop(drawn)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(moves, min_size=1, max_size=6))
def test_it_equals_a_naive_loop_over_many(drawn: list[list[tuple[int, int]]]) -> None:
    equals_a_naive_loop(drawn)
