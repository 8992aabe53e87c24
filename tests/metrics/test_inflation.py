"""Inflation by hand: as entered and clean, each reason on both sides of its limit, overlaps counted once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.metrics.small_team import NO_QUALIFIED, day, facts_of, in_play, lost, won
from xlpipeline.metrics.inflation import by_reason, inflated, inflation

WINS = [won(amount=100) for _ in range(5)]
"""Enough for the rep's median of 100; the limit of oversized is 300."""


def marks_of(deal: dict[str, Any], **settings: Any) -> list[str]:  # noqa: ANN401 - any setting
    marks = inflated(facts_of([*WINS, deal], **settings)).iloc[-1]
    return [str(reason) for reason in marks.index[marks]]


def test_three_of_five_thousand_is_clean() -> None:
    """1,000 is overdue and unqualified at once, and is counted once; a closed deal is no part of the pipeline."""
    deals = [
        in_play(30),
        in_play(10, closes="2026-03-30", Stage="Prospect"),
        in_play(10, **{"Next step": None}),
        lost(amount=9000),
    ]
    found = inflation(facts_of(deals))
    assert (found.as_entered.value, found.as_entered.n) == (5000, 3)
    assert (found.clean.value, found.clean.n) == (3000, 1)
    assert found.share.value == pytest.approx(0.4)
    rows = by_reason(facts_of(deals)).set_index("reason")
    assert rows["n"].to_dict() == {"stale": 1, "overdue": 1, "unqualified": 1, "oversized": 0}
    assert rows["amount"].to_dict() == {"stale": 1000, "overdue": 1000, "unqualified": 1000, "oversized": 0}
    assert rows["share"].tolist() == pytest.approx([0.2, 0.2, 0.2, 0.0])


def test_a_deal_is_oversized_above_three_times_the_median_won_and_not_at_it() -> None:
    assert marks_of(in_play(300)) == []
    assert marks_of(in_play(300.01)) == ["oversized"]
    assert marks_of(in_play(300.01), inflated_amount_multiple=4.0) == []


def test_expected_close_is_overdue_the_day_after() -> None:
    assert marks_of(in_play(closes="2026-03-31")) == []
    assert marks_of(in_play(closes="2026-03-30")) == ["overdue"]


def test_a_deal_is_unqualified_before_the_first_qualified_stage() -> None:
    assert marks_of(in_play(Stage="Qualified")) == []
    assert marks_of(in_play(Stage="Prospect")) == ["unqualified"]


def test_without_a_qualified_stage_nothing_is_unqualified_and_a_note_says_so() -> None:
    facts = facts_of([*WINS, in_play(Stage="Prospect")], stages=NO_QUALIFIED)
    assert inflation(facts).share.value == 0
    assert inflation(facts).note == "No open stage counts as qualified, so none is unqualified."


def test_a_rep_with_four_wins_is_measured_by_the_team() -> None:
    """Bob's four wins are of 1,000 each; the team's median of nine wins is 100."""
    big = [won(amount=1000, Owner="Bob") for _ in range(4)]
    facts = facts_of([*WINS, *big, in_play(301, Owner="Bob")])
    assert inflated(facts)["oversized"].iloc[-1]
    own = facts_of([*WINS, *big, big[0], in_play(301, Owner="Bob")])
    assert not inflated(own)["oversized"].iloc[-1]


def test_with_too_few_wins_nothing_is_oversized_and_a_note_says_so() -> None:
    facts = facts_of([*WINS[:4], in_play(10**6)])
    assert inflation(facts).share.value == 0
    assert inflation(facts).note == "Too few deals are won to say what is oversized."


def test_a_stale_deal_is_inflation() -> None:
    old: dict[str, Any] = {"Created": day("2026-03-16"), "Last touch": day("2026-03-16")}
    assert marks_of(in_play(**old)) == ["stale"]
    assert marks_of(in_play(**old), idle_business_days=11) == []


def test_without_open_value_there_is_no_share() -> None:
    assert inflation(facts_of([won()])).share.reason == "No deal is open."
    found = inflation(facts_of([in_play(None), in_play(-5)]))
    assert (found.share.value, found.share.reason) == (None, "No open deal has an amount.")
    assert by_reason(facts_of([in_play(None)]))["share"].isna().all()
