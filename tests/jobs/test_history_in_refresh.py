"""History in a refresh, by hand: IDs, events, faults, and past days."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.jobs.story_book import Story, day, new_book
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import CellError
from xlpipeline.model.history import appended, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.replay import replay

pytestmark = pytest.mark.slow


def started(*deals: dict[str, object], policy: str = "flag") -> Story:
    """A book that was refreshed once, on Monday 4 May."""
    story = Story(new_book(deals or ({"Deal ID": "D-1"}, {"Deal ID": "D-2"}), policy))
    story.refresh(day(4))
    return story


def test_the_first_refresh_is_a_baseline_and_gives_every_row_an_id() -> None:
    story = started({}, {"Deal ID": "D-00007"}, {})
    assert sorted(story.rows()["Deal ID"]) == ["D-00007", "D-00008", "D-00009"]
    events = story.history().events
    assert events["kind"].tolist() == ["created"] * 3
    assert set(events["note"]) == {"baseline"}
    assert set(events["user"]) == {"ann"}
    assert set(events["tool"]) == {"test"}
    assert events["not_after"].tolist() == [pd.Timestamp("2026-05-04 17:00")] * 3


def test_an_id_that_an_activity_names_is_not_given_to_a_new_deal() -> None:
    story = Story(new_book(({"Deal ID": "D-00001"}, {}), activities=({"Date": day(4), "Deal ID": "D-00002"},)))
    story.refresh(day(4))
    assert story.cell("Deal 2", "Deal ID") == "D-00003"


def test_an_idle_refresh_writes_nothing_also_on_the_day_after_another_book_did() -> None:
    story = started()
    assert not story.refresh(day(4), hour=16).changes
    story.edit("D-1", Amount=2000.0, Stage="Offer")
    story.refresh(day(4), hour=17)
    assert not story.refresh(day(4), hour=18).changes


def test_each_change_is_one_event_with_both_bounds_and_only_new_rows_are_written() -> None:
    story = started()
    before = story.book.frame(HISTORY.name)
    story.edit("D-1", Amount=2500.0, Owner="Bob", Expected_close=day(15, 7), Probability=0.3)
    change = next(one for one in story.refresh(day(6)).changes.tables if one.table == HISTORY.name)
    assert {int(i) for cells in change.columns.values() for i in cells.index} == {2, 3, 4, 5}
    pd.testing.assert_frame_equal(story.book.frame(HISTORY.name).iloc[:2], before)
    assert sorted(kind for _, _, kind, _, _ in story.told()) == ["amount", "expected_close", "owner", "probability"]
    event = story.history().events.iloc[-1]
    assert (event["not_before"], event["not_after"]) == (
        pd.Timestamp("2026-05-04 17:00"),
        pd.Timestamp("2026-05-06 17:00"),
    )


def test_a_row_that_is_sorted_tells_nothing() -> None:
    story = started({"Deal ID": "D-1"}, {"Deal ID": "D-2"}, {"Deal ID": "D-3"})
    story.put(story.rows().iloc[[2, 0, 1]])
    story.refresh(day(5))
    assert story.told() == []


def test_a_deleted_row_and_its_return_are_told() -> None:
    story = started()
    kept = story.rows()
    story.delete("D-2")
    story.refresh(day(5))
    story.put(kept)
    story.refresh(day(6))
    assert story.history().events["kind"].tolist() == ["created", "created", "deleted", "returned"]


def test_a_removed_id_is_given_back_and_told_for_that_day() -> None:
    story = started()
    story.edit("D-1", Deal_ID=None)
    last = story.refresh(day(5))
    assert story.cell("Deal 1", "Deal ID") == "D-1"
    assert last.notes == ("The Deal ID D-1 was removed; it was given back.",)
    told = [("Deal ID given back", "The Deal ID D-1 had been removed; it was given back.")]
    assert story.issues("Deal ID given back") == told
    story.refresh(day(5), hour=20)
    assert story.issues("Deal ID given back")
    story.refresh(day(6))
    assert not story.issues("Deal ID given back")


def test_an_id_that_was_typed_over_is_an_issue_until_the_old_one_is_back() -> None:
    story = started()
    story.edit("D-1", Deal_ID="X-9")
    story.refresh(day(5))
    expected = [("Deal ID typed over", "The Deal ID D-1 was changed to X-9.")]
    assert story.issues("Deal ID typed over") == expected
    story.refresh(day(6))
    assert story.issues("Deal ID typed over") == expected
    story.edit("X-9", Deal_ID="D-1")
    story.refresh(day(7))
    assert not story.issues("Deal ID typed over")


def test_an_id_used_for_another_deal_is_an_issue_until_its_row_changes_again() -> None:
    story = started()
    old = {"Opportunity": "Deal 1", "Account": "Acme", "Created": day(4)}
    story.edit("D-1", Opportunity="Else", Account="Other", Created=day(5))
    story.refresh(day(5))
    assert story.issues("Deal ID used again") == [("Deal ID used again", "The Deal ID D-1 was that of another deal.")]
    story.refresh(day(6))
    assert story.issues("Deal ID used again")
    story.edit("D-1", **old)
    story.refresh(day(7))
    events = story.history().events
    assert events["note"].str.startswith("ID of another deal").sum() == 2


def test_an_error_in_the_id_is_an_issue_and_the_row_stays_out_of_the_history() -> None:
    story = started()
    story.edit("D-1", Deal_ID=CellError("#REF!"))
    story.refresh(day(5))
    assert story.issues("Unreadable deal ID") == [("Unreadable deal ID", "The Deal ID is the error value #REF!.")]


def test_a_history_without_a_column_is_an_issue_and_nothing_is_added() -> None:
    story = started()
    story.book = with_frame(story.book, HISTORY.name, story.book.frame(HISTORY.name).drop(columns="Kind"))
    story.edit("D-1", Amount=5.0)
    last = story.refresh(day(5))
    assert HISTORY.name not in [one.table for one in last.changes.tables]
    assert story.issues("Damaged history") == [("Damaged history", "The table _History has lost the column Kind.")]


def test_a_book_without_history_is_refreshed_without_it() -> None:
    story = started()
    tables = {name: table for name, table in story.book.tables.items() if not name.startswith("_")}
    story.book = type(story.book)(tables, story.book.names)
    story.edit("D-1", Amount=5.0)
    last = story.refresh(day(5))
    assert last.facts.deals["amount"].tolist() == [500, 100_000]


def test_figures_at_a_past_day_are_what_was_measured_then_and_nothing_of_the_deals_is_written() -> None:
    story = started()
    story.edit("D-1", Stage="Offer", Amount=300.0)
    story.refresh(day(6))
    then = story.refresh(day(8)).facts.deals
    story.edit("D-1", Stage="Won", Actual_close=day(11), Amount=9.0)
    story.delete("D-2")
    story.add(Opportunity="New", Created=day(11))
    story.refresh(day(11))
    past = story.refresh(day(12), as_of=day(8))
    assert past.figures_only
    assert "as they were then" in past.notes[0]
    assert {HISTORY.name, "Pipeline"}.isdisjoint(one.table for one in past.changes.tables)
    now, measured = (
        deals.sort_values("deal_id").reset_index(drop=True).astype({"stage_seen": object})
        for deals in (past.facts.deals, then)
    )
    only_of_now = {"priority", "value_touches"}  # which a refresh writes, for criteria
    assert set(measured.columns) - set(now.columns) == only_of_now
    pd.testing.assert_frame_equal(now, measured[now.columns])


def test_figures_at_a_day_before_all_history_take_the_deals_as_they_are_and_say_so() -> None:
    story = started()
    past = story.refresh(day(5), as_of=day(1))
    assert "does not reach back" in past.notes[0]
    assert past.facts.deals["deal_id"].tolist() == ["D-1", "D-2"]


def test_copies_of_one_book_refreshed_apart_merge_without_doubles() -> None:
    story = started()
    story.edit("D-1", Amount=7.0, Stage="Offer")
    other = Story(story.book)
    story.refresh(day(5), hour=9)
    other.refresh(day(5), hour=14)
    both = appended(story.book.frame(HISTORY.name), other.book.frame(HISTORY.name))
    merged = read_history(both)
    assert len(merged.events) == len(story.history().events)
    pd.testing.assert_frame_equal(replay(merged), replay(story.history()))


def test_the_last_change_counts_as_a_touch_and_a_change_of_the_next_step_does_not() -> None:
    story = started()
    story.edit("D-1", Notes="called, no answer")
    story.edit("D-2", Next_step="Mail")
    story.refresh(day(20))
    assert (story.cell("D-1", "Last change"), story.cell("D-2", "Last change")) == (day(20), None)
    story.refresh(day(21))
    assert (story.cell("D-1", "Idle days"), story.cell("D-2", "Idle days")) == (1.0, 13.0)
    assert (story.flags("D-1"), story.flags("D-2")) == ("T", "TI")


@pytest.mark.parametrize(("back_on", "flag"), [(day(15), None), (day(18), "B")])
def test_a_deal_that_comes_back_to_its_stage_goes_on_counting(back_on: dt.date, flag: str | None) -> None:
    """In Talk from Mon 4 to Thu 7 May (3 business days) of 5; then in Offer; back in Talk."""
    story = started({"Deal ID": "D-1", "Need confirmed": "Y"})
    story.edit("D-1", Stage="Offer")
    story.refresh(day(7))
    story.edit("D-1", Stage="Talk", Last_touch=back_on)
    story.refresh(back_on)
    assert story.cell("D-1", "Earlier days") == 3
    story.refresh(back_on + dt.timedelta(days=4))
    stay = story.cell("D-1", "Days in stage")
    assert stay == 4
    assert story.cell("D-1", "Days over") == 0
    assert story.flags("D-1") == flag
