"""Advance stage, by hand: met, missing, overridden, back, ended."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.conftest import NOW
from tests.jobs.story_book import Story, day, new_book
from xlpipeline.cli import main
from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, read_book
from xlpipeline.jobs.advance import Advanced, MoveRequest, advance, advance_in
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.applied import applied
from xlpipeline.tabs import issues

pytestmark = pytest.mark.slow


def started(policy: str = "flag", **cells: object) -> Story:
    story = Story(new_book(({"Deal ID": "D-1", **{h.replace("_", " "): v for h, v in cells.items()}},), policy))
    story.refresh(day(4))
    return story


def move(
    story: Story, to: str = "", *, on: int = 5, override: str = "", reason: str = "", deal: str = "D-1"
) -> Advanced:
    now = dt.datetime(2026, 5, on, 15, tzinfo=dt.UTC)
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        done = advance(story.book, MoveRequest(deal, to, override, reason), now=now, user="ann", tool="test")
    story.book = applied(story.book, done.changes)
    return done


def refused(story: Story, to: str = "", *, override: str = "", reason: str = "", deal: str = "D-1") -> str:
    with pytest.raises(RequestError) as found:
        move(story, to, override=override, reason=reason, deal=deal)
    return str(found.value)


def test_a_deal_moves_to_the_next_stage_when_its_criteria_are_met() -> None:
    story = started("revert", Need_confirmed="Y")
    done = move(story, deal=" d-1 ")
    assert (done.start, done.end, done.missing) == ("Talk", "Offer", ())
    assert (story.cell("D-1", "Stage"), story.cell("D-1", "Stage since")) == ("Offer", day(5))
    assert story.told() == [("05-05", "D-1", "stage", "Talk", "Offer")]
    assert story.history().events["note"].iloc[-1] == "criteria met"
    assert not story.refresh(day(5), hour=16).changes


def test_a_deal_that_may_not_move_is_told_exactly_what_is_missing_and_what_to_do() -> None:
    story = started()
    assert refused(story, "Close") == (
        "D-1 cannot move from Talk to Close yet; missing are:\n"
        "  need (The need is confirmed): enter Y in Need confirmed when it is so.\n"
        "  sent (The proposal was sent): fill in Proposal sent on."
    )
    assert story.cell("D-1", "Stage") == "Talk"


def test_an_override_needs_a_reason_is_recorded_counted_and_never_an_issue() -> None:
    story = started("revert")
    assert "cannot move" in refused(story, override="  ")
    done = move(story, "Close", override="Boss called")
    assert (done.missing, done.overrides) == (("need", "sent"), 1)
    assert [told[2:] for told in story.told()] == [("stage", "Talk", "Close"), ("override", "Talk", "need, sent")]
    assert story.history().events["note"].tolist()[-1] == "Boss called"
    story.refresh(day(6))
    assert story.cell("D-1", "Stage") == "Close"
    assert story.issues("Advanced without criteria", "Stage skipped", "Stage put back") == []
    assert move(story, "Won", on=6, override="again").overrides == 2


def test_a_move_back_needs_a_reason() -> None:
    story = started("revert", Stage="Offer")
    assert refused(story, "Talk") == "To move D-1 back from Offer to Talk, please say why."
    move(story, "talk", reason="They have no budget")
    assert story.history().events["note"].tolist()[-1] == "They have no budget"
    story.refresh(day(6))
    assert story.cell("D-1", "Stage") == "Talk"
    assert story.issues("Moved back without a reason", "Stage put back") == []


def test_lost_needs_no_criteria_and_nothing_else_is_filled_in() -> None:
    story = started()
    done = move(story, "Lost")
    assert done.end == "Lost"
    assert (story.cell("D-1", "Actual close"), story.cell("D-1", "Lost reason")) == (None, None)
    assert "back from Lost to Talk" in refused(story, "Talk")
    move(story, "Talk", reason="They called again")
    assert story.cell("D-1", "Stage") == "Talk"


@pytest.mark.parametrize(
    ("to", "deal", "says"),
    [
        ("Nowhere", "D-1", "There is no stage Nowhere; the stages are Talk, Offer, Close, Won, Lost, No decision."),
        ("Talk", "D-1", "The deal stands in Talk already."),
        ("", "D-2", "There is no deal D-2; did you mean D-1?"),
        ("", " ", "There is no deal"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_sentence(to: str, deal: str, says: str) -> None:
    assert says in refused(started(), to, deal=deal)


def test_the_last_stage_has_no_next_one() -> None:
    assert refused(started(Stage="Won")) == "Won is the last stage; please name another one."
    assert "From Lost there is no next stage" in refused(started(Stage="Lost"))


def test_a_stage_that_was_typed_over_is_refreshed_first() -> None:
    story = started()
    story.edit("D-1", Stage="Offer")
    assert refused(story) == "The stage of D-1 was typed over since the last refresh; please refresh first."


def test_a_doubled_id_is_refused() -> None:
    story = started()
    story.add(Deal_ID="d-1", Opportunity="Another")
    assert refused(story).startswith("2 rows have the Deal ID D-1")


def test_a_closed_file_is_moved_and_says_what_is_still_to_enter(small_book: Path) -> None:
    frame = read_book(small_book).frame("Pipeline")
    deal = str(frame.loc[frame["Stage type"] == "open", "Deal ID"].iloc[0])
    outcome = advance_in(ClosedWorkbook(small_book), MoveRequest(deal, "Lost"), now=NOW, user="ann")
    assert outcome.sentences[1].startswith("Please enter Actual close and Lost reason")
    after = read_book(small_book)
    assert after.frame("Pipeline").set_index("Deal ID").at[deal, "Stage"] == "Lost"
    assert after.frame("_History")["Kind"].iloc[-1] == "stage"
    assert refresh_in(ClosedWorkbook(small_book), now=NOW).data["written"] is False


def test_the_command_line_says_how_it_takes_a_reason(small_book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = read_book(small_book).frame("Pipeline")
    lacking = frame[(frame["Stage type"] == "open") & (frame["Missing criteria"] == "decision-maker")]
    lost = frame[frame["Stage type"] == "lost"]
    told = []
    for deal, *to in ((lacking["Deal ID"].iloc[0],), (lost["Deal ID"].iloc[0], "--to", "Prospecting"),
                      (lost["Deal ID"].iloc[0],)):  # fmt: skip
        assert main(["advance", str(small_book), str(deal), *to]) == 2
        told.append(capsys.readouterr().err)
    assert told[0].endswith('If it must move all the same, give the reason: --override "…".\n')
    assert told[1].endswith('please say why. Write --reason "…".\n')
    assert told[2].endswith("please name one. Write --to STAGE.\n")
