"""Words and cells that the dashboards share."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import facts_of
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.settings import Settings
from xlpipeline.tabs.wording import (
    counted,
    counts_of,
    first_sentence,
    given,
    interval_text,
    known,
    money_text,
    rate_interval,
    why,
)


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "€0"),
        (99_949, "€999"),
        (99_950, "€1.0k"),
        (123_400, "€1.2k"),
        (9_990_000, "€99.9k"),
        (10_000_000, "€100k"),
        (99_999_999, "€1.0M"),
        (-250_000_000, "-€2.5M"),
        (1e14, "€1,000bn"),
    ],
)
def test_money_is_short_in_sentences(minor: float, text: str) -> None:
    assert money_text(minor, facts_of([])) == text


def test_a_currency_without_a_sign_shows_its_code() -> None:
    assert money_text(1234, facts_of([], currency="CHF", minor_unit_digits=0)) == "CHF 1.2k"


@pytest.mark.parametrize(("n", "text"), [(0, "0 deals"), (1, "1 deal"), (1234, "1,234 deals")])
def test_things_are_counted_in_words(n: int, text: str) -> None:
    assert counted(n, "deal") == text


def test_many_opportunities_end_in_ies() -> None:
    assert [counted(1, "opportunity"), counted(2, "opportunity")] == ["1 opportunity", "2 opportunities"]


def test_an_interval_is_a_text_of_whole_percents() -> None:
    assert interval_text(0.4751, 0.6449) == "48–64 %"
    assert interval_text(None, 0.5) is None
    assert interval_text(float("nan"), float("nan")) is None


def test_beside_a_rate_stand_interval_counts_or_a_dash() -> None:
    settings = Settings()
    assert rate_interval(0.376, 0.964, 4, 5, settings) == "38–96 %"
    assert rate_interval(None, None, 3, 4, settings) == "3 of 4"
    assert rate_interval(None, None, 0, 0, settings) == "–"


def test_a_figure_that_is_not_given_is_an_error_cell_and_an_unknown_fact_a_blank() -> None:
    assert given(float("nan")) == NOT_AVAILABLE
    assert given(None) == NOT_AVAILABLE
    assert known(float("nan")) is None
    assert given(250, 100) == known(250, 100) == 2.5


def test_the_reason_stands_before_the_note() -> None:
    assert why(refused("No deal.")) == "No deal."
    assert why(Figure(1, 2, "", note="Few.")) == "Few."


def test_counts_stand_in_place_of_a_rate_only_where_there_are_some() -> None:
    assert counts_of(refused("3 of 4 won: too few for a rate.", n=4)) == "3 of 4"
    assert counts_of(refused("No deal was closed.")) == ""


def test_a_card_shows_the_first_sentence_cut_at_a_word() -> None:
    assert first_sentence("No quota; please enter it. Then refresh.") == "No quota"
    long = first_sentence("word " * 40)
    assert len(long) <= 96
    assert long.endswith("word …")
