"""Open pipeline by hand."""

from __future__ import annotations

from tests.metrics.small_team import facts_of, in_play, won
from xlpipeline.metrics.open_pipeline import by_stage, total, weighted


def test_two_of_three_deals_are_open_and_worth_300() -> None:
    facts = facts_of([in_play(100), in_play(200), won()])
    assert (total(facts).value, total(facts).n) == (30_000, 2)


def test_weighted_takes_the_deals_own_probability_else_that_of_its_stage() -> None:
    facts = facts_of([in_play(100), in_play(100, Probability=0.9), in_play(100, Probability=1.1)])
    assert weighted(facts).value == 5_000 + 9_000 + 5_000


def test_stages_stand_in_order_with_empty_ones_and_no_closed_ones() -> None:
    table = by_stage(facts_of([in_play(50), in_play(None, Stage="Prospect"), won()]))
    assert table["stage"].tolist() == ["Prospect", "Qualified", "Offer"]
    assert table["n"].tolist() == [1, 0, 1]
    assert table["blank_amounts"].tolist() == [1, 0, 0]


def test_a_stage_whose_deals_have_no_amount_has_no_value_but_an_empty_stage_has_zero() -> None:
    table = by_stage(facts_of([in_play(None, Stage="Prospect"), in_play(50)])).set_index("stage")
    assert table["amount"].isna().tolist() == [True, False, False]
    assert table.at["Qualified", "amount"] == 0
    assert table.at["Offer", "weighted"] == 2_500


def test_without_open_deals_there_is_no_figure() -> None:
    assert total(facts_of([won()])).reason.startswith("No deal is open")


def test_without_any_amount_there_is_no_figure() -> None:
    figure = total(facts_of([in_play(None)]))
    assert (figure.value, figure.n) == (None, 1)
    assert figure.reason == "No open deal has an amount; please fill it in Pipeline."


def test_blank_amounts_beside_given_ones_are_counted_in_the_note() -> None:
    assert total(facts_of([in_play(None), in_play(5)])).note.startswith("1 of 2 open deals")


def test_a_stage_that_does_not_exist_is_in_no_figure() -> None:
    facts = facts_of([in_play(100, Stage="Qualifed"), in_play(100)])
    assert total(facts).n == 1
    assert by_stage(facts)["n"].sum() == 1
