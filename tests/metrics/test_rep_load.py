"""Open deals and leads of each rep beside the rep's capacity."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import in_play, won
from xlpipeline.metrics.rep_load import by_rep, rep_load


def test_open_deals_and_leads_are_set_against_the_capacity() -> None:
    facts = lead_facts([lead(), lead(), converted(), turned_down()], [in_play(), won()])
    row = by_rep(facts).set_index("rep").loc["Ann"]
    assert (row["open_deals"], row["open_leads"], row["load"], row["use"]) == (1, 2, 3, 0.3)


@pytest.mark.parametrize(("leads", "over"), [(10, False), (11, True)])
def test_more_than_the_capacity_is_too_much(leads: int, over: bool) -> None:
    facts = lead_facts([lead()] * leads)
    assert by_rep(facts).set_index("rep").loc["Ann", "over"] == over
    assert rep_load(facts).note == ("1 rep has more than they can work." if over else "")


@pytest.mark.parametrize("capacity", [None, 0, "ten"])
def test_without_a_capacity_there_is_no_use(capacity: object) -> None:
    facts = lead_facts([lead()], reps=(("Ann", capacity),))
    assert math.isnan(by_rep(facts)["use"].iloc[0])
    assert rep_load(facts).reason == "No capacity is entered in Reps on Team."


def test_two_reps_have_too_much() -> None:
    facts = lead_facts([lead(), lead(Owner="Bob")], reps=(("Ann", 0.5), ("Bob", 0.5)))
    assert rep_load(facts).note == "2 reps have more than they can work."
    assert rep_load(facts, "Ann").basis == "open deals and leads of 1 rep with a capacity"


def test_owners_that_reps_does_not_know_and_nobody_stand_last() -> None:
    facts = lead_facts([lead(Owner="Zoe"), lead(Owner=None), lead(Owner="ann ")])
    assert by_rep(facts)["rep"].tolist() == ["Ann", "Bob", "Zoe", "(no owner)"]
    assert by_rep(facts)["open_leads"].tolist() == [1, 0, 1, 1]


def test_the_team_is_all_who_have_a_capacity() -> None:
    facts = lead_facts([lead(), lead(Owner="Bob")], reps=(("Ann", 10), ("Bob", 10), ("Cid", None)))
    assert (rep_load(facts).value, rep_load(facts).n) == (0.1, 2)
    assert rep_load(facts, "bob").value == 0.1
