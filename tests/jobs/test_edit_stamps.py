"""Edit-time stamps in a refresh, by hand: exact events, steps, and what is left out. 4 May 2026 is a Monday."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import NOW
from tests.jobs.edit_stamps import at, stamp, typed, waiting
from tests.jobs.story_book import Row, Story, day, new_book
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book, CellError, ChangeSet, TableChange
from xlpipeline.model.edits_table import EDITS, REFRESHED_AT
from xlpipeline.model.history import appended, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.past import book_at
from xlpipeline.model.replay import replay
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.stints import push_counts, stage_entries
from xlpipeline.tabs.history import EDITS_TAB

pytestmark = pytest.mark.slow

Told = tuple[str, object, object, str, str, str]
SECOND = dt.timedelta(seconds=1)


def started(*deals: Row, policy: str = "flag") -> Story:
    """A book that was refreshed once, on Monday 4 May at 17:00."""
    story = Story(new_book(deals or ({"Deal ID": "D-1"}, {"Deal ID": "D-2"}), policy))
    story.refresh(day(4))
    return story


def events(story: Story) -> list[Told]:
    """Events after the births as (kind, old, new, not before, not after, user)."""
    told = story.history().events
    told = told[told["kind"] != "created"]
    bounds = (told[head].dt.strftime("%d %H:%M") for head in ("not_before", "not_after"))
    return list(zip(told["kind"], told["old"], told["new"], *bounds, told["user"], strict=True))


def test_a_stamped_edit_is_told_to_the_second_with_its_user() -> None:
    story = started()
    typed(story, "D-1", "Stage", "Offer", at(5, 9, 30), user="Bob")
    typed(story, "D-1", "Amount", 1500, at(5, 9, 31))
    typed(story, "D-2", "Expected close", day(15, 7), at(6, 8), user=None)
    story.refresh(day(6))
    assert events(story) == [
        ("stage", "Talk", "Offer", "05 09:30", "05 09:30", "Bob"),
        ("amount", 1000.0, 1500.0, "05 09:31", "05 09:31", "rep"),
        ("expected_close", "|2026-06-30", "|2026-07-15", "06 08:00", "06 08:00", ""),
    ]
    assert waiting(story) == 0
    assert len(story.book.frame(EDITS.name)) == 1
    assert not story.refresh(day(6), hour=20).changes


def test_each_edit_on_the_way_is_told() -> None:
    story = started()
    typed(story, "D-1", "Stage", "Offer", at(5, 9))
    typed(story, "D-1", "Stage", "Close", at(6, 9), user="Bob")
    story.edit("D-1", Notes="called")
    story.refresh(day(7))
    assert events(story) == [
        ("step", "Talk", "Offer", "05 09:00", "05 09:00", "rep"),
        ("stage", "Offer", "Close", "06 09:00", "06 09:00", "Bob"),
        ("changed", None, "called", "04 17:00", "07 17:00", "ann"),
    ]
    entries = stage_entries(story.history())
    of_deal = entries[entries["deal"] == "d-1"]
    assert of_deal["stage"].tolist() == ["Talk", "Offer", "Close"]
    assert of_deal["entered_on"].dt.day.tolist() == [4, 5, 6]


def test_an_edit_that_was_cleared_in_between_is_told() -> None:
    story = started()
    typed(story, "D-1", "Amount", None, at(5, 9))
    typed(story, "D-1", "Amount", 800.0, at(5, 10))
    story.refresh(day(6))
    assert [(kind, old, new) for kind, old, new, *_ in events(story)] == [
        ("step", 1000.0, None),
        ("amount", None, 800.0),
    ]


def test_edits_that_lead_back_are_both_told_and_change_nothing() -> None:
    story = started({"Deal ID": "D-1"}, {"Deal ID": "D-2"}, policy="revert")
    typed(story, "D-1", "Stage", "Close", at(5, 9))
    typed(story, "D-1", "Stage", "talk", at(5, 9, 5))
    story.edit("D-1", Stage="Talk")
    story.refresh(day(6))
    assert events(story) == [
        ("step", "Talk", "Close", "05 09:00", "05 09:00", "rep"),
        ("step", "Close", "Talk", "05 09:05", "05 09:05", "rep"),
    ]
    assert (story.cell("D-1", "Stage"), story.cell("D-1", "Stage since")) == ("Talk", day(4))
    assert not story.issues()
    assert not story.refresh(day(6), hour=20).changes
    assert stage_entries(story.history())["stage"].tolist() == ["Talk", "Talk"]


def test_a_stay_over_night_is_a_stint_also_where_the_deal_went_back() -> None:
    """In Talk from Mon 4 to Wed 6 (2 business days), in Offer to Fri 8, back in Talk."""
    story = started({"Deal ID": "D-1", "Need confirmed": "Y"})
    typed(story, "D-1", "Stage", "Offer", at(6))
    typed(story, "D-1", "Stage", "Talk", at(8))
    story.refresh(day(12))
    assert (story.cell("D-1", "Stage since"), story.cell("D-1", "Earlier days")) == (day(8), 2)
    assert story.cell("D-1", "Days in stage") == 4
    assert story.cell("D-1", "Last change") == day(8)
    assert not story.issues("Moved back without a reason")
    assert not story.refresh(day(12), hour=20).changes


def test_an_exact_move_dates_the_stage_and_the_touch() -> None:
    story = started({"Deal ID": "D-1", "Need confirmed": "Y"})
    typed(story, "D-1", "Stage", "Offer", at(5))
    story.refresh(day(11))
    assert (story.cell("D-1", "Stage since"), story.cell("D-1", "Days in stage")) == (day(5), 6)
    assert story.cell("D-1", "Last change") == day(5)
    typed(story, "D-1", "Stage", "Talk", at(13))
    story.refresh(day(15))
    assert (story.cell("D-1", "Stage since"), story.cell("D-1", "Earlier days")) == (day(13), 1)


def test_a_stage_is_never_dated_after_the_day_of_the_figures() -> None:
    story = started()
    typed(story, "D-1", "Stage", "Offer", at(6))
    story.refresh(day(6), as_of=day(5))
    assert story.cell("D-1", "Stage since") == day(5)


def test_what_was_corrected_on_the_same_day_is_no_push() -> None:
    days = {
        "D-1": ((5, 9), (5, 10), 1),
        "D-2": ((5, 9), (6, 10), 2),
        "D-3": ((5, 0), (5, 23), 1),
        "D-4": ((5, 23), (6, 0), 2),
    }
    story = started(*({"Deal ID": name} for name in days))
    for name, (first, second, _) in days.items():
        typed(story, name, "Expected close", day(1, 8), at(*first))
        typed(story, name, "Expected close", day(1, 9), at(*second))
    story.refresh(day(7))
    assert [kind for kind, *_ in events(story)] == ["step", "expected_close"] * 4
    assert push_counts(story.history())["pushes"].tolist() == [pushes for _, _, pushes in days.values()]


def test_a_clock_that_is_wrong_makes_nothing_exact() -> None:
    moments = (at(4, 17), at(4, 17) + SECOND, at(6, 17), at(6, 17) + SECOND)
    story = started(*({"Deal ID": f"D-{number}"} for number in range(4)))
    for number, when in enumerate(moments):
        typed(story, f"D-{number}", "Amount", 5.0, when)
    story.refresh(day(6))
    assert [told[3:] for told in events(story)] == [
        ("04 17:00", "06 17:00", "ann"),
        ("04 17:00", "04 17:00", "rep"),
        ("06 17:00", "06 17:00", "rep"),
        ("04 17:00", "06 17:00", "ann"),
    ]
    assert waiting(story) == 0


def test_the_previous_refresh_counts_also_where_its_own_events_are_older() -> None:
    story = started()
    typed(story, "D-1", "Amount", 5.0, at(5, 9))
    story.refresh(day(8))
    assert story.book.names[REFRESHED_AT] == at(8, 17)
    typed(story, "D-1", "Amount", 6.0, at(8, 17))
    story.edit("D-2", Amount=7.0)
    story.refresh(day(11))
    assert [bounds for *_, begin, end, _ in events(story)[1:] for bounds in [(begin, end)]] == [
        ("08 17:00", "11 17:00"),
        ("08 17:00", "11 17:00"),
    ]


LIES: tuple[tuple[tuple[object, ...], ...], ...] = (
    (("", "Stage", "Close", at(5)),),
    (("", "Owner", "Bob", at(5)),),
    (("", "Stage", "Offers", at(5)),),
    (("", "Stage", "Offer", "yesterday"),),
    (("", "Stage", CellError("#N/A"), at(5)),),
    (("", "Stage", "=Offer", at(5)),),
    (("", "Stage", "Offer", at(5)), ("", "Stage", "Talk", at(6))),
    (("", "Stage", "Offer", at(5)), ("", "Stage", None, at(6))),
    (("D-99", "Stage", "Offer", at(5)),),
)
"""Stamps of a deal that stands in Offer now."""


def test_what_does_not_lead_to_what_stands_there_is_dropped() -> None:
    names = [f"D-{number}" for number in range(len(LIES))]
    story, plain = (started(*({"Deal ID": name} for name in [*names, "still"])) for _ in range(2))
    stamp(story, "still", "Stage", "Offer", at(5))
    for name, lies in zip(names, LIES, strict=True):
        for deal, *rest in lies:
            stamp(story, deal or name, *rest)
        for one in (story, plain):
            one.edit(name, Stage="Offer")
    told, expected = story.refresh(day(6)), plain.refresh(day(6))
    assert events(story) == events(plain)
    assert events(story) == [("stage", "Talk", "Offer", "04 17:00", "06 17:00", "ann")] * len(LIES)
    assert told.issues.equals(expected.issues)
    assert waiting(story) == 0


def test_a_stamp_that_cannot_be_true_does_not_spoil_the_others() -> None:
    story = started()
    for value, when in (("Talks", at(5, 8)), ("Offer", at(5, 9)), ("offer", at(5, 9)), ("Offer", at(5, 10))):
        stamp(story, "d-1 ", "Stage", value, when)
    story.edit("D-1", Stage="Offer")
    story.refresh(day(6))
    assert events(story) == [("stage", "Talk", "Offer", "05 09:00", "05 09:00", "rep")]


def test_no_person_edits_one_cell_more_than_a_hundred_times() -> None:
    story = started()
    for name, edits in (("D-1", 100), ("D-2", 101)):
        for number in range(edits):
            stamp(story, name, "Amount", float(number), at(5) + number * SECOND)
        story.edit(name, Amount=edits - 1.0)
    story.refresh(day(6))
    assert story.history().events["deal_id"].value_counts().to_dict() == {"D-1": 101, "D-2": 2}


def test_a_moment_comes_from_another_zone() -> None:
    story = started()
    typed(story, "D-1", "Amount", 5.0, at(5, 20), offset=-300, user="Joe in New York")
    story.refresh(day(6))
    assert events(story) == [("amount", 1000.0, 5.0, "06 03:00", "06 03:00", "Joe in New York")]


def test_a_setting_switches_the_stamps_off() -> None:
    story = started()
    rows = pd.concat(
        [story.book.frame("Settings"), pd.DataFrame([{"Key": "edit_stamps", "Value": "off"}])], ignore_index=True
    )
    story.book = with_frame(story.book, "Settings", rows.astype(object).where(rows.notna(), None))
    typed(story, "D-1", "Amount", 5.0, at(5))
    story.refresh(day(6))
    assert [bounds for *_, begin, end, _ in events(story) for bounds in [(begin, end)]] == [("04 17:00", "06 17:00")]
    assert waiting(story) == 0


def test_figures_of_a_past_day_leave_the_stamps_alone() -> None:
    story = started()
    story.edit("D-2", Amount=5.0)
    story.refresh(day(6))
    typed(story, "D-1", "Amount", 5.0, at(7))
    assert story.refresh(day(8), as_of=day(5)).figures_only
    assert (waiting(story), story.book.names[REFRESHED_AT]) == (1, at(6, 17))
    story.refresh(day(8))
    assert events(story)[-1] == ("amount", 1000.0, 5.0, "07 12:00", "07 12:00", "rep")


def test_a_book_without_the_table_works_as_before() -> None:
    story = started()
    tables = {name: table for name, table in story.book.tables.items() if name != EDITS.name}
    names = {name: value for name, value in story.book.names.items() if name != REFRESHED_AT}
    story.book = Book(tables, names)
    story.edit("D-1", Amount=5.0)
    story.refresh(day(6))
    assert events(story) == [("amount", 1000.0, 5.0, "04 17:00", "06 17:00", "ann")]
    assert not story.refresh(day(6), hour=20).changes


def test_stamps_wait_where_the_history_is_broken() -> None:
    story = started()
    story.book = with_frame(story.book, HISTORY.name, story.book.frame(HISTORY.name).drop(columns="Kind"))
    typed(story, "D-1", "Amount", 5.0, at(5))
    story.refresh(day(6))
    assert (waiting(story), story.book.names[REFRESHED_AT]) == (1, at(4, 17))


def test_stamps_of_new_and_deleted_deals_tell_nothing() -> None:
    story = started()
    story.add(Opportunity="New", Deal_ID="D-3")
    stamp(story, "D-3", "Amount", 1000.0, at(5))
    story.delete("D-2")
    stamp(story, "D-2", "Amount", 1000.0, at(5))
    story.refresh(day(6))
    assert [(kind, end) for kind, _, _, _, end, _ in events(story)] == [("deleted", "06 17:00")]


def test_a_move_against_the_criteria_is_put_back_to_where_the_last_refresh_saw_the_deal() -> None:
    story = started({"Deal ID": "D-1", "Need confirmed": "Y"}, policy="revert")
    typed(story, "D-1", "Stage", "Offer", at(5))
    typed(story, "D-1", "Stage", "Close", at(6))
    story.refresh(day(7))
    assert [(kind, old, new, end) for kind, old, new, _, end, _ in events(story)] == [
        ("step", "Talk", "Offer", "05 12:00"),
        ("stage", "Offer", "Close", "06 12:00"),
        ("reverted", "Close", "Talk", "07 17:00"),
    ]
    assert (story.cell("D-1", "Stage"), story.cell("D-1", "Stage since")) == ("Talk", day(4))
    assert replay(story.history())["Stage"].tolist() == ["Talk"]
    assert stage_entries(story.history())["stage"].tolist() == ["Talk"]
    assert story.cell("D-1", "Earlier days") is None
    put_back = story.issues()
    assert not story.refresh(day(7), hour=20).changes
    assert story.issues() == put_back


def test_steps_of_an_earlier_time_are_not_put_back() -> None:
    story = started({"Deal ID": "D-1"}, policy="revert")
    typed(story, "D-1", "Stage", "Offer", at(5))
    typed(story, "D-1", "Stage", "Talk", at(6))
    story.refresh(day(7))
    story.edit("D-1", Stage="Offer")
    story.refresh(day(8))
    assert [kind for kind, *_ in events(story)] == ["step", "step", "stage", "reverted"]
    entries = stage_entries(story.history())
    assert list(zip(entries["stage"], entries["entered_on"].dt.day, strict=True)) == [
        ("Talk", 4),
        ("Offer", 5),
        ("Talk", 6),
    ]
    assert story.cell("D-1", "Stage since") == day(6)


def test_steps_are_judged_as_the_one_move_that_they_make() -> None:
    one, other = (started({"Deal ID": "D-1"}) for _ in range(2))
    typed(one, "D-1", "Stage", "Close", at(5, 9))
    typed(one, "D-1", "Stage", "Offer", at(5, 10))
    other.edit("D-1", Stage="Offer")
    for story in (one, other):
        story.refresh(day(5))
    assert one.issues() == other.issues() != []


def test_a_day_between_two_refreshes_shows_the_step_that_stood_then() -> None:
    story = started()
    for stage, number in (("Offer", 5), ("Close", 7), ("Talk", 9)):
        typed(story, "D-1", "Stage", stage, at(number))
    story.refresh(day(11))
    then = [replay(story.history(), at(number, 23))["Stage"].iloc[0] for number in range(4, 12)]
    assert then == ["Talk", "Offer", "Offer", "Close", "Close", "Talk", "Talk", "Talk"]
    past = book_at(story.book, story.history(), day(6)).frame(PIPELINE.name)
    assert (past["Stage"][0], past["Stage since"][0]) == ("Offer", day(5))


def test_copies_with_and_without_the_stamps_merge_without_doubles() -> None:
    story = started()
    other = Story(story.book)
    typed(story, "D-1", "Stage", "Offer", at(5))
    typed(story, "D-1", "Stage", "Close", at(6))
    typed(story, "D-2", "Amount", 5.0, at(6))
    twin = Story(story.book)
    other.edit("D-1", Stage="Close")
    other.edit("D-2", Amount=5.0)
    for copy, hour in ((story, 15), (twin, 18), (other, 20)):
        copy.refresh(day(6), hour=hour)
    bodies = [copy.book.frame(HISTORY.name) for copy in (story, twin, other)]
    assert bodies[0]["Event ID"].tolist() == bodies[1]["Event ID"].tolist()
    for first in (0, 2):
        merged = read_history(appended(bodies[first], bodies[2 - first]))
        assert merged.faults.empty
        assert merged.events["kind"].value_counts().to_dict() == {"created": 2, "stage": 1, "amount": 1, "step": 1}
        assert replay(merged)["Stage"].tolist() == ["Close", "Talk"]
        assert stage_entries(merged)["stage"].tolist()[-1] == "Close"


def test_the_same_change_after_steps_has_the_same_name_in_a_copy_without_them() -> None:
    story = started()
    other = Story(story.book)
    typed(story, "D-1", "Stage", "Offer", at(5))
    typed(story, "D-1", "Stage", "Talk", at(6))
    for one in (story, other):
        one.refresh(day(7))
        one.edit("D-1", Stage="Offer")
        one.refresh(day(8))
    names = [set(one.history().events["event_id"]) for one in (story, other)]
    assert len(names[0] - names[1]) == 2
    assert names[1] <= names[0]


def test_the_hidden_tab_holds_the_table_and_the_moment_of_the_last_refresh() -> None:
    assert EDITS_TAB.role == "hidden"
    assert {getattr(block, "name", "") for block in EDITS_TAB.blocks} >= {REFRESHED_AT}


@pytest.mark.slow
def test_a_closed_file_tells_its_stamps_and_empties_the_table(small_book: Path) -> None:
    before = read_book(small_book)
    last = before.names[REFRESHED_AT]
    assert isinstance(last, dt.datetime)
    deal, moment = before.frame("Pipeline")["Deal ID"][0], last + dt.timedelta(minutes=90)
    rows = [(deal, "Amount", 10.0, moment - SECOND, None, "Bob"), (deal, "Amount", 20.0, moment, None, "Bob")]
    cells = {head: pd.Series([row[i] for row in rows], dtype=object) for i, head in enumerate(EDITS.heads)}
    amount = TableChange("Pipeline", {"Amount": pd.Series([20.0], dtype=object)})
    apply_changes(small_book, ChangeSet((TableChange(EDITS.name, cells), amount)))
    assert len(read_book(small_book).frame(EDITS.name)) == 2
    refresh_in(ClosedWorkbook(small_book), now=NOW + dt.timedelta(hours=3), user="ann")
    book = read_book(small_book)
    told = read_history(book.frame(HISTORY.name)).events.tail(2)
    assert told["kind"].tolist() == ["step", "amount"]
    assert told["not_before"].tolist() == told["not_after"].tolist() == [moment - SECOND, moment]
    assert set(told["user"]) == {"Bob"}
    assert len(book.frame(EDITS.name)) == 1
    assert book.frame(EDITS.name).isna().all(axis=None)
    assert book.names[REFRESHED_AT] == last + dt.timedelta(hours=3)
    assert not refresh_in(ClosedWorkbook(small_book), now=NOW + dt.timedelta(hours=4), user="ann").data["written"]
