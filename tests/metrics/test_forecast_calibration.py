"""Calibration on paper: the probability on the thirtieth day before the close, by band, against what was won."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.metrics import told_ways
from tests.metrics.slow_forecasts import slow_stated, wandering
from tests.metrics.small_team import Row, facts_of, won
from tests.metrics.told_ways import way
from xlpipeline.metrics.forecast_calibration import BANDS, by_band, left_out, stated
from xlpipeline.metrics.wilson import wilson

CLOSE = "2026-03-01"


def ways(stage: str, wins: int, losses: int, seen: str = "2026-01-05", **cells: object) -> list[Row]:
    out = [way((seen, stage), (CLOSE, "Won"), **cells)] * wins
    return out + [way((seen, stage), (CLOSE, "Lost"), **cells)] * losses


def test_each_band_has_its_deals_and_wilson() -> None:
    facts = told_ways.lived([*ways("Prospect", 1, 4), *ways("Offer", 5, 0), *ways("Offer", 2, 2, Probability=0.9)])
    table = by_band(facts).set_index("band")
    assert table["n"].tolist() == [5, 0, 5, 0, 4]
    assert table["won"].tolist() == [1, 0, 5, 0, 2]
    assert table["stated"].tolist() == pytest.approx([0.1, math.nan, 0.5, math.nan, 0.9], nan_ok=True)
    assert table["share"].tolist() == pytest.approx([0.2, math.nan, 1.0, math.nan, math.nan], nan_ok=True)
    assert [round(100 * table["low"].iloc[2]), round(100 * table["high"].iloc[2])] == [57, 100]


@pytest.mark.slow
@pytest.mark.parametrize(("p", "band"), [(0.2, 1), (0.39, 1), (0.4, 2), (0.8, 4), (1.0, 4), (0.0, 0)])
def test_a_band_begins_with_its_lower_edge_and_the_last_holds_one(p: float, band: int) -> None:
    facts = told_ways.lived(ways("Offer", 1, 0, Probability=p))
    assert by_band(facts)["n"].tolist() == [int(place == band) for place in range(5)]


def test_the_probability_is_that_of_thirty_days_before() -> None:
    late = way(("2026-01-05", "Prospect"), ("2026-01-31", "Offer"), (CLOSE, "Won"))
    early = way(("2026-01-05", "Prospect"), ("2026-01-30", "Offer"), (CLOSE, "Won"))
    assert stated(told_ways.lived([late, early]))["stated"].tolist() == [0.1, 0.5]


@pytest.mark.slow
@pytest.mark.parametrize(("seen", "n"), [("2026-01-30", 1), ("2026-01-31", 0)])
def test_deals_that_were_not_there_yet_are_counted_apart(seen: str, n: int) -> None:
    facts = told_ways.lived(ways("Offer", 1, 0, seen=seen))
    assert (len(stated(facts)), left_out(facts)) == (n, 1 - n)


def test_open_deals_and_those_before_history_say_nothing() -> None:
    assert left_out(facts_of([won()])) == 0
    facts = told_ways.lived([way(("2026-01-05", "Offer"))], before=[won(closed="2025-06-01")])
    assert (len(stated(facts)), left_out(facts)) == (0, 0)


def test_another_setting_looks_back_further() -> None:
    facts = told_ways.lived(ways("Offer", 1, 0, seen="2026-01-05"), forecast_days=60)
    assert facts.as_of > dt.date(2026, 3, 1)
    assert len(stated(facts)) == 0


@pytest.mark.slow
def test_the_bands_are_those_of_a_naive_loop() -> None:
    seed, days = 7, 20
    ways = wandering(seed, count=60, step=5, reopened=0.0)
    ways += wandering(seed + 50, count=25, step=5, reopened=0.0, Probability=0.8)
    facts = told_ways.lived(ways, forecast_days=days)
    slow = slow_stated(ways, days)
    assert len(slow) > 20
    for row, (low_edge, high_edge) in zip(by_band(facts).to_dict("records"), BANDS, strict=True):
        band = [(p, won) for p, won in slow if low_edge <= p < high_edge]
        wins = sum(won for _, won in band)
        assert (row["n"], row["won"]) == (len(band), wins)
        if len(band) >= 5:
            assert row["stated"] == pytest.approx(sum(p for p, _ in band) / len(band))
            assert (row["share"], row["low"], row["high"]) == (wins / len(band), *wilson(wins, len(band)))
    ended = sum(one["stops"][-1][1] in ("Won", "Lost") for one in ways)
    assert left_out(facts) == ended - len(slow)
