"""Won by month by hand."""

from __future__ import annotations

import math

from tests.metrics.small_team import facts_of, in_play, lost, won
from xlpipeline.metrics.won_trend import by_month


def months_of(rows: list[dict[str, object]], months: int = 18) -> list[tuple[str, int, float]]:
    table = by_month(facts_of(rows), months)
    return [(f"{m:%Y-%m}", n, a) for m, n, a in zip(table["month"], table["won_n"], table["won_amount"], strict=True)]


def test_wins_fall_into_the_month_of_their_close_and_quiet_months_are_zero() -> None:
    rows = [won("2026-01-31", "2026-01-01"), won("2026-03-01"), won("2026-03-31", amount=50), lost()]
    assert months_of(rows) == [("2026-01", 1, 10_000), ("2026-02", 0, 0), ("2026-03", 2, 15_000)]


def test_only_the_last_months_are_shown() -> None:
    assert [m for m, _, _ in months_of([won("2020-01-31", "2020-01-01")], months=2)] == ["2026-02", "2026-03"]


def test_months_before_the_first_deal_are_left_out() -> None:
    assert months_of([in_play()]) == [("2026-03", 0, 0)]


def test_a_win_after_the_as_of_date_has_not_happened() -> None:
    assert months_of([won("2026-04-01", "2026-03-01")]) == [("2026-03", 0, 0)]


def test_wins_without_any_amount_have_no_value() -> None:
    ((_, n, amount),) = months_of([won("2026-03-15", "2026-03-01", amount=None)])
    assert n == 1
    assert math.isnan(amount)


def test_an_empty_table_has_no_months() -> None:
    assert months_of([]) == []
