"""Time to the first answer: those still waiting count as far as they have waited; 28 and 29 March are a weekend."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import day
from xlpipeline.metrics.lead_response import in_time, left_out, median, span_text, unanswered, waiting, waits
from xlpipeline.model.facts import Facts, read_facts


def answered(created: str, on: str, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return lead(created, **{"First response": day(on)} | cells)


def with_column(facts: Facts, head: str, cells: list[Any]) -> Facts:
    """The same leads with one column more, as a team may add it."""
    leads = facts.book.tables["Leads"]
    more = replace(leads, frame=leads.frame.assign(**{head: pd.Series(cells, dtype=object)}))
    return read_facts(replace(facts.book, tables={**facts.book.tables, "Leads": more}), facts.as_of, facts.settings)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("created", "on", "business_days", "days"),
    [
        ("2026-03-26", "2026-03-26", 0, 0),
        ("2026-03-26", "2026-03-27", 1, 1),
        ("2026-03-27", "2026-03-30", 1, 3),  # over the weekend
        ("2026-03-28", "2026-03-29", 0, 1),
        ("2026-03-28", "2026-03-30", 1, 2),
    ],
)
def test_days_are_counted_after_the_day_it_came_in(created: str, on: str, business_days: int, days: int) -> None:
    leads = [answered(created, on)]
    assert waits(lead_facts(leads)).time.tolist() == [business_days]
    assert waits(lead_facts(leads, response_unit="days")).time.tolist() == [days]


def test_hours_need_a_time_of_day_in_both_cells() -> None:
    leads = [
        lead() | {"Created": at("2026-03-27T16:00"), "First response": at("2026-03-30T10:30")},
        lead() | {"Created": at("2026-03-27T16:00"), "First response": day("2026-03-30")},
    ]
    hours = waits(lead_facts(leads, response_unit="hours"))
    assert hours.time.tolist() == [66.5]
    assert hours.told() == "Left out: 1 without the day or time."
    assert waits(lead_facts(leads, response_unit="business hours")).time.tolist() == [2.5]  # 16-17 and 9-10:30
    open_longer = lead_facts(leads, response_unit="business hours", working_hours="08:00-18:00")
    assert waits(open_longer).time.tolist() == [4.5]


def test_half_of_the_leads_are_answered_by_the_median() -> None:
    leads = [answered("2026-03-02", f"2026-03-0{on}") for on in (2, 3, 4, 5, 6)]
    found = median(lead_facts(leads))
    assert (found.value, found.n) == (2, 5)


def test_who_still_waits_is_counted_and_not_dropped() -> None:
    quick = [answered("2026-03-02", "2026-03-02")] * 3
    slow = [lead("2026-03-02")] * 2
    assert median(lead_facts(quick + slow)).value == 0
    found = median(lead_facts(quick[:2] + slow + slow))
    assert found.value is None
    assert found.reason == "Fewer than half of 6 leads have been answered so far. 4 still wait."


def test_leads_decided_on_an_unknown_day_without_an_answer_are_left_out_and_told() -> None:
    unknown_day = converted() | {"Converted on": None}
    facts = lead_facts([*[answered("2026-03-02", "2026-03-03")] * 5, turned_down(Owner="Bob"), unknown_day, lead(None)])
    assert len(waits(facts).time) == 5
    assert median(facts).note == "Left out: 2 decided without a response, 1 without the day or time."
    assert left_out(facts) == 3
    assert [left_out(facts, None, rep) for rep in ("Ann", "Bob", "Zoe")] == [2, 1, 0]
    assert "Left out: 1 decided without a response." in median(facts, None, "Bob").reason


def test_a_converted_lead_without_an_answer_waited_until_it_was_converted() -> None:
    found = waits(lead_facts([converted("2026-03-02"), converted("2026-03-20"), converted("2026-03-21")]))
    assert (found.time.tolist(), found.answered.tolist()) == ([14, 0], [False, False])
    assert found.told() == "Left out: 1 decided before they came in."
    assert waits(lead_facts([converted()], response_unit="days")).time.tolist() == [18]


def test_a_disqualified_lead_waited_until_the_day_that_a_column_tells() -> None:
    days = [day("2026-03-05"), None, day("2026-04-01")]  # the last is after the as-of date: it is open still
    facts = with_column(lead_facts([turned_down("2026-03-02")] * 3), "Disqualified on", days)
    found = waits(facts)
    assert (found.time.tolist(), found.answered.tolist()) == ([3, 21], [False, False])
    assert found.told() == "Left out: 1 decided without a response."


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["hours", "business hours"])
def test_nobody_knows_the_hour_so_todays_leads_are_neither_in_time_nor_late(unit: str) -> None:
    """At any hour of 31 March a lead of 09:00 has not been proved late."""
    came = [lead() | {"Created": at("2026-03-31T09:00")}] * 6
    facts = lead_facts(came, response_unit=unit, response_target=2.0)
    assert waits(facts).time.tolist() == [0] * 6
    assert in_time(facts).n == 0
    assert waiting(facts).empty
    assert unanswered(facts)["time"].tolist() == [0] * 6
    quick = {"Created": at("2026-03-31T09:00"), "First response": at("2026-03-31T10:00")}
    assert in_time(lead_facts([*came, *[lead() | quick] * 5], response_unit=unit, response_target=2.0)).value == 1


@pytest.mark.parametrize(("target", "late"), [(1.9, 1), (2.0, 0)])
def test_the_list_and_the_share_agree_in_hours(target: float, late: int) -> None:
    came = lead() | {"Created": at("2026-03-30T15:00")}  # two business hours until the evening
    facts = lead_facts([came], response_unit="business hours", response_target=target)
    assert waits(facts).time.tolist() == unanswered(facts)["time"].tolist() == [2]
    assert len(waiting(facts)) == late == in_time(facts).n


def test_without_a_time_of_day_a_lead_waits_from_the_end_of_its_day_on() -> None:
    facts = lead_facts([lead("2026-03-27"), lead("2026-03-31"), lead(None)], response_unit="hours", response_target=71)
    assert unanswered(facts)["time"].fillna(-1).tolist() == [72, 0, -1]
    assert waiting(facts)["lead_id"].tolist() == ["L0"]


def test_an_answer_before_the_lead_came_in_is_left_out() -> None:
    found = waits(lead_facts([answered("2026-03-10", "2026-03-09"), answered("2026-03-10", "2026-03-10")]))
    assert found.time.tolist() == [0]
    assert found.told() == "Left out: 1 answered before they came in."


@pytest.mark.parametrize(("target", "share"), [(0.0, 0.2), (1.0, 0.4), (2.0, 0.6)])
def test_the_share_in_time_on_both_sides_of_the_target(target: float, share: float) -> None:
    leads = [answered("2026-03-02", f"2026-03-0{on}") for on in (2, 3, 4, 5)] + [lead("2026-03-02")]
    assert in_time(lead_facts(leads, response_target=target)).value == share


def test_a_lead_that_may_still_be_answered_in_time_does_not_count_yet() -> None:
    leads = [*[answered("2026-03-02", "2026-03-02")] * 5]
    assert in_time(lead_facts([*leads, lead("2026-03-30")])).n == 5  # it has waited one business day
    assert in_time(lead_facts([*leads, lead("2026-03-27")])).n == 6


def test_the_first_activity_that_is_no_note_answers_where_leads_says_nothing() -> None:
    log = (("2026-03-01", "L0", "Call"), ("2026-03-03", "l0", "Note"), ("2026-03-05", "L0", "E-mail"),
           ("2026-03-09", "L0", "Call"))  # fmt: skip
    assert waits(lead_facts([lead("2026-03-02")], activities=log)).time.tolist() == [3]
    assert waits(lead_facts([answered("2026-03-02", "2026-03-03")], activities=log)).time.tolist() == [1]


@pytest.mark.parametrize(
    "kind",
    ["Missed call", "MISSED", "Inbound", "inbound call", "Incoming call", "incoming_email", "E-mail received", "Note",
     "Call note"],
)  # fmt: skip
def test_what_did_not_reach_out_is_no_answer(kind: str) -> None:
    log = (("2026-03-03", "L0", kind), ("2026-03-05", "L0", "Outbound call"))
    assert waits(lead_facts([lead("2026-03-02")], activities=log)).time.tolist() == [3]


def test_an_answer_after_the_as_of_date_is_not_known_yet() -> None:
    found = waits(lead_facts([answered("2026-03-30", "2026-04-01")]))
    assert (found.time.tolist(), found.answered.tolist()) == ([1], [False])


def test_too_few_leads_give_counts_only() -> None:
    assert median(lead_facts([answered("2026-03-02", "2026-03-02")] * 4)).reason.startswith("4 of 4 leads answered")
    assert median(lead_facts()).reason == "No lead came in that counts."
    assert "too few" in in_time(lead_facts([answered("2026-03-02", "2026-03-02")] * 4)).reason


def test_the_list_holds_who_waits_beyond_the_target_the_longest_first() -> None:
    leads = [lead("2026-03-30"), lead("2026-03-27"), lead("2026-03-02"), turned_down("2026-03-02")]
    found = waiting(lead_facts(leads))
    assert found["lead_id"].tolist() == ["L2", "L1"]
    assert found["time"].tolist() == [21, 2]


def test_a_rep_has_the_own_leads() -> None:
    leads = [*[answered("2026-03-02", "2026-03-02")] * 5, *[answered("2026-03-02", "2026-03-04", Owner="Bob")] * 5]
    assert [median(lead_facts(leads), None, rep).value for rep in ("Ann", "Bob")] == [0, 2]


def test_words_of_the_target() -> None:
    assert (span_text(1, "business days"), span_text(2.5, "hours")) == ("1 business day", "2.5 hours")


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=5, max_size=25))
def test_without_waiting_leads_the_median_is_the_lower_median(delays: list[int]) -> None:
    start = dt.date(2026, 3, 2)
    leads = [lead("2026-03-02", **{"First response": start + dt.timedelta(days=n)}) for n in delays]
    assert median(lead_facts(leads, response_unit="days")).value == statistics.median_low(delays)
