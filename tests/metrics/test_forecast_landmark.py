"""The N-day forecast and its back-test: on paper, widened by its own errors, and blind to what came later."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tests.metrics import lived_team, told_ways
from tests.metrics.lived_team import deal
from tests.metrics.slow_forecasts import slow_open_chances, wandering
from tests.metrics.small_team import facts_of, in_play
from tests.metrics.told_ways import way
from xlpipeline.metrics.forecast_landmark import (
    BACKTEST_HEADS,
    backtest,
    inflation,
    interval,
    landmark,
    open_chances,
    own_backtest,
    summary,
)
from xlpipeline.model.facts import Facts


def forty_past_and_forty_open() -> Facts:
    """Forty deals stood in Offer for ten days: 14 were won on day 20, 26 lost on day 45; forty stand there now."""
    past = [way(("2025-10-01", "Offer"), ("2025-10-21", "Won"))] * 14
    past += [way(("2025-10-01", "Offer"), ("2025-11-15", "Lost"))] * 26
    return told_ways.lived([*past, *[way(("2026-03-21", "Offer"))] * 40])


def test_thirty_five_percent_of_forty_are_fourteen_wins_between_nine_and_twenty() -> None:
    found = landmark(forty_past_and_forty_open())
    assert [found.wins, found.value] == pytest.approx([14, 14 * 10_000])
    assert (found.low, found.high) == (9, 20)
    assert not found.is_calibrated
    assert found.from_history == 40
    assert set(found.deals["source"]) == {"same age"}


def test_without_a_history_the_stage_default_stands_in_and_says_so() -> None:
    found = landmark(facts_of([in_play(), in_play(Probability=0.2)]))
    assert found.deals["source"].tolist() == ["stage default"] * 2
    assert found.deals["p"].tolist() == [0.5, 0.2]
    assert found.from_history == 0


def test_a_rep_has_its_own_deals_measured_by_the_past_of_the_team() -> None:
    facts = forty_past_and_forty_open()
    mine = landmark(facts, rep="Ann")
    assert (mine.wins, len(mine.deals)) == (landmark(facts).wins, 40)
    assert np.isnan(landmark(facts, rep="Zoe").wins)


def _tested(*rows: tuple[float, int, float]) -> pd.DataFrame:
    """Back-test rows (expected, won, variance)."""
    day = dt.date(2026, 1, 1)
    return pd.DataFrame([(day, 40, e, w, 0.0, 9.0, v, w <= 9) for e, w, v in rows], columns=list(BACKTEST_HEADS))


def test_phi_is_the_mean_squared_error_by_the_binomial_variance() -> None:
    assert inflation(_tested(*[(10.0, 16, 9.0)] * 6)) == 4.0


def test_five_dates_do_not_calibrate_and_six_do() -> None:
    assert np.isnan(inflation(_tested(*[(10.0, 16, 9.0)] * 5)))


def test_a_forecast_that_hit_by_luck_is_never_narrowed() -> None:
    assert inflation(_tested(*[(10.0, 10, 9.0)] * 6)) == 1.0


def test_the_interval_is_the_wider_of_the_two() -> None:
    deals = pd.DataFrame({"stage": 0, "p": [0.35] * 40, "n": 40})
    assert interval(deals, float("nan")) == (9, 20)
    assert interval(deals, 1.0) == (9, 20)
    half = 1.2815515655446004 * (4.7 * 40 * 0.35 * 0.65) ** 0.5
    assert list(interval(deals, 4.7)) == pytest.approx([14 - half, 14 + half])
    assert interval(deals, 100.0) == (0.0, 40.0)


def test_the_summary_has_bias_and_mean_error() -> None:
    found = summary(_tested((12.0, 10, 1.0), (9.0, 12, 1.0)))
    assert (found.dates, found.held) == (2, 0)
    assert found.bias == pytest.approx(-1 / 22)
    assert found.error == pytest.approx((0.2 + 0.25) / 2)


def test_without_a_history_there_is_no_back_test() -> None:
    assert own_backtest(facts_of([in_play()])).empty
    assert np.isnan(summary(own_backtest(facts_of([]))).bias)


@pytest.mark.slow
def test_the_back_test_says_what_the_forecast_said_on_that_day() -> None:
    """Deals that were won or lost by then and reopened since are closed in both."""
    ways = wandering(2)
    today = dt.date(2026, 2, 27)
    row = backtest(told_ways.lived(ways, as_of=today), 30, 1).iloc[-1]
    then = today - dt.timedelta(days=30)
    known = [one | {"stops": [stop for stop in one["stops"] if stop[0] <= then]} for one in ways]
    said = landmark(told_ways.lived([one for one in known if one["stops"]], as_of=then), 30)
    told = said.deals[said.deals["source"] != "stage default"]
    assert (row["as_of"], row["open"], row["expected"]) == (then, len(told), pytest.approx(told["p"].sum()))
    assert (row["low"], row["high"]) == interval(told, float("nan"))


@pytest.mark.slow
def test_a_deal_deleted_since_counts_in_the_back_test_as_it_did_then() -> None:
    past = [deal(f"P{i}", Created=None) for i in range(30)]
    done = [lived_team.won(one, "2026-02-10") for one in past]
    young = deal("X") | {"Stage since": dt.date(2026, 3, 1), "Created": dt.date(2026, 3, 1)}
    refreshes = [("2026-01-10", past), ("2026-02-10", done), ("2026-03-01", [*done, young])]
    whole = lived_team.lived(*refreshes, ("2026-04-10", [*done, young]))
    gone = lived_team.lived(*refreshes, ("2026-04-10", done))
    pd.testing.assert_frame_equal(backtest(whole, 30), backtest(gone, 30))
    assert backtest(gone, 30)["open"].tolist() == [1]
    assert backtest(gone, 30)["expected"].tolist() == [pytest.approx(1.0)]
    assert landmark(gone).deals.empty


@pytest.mark.slow
@pytest.mark.parametrize(("count", "days"), [(75, 30), (8, 7)])
def test_every_open_deal_has_the_chance_that_a_naive_loop_finds(count: int, days: int) -> None:
    """Wins are their sum, and value that of p times amount."""
    ways = wandering(count, count=count, step=5, reopened=0.0, Amount=250)
    today = max(on for one in ways for on, _ in one["stops"]) + dt.timedelta(days=8)
    facts = told_ways.lived(ways, as_of=today)
    table, slow = open_chances(facts, days), slow_open_chances(ways, today, days)
    assert table["p"].tolist() == pytest.approx([p for p, _, _ in slow])
    assert table[["n", "source"]].to_numpy().tolist() == [[n, source] for _, n, source in slow]
    sources = {"same age", "age band", "whole stage"} if count > 8 else {"stage default"}
    assert {source for _, _, source in slow} == sources
    found = landmark(facts, days)
    assert found.wins == pytest.approx(sum(p for p, _, _ in slow))
    assert found.value == pytest.approx(sum(25_000 * p for p, _, _ in slow))


def test_a_deal_deleted_since_is_followed_no_longer_than_it_was_there() -> None:
    """Twenty of forty vanish after five days: of those that stayed, half were won; counted as open it would be less."""
    began = dt.date(2026, 1, 10)
    stayed, gone = ([deal(f"{name}{i}", Created=began) for i in range(20)] for name in "PG")
    ended = [lived_team.won(one, "2026-02-10") for one in stayed[:10]]
    ended += [lived_team.lost(one, "2026-02-10") for one in stayed[10:]]
    now = [*ended, deal("X", Created=dt.date(2026, 3, 1))]
    facts = lived_team.lived(
        ("2026-01-10", [*stayed, *gone]), ("2026-01-15", stayed), ("2026-02-10", ended), ("2026-03-01", now),
        as_of="2026-03-03",
    )  # fmt: skip
    assert landmark(facts).deals[["p", "n", "source"]].to_numpy().tolist() == [[pytest.approx(0.5), 40, "same age"]]
