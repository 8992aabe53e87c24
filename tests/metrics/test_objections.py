"""Objections, counted in the stage where they are met."""

from __future__ import annotations

from typing import Any

from tests.metrics.small_team import facts_of, in_play, lost, won
from xlpipeline.metrics.objections import by_stage


def test_a_lost_deal_met_it_in_its_last_stage_and_an_open_one_where_it_stands() -> None:
    price: dict[str, Any] = {"Objection": "Price"}
    facts = facts_of(
        [in_play(**price), lost(**price), lost(**price), won(**price), in_play(Objection="Security"), won()]
    )
    rows = by_stage(facts).to_dict("records")
    assert [(r["objection"], r["stage"], r["deals"], r["open"], r["won"], r["lost"]) for r in rows] == [
        ("Price", "Qualified", 2, 0, 0, 2),
        ("Price", "Offer", 1, 1, 0, 0),
        ("Price", "Won", 1, 0, 1, 0),
        ("Security", "Offer", 1, 1, 0, 0),
    ]


def test_a_lost_deal_of_which_nobody_knows_the_stage_is_told_so() -> None:
    facts = facts_of([(lost(Objection="Price") | {"Last stage before loss": None})])
    assert by_stage(facts)["stage"].tolist() == ["(stage unknown)"]


def test_spellings_that_differ_in_case_are_one_objection() -> None:
    rows = by_stage(facts_of([in_play(Objection="price"), in_play(Objection="Price")]))
    assert rows[["objection", "deals"]].to_numpy().tolist() == [["Price", 2]]


def test_blank_objections_do_not_count() -> None:
    assert by_stage(facts_of([in_play(), in_play(Objection="  ")])).empty
