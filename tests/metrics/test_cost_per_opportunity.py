"""Spend of a month beside the opportunities that became qualified in it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.metrics.small_leads import converted, lead_facts
from tests.metrics.small_team import day, in_play
from xlpipeline.metrics.cost_per_opportunity import by_month, by_source, cost_per_opportunity, newly_qualified
from xlpipeline.model.facts import Facts, read_facts

UNIT = 100
"""Minor units of a euro."""


def deal(created: str, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    """An open, qualified deal."""
    return in_play() | {"Created": day(created), "Source": "Ads"} | cells


def costs(*rows: tuple[str, str, object], deals: list[dict[str, Any]], **settings: Any) -> Facts:  # noqa: ANN401
    return lead_facts((), deals, costs=rows, **settings)


def test_a_thousand_for_four_opportunities_is_250_each() -> None:
    facts = costs(("2026-02-10", "Ads", 1000), deals=[deal("2026-02-01"), *[deal("2026-02-28")] * 3])
    (row,) = by_month(facts).to_dict("records")
    assert (row["spend"], row["qualified"], row["cost"]) == (1000 * UNIT, 4, 250 * UNIT)
    found = cost_per_opportunity(facts)
    assert (found.value, found.n) == (250 * UNIT, 4)


def test_the_month_is_that_of_the_spend_and_ends_with_its_last_day() -> None:
    deals = [deal("2026-01-31"), deal("2026-02-01"), deal("2026-03-01")]
    assert by_month(costs(("2026-02-28", "Ads", 100), deals=deals))["qualified"].tolist() == [1]


def test_a_deal_that_never_qualified_does_not_count() -> None:
    facts = costs(("2026-02-10", "Ads", 100), deals=[deal("2026-02-01"), deal("2026-02-01", Stage="Prospect")])
    assert len(newly_qualified(facts)) == 1
    assert by_month(facts)["qualified"].tolist() == [1]


@pytest.mark.slow
def test_a_lag_sets_the_spend_against_later_opportunities() -> None:
    deals = [deal("2026-01-10"), *[deal("2026-02-10")] * 2]
    spent = (("2026-01-10", "Ads", 100),)
    assert by_month(costs(*spent, deals=deals))["cost"].tolist() == [100 * UNIT]
    assert by_month(costs(*spent, deals=deals), 1)["cost"].tolist() == [50 * UNIT]
    assert by_month(costs(*spent, deals=deals, cost_lag_months=1))["cost"].tolist() == [50 * UNIT]


def test_a_month_in_which_nothing_qualified_has_no_cost_but_counts_in_the_whole() -> None:
    facts = costs(("2026-01-10", "Ads", 100), ("2026-02-10", "Ads", 100), deals=[deal("2026-02-10")])
    found = by_month(facts)
    assert math.isnan(found["cost"].iloc[0])
    assert found["note"].tolist() == ["Nothing was qualified.", ""]
    assert cost_per_opportunity(facts).value == 200 * UNIT


def test_spend_of_the_running_month_alone_is_said_to_be_so() -> None:
    spent = costs(("2026-03-10", "Ads", 100), deals=[deal("2026-03-10")])
    facts = read_facts(spent.book, day("2026-03-30"), spent.settings)
    assert cost_per_opportunity(facts).reason == (
        "Spend is entered for the running month only, which counts once it is over."
    )


def test_a_month_counts_in_the_whole_once_it_is_over() -> None:
    facts = costs(("2026-03-10", "Ads", 100), deals=[deal("2026-03-10")])
    assert cost_per_opportunity(facts).value == 100 * UNIT  # the as-of date is its last day
    assert cost_per_opportunity(facts, 1).reason.startswith(
        "Spend is entered; it counts once the month of its opportunities, 1 month later"
    )
    assert by_month(facts, 1)["note"].tolist() == ["The month of the opportunities is not over."]


def test_sources_are_set_against_their_own_opportunities() -> None:
    deals = [deal("2026-02-10"), deal("2026-02-10", Source="ads"), deal("2026-02-10", Source="Content")]
    facts = costs(("2026-02-10", "Ads", 100), ("2026-02-10", "Events", 300), deals=deals)
    found = by_source(facts).set_index("source")
    assert found["qualified"].to_dict() == {"Events": 0, "Ads": 2}
    assert found.loc["Ads", "cost"] == 50 * UNIT
    assert found.loc["Events", "note"] == "Nothing was qualified from this source."
    assert cost_per_opportunity(facts, None, "Ads").value == 50 * UNIT


def test_spend_of_two_spellings_of_a_source_is_one() -> None:
    """400 for four opportunities are 100 each, and neither 100 nor 300 alone for all four."""
    spent = (("2026-02-10", "Content", 100), ("2026-02-10", " content", 300))
    deals = [deal("2026-02-10", Source=name) for name in ("Content", "content", "CONTENT", "Content ")]
    facts = costs(*spent, deals=deals)
    (row,) = by_source(facts).to_dict("records")
    assert (row["spend"], row["qualified"], row["cost"]) == (400 * UNIT, 4, 100 * UNIT)
    for name in ("Content", "content"):
        assert cost_per_opportunity(facts, None, name).value == 100 * UNIT


def test_a_deal_without_a_source_has_that_of_its_lead() -> None:
    facts = lead_facts([converted()], [deal("2026-02-10", Source=None)], costs=[("2026-02-10", "Referral", 70)])
    assert by_source(facts)["cost"].tolist() == [70 * UNIT]


def test_without_costs_or_opportunities_the_reason_is_given() -> None:
    assert "No spend is entered" in cost_per_opportunity(costs(deals=[deal("2026-02-10")])).reason
    assert "No opportunity became qualified" in cost_per_opportunity(costs(("2026-02-10", "Ads", 9), deals=[])).reason


def test_rows_that_cannot_be_counted_are_left_out() -> None:
    facts = costs(("2026-02-10", "Ads", -5), ("2026-02-10", "Ads", "much"), ("2026-02-10", "Ads", 10), deals=[])
    assert by_month(facts)["spend"].tolist() == [10 * UNIT]
