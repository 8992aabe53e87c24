"""Worksheet functions of activities, asked as a cell asks, of teams that can be counted on the fingers."""

from __future__ import annotations

import pytest

from tests.addin.given_tables import ask, com_tables, serial, value
from tests.metrics.logged_team import Log, team
from tests.metrics.small_team import AS_OF, day, in_play, won
from xlpipeline.addin.functions import VALUE_ERROR
from xlpipeline.metrics import activity_counts, activity_standards, cadence, due_list, value_touches
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts

LOG: Log = [
    ("2026-03-30", "D0", "Call"),
    ("2026-03-30", "D0", "Meeting"),
    ("2026-03-24", "D1", "Value touch", "Bob"),
    ("2026-03-10", "D0", "Call"),
]
CADENCE = (("Offer", 0, "Call", "Ask"), ("Offer", 2, "E-mail", "Write"))
PLAYBOOK = (("Offer", "Send it.", "Template", "Is it clear?", "Call; Meeting"),)


def small() -> Facts:
    since = {"Stage since": day("2026-03-27")}
    deals = [in_play() | since, in_play(Owner="Bob") | since, *[won()] * 5]
    quotas = [("Ann", "2026-01-01", "2026-03-31", 1000)]
    return team(deals, LOG, cadence=CADENCE, playbook=PLAYBOOK, quotas=quotas)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, 3 / 4 - 1 / 4),
        ({"When": "this-week"}, 2),
        ({"When": "last week"}, 1),
        ({"When": "this-week", "Kind": "meeting"}, 1),
        ({"Kind": "value touch"}, 1 / 4),
        ({"Kind": "call", "Rep": "bob"}, 0),
        ({"Rep": "Bob"}, 1 / 4),
        ({"When": "this-week", "Rep": "Ann"}, 2),
    ],
)
def test_counts_are_those_of_the_metric(given: dict[str, str], wanted: float) -> None:
    facts = small()
    assert value(ask("XLP_ACTIVITIES", com_tables(facts.book), AS_OF, **given)) == pytest.approx(wanted)
    assert activity_counts.by_rep(facts)["total"].sum() == pytest.approx(0.5)


@pytest.mark.slow
def test_standards_are_those_of_the_metric_or_their_reason() -> None:
    facts = small()
    found = activity_standards.standards(facts)
    given = com_tables(facts.book)
    assert value(ask("XLP_ACTIVITY_STANDARD", given, AS_OF, Measure="wins")) == found.won_needed.value == 5
    assert found.create_by == day("2026-03-21")
    assert value(ask("XLP_ACTIVITY_STANDARD", given, AS_OF, Measure="create-by")) == serial(day("2026-03-21"))
    refused = ask("XLP_ACTIVITY_STANDARD", given, AS_OF, Measure="per-week")
    assert (value(refused), refused.why) == (NOT_AVAILABLE, found.needed.reason)


def test_next_touches_stand_beside_their_rows() -> None:
    facts = small()
    given = com_tables(facts.book)
    days = [row[0] for row in ask("XLP_NEXT_TOUCH", given, AS_OF).cells]
    assert days == [serial(day("2026-03-31")), serial(day("2026-03-27")), None, None, None, None, None]
    assert [row[0] for row in ask("XLP_NEXT_TOUCH", given, AS_OF, Measure="channel").cells][:2] == ["E-mail", "Call"]
    assert cadence.next_touches(facts)["made"].tolist() == [1, 0]


@pytest.mark.slow
def test_due_counts_by_state_and_rep() -> None:
    facts = small()
    given = com_tables(facts.book)
    assert value(ask("XLP_DUE", given, AS_OF)) == due_list.counts(due_list.due_list(facts))["overdue"] == 1
    assert value(ask("XLP_DUE", given, AS_OF, Measure="today")) == 3
    assert value(ask("XLP_DUE", given, AS_OF, Measure="overdue", Rep="Ann")) == 0


def test_value_touches_are_a_mean_or_a_share() -> None:
    facts = small()
    given = com_tables(facts.book)
    assert value(ask("XLP_VALUE_TOUCHES", given, AS_OF)) == value_touches.value_touches(facts).value == 0.5
    assert value(ask("XLP_VALUE_TOUCHES", given, AS_OF, Measure="share")) == NOT_AVAILABLE


def test_the_mix_is_a_table_with_a_head() -> None:
    found = ask("XLP_ACTIVITY_MIX", com_tables(small().book), AS_OF)
    assert found.cells[0][:3] == ("Type", "Won with", "Lost with")
    assert found.cells[-1][0] == "All types"
    assert found.why == "Given: n = 5 won and 0 lost or derailed deals."


@pytest.mark.parametrize(
    ("part", "wanted"),
    [(None, "Send it."), ("questions", "Is it clear?"), ("material", "Template"), ("activities", "Call, Meeting")],
)
def test_the_next_step_of_a_stage_by_part(part: str | None, wanted: str) -> None:
    given = com_tables(small().book)
    asked = {"Stage": "OFFER"} | ({"Part": part} if part else {})
    assert value(ask("XLP_NEXT_STEP", given, AS_OF, **asked)) == wanted


def test_a_stage_without_advice_is_said_so() -> None:
    found = ask("XLP_NEXT_STEP", com_tables(small().book), AS_OF, Stage="Ofer")
    assert value(found) == VALUE_ERROR
    assert found.why == "The playbook says nothing of the stage 'Ofer'; please check its spelling."
