"""Marks become a score of those that are given; blank is never a 0."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_leads import BANT, DEAL, lead_facts
from tests.metrics.small_team import in_play, won
from xlpipeline.metrics.qualification import of_deals, qualification
from xlpipeline.model.mark_scores import given_marks, scores
from xlpipeline.model.marks import Mark

MARK = st.one_of(st.none(), st.sampled_from([0, 1, 2, 3, -1, "yes", 0.5]))
WEIGHTS = {"Budget": 3, "Authority": 3, "Need": 3, "Timeline": 1}


def score(**marks: object) -> tuple[float, float]:
    row = of_deals(lead_facts(deals=[in_play() | marks])).iloc[0]
    return row["score"], row["share"]


def test_all_highest_marks_are_a_hundred_and_all_lowest_are_nothing() -> None:
    assert score(Budget=2, Authority=2, Need=2, Timeline=2) == (100, 1)
    assert score(Budget=0, Authority=0, Need=0, Timeline=0) == (0, 1)


def test_marks_weigh_as_scoring_says() -> None:
    assert score(Budget=2, Authority=1, Need=0, Timeline=0) == (45, 1)  # (3 + 1.5) of 10
    assert score(Budget=0, Authority=0, Need=0, Timeline=2) == (10, 1)


def test_a_blank_mark_lowers_what_is_known_and_not_the_score() -> None:
    assert score(Budget=2) == (100, 0.3)
    assert score(Budget=2, Timeline=0) == (75, 0.4)


def test_a_deal_without_marks_has_no_score() -> None:
    value, share = score()
    assert math.isnan(value)
    assert share == 0


@pytest.mark.parametrize(("mark", "counts"), [(2, True), (2.01, False), (0, True), (-0.01, False), ("2", False)])
def test_a_mark_lies_between_0_and_the_highest(mark: object, counts: bool) -> None:
    assert math.isnan(score(Budget=mark)[0]) is not counts


def test_the_mean_of_the_open_deals_says_how_many_have_no_mark() -> None:
    facts = lead_facts(deals=[in_play(Budget=2), in_play(Budget=0), in_play(), won(Budget=2)])
    found = qualification(facts)
    assert (found.value, found.n, found.note) == (50, 2, "1 open deals have no mark yet.")
    assert found.basis.startswith("BANT")


def test_without_any_mark_or_column_the_figure_is_refused_with_the_reason() -> None:
    assert "None of 1 open deals has a mark" in qualification(lead_facts(deals=[in_play()])).reason
    assert "no column" in qualification(lead_facts(deals=[in_play()], scoring=DEAL)).reason


def test_of_frameworks_that_share_a_name_the_one_with_most_columns_counts() -> None:
    champ = (("CHAMP", "Authority", "", 2, 1), ("CHAMP", "Money", "", 2, 1))
    facts = lead_facts(deals=[in_play(Authority=2, Need=0)], scoring=(*champ, *BANT))
    assert of_deals(facts)["score"].tolist() == [50]
    assert of_deals(facts)["of"].tolist() == [4]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, MARK)), min_size=1, max_size=4))
def test_a_naive_loop_gives_the_same(deals: list[dict[str, Any]]) -> None:
    marks = tuple(Mark("BANT", head, head, 2.0, float(weight), 0) for head, weight in WEIGHTS.items())
    found, shares = scores(given_marks(pd.DataFrame(deals, dtype=object), marks), marks)
    for cells, value, share in zip(deals, found, shares, strict=True):
        top = weight = 0.0
        for head, mark in cells.items():
            if isinstance(mark, int | float) and 0 <= mark <= 2:
                top, weight = top + WEIGHTS[head] * mark / 2, weight + WEIGHTS[head]
        assert value == pytest.approx(100 * top / weight) if weight else math.isnan(value)
        assert share == pytest.approx(weight / 10)
