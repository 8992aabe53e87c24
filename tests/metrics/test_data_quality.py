"""Data quality by hand."""

from __future__ import annotations

import pytest

from tests.checks.small_book import CLOSED, facts_of
from xlpipeline.checks import find_faults
from xlpipeline.metrics.data_quality import data_quality, data_quality_by_value


def test_one_of_four_open_deals_has_an_error() -> None:
    """A closed deal with an error does not count; a warning is no error; two errors in a row count once."""
    facts = facts_of(
        [
            {"Amount": 100},
            {"Amount": 200, "Account": None},
            {"Amount": 300, "Expected close": None, "Probability": 2},
            {"Amount": 400},
            CLOSED | {"Amount": None},
        ]
    )
    figure = data_quality(facts)
    assert (figure.value, figure.n, figure.note) == (0.75, 4, "1 of 4 open deals have an error.")
    assert data_quality_by_value(facts).value == pytest.approx(0.7)


def test_a_deal_of_unknown_stage_counts_as_open_and_wrong() -> None:
    assert data_quality(facts_of([{}, {"Stage": "?"}])).value == 0.5


def test_all_well_is_one_without_a_note() -> None:
    figure = data_quality(facts_of([{}, {}]))
    assert (figure.value, figure.note) == (1.0, "")


def test_without_open_deals_there_is_no_figure() -> None:
    figure = data_quality(facts_of([CLOSED]))
    assert (figure.value, figure.reason) == (None, "No deal is open.")


def test_without_amounts_nothing_can_be_weighed() -> None:
    figure = data_quality_by_value(facts_of([{"Amount": None}, {"Amount": -5}]))
    assert figure.value is None
    assert "nothing can be weighed" in figure.reason


def test_a_rep_is_measured_with_the_faults_of_all() -> None:
    facts = facts_of([{"Owner": "Bob", "Amount": None}, {}, {"Owner": "Bob"}])
    faults = find_faults(facts)
    assert data_quality(facts.of_owner("bob"), faults).value == 0.5
    assert data_quality(facts.of_owner("Ann"), faults).value == 1
