"""Lead scores: fit and behaviour, what a person adds with a reason, and the best fifth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from xlpipeline.metrics.lead_score import lead_score, of_leads, top

FIT_50 = {"Industry": "Software", "Country": "Spain"}  # 30 of 50 points: 60


def score(**cells: object) -> Any:  # noqa: ANN401
    return of_leads(lead_facts([lead(**cells)])).iloc[0].to_dict()


@pytest.mark.slow
def test_behaviour_is_full_at_the_count_in_scoring_and_not_more_above() -> None:
    assert score(**{"E-mails answered": 3})["behaviour"] == 100
    assert score(**{"E-mails answered": 30})["behaviour"] == 100
    assert score(**{"E-mails answered": 0, "Page views": 10})["behaviour"] == 25  # weight 1 of 4
    assert score(**{"E-mails answered": 0})["behaviour"] == 0
    assert math.isnan(score(**{"E-mails answered": -1})["behaviour"])


def test_fit_and_behaviour_weigh_alike_unless_the_setting_says_otherwise() -> None:
    cells = FIT_50 | {"E-mails answered": 0}
    assert score(**cells)["score"] == 30
    tilted = of_leads(lead_facts([lead(**cells)], lead_fit_share=1.0)).iloc[0]
    assert tilted["score"] == 60


def test_one_part_counts_alone_where_the_other_is_unknown() -> None:
    assert score(**FIT_50)["score"] == 60
    assert score(**{"E-mails answered": 3})["score"] == 100
    assert math.isnan(score()["score"])


@pytest.mark.slow
@pytest.mark.parametrize(("points", "counts"), [(20, True), (20.5, False), (-20, True), (-21, False)])
def test_an_adjustment_counts_within_its_bounds(points: float, counts: bool) -> None:
    found = score(**FIT_50, **{"Manual adj.": points, "Adj. reason": "Met them"})
    assert found["score"] == (60 + points if counts else 60)
    assert found["automatic"] == 60


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_an_adjustment_without_a_reason_does_not_count(reason: str | None) -> None:
    assert score(**FIT_50, **{"Manual adj.": 10, "Adj. reason": reason})["score"] == 60


def test_a_score_stays_within_0_and_100_and_an_unknown_one_stays_unknown() -> None:
    reason = {"Adj. reason": "Known"}
    assert score(**{"E-mails answered": 3, "Manual adj.": 20}, **reason)["score"] == 100
    assert score(**{"E-mails answered": 0, "Manual adj.": -20}, **reason)["score"] == 0
    assert math.isnan(score(**{"Manual adj.": 20}, **reason)["score"])


def test_of_ten_leads_two_are_the_best_and_of_nine_nobody() -> None:
    scores = np.arange(10, dtype=float)
    assert top(scores, 0.2, 10).tolist() == [False] * 8 + [True] * 2
    assert not top(scores[:9], 0.2, 10).any()
    assert not top(np.append(scores[:9], np.nan), 0.2, 10).any()


def test_ties_at_the_cut_are_in() -> None:
    scores = np.array([9.0, 8, 8, 8, 1, 1, 1, 1, 1, 1])
    assert top(scores, 0.2, 10).tolist() == [True] * 4 + [False] * 6
    assert top(np.full(10, 5.0), 0.2, 10).all()


def test_a_tie_at_the_cut_is_a_tie_whatever_the_last_digit_of_a_sum() -> None:
    scores = np.array([90.0, 27.500000000000004, 27.5, *[1.0] * 7])
    assert top(scores, 0.2, 10).tolist() == [True] * 3 + [False] * 7
    assert top(np.array([90.0, 27.5000001, 27.5, *[1.0] * 7]), 0.2, 10).sum() == 2


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45, 0.7])
def test_two_ways_to_one_score_give_one_number(share: float) -> None:
    found = of_leads(lead_facts([lead(**FIT_50, **{"E-mails answered": n}) for n in range(4)], lead_fit_share=share))
    assert found["score"].tolist() == [round(one, 9) for one in found["score"]]
    assert found["automatic"].tolist() == [round(one, 9) for one in found["automatic"]]


def test_a_part_of_a_lead_is_rounded_up() -> None:
    assert top(np.arange(11, dtype=float), 0.2, 10).sum() == 3
    assert top(np.arange(15, dtype=float), 0.2, 10).sum() == 3
    assert top(np.arange(16, dtype=float), 0.2, 10).sum() == 4


def test_only_open_leads_are_flagged() -> None:
    answers = {"E-mails answered": 3}
    worse = [lead(**{"E-mails answered": 1})] * 9
    found = of_leads(lead_facts([turned_down(**answers), converted(**answers), lead(**answers), *worse]))
    assert found["top"].tolist() == [False, False, True, *[True] * 9]  # the second place is shared by nine
    few = of_leads(lead_facts([turned_down(**answers), lead(**answers), *worse[:8]]))
    assert not few["top"].any()


def test_the_figure_is_the_mean_of_open_leads_and_says_how_many_are_flagged() -> None:
    found = lead_score(lead_facts([lead(**FIT_50), lead(**{"E-mails answered": 0}), lead(), turned_down(**FIT_50)]))
    assert (found.value, found.n, found.note) == (30, 2, "Under 10 scored leads nobody is flagged.")
    assert "nothing is known" in lead_score(lead_facts([lead()])).reason


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.just(math.nan), st.integers(0, 6).map(float), st.sampled_from([0.1 + 0.2, 0.3])), max_size=40
    ),
    st.floats(0.01, 1),
    st.integers(1, 12),
)
def test_a_naive_count_gives_the_same_best(values: list[float], share: float, least: int) -> None:
    found = top(np.array(values, dtype=float), share, least).tolist()
    known = [value for value in values if not math.isnan(value)]
    places = max(1, math.ceil(round(share * len(known), 9)))
    for value, best in zip(values, found, strict=True):
        better = sum(round(other, 9) > round(value, 9) for other in known)
        assert best == (len(known) >= least and not math.isnan(value) and better < places)
