"""Leads by the quarter they came in: what became of them, with bounds while some are undecided."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import Q1
from xlpipeline.metrics.lead_conversion import by_cohort, by_source, lead_conversion
from xlpipeline.metrics.wilson import wilson

OLD = "2025-12-31"


def test_two_of_five_decided_leads_converted() -> None:
    found = lead_conversion(lead_facts([converted(), converted(), *[turned_down()] * 3]))
    assert (found.value, found.n) == (0.4, 5)
    assert (found.low, found.high) == wilson(2, 5)


def test_four_decided_leads_are_too_few_for_a_rate() -> None:
    found = lead_conversion(lead_facts([converted(), *[turned_down()] * 3, lead()]))
    assert (found.value, found.reason) == (None, "1 of 4 decided leads converted: too few for a rate.")


def test_cohorts_part_at_the_quarter_and_bounds_count_the_undecided() -> None:
    leads = [converted(OLD), *[turned_down(OLD)] * 4, converted(), *[turned_down()] * 4, lead()]
    found = by_cohort(lead_facts(leads)).to_dict("records")
    assert [row["name"] for row in found] == ["2025 Q4", "2026 Q1"]
    assert [(row["leads"], row["converted"], row["undecided"]) for row in found] == [(5, 1, 0), (6, 1, 1)]
    assert [row["rate"] for row in found] == [0.2, 0.2]
    assert (found[1]["lower_bound"], found[1]["upper_bound"]) == (1 / 6, 2 / 6)


@pytest.mark.parametrize(("undecided", "immature"), [(2, False), (3, True)])
def test_a_cohort_is_immature_above_a_fifth_of_undecided_leads(undecided: int, immature: bool) -> None:
    (row,) = by_cohort(lead_facts([*[turned_down()] * (10 - undecided), *[lead()] * undecided])).to_dict("records")
    assert row["immature"] is immature
    assert row["note"] == ("Immature: 3 of 10 leads are undecided." if immature else "")


def test_a_lead_is_converted_by_its_deal_or_its_day_and_not_before_that_day() -> None:
    leads = [lead(**{"Deal ID": "D0"}), lead(**{"Converted on": "x", "Status": "qualified"}), converted()]
    facts = lead_facts([*leads[:1], leads[2], converted() | {"Converted on": Q1.end}])
    (row,) = by_cohort(facts).to_dict("records")
    assert (row["converted"], row["undecided"], row["qualified"]) == (2, 1, 3)


def test_leads_after_the_as_of_date_are_not_there_yet_and_undated_ones_are_in_no_cohort() -> None:
    facts = lead_facts([lead("2026-03-31"), lead("2026-04-01"), lead(None)])
    assert by_cohort(facts)["leads"].tolist() == [1]
    assert by_source(facts)["leads"].tolist() == [2]
    assert by_source(facts, Q1)["leads"].tolist() == [1]


def test_sources_stand_by_their_number_of_leads() -> None:
    leads = [lead(Source="Ads"), lead(Source="Ads"), converted(), lead(Source=None)]
    found = by_source(lead_facts(leads))
    assert found["name"].tolist() == ["Ads", "(no source)", "Referral"]
    assert found["converted"].tolist() == [0, 0, 1]


def test_one_source_alone_can_be_asked() -> None:
    leads = [*[converted()] * 5, *[turned_down(Source="Ads")] * 5]
    facts = lead_facts(leads)
    asked = [lead_conversion(facts, None, name).value for name in ("", "referral", "Ads")]
    assert asked == [0.5, 1, 0]
    assert math.isnan(by_source(lead_facts([lead()]))["rate"].iloc[0])


def test_spellings_of_a_source_that_differ_in_case_are_one() -> None:
    found = by_source(lead_facts([lead(Source="ads"), lead(), converted(Source="Ads")]))
    assert found[["name", "leads", "converted"]].to_numpy().tolist() == [["Ads", 2, 1], ["Referral", 1, 0]]


def test_a_rep_is_counted_alone_over_the_quarters_of_the_team() -> None:
    leads = [turned_down(OLD), *[converted()] * 2, *[converted(Owner="bob")] * 4, turned_down(Owner="Bob")]
    facts = lead_facts(leads)
    assert lead_conversion(facts, rep="Bob").value == 0.8
    assert by_cohort(facts, "Bob")[["name", "leads", "converted"]].to_numpy().tolist() == [
        ["2025 Q4", 0, 0],
        ["2026 Q1", 5, 4],
    ]
    assert by_source(facts, None, "Bob")["leads"].tolist() == [5]
    assert by_source(facts, None, "Nobody").empty


def test_no_lead_gives_no_row_and_a_reason() -> None:
    assert by_cohort(lead_facts()).empty
    assert lead_conversion(lead_facts()).reason == "No lead came in."


def test_counts_add_up() -> None:
    facts = lead_facts([converted(), turned_down(), lead(), lead(Status="qualified")])
    (row,) = by_cohort(facts).to_dict("records")
    assert row["leads"] == row["converted"] + row["disqualified"] + row["undecided"] == 4
    assert row["qualified"] == 2
