"""Overrides: moves with a reason in the place of a criterion, against all moves past that criterion."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from tests.jobs.story_book import Story, day, new_book
from xlpipeline.metrics.overrides import GONE, by_criterion, by_stage, overrides
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.tracking import Approval


def lived(deals: int = 6, overridden: int = 2) -> Story:
    """A fresh copy of what is lived once (books never change)."""
    return Story(_lived(deals, overridden))


@functools.cache
def _lived(deals: int, overridden: int) -> Book:
    """So many deals move from Talk to Offer on 7 May, the first of them without the criterion need."""
    told = Story(new_book(tuple({"Need confirmed": "Y"} if n >= overridden else {} for n in range(deals))))
    told.refresh(day(4))
    for n in range(deals):
        told.edit(f"D-0000{n + 1}", Stage="Offer")
    approvals = {f"d-0000{n + 1}": Approval("They decide orally", ("need",)) for n in range(overridden)}
    told.refresh(day(7), approvals=approvals)
    return told.book


def facts(told: Story, as_of: dt.date | None = None) -> Facts:
    return read_facts(told.book, as_of or day(8))


@pytest.mark.slow
def test_two_of_six_moves_were_made_without_the_criterion() -> None:
    found = by_criterion(facts(lived()))
    assert found[["stage", "criterion", "overrides", "moves"]].to_numpy().tolist() == [
        ["Talk", "need", 2, 6], ["Offer", "sent", 0, 0], ["Close", "signed", 0, 0],
    ]  # fmt: skip
    assert found["rate"].iloc[0] == pytest.approx(1 / 3)
    assert found["rate"].isna().tolist() == [False, True, True]
    assert by_stage(facts(lived()))[["stage", "overrides", "moves"]].to_numpy().tolist() == [
        ["Talk", 2, 6], ["Offer", 0, 0], ["Close", 0, 0],
    ]  # fmt: skip
    assert overrides(facts(lived())).value == pytest.approx(1 / 3)


@pytest.mark.slow
def test_four_moves_are_too_few_for_a_rate() -> None:
    told = facts(lived(4, 1))
    assert by_criterion(told)["rate"].isna().all()
    assert overrides(told).reason == "History saw 4 moves forward: too few for a rate."


@pytest.mark.slow
def test_a_skip_passes_every_stage_and_a_move_back_none() -> None:
    told = lived(5, 0)
    told.edit("D-00001", Stage="Talk")
    told.refresh(day(8))
    told.edit("D-00001", Stage="Close")
    told.refresh(day(11))
    assert by_stage(facts(told, day(12)))["moves"].tolist() == [6, 1, 0]


@pytest.mark.slow
def test_what_was_put_back_is_no_move() -> None:
    told = Story(new_book(({}, {"Need confirmed": "Y"}), policy="revert"))
    told.refresh(day(4))
    told.edit("D-00001", Stage="Offer")
    told.edit("D-00002", Stage="Offer")
    told.refresh(day(7))
    assert told.cell("D-00001", "Stage") == "Talk"
    assert by_stage(facts(told))["moves"].tolist() == [1, 0, 0]


@pytest.mark.slow
def test_a_criterion_that_is_gone_keeps_its_count() -> None:
    told = lived()
    criteria = told.book.frame("Criteria")
    book = with_frame(told.book, "Criteria", criteria[criteria["ID"] != "need"].reset_index(drop=True))
    found = by_criterion(read_facts(book, day(8)))
    assert found[["criterion", "text", "overrides"]].to_numpy().tolist()[0] == ["need", GONE, 2]


@pytest.mark.slow
def test_only_the_trailing_window_counts() -> None:
    told = lived()
    assert overrides(facts(told, dt.date(2027, 3, 31))).n == 6  # its window begins on 1 April 2026
    assert overrides(facts(told, dt.date(2027, 7, 1))).n == 0
    assert overrides(facts(told, day(6))).n == 0  # not yet made
