"""The landmark estimate on paper, against a naive loop, and blind to what comes after the day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.past_stays import Deal, made_up, on, paths_of, slow_chance
from xlpipeline.metrics.aalen_johansen import incidence
from xlpipeline.metrics.landmark import Stays, chances, landmark_shares
from xlpipeline.metrics.landmark import _stays as stays_on


def offers(won: int, lost: int, *, open_since: int = 100, opened: int = 1) -> list[Deal]:
    """Past deals that entered the stage on day 0: won after 20 days, lost after 45; and open ones."""
    past = [Deal(((0, 0),), (20, True))] * won + [Deal(((0, 0),), (45, False))] * lost
    return [*past, *[Deal(((0, open_since),))] * opened]


def test_of_forty_past_deals_still_there_at_ten_days_fourteen_were_won_within_thirty_more() -> None:
    table = chances(paths_of(offers(14, 26), stages=1), on(110), 30)
    assert table.to_dict("records") == [
        {"row": 40, "stage": 0, "age": 10, "p": pytest.approx(0.35), "n": 40, "source": "same age"}
    ]


@pytest.mark.parametrize(("days", "share"), [(9, 0.0), (10, 0.35), (34, 0.35)])
def test_the_days_are_counted_from_the_landmark_and_the_last_is_in(days: int, share: float) -> None:
    assert chances(paths_of(offers(14, 26), stages=1), on(110), days)["p"].tolist() == [pytest.approx(share)]


def test_deals_that_had_left_by_that_age_do_not_count() -> None:
    table = chances(paths_of(offers(14, 30), stages=1), on(120), 30)
    assert (table["age"].iloc[0], table["p"].iloc[0], table["n"].iloc[0]) == (20, 0.0, 30)


@pytest.mark.parametrize(
    ("past", "source"), [(30, "same age"), (29, "age band"), (9, "age band"), (8, "stage default")]
)
def test_few_past_deals_are_pooled_and_fewer_tell_nothing(past: int, source: str) -> None:
    """The band begins at day 0: that the open deal itself stood for its first ten days counts there, as the tenth."""
    table = chances(paths_of(offers(5, past - 5), stages=1), on(110), 30)
    assert table["source"].tolist() == [source]
    assert table["p"].isna().tolist() == [source == "stage default"]


def test_a_deal_older_than_all_past_ones_takes_the_whole_stage() -> None:
    quick = [Deal(((0, day),), (day + 3, day % 2 == 0)) for day in range(12)]
    table = chances(paths_of([*quick, Deal(((0, 20),))], stages=1), on(120), 30)
    assert (table["source"].iloc[0], table["p"].iloc[0], table["n"].iloc[0]) == ("whole stage", 6 / 13, 13)


def test_a_win_in_a_later_stage_counts_for_the_stage_before() -> None:
    past = [Deal(((0, 0), (1, 15)), (25, True))] * 30
    table = chances(paths_of([*past, Deal(((0, 100),))], stages=2), on(110), 30)
    assert table["p"].tolist() == [1.0]


def test_of_stays_that_began_before_history_only_what_was_seen_counts() -> None:
    old = [Deal(((0, 0),), (60, True))] * 30
    ask = [Deal(((0, 100),)), Deal(((0, 70),))]
    table = chances(paths_of([*old, *ask], stages=1, seen_from=20), on(110), 30)
    assert table[["age", "n"]].to_numpy().tolist() == [[10, 1], [40, 30]]
    assert table["source"].tolist() == ["stage default", "same age"]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), stage=st.integers(0, 2), age=st.integers(0, 40), days=st.integers(1, 60),
    today=st.integers(60, 220), seen_from=st.sampled_from([0, 0, 50, 120]),
)  # fmt: skip
def test_the_estimate_is_that_of_a_naive_loop(  # noqa: PLR0917 - drawn
    seed: int, stage: int, age: int, days: int, today: int, seen_from: int
) -> None:
    deals = made_up(seed)
    share, at_risk = shares(stays_on(paths_of(deals, seen_from=seen_from), on(today)), stage, age, days)
    expected, n = slow_chance(deals, stage, age, today, days, seen_from)
    assert at_risk == n
    assert share == pytest.approx(expected, nan_ok=True) if n else pd.isna(share)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), age=st.integers(0, 30), days=st.integers(1, 60))
def test_the_estimate_is_the_curve_that_conversion_uses(seed: int, age: int, days: int) -> None:
    stays = stays_on(paths_of(made_up(seed)), on(220))
    here = stays.only((stays.stage == 0) & (stays.left_after > age))
    if len(here.row):
        curve = incidence((here.ended_after - age).astype(float), here.cause, 2)
        assert shares(stays, 0, age, days)[0] == pytest.approx(curve.at(days))


@pytest.mark.slow
def test_the_estimate_agrees_with_another_library() -> None:
    from statsmodels.duration.survfunc import CumIncidenceRight  # noqa: PLC0415 - heavy

    stays = stays_on(paths_of(made_up(7, count=300)), on(220))
    here = stays.only((stays.stage == 0) & (stays.left_after > 5))
    theirs = CumIncidenceRight((here.ended_after - 5).astype(float), here.cause)
    within = theirs.times <= 30
    assert shares(stays, 0, 5, 30)[0] == pytest.approx(theirs.cinc[0][within][-1])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), today=st.integers(40, 180))
def test_what_happens_after_the_day_changes_nothing(seed: int, today: int) -> None:
    deals = made_up(seed, count=80)
    known = [
        Deal(
            tuple(stay for stay in deal.stays if stay[1] <= today) or ((0, 10_000),),
            deal.end if deal.end and deal.end[0] <= today else None,
        )
        for deal in deals
    ]
    pd.testing.assert_frame_equal(chances(paths_of(deals), on(today), 30), chances(paths_of(known), on(today), 30))


def test_nobody_open_is_asked_nothing() -> None:
    assert chances(paths_of([Deal(((0, 0),), (5, True))], stages=1), on(9), 30).empty


def shares(stays: Stays, stage: int, age: int, days: int) -> tuple[float, int]:
    p, n = landmark_shares(stays.only(stays.stage == stage), np.array([age]), days)
    return float(p[0]), int(n[0])
