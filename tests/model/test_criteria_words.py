"""What a refusal to advance tells people to do."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.model.criteria_book import book, criterion
from xlpipeline.model.criteria_table import read_criteria
from xlpipeline.model.criteria_words import cure
from xlpipeline.model.schema import OPERATORS


def told(kind: str, *arguments: object) -> str:
    criteria, faults = read_criteria(book([], [criterion("A", kind, *arguments)]))
    assert not faults
    return cure(criteria[0])


@pytest.mark.parametrize(
    ("operator", "when"),
    [
        ("<=", "today or earlier"),
        ("<", "earlier than today"),
        (">=", "today or later"),
        (">", "later than today"),
        ("=", "today"),
        ("<>", "not today"),
    ],
)
def test_a_comparison_with_today_says_which_day_to_enter(operator: str, when: str) -> None:
    assert told("value", "Sent", operator, "today") == f"enter a day in Sent that is {when}."


def test_every_operator_but_in_has_its_words_for_today() -> None:
    for operator in set(OPERATORS) - {"in"}:
        assert "Sent" in told("value", "Sent", operator, "today")


def test_a_day_is_told_as_a_day_and_a_number_as_a_number() -> None:
    assert told("value", "Sent", ">=", dt.date(2026, 5, 4)) == "set Sent so that it is >= 2026-05-04."
    assert told("value", "Amount", ">", 1000) == "set Amount so that it is > 1000."
