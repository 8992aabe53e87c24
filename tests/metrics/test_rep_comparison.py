"""Rep against the rest by hand, on both sides of the limits, and against SciPy's beta-binomial likelihood."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Q1, Row, facts_of, lost, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.rep_comparison import comparisons, conversions, win_rates
from xlpipeline.metrics.wilson import difference, wilson
from xlpipeline.metrics.win_rate import win_rate


def row_of(table: pd.DataFrame, **cells: str) -> dict[str, Any]:
    """The one row with these cells."""
    for head, cell in cells.items():
        table = table[table[head] == cell]
    assert len(table) == 1
    return {str(head): value for head, value in table.iloc[0].to_dict().items()}


def deals_of(rep: str | None, hits: int, misses: int) -> list[Row]:
    return [won(Owner=rep)] * hits + [lost(Owner=rep)] * misses


def test_five_deals_against_five_by_hand() -> None:
    """Ann 4 of 5, the others 1 of 5: 60 points apart, and Newcombe's interval of so few just holds 0."""
    table = win_rates(facts_of([*deals_of("Ann", 4, 1), *deals_of("Bob", 1, 4)]))
    ann = row_of(table, rep="Ann")
    assert [ann[head] for head in ("hits", "n", "rest_hits", "rest_n")] == [4, 5, 1, 5]
    assert [ann[head] for head in ("rate", "rest_rate", "difference")] == pytest.approx([0.8, 0.2, 0.6])
    low, high = difference(0.8, wilson(4, 5), 0.2, wilson(1, 5))
    assert (ann["difference_low"], ann["difference_high"]) == pytest.approx((low, high))
    assert (low, high) == pytest.approx((-0.0003, 0.8316), abs=5e-5)
    assert table["verdict"].tolist() == ["as the rest", "as the rest"]
    assert row_of(table, rep="Bob")["difference"] == pytest.approx(-0.6)


@pytest.mark.parametrize(("hits", "verdict"), [(15, "higher"), (14, "as the rest"), (6, "as the rest"), (5, "lower")])
def test_different_only_where_the_interval_excludes_nothing(hits: int, verdict: str) -> None:
    """The rest won 100 of 200. Newcombe: 14 of 20 is -3 to +37 points, 15 of 20 is +2 to +40."""
    rows = [*deals_of("Ann", hits, 20 - hits), *deals_of("Bob", 100, 100)]
    assert win_rates(facts_of(rows)).set_index("rep").loc["Ann", "verdict"] == verdict


@pytest.mark.parametrize(("n", "verdict"), [(4, "too few"), (5, "as the rest")])
def test_below_five_on_a_side_nothing_is_compared(n: int, verdict: str) -> None:
    table = win_rates(facts_of([*deals_of("Ann", n, 0), *deals_of("Bob", 9, 0)]))
    assert table["verdict"].tolist() == [verdict] * 2
    assert table["difference"].isna().all() == (verdict == "too few")
    assert comparisons(table) == (0 if verdict == "too few" else 2)


def test_deals_of_nobody_count_among_the_rest_but_are_no_rep() -> None:
    table = win_rates(facts_of([*deals_of("Ann", 5, 0), *deals_of(None, 0, 5)]))
    assert table["rep"].tolist() == ["Ann"]
    ann = row_of(table, rep="Ann")
    assert (ann["rest_hits"], ann["rest_n"], ann["verdict"]) == (0, 5, "higher")


def test_counts_are_those_of_the_win_rate_in_the_window() -> None:
    rows = [*deals_of("Ann", 5, 1), *deals_of("Bob", 3, 5), won(closed="2025-12-31", created="2025-12-01", Owner="Ann")]
    facts = facts_of(rows)
    for rep in ("Ann", "Bob"):
        figure, row = win_rate(facts.of_owner(rep), window=Q1), row_of(win_rates(facts, Q1), rep=rep)
        assert [row[head] for head in ("rate", "n", "low", "high")] == [
            figure.value, figure.n, figure.low, figure.high,
        ]  # fmt: skip


def test_reps_who_do_not_differ_get_the_rate_of_the_team_as_the_best_guess() -> None:
    table = win_rates(facts_of([*deals_of("Ann", 5, 5), *deals_of("Bob", 6, 4)]))
    assert table["best_guess"].tolist() == pytest.approx([0.55, 0.55])


def test_reps_who_differ_very_much_keep_their_own_rate() -> None:
    table = win_rates(facts_of([*deals_of("Ann", 30, 0), *deals_of("Bob", 0, 30)]))
    assert table["best_guess"].tolist() == pytest.approx([1, 0])


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=6))
def test_the_best_guess_lies_between_the_rep_and_the_team(counts: list[tuple[int, int]]) -> None:
    rows = [row for i, (hits, misses) in enumerate(counts) for row in deals_of(f"R{i}", hits, misses)]
    table = win_rates(facts_of(rows))
    everything = sum(hits + misses for hits, misses in counts)
    team = sum(hits for hits, _ in counts) / max(everything, 1)
    for row in table[table["verdict"] != "too few"].to_dict("records"):
        assert min(row["rate"], team) - 1e-12 <= row["best_guess"] <= max(row["rate"], team) + 1e-12
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]


@pytest.mark.slow
def test_the_strength_of_shrinkage_is_near_that_of_the_likeliest_beta_binomial() -> None:
    stats = pytest.importorskip("scipy.stats")
    hits, n = [30, 45, 60, 52, 38, 70], 100
    rows = [row for i, k in enumerate(hits) for row in deals_of(f"R{i}", k, n - k)]
    team = sum(hits) / (n * len(hits))
    grid = np.geomspace(2, 500, 60)
    likeliest = grid[np.argmax([stats.betabinom.logpmf(hits, n, m * team, m * (1 - team)).sum() for m in grid])]
    first = win_rates(facts_of(rows)).iloc[0]
    strength = n * (first["rate"] - first["best_guess"]) / (first["best_guess"] - team)
    assert 0.5 < strength / likeliest < 2


@pytest.mark.slow
def test_stages_are_compared_stage_by_stage() -> None:
    ways = [way(("2026-01-05", "Prospect"), ("2026-01-10", "Qualified"), ("2026-02-01", "Won"), Owner="Ann")] * 6
    ways += [way(("2026-01-06", "Prospect"), ("2026-01-12", "Lost"), Owner="Bob")] * 6
    table = conversions(lived(ways))
    ann = row_of(table, stage="Prospect", rep="Ann")
    assert [ann[head] for head in ("hits", "n", "rest_hits", "rest_n", "verdict")] == [6, 6, 0, 6, "higher"]
    assert row_of(table, stage="Qualified", rep="Ann")["verdict"] == "too few"
    assert comparisons(conversions(lived(ways))) == 2


def test_without_a_deal_there_is_nothing_to_compare() -> None:
    assert comparisons(win_rates(facts_of([]))) == comparisons(conversions(facts_of([]))) == 0
    assert math.isnan(win_rates(facts_of([won()])).loc[0, "difference"])  # type: ignore[arg-type]
