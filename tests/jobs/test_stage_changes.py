"""Stages typed over, by hand, under both policies: forward, skipped, back, reopened, and what is seen first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jobs.story_book import Story, day, new_book
from xlpipeline.model.tracking import Approval

pytestmark = pytest.mark.slow

WITHOUT = "Advanced without criteria"
SKIPPED = "Stage skipped"
BACK = "Moved back without a reason"
PUT_BACK = "Stage put back"
FIRST = "First seen without criteria"
REOPENED = "Reopened deal"
MET: dict[str, Any] = {"Need_confirmed": "Y", "Proposal_sent_on": day(4), "Signed_on": day(4)}


def started(policy: str = "flag", **cells: object) -> Story:
    """One deal in Talk, seen first on Monday 4 May."""
    story = Story(new_book(({"Deal ID": "D-1", **{h.replace("_", " "): v for h, v in cells.items()}},), policy))
    story.refresh(day(4))
    return story


def moves(story: Story) -> list[tuple[str, str]]:
    return story.issues(WITHOUT, SKIPPED, BACK, PUT_BACK, FIRST, REOPENED)


@pytest.mark.parametrize("policy", ["flag", "revert"])
def test_a_move_whose_criteria_are_met_is_no_issue(policy: str) -> None:
    story = started(policy, Need_confirmed="Y")
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    assert (story.cell("D-1", "Stage"), moves(story)) == ("Offer", [])


def test_a_move_without_criteria_is_flagged_until_they_are_met() -> None:
    story = started()
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    expected = [(WITHOUT, "Moved from Talk to Offer on 2026-05-05 without need.")]
    assert moves(story) == expected
    story.refresh(day(6))
    assert moves(story) == expected
    story.edit("D-1", Need_confirmed="Y")
    story.refresh(day(7))
    assert moves(story) == []


def test_a_move_without_criteria_is_put_back_under_the_other_policy_and_told() -> None:
    story = started("revert")
    story.edit("D-1", Stage="Offer", Amount=5.0)
    story.refresh(day(5))
    assert (story.cell("D-1", "Stage"), story.cell("D-1", "Amount")) == ("Talk", 5.0)
    expected = [(PUT_BACK, "The move from Talk to Offer on 2026-05-05 was put back: need missing.")]
    assert moves(story) == expected
    assert [told[2:] for told in story.told("D-1")] == [
        ("stage", "Talk", "Offer"),
        ("amount", 1000.0, 5.0),
        ("reverted", "Offer", "Talk"),
    ]
    assert not story.refresh(day(5), hour=20).changes
    assert moves(story) == expected
    assert (story.cell("D-1", "Stage since"), story.cell("D-1", "Earlier days")) == (day(4), None)
    story.edit("D-1", Need_confirmed="Y", Stage="Offer")
    story.refresh(day(6))
    assert (story.cell("D-1", "Stage"), moves(story)) == ("Offer", [])


def test_a_skip_needs_the_criteria_of_every_stage_that_it_passes() -> None:
    story = started(Need_confirmed="Y")
    story.edit("D-1", Stage="Won", Actual_close=day(5))
    story.refresh(day(5))
    assert moves(story) == [(WITHOUT, "Moved from Talk to Won on 2026-05-05 without sent, signed.")]


@pytest.mark.parametrize("policy", ["flag", "revert"])
def test_a_skip_with_all_criteria_is_for_information_only(policy: str) -> None:
    story = started(policy, **MET)
    story.edit("D-1", Stage="Close")
    story.refresh(day(5))
    assert story.cell("D-1", "Stage") == "Close"
    assert moves(story) == [(SKIPPED, "Moved from Talk straight to Close on 2026-05-05.")]


def test_a_move_back_is_flagged_until_the_next_move() -> None:
    story = started(**MET)
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    story.edit("D-1", Stage="Talk")
    story.refresh(day(6))
    assert moves(story) == [(BACK, "Moved back from Offer to Talk on 2026-05-06.")]
    story.edit("D-1", Stage="Offer")
    story.refresh(day(7))
    assert moves(story) == []


def test_a_move_back_is_put_back_under_the_other_policy() -> None:
    story = started("revert", **MET)
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    story.edit("D-1", Stage="Talk")
    story.refresh(day(6))
    assert story.cell("D-1", "Stage") == "Offer"
    assert moves(story) == [(PUT_BACK, "The move from Offer to Talk on 2026-05-06 was put back: no reason was given.")]


def test_an_earlier_jump_stays_an_issue_after_a_clean_move() -> None:
    story = started()
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    story.edit("D-1", Stage="Close", Proposal_sent_on=day(6))
    story.refresh(day(6))
    assert moves(story) == [(WITHOUT, "Moved from Talk to Offer on 2026-05-05 without need.")]


@pytest.mark.parametrize("policy", ["flag", "revert"])
def test_a_move_that_a_person_gave_a_reason_for_is_no_issue(policy: str) -> None:
    story = started(policy)
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5), approvals={"d-1": Approval("The boss said so", ("need",))})
    assert (story.cell("D-1", "Stage"), moves(story)) == ("Offer", [])
    assert [told[2:] for told in story.told()] == [("stage", "Talk", "Offer"), ("override", "Talk", "need")]
    story.refresh(day(6))
    assert moves(story) == []


@pytest.mark.parametrize("policy", ["flag", "revert"])
def test_what_is_seen_first_is_never_put_back_and_is_one_issue_for_all(policy: str) -> None:
    deals = ({"Deal ID": "D-1", "Stage": "Close"}, {"Deal ID": "D-2", "Stage": "Offer"}, {"Deal ID": "D-3"})
    story = Story(new_book(deals, policy))
    story.refresh(day(4))
    story.add(Opportunity="Deal 4", Stage="Offer")
    story.refresh(day(5))
    assert story.rows()["Stage"].tolist() == ["Close", "Offer", "Talk", "Offer"]
    wrong = "3 open deals were first seen in a stage without its criteria; most often missing: need (3), sent (1)."
    assert moves(story) == [(FIRST, wrong)]


@pytest.mark.parametrize("policy", ["flag", "revert"])
def test_lost_may_always_be_chosen_and_coming_back_is_for_information(policy: str) -> None:
    story = started(policy)
    story.edit("D-1", Stage="Lost", Actual_close=day(5))
    story.refresh(day(5))
    assert moves(story) == []
    story.edit("D-1", Stage="Talk", Actual_close=None)
    story.refresh(day(6))
    assert moves(story) == [(REOPENED, "Reopened in Talk on 2026-05-06.")]
    assert [told[2] for told in story.told()][-1] in ("changed", "reopened")


def test_a_deal_reopened_further_than_it_was_is_judged_from_where_it_was() -> None:
    story = started()
    story.edit("D-1", Stage="Lost", Actual_close=day(5))
    story.refresh(day(5))
    story.edit("D-1", Stage="Offer", Actual_close=None)
    story.refresh(day(6))
    assert set(moves(story)) == {
        (REOPENED, "Reopened in Offer on 2026-05-06."),
        (WITHOUT, "Moved from Talk to Offer on 2026-05-06 without need."),
    }


def test_only_moves_that_this_refresh_found_are_put_back() -> None:
    story = started()
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    settings = story.book.tables["Settings"].frame
    settings.loc[settings["Key"] == "stage_change_policy", "Value"] = "revert"
    story.refresh(day(6))
    assert story.cell("D-1", "Stage") == "Offer"
    assert moves(story) == [(WITHOUT, "Moved from Talk to Offer on 2026-05-05 without need.")]


def test_an_activity_logged_in_the_stage_before_counts_for_the_way_out_of_it() -> None:
    calls = ({"Date": day(5), "Deal ID": "D-1", "Type": "Call"},)
    story = Story(new_book(({"Deal ID": "D-1", "Need confirmed": "Y"},), "revert", calls))
    criteria = story.book.tables["Criteria"].frame
    row = {"Kind": "activity", "Argument 1": "Call", "Argument 2": 1, "Within business days": 2}
    for head, value in row.items():
        criteria.at[1, head] = value  # type: ignore[assignment]
    story.refresh(day(4))
    story.edit("D-1", Stage="Offer")
    story.refresh(day(5))
    story.edit("D-1", Stage="Close")
    story.refresh(day(11))
    assert (story.cell("D-1", "Stage"), moves(story)) == ("Close", [])
