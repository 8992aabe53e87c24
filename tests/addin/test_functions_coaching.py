"""Worksheet functions of coaching and customers, asked as a cell asks."""

from __future__ import annotations

import pytest

from tests.addin.given_tables import ask, com_tables, value
from tests.metrics.logged_team import team
from tests.metrics.small_team import AS_OF, day, facts_of, in_play, lost, won
from xlpipeline.addin.functions import VALUE_ERROR
from xlpipeline.model.book import NOT_AVAILABLE

BOB = {"Owner": "Bob"}
DEALS = [*[lost()] * 20, *[won()] * 20, *[lost() | BOB] * 10, *[won() | BOB] * 30]


def test_the_loss_of_a_stage_its_bounds_and_the_verdict() -> None:
    given = com_tables(facts_of(DEALS, reps=["Ann", "Bob"]).book)
    asked = {"Owner": "ann", "Stage": "qualified"}
    assert value(ask("XLP_STAGE_LOSS", given, AS_OF, **asked)) == 0.25
    low, high = (value(ask("XLP_STAGE_LOSS", given, AS_OF, Measure=one, **asked)) for one in ("low", "high"))
    assert 0 < low < 0.25 < high < 0.5
    assert value(ask("XLP_STAGE_LOSS", given, AS_OF, Measure="verdict", **asked)) == "loses more"


def test_too_few_deals_are_refused_and_wrong_names_are_told() -> None:
    given = com_tables(facts_of(DEALS[17:24], reps=["Ann", "Bob"]).book)
    found = ask("XLP_STAGE_LOSS", given, AS_OF, Owner="Ann", Stage="Qualified")
    assert (value(found), found.why) == (NOT_AVAILABLE, "3 of 7 lost, of the rest 0 of 0: too few for a rate.")
    wrong = ask("XLP_STAGE_LOSS", given, AS_OF, Owner="Zoe", Stage="Qualified")
    assert (value(wrong), wrong.why) == (
        VALUE_ERROR,
        "No deal or rep has the name 'Zoe'; please write it as Owner has it.",
    )
    assert value(ask("XLP_STAGE_LOSS", given, AS_OF, Owner="Ann", Stage="Won")) == VALUE_ERROR


@pytest.mark.slow
def test_expansions_and_follow_ups() -> None:
    late = {"Stage": "After sale", "Follow-up due": day("2026-03-30")}
    given = com_tables(facts_of([won(amount=300), won(amount=100) | {"Parent deal": "D0"} | late]).book)
    assert value(ask("XLP_EXPANSIONS", given, AS_OF)) == 0.25
    assert value(ask("XLP_FOLLOW_UPS", given, AS_OF)) == 1
    assert value(ask("XLP_FOLLOW_UPS", given, AS_OF, State="none planned")) == 0
    cadence = (("After sale", 2, "Call", "Feedback"),)
    called = team([won() | {"Stage": "After sale"}] * 2, [("2026-02-24", "D1", "Call")], cadence=cadence)
    given = com_tables(called.book)
    assert value(ask("XLP_FOLLOW_UPS", given, AS_OF)) == 1
    assert value(ask("XLP_FOLLOW_UPS", given, AS_OF, State="none planned")) == 1
    empty = ask("XLP_FOLLOW_UPS", com_tables(facts_of([in_play()]).book), AS_OF)
    assert (value(empty), empty.why) == (NOT_AVAILABLE, "No deal is won yet.")
