"""The simulated outcome: against the exact one, the same on every machine, nothing where nothing is known."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
import pytest

from tests.metrics import told_ways
from tests.metrics.slow_forecasts import slow_outcome
from tests.metrics.small_team import facts_of, in_play, won
from tests.metrics.told_ways import way
from xlpipeline.metrics.forecast_outcome import DRAWS, by_month, draws, outcome
from xlpipeline.model.facts import Facts

SURE = 10**9
"""A risk set so large that the chance itself is certain."""


def deals(*rows: tuple[float, float]) -> pd.DataFrame:
    """Open deals (p, amount) of one stage."""
    return pd.DataFrame(
        {
            "p": [p for p, _ in rows],
            "amount": [amount for _, amount in rows],
            "stage": 0,
            "n": SURE,
            "source": "same age",
        }
    )


ROWS = ((0.2, 1000.0), (0.5, 300.0), (0.8, 70.0), (0.35, 2000.0), (0.6, 500.0))


def test_the_draws_follow_the_exact_distribution() -> None:
    value, wins = draws(deals(*ROWS), float("nan"))
    exact: dict[float, float] = {}
    for fate in itertools.product((0, 1), repeat=len(ROWS)):
        chance = math.prod(p if won else 1 - p for won, (p, _) in zip(fate, ROWS, strict=True))
        worth = sum(amount for won, (_, amount) in zip(fate, ROWS, strict=True) if won)
        exact[worth] = exact.get(worth, 0.0) + chance
    for worth in exact:
        below = sum(chance for other, chance in exact.items() if other <= worth)
        assert (value <= worth).mean() == pytest.approx(below, abs=0.05)
    assert wins.mean() == pytest.approx(sum(p for p, _ in ROWS), abs=0.1)


def test_the_same_deals_give_the_same_numbers_in_any_order() -> None:
    value, _ = draws(deals(*ROWS), 2.0)
    turned, _ = draws(deals(*reversed(ROWS)), 2.0)
    assert value.tolist() == turned.tolist()
    low, middle, high = np.sort(value)[[100, 500, 900]].tolist()
    assert (low, middle, high) == FIXED


FIXED = (70.0, 870.0, 2870.0)
"""What one machine found: another must find the same."""


def test_errors_of_the_past_widen_the_span_and_leave_the_middle() -> None:
    many = deals(*[(0.3, 100.0)] * 100)
    narrow, wide = draws(many, 1.0)[0], draws(many, 9.0)[0]
    assert wide.std() == pytest.approx(3 * narrow.std(), rel=0.15)
    assert wide.mean() == pytest.approx(narrow.mean(), rel=0.1)


def test_a_small_risk_set_widens_the_span() -> None:
    many = deals(*[(0.3, 100.0)] * 100)
    assert draws(many.assign(n=20), float("nan"))[0].std() > 1.5 * draws(many, float("nan"))[0].std()


def test_certain_deals_are_always_won_and_impossible_ones_never() -> None:
    value, wins = draws(deals((1.0, 10.0), (0.0, 99.0)), float("nan"))
    assert (set(value), set(wins), len(value)) == ({10.0}, {1.0}, DRAWS)


def test_the_span_is_that_of_a_slow_simulation_with_another_generator() -> None:
    """Two stages, small risk sets and a back-test that was often wrong, all at once."""
    rows = [(0.3, 10.0 * (1 + i % 7), 25, 0) for i in range(40)] + [(0.5, 100.0, 60, 1)] * 12
    table = pd.DataFrame(rows, columns=["p", "amount", "n", "stage"])
    value = np.sort(draws(table, 2.5)[0])
    slow = sorted(slow_outcome(rows, 0.0, 2.5, draws=4_000, seed=1))
    for q in (0.1, 0.5, 0.9):
        assert value[int(q * DRAWS)] == pytest.approx(slow[int(q * 4_000)], rel=0.08)


def with_past() -> Facts:
    past = [way(("2025-10-01", "Offer"), ("2025-10-21", "Won"))] * 14
    past += [way(("2025-10-01", "Offer"), ("2025-11-15", "Lost"))] * 26
    now = [way(("2026-02-18", "Offer"))] * 10
    return told_ways.lived(
        [*past, *now, way(("2026-01-05", "Offer"), ("2026-02-20", "Won"))], as_of=dt.date(2026, 2, 28)
    )


def test_the_quarter_is_what_was_won_and_what_open_deals_may_bring_until_its_end() -> None:
    found = outcome(with_past())
    assert (found.won, found.open_n, found.from_history) == (10_000, 10, 10)
    assert found.expected == pytest.approx(10_000 + found.wins * 10_000)
    assert found.p10 <= found.p50 <= found.p90
    assert found.p50 % 10_000 == 0
    assert found.p10 >= 10_000


@pytest.mark.slow
def test_on_the_last_day_only_what_was_won_is_left() -> None:
    facts = with_past()
    last = told_ways.lived([way(("2026-02-18", "Offer")), way(("2026-01-05", "Offer"), ("2026-02-20", "Won"))])
    assert last.as_of == last.quarter.end - dt.timedelta(days=1)
    assert outcome(facts).wins > 0
    assert math.isnan(outcome(last).p50)  # nothing is known of how such deals end


def test_months_are_sums_from_today_on_and_never_less_later() -> None:
    table = by_month(with_past())
    assert [day.isoformat() for day in table["until"]] == ["2026-02-28", "2026-03-31", "2026-04-30"]
    assert table["wins"].is_monotonic_increasing
    assert table["expected"].iloc[0] == 0


def test_without_a_history_or_deals_there_is_no_outcome() -> None:
    assert math.isnan(outcome(facts_of([in_play(), won()])).p50)
    assert math.isnan(outcome(facts_of([])).p50)


def test_with_all_deals_closed_the_outcome_is_what_was_won() -> None:
    found = outcome(facts_of([won()]))
    assert (found.p10, found.p50, found.p90) == (10_000, 10_000, 10_000)
