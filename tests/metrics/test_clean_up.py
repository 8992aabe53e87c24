"""Clean-up by hand: each reason on both sides of its limit (as of Tuesday 2026-03-31)."""

from __future__ import annotations

from typing import Any

from tests.metrics.small_team import day, facts_of, in_play, won
from xlpipeline.metrics.clean_up import HEADS, candidates

OVER: dict[str, Any] = {"Stage": "Qualified", "Created": day("2026-03-02"), "Last touch": day("2026-03-31")}
"""Over the bound of five business days, but touched today."""


def reasons(deal: dict[str, Any], **settings: Any) -> str:  # noqa: ANN401 - any setting
    found = candidates(facts_of([deal], **settings))["reasons"].tolist()
    return str(found[0]) if found else ""


def test_over_the_bound_and_idle_is_proposed_and_either_alone_is_not() -> None:
    assert reasons(in_play(**OVER)) == ""
    assert reasons(in_play(**OVER | {"Last touch": day("2026-03-17")})) == ""  # 10 business days: not idle yet
    assert (
        reasons(in_play(**OVER | {"Last touch": day("2026-03-16")}))
        == "over the stage's time-bound and idle for 11 business days"
    )
    idle_only: dict[str, Any] = {"Created": day("2026-03-02"), "Last touch": day("2026-03-02")}
    assert reasons(in_play(**idle_only)) == ""  # Offer has no bound


def test_a_close_date_is_long_past_after_30_days() -> None:
    assert reasons(in_play(closes="2026-03-01")) == ""
    assert reasons(in_play(closes="2026-02-28")) == "expected close is past by 31 days"
    assert reasons(in_play(closes="2026-02-28"), clean_up_overdue_days=31) == ""


def test_a_deal_without_next_step_is_proposed_beyond_twice_the_idle_limit() -> None:
    gone: dict[str, Any] = {"Next step": None, "Created": day("2026-03-01")}
    assert reasons(in_play(**gone | {"Last touch": day("2026-03-03")})) == ""  # 20 business days
    longer = gone | {"Last touch": day("2026-03-02")}
    assert reasons(in_play(**longer)) == "no next step ahead and idle for 21 business days"
    assert reasons(in_play(**longer), clean_up_idle_multiple=2.5) == ""
    assert reasons(in_play(**longer | {"Next step": "Call"})) == ""


def test_several_reasons_stand_in_one_text() -> None:
    deal = in_play(closes="2026-01-01", **OVER | {"Last touch": day("2026-03-02"), "Next step": None})
    assert reasons(deal) == (
        "over the stage's time-bound and idle for 21 business days; expected close is past by 89 days; "
        "no next step ahead and idle for very long"
    )


def test_closed_deals_are_never_proposed_and_the_largest_come_first() -> None:
    late = "2026-01-01"
    deals = [in_play(5, late), won() | {"Expected close": day(late)}, in_play(None, late), in_play(9, late)]
    found = candidates(facts_of(deals))
    assert found["deal_id"].tolist() == ["D3", "D0", "D2"]
    assert found.index.tolist() == [3, 0, 2]
    assert tuple(found.columns) == HEADS


def test_without_deals_nothing_is_proposed() -> None:
    assert candidates(facts_of([])).empty
