"""Growth: quarters by hand (as of 2026-03-31), and both sides of every limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import pytest

from tests.metrics.small_team import day, facts_of, in_play, lost, won
from xlpipeline.metrics.growth import growth
from xlpipeline.model.facts import Facts


def by_quarter(facts: Facts) -> dict[str, dict[Hashable, Any]]:
    return {row["period"]: row for row in growth(facts).to_dict("records")}


def sold(closed: str, amount: float) -> dict[str, object]:
    """A deal won after ten days."""
    return won(created=str(day(closed) - dt.timedelta(days=10)), closed=closed, amount=amount)


FIRST = in_play(Created=day("2024-01-01"))
FIVE = [
    FIRST,
    sold("2025-03-31", 200),
    sold("2025-04-01", 50),
    sold("2025-12-31", 100),
    sold("2026-01-01", 120),
    sold("2026-03-31", 180),
]


def test_five_wins_by_hand_on_both_sides_of_the_quarters() -> None:
    found = by_quarter(facts_of(FIVE))
    assert list(found)[-1] == "2026 Q1"
    last = found["2026 Q1"]
    assert (last["won_n"], last["won_amount"]) == (2, 30_000)
    assert (last["prior_amount"], last["prior_growth"]) == (10_000, pytest.approx(2.0))
    assert (last["year_amount"], last["year_growth"]) == (20_000, pytest.approx(0.5))
    assert last["note"] == ""


@pytest.mark.parametrize(("first", "given"), [("2024-01-02", False), ("2024-01-01", True)])
def test_in_the_first_two_years_there_is_no_growth_on_a_year_ago(first: str, given: bool) -> None:
    """2026 Q1 begins on 2026-01-01, two years after 2024-01-01."""
    last = by_quarter(facts_of([in_play(Created=day(first)), *FIVE[1:]]))["2026 Q1"]
    assert (last["year_growth"] == last["year_growth"]) is given
    assert last["note"] == ("" if given else "Year ago: first year of the data.")
    assert last["prior_growth"] == pytest.approx(2.0)


def test_a_quarter_before_that_only_fast_deals_can_have_reached_is_flagged() -> None:
    """Cycles take ten days; the first deal was created nine days before the quarter."""
    late = [in_play(Created=day("2025-09-22")), *FIVE[3:]]
    note = "Quarter before: left-truncated. Year ago: before the first deal."
    assert by_quarter(facts_of(late))["2026 Q1"]["note"] == note


def test_where_there_is_no_such_period_it_is_not_given() -> None:
    """The first deal was created on 2024-12-01: 2024 Q4 had begun before it."""
    found = by_quarter(facts_of([in_play(Created=day("2024-12-01")), *FIVE[1:]]))
    first, year = found["2025 Q1"], found["2025 Q4"]
    assert str(first["prior_growth"]) == str(year["year_growth"]) == "nan"
    assert first["note"] == "Quarter before: before the first deal. Year ago: before the first deal."


def test_a_quarter_without_wins_is_nothing_to_compare_with() -> None:
    found = by_quarter(facts_of(FIVE))["2025 Q4"]
    assert "Quarter before: nothing was won." in str(found["note"])


def test_a_running_quarter_is_compared_with_as_many_days() -> None:
    """As of 14 February, 45 days: 2025-02-14 is day 45 of its quarter, 2025-02-15 is not."""
    facts = facts_of(
        [FIRST, sold("2025-02-14", 100), sold("2025-02-15", 500), sold("2026-02-14", 150)], as_of=day("2026-02-14")
    )
    last = by_quarter(facts)["2026 Q1 to date"]
    assert (last["won_amount"], last["year_amount"]) == (15_000, 10_000)
    assert last["year_growth"] == pytest.approx(0.5)


def test_lost_deals_and_closes_after_the_as_of_date_are_no_growth() -> None:
    found = by_quarter(facts_of([*FIVE, lost(), sold("2026-04-01", 999)]))
    assert found["2026 Q1"]["won_amount"] == 30_000


def test_fiscal_quarters_of_the_team_are_taken() -> None:
    found = by_quarter(facts_of(FIVE, fiscal_year_start_month=2))
    assert list(found)[-1] == "FY2027 Q1 to date"
    assert found["FY2027 Q1 to date"]["won_amount"] == 18_000


def test_without_a_deal_there_is_no_row() -> None:
    assert growth(facts_of([])).empty
