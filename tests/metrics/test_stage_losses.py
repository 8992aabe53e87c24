"""Losses by stage, rep against the rest: counts by hand, both sides of each limit, and an oracle of the interval."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Row, facts_of, in_play, lost, won
from xlpipeline.metrics.stage_losses import (
    ALIKE,
    LESS,
    MORE,
    SMALL,
    TOO_FEW,
    compared,
    comparisons,
    different,
    least_ranked,
    stage_loss,
    stage_losses,
)
from xlpipeline.model.facts import Facts

BOB: Row = {"Owner": "Bob"}
FACTS = facts_of([in_play()])


def team(ann: tuple[int, int], bob: tuple[int, int]) -> Facts:
    """Deals (lost in Qualified, won) of Ann and of Bob."""
    deals = [*[lost()] * ann[0], *[won()] * ann[1], *[lost() | BOB] * bob[0], *[won() | BOB] * bob[1]]
    return facts_of(deals, reps=["Ann", "Bob"])


def row(facts: Facts, rep: str = "Ann", stage: str = "Qualified") -> dict[str, object]:
    table = stage_losses(facts)
    return table[(table["rep"] == rep) & (table["stage"] == stage)].iloc[0].to_dict()  # type: ignore[return-value]


def test_a_loss_counts_in_the_stage_where_it_happened_and_not_before() -> None:
    facts = team((2, 4), (1, 5))
    assert [row(facts, stage=s)["lost"] for s in ("Prospect", "Qualified", "Offer")] == [0, 2, 0]
    assert [row(facts, stage=s)["n"] for s in ("Prospect", "Qualified", "Offer")] == [6, 6, 4]
    assert (row(facts)["rest_lost"], row(facts)["rest_n"]) == (1, 6)


def test_the_interval_of_the_difference_by_hand() -> None:
    # 20 of 40 against 10 of 40. Wilson: 35.2 to 64.8 %, and 14.2 to 40.2 %; Newcombe from these bounds.
    found = row(team((20, 20), (10, 30)))
    assert (found["rate"], found["rest_rate"], found["difference"]) == (0.5, 0.25, 0.25)
    low = 0.25 - math.hypot(0.5 - 0.3520, 0.4019 - 0.25)
    high = 0.25 + math.hypot(0.6480 - 0.5, 0.25 - 0.1419)
    assert found["difference_low"] == pytest.approx(low, abs=2e-4)
    assert found["difference_high"] == pytest.approx(high, abs=2e-4)
    assert (found["verdict"], row(team((20, 20), (10, 30)), "Bob")["verdict"]) == (MORE, LESS)


@pytest.mark.parametrize(
    ("ann", "bob", "verdict"),
    [
        ((2, 2), (15, 25), TOO_FEW),  # four deals
        ((3, 2), (15, 25), SMALL),  # five: an interval, no verdict
        ((29, 0), (0, 40), SMALL),  # 29 are never ranked, whatever they show
        ((30, 0), (0, 40), MORE),
        ((30, 0), (0, 29), SMALL),  # nor against a rest of 29
        ((15, 15), (15, 15), ALIKE),
    ],
)
def test_nobody_is_judged_below_thirty_deals(ann: tuple[int, int], bob: tuple[int, int], verdict: str) -> None:
    found = row(team(ann, bob))
    assert found["verdict"] == verdict
    assert math.isnan(float(str(found["difference"]))) == (verdict == TOO_FEW)


@pytest.mark.parametrize(("setting", "n", "verdict"), [(1, 29, SMALL), (1, 30, MORE), (40, 39, SMALL), (40, 40, MORE)])
def test_no_setting_lets_anybody_be_judged_below_thirty(setting: int, n: int, verdict: str) -> None:
    facts = replace(FACTS, settings=replace(FACTS.settings, grey_below=setting))
    assert least_ranked(facts) == max(setting, 30)
    assert compared(facts, (n, n), (0, 60))[-1] == verdict


def test_only_what_may_be_ranked_is_counted_and_listed() -> None:
    facts = team((20, 20), (10, 30))
    table = stage_losses(facts)
    # Prospect and Qualified: 40 on both sides, for each rep; Offer: 20 and 30.
    assert comparisons(table) == 4
    assert different(table)[["rep", "verdict"]].to_numpy().tolist() == [["Ann", MORE], ["Bob", LESS]]
    assert different(stage_losses(team((29, 0), (0, 40)))).empty


def test_deals_without_an_owner_are_no_rep_but_count_among_the_rest() -> None:
    facts = facts_of([*[lost()] * 5, *[won(Owner=None)] * 6], reps=["Ann"])
    assert set(stage_losses(facts)["rep"]) == {"Ann"}
    assert row(facts)["rest_n"] == 6


def test_one_figure_or_its_reason() -> None:
    assert stage_loss(team((20, 20), (10, 30)), "ann", "qualified").value == 0.25
    refused = stage_loss(team((2, 2), (10, 30)), "Ann", "Qualified")
    assert refused.reason == "2 of 4 lost, of the rest 10 of 40: too few for a rate."
    assert stage_loss(facts_of([in_play()]), "Nobody", "Offer").reason


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_what_one_loses_more_the_rest_loses_less(counts: tuple[int, int, int, int]) -> None:
    own, rest = (counts[0], counts[0] + counts[1]), (counts[2], counts[2] + counts[3])
    here, there = compared(FACTS, own, rest), compared(FACTS, rest, own)
    mirrored = {MORE: LESS, LESS: MORE}
    assert there[-1] == mirrored.get(str(here[-1]), here[-1])
    if here[-1] != TOO_FEW:
        assert float(str(here[8])) == pytest.approx(-float(str(there[8])))
        assert float(str(here[9])) == pytest.approx(-float(str(there[10])))
        assert -1 <= float(str(here[9])) <= float(str(here[8])) <= float(str(here[10])) <= 1
