"""Causes of losses: reasons by stage, rep against the rest, counted by hand and by a naive oracle."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Row, derailed, facts_of, in_play, lost, won
from xlpipeline.metrics.loss_causes import EVERYWHERE, NO_REASON, UNKNOWN_STAGE, loss_causes, losses, main_cause

PRICE: Row = {"Lost reason": "Price"}
BOB: Row = {"Owner": "Bob"}


def test_reasons_by_stage_and_over_all() -> None:
    offer = {"Last stage before loss": "Offer"}
    facts = facts_of(
        [lost() | PRICE, lost() | PRICE, lost() | offer, derailed() | PRICE, lost() | PRICE | BOB, won(), in_play()],
        reps=["Ann", "Bob"],
    )
    table = loss_causes(facts)
    ann = table[table["rep"] == "Ann"]
    assert ann[["stage", "reason", "lost", "n", "rest_lost", "rest_n"]].to_numpy().tolist() == [
        [EVERYWHERE, "Price", 3, 4, 1, 1],
        [EVERYWHERE, NO_REASON, 1, 4, 0, 1],
        ["Qualified", "Price", 3, 3, 1, 1],
        ["Offer", NO_REASON, 1, 1, 0, 0],
    ]
    assert main_cause(facts, "Ann") == "Price: 3 of 4 (rest of the team 1 of 1)"
    assert main_cause(facts, "Ann", "Offer") == ""


def test_only_losses_of_the_window_count_on_both_sides_of_its_first_day() -> None:
    assert losses(facts_of([lost("2025-03-31", "2025-03-01")])).empty
    assert len(losses(facts_of([lost("2025-04-01", "2025-03-01")]))) == 1


def test_a_loss_that_says_no_stage_stands_apart() -> None:
    facts = facts_of([lost() | {"Last stage before loss": None} | PRICE])
    assert loss_causes(facts)["stage"].tolist() == [EVERYWHERE, UNKNOWN_STAGE]


def test_a_verdict_needs_thirty_losses_on_both_sides() -> None:
    some = [*[lost() | PRICE] * 29, *[lost() | BOB] * 40]
    assert set(loss_causes(facts_of(some))["verdict"]) == {"too few to compare"}
    more = loss_causes(facts_of([*some, lost() | PRICE]))
    assert more[more["rep"] == "Ann"]["verdict"].tolist() == ["loses more"] * 2


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from(["Prospect", "Offer"]), st.sampled_from("xyz")), max_size=12
    )
)
def test_the_counts_are_those_of_a_plain_count(rows: list[tuple[str, str, str]]) -> None:
    deals = [lost() | {"Owner": who, "Last stage before loss": stage, "Lost reason": why} for who, stage, why in rows]
    table = loss_causes(facts_of(deals))
    oracle = Counter(rows) + Counter((who, EVERYWHERE, why) for who, _, why in rows)
    found = dict(zip(zip(table["rep"], table["stage"], table["reason"], strict=True), table["lost"], strict=True))
    assert found == dict(oracle)
    assert (table["lost"] + table["rest_lost"]).sum() >= table["lost"].sum()
