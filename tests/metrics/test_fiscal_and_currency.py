"""Fiscal periods of the team's own and dated rates reach every metric that has periods or money."""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd
import pytest

from tests.metrics.small_team import AS_OF, Row, facts_of, in_play, lost, won
from tests.metrics.test_laws import FUNCTIONS, answers, is_money, same
from xlpipeline.metrics import coverage, growth, win_rate, won_trend
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts

QUOTAS = [("Ann", "2026-01-01", "2026-12-31", 1000)]
DEALS: list[Row] = [
    *[won("2026-02-20", "2025-11-10")] * 4, *[lost("2025-08-20", "2025-06-10")] * 3, won("2025-05-04", "2025-04-01"),
    *[in_play(closes="2026-04-20")] * 3, in_play(closes="2026-03-31"), won("2026-03-29", "2026-01-30", 300),
]  # fmt: skip


def with_tables(facts: Facts, **bodies: pd.DataFrame) -> Facts:
    tables = dict(facts.book.tables)
    for name, frame in bodies.items():
        tables[name] = BookTable(name, "Calendar", 4, 2, frame.astype(object))
    return read_facts(Book(tables, facts.book.names), facts.as_of, facts.settings)


def periods(*rows: tuple[str, str, str]) -> pd.DataFrame:
    told = [(name, dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for name, first, last in rows]
    return pd.DataFrame(told, columns=["Period", "Start", "End"])


USUAL = periods(
    *(
        (f"{year} Q{n + 1}", f"{year}-{3 * n + 1:02d}-01", f"{year}-{3 * n + 3:02d}-{31 if n in (0, 3) else 30}")
        for year in (2024, 2025, 2026)
        for n in range(4)
    )
)
FOUR_FOUR_FIVE = periods(("FY26 P1", "2025-12-29", "2026-03-28"), ("FY26 P2", "2026-03-29", "2026-06-27"))


@functools.cache
def team(digits: int = 2) -> Facts:
    """The deals in euros; made once for all metrics, because facts remember what was asked."""
    return facts_of(DEALS, quotas=QUOTAS, counts_only_below=1, minor_unit_digits=digits)


@functools.cache
def team_with_usual_periods() -> Facts:
    return with_tables(facts_of(DEALS, quotas=QUOTAS, counts_only_below=1), Periods=USUAL)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_explicit_table_of_the_usual_quarters_changes_nothing(name: str) -> None:
    told, found = answers(team(), name), answers(team_with_usual_periods(), name)
    assert [key for key in told if not same(told[key], found.get(key))] == []


def test_a_4_4_5_table_decides_which_quarter_a_close_is_in() -> None:
    facts = with_tables(facts_of(DEALS, quotas=QUOTAS, counts_only_below=1, window_quarters=1), Periods=FOUR_FOUR_FIVE)
    assert facts.quarter.name == "FY26 P2"
    assert win_rate.win_rate(facts, window=facts.window).n == 1, (
        "only the win of 29 March is in the period that began then"
    )
    open_in = coverage.coverage(facts).open_amount
    assert open_in.value == 400_00, "open deals expected up to 27 June"
    assert growth.growth(facts)["period"].str.startswith("FY26 P2").any()


@pytest.mark.parametrize(
    ("month", "name", "start"),
    [
        (1, "2026 Q1", (2026, 1, 1)),
        (2, "FY2027 Q1", (2026, 2, 1)),
        (4, "FY2026 Q4", (2026, 1, 1)),
        (12, "FY2026 Q2", (2026, 3, 1)),
    ],
)
def test_the_start_month_decides_the_quarter_of_coverage_and_window(
    month: int, name: str, start: tuple[int, int, int]
) -> None:
    facts = facts_of(DEALS, quotas=QUOTAS, fiscal_year_start_month=month, window_quarters=1)
    assert (facts.quarter.name, facts.quarter.start) == (name, dt.date(*start))
    assert facts.window.start == dt.date(*start)
    inside = [deal for deal in DEALS if deal.get("Actual close") and deal["Actual close"] >= dt.date(*start)]
    assert win_rate.win_rate(facts, window=facts.window).n == len(inside)


@functools.cache
def foreign(rate: float) -> Facts:
    """The same deals typed in dollars of which one is worth ``rate`` euros, quotas as they are."""
    rows = [deal | {"Currency": "usd", "Amount": deal["Amount"] / rate} for deal in DEALS]
    facts = facts_of(rows, quotas=QUOTAS, counts_only_below=1)
    rates = pd.DataFrame([("USD", dt.date(2020, 1, 1), rate)], columns=["Currency", "Period start", "Rate"])
    return with_tables(facts, FX=rates)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_money_in_another_currency_gives_the_same_answers(name: str) -> None:
    told, found = answers(team(), name), answers(foreign(0.5), name)
    assert [key for key in told if not same(told[key], found.get(key))] == []


def test_closed_deals_take_the_rate_of_their_close_and_open_ones_todays() -> None:
    rows = [won("2026-01-31", amount=100, Currency="USD"), won("2026-02-01", amount=100, Currency="USD"),
            in_play(100, Currency="USD"), won("2025-12-31", amount=100, Currency="USD")]  # fmt: skip
    rates = [("USD", dt.date(2026, 1, 1), 0.9), ("USD", dt.date(2026, 2, 1), 0.8), ("USD", AS_OF, 0.7),
             ("USD", AS_OF + dt.timedelta(days=1), 0.1)]  # fmt: skip
    facts = with_tables(facts_of(rows), FX=pd.DataFrame(rates, columns=["Currency", "Period start", "Rate"]))
    amounts = facts.deals["amount"].tolist()
    assert amounts[:3] == [90_00, 80_00, 70_00]
    assert pd.isna(amounts[3]), "no rate had begun: the deal is left out of sums, and Issues says so"
    assert won_trend.by_month(facts)["won_amount"].sum() == 170_00


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_currency_without_minor_units_scales_money_only(name: str) -> None:
    told, found = answers(team(), name), answers(team(digits=0), name)
    for key, value in told.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            factor = 100 if is_money(name, key) else 1
            assert value == pytest.approx(found[key] * factor, nan_ok=True), key  # type: ignore[operator]
