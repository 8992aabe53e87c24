"""The review of a scripted month, block by block; and what people write into it, which is never lost."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.story_book import Row, Story, _table, day, new_book
from xlpipeline.errors import RequestError
from xlpipeline.jobs.review import Reviewed, start_review
from xlpipeline.metrics.hygiene import open_counts
from xlpipeline.model.applied import applied, with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts
from xlpipeline.model.past_deals import snapshots
from xlpipeline.model.review_table import BLOCKS, REVIEW, REVIEW_NOTES
from xlpipeline.tabs import issues

TEAM: tuple[Row, ...] = (
    {"Opportunity": "Acme"},
    {"Opportunity": "Bolt", "Stage": "Offer", "Amount": 2000.0},
    {"Opportunity": "Corp", "Stage": "Close", "Amount": 9000.0, "Owner": "Bob"},
    {"Opportunity": "Dorn", "Amount": 3000.0, "Owner": "Bob"},
)
WON, MOVED, STUCK, STEPS, RISK, CLEAN, FIRST = BLOCKS


def story(deals: tuple[Row, ...] = TEAM) -> Story:
    """A team that has room for reviews."""
    book = new_book(deals)
    tables = {**book.tables, **{table.name: _table(table) for table in (REVIEW, REVIEW_NOTES)}}
    return Story(replace(book, tables=tables, names={**book.names, "review_line": None, "review_says": None}))


def review(told: Story, on: dt.date, hour: int = 16) -> Reviewed:
    now = dt.datetime(on.year, on.month, on.day, hour, tzinfo=dt.UTC)
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        done = start_review(told.book, now=now, user="ann", tool="test")
    told.book = applied(told.book, done.changes)
    return done


def lines(told: Story, rep: str, block: str) -> list[tuple[object, ...]]:
    """Opportunity, stage, amount and what of one block; without a deal only the sentence."""
    frame = told.book.frame("Review")
    rows = frame[(frame["Rep"] == rep) & (frame["Block"] == block)]
    cells = rows[["Opportunity", "Stage", "Amount", "What"]].itertuples(index=False, name=None)
    return [row if row[0] else row[-1:] for row in cells]


def write(told: Story, line: tuple[str, str | None], head: str, text: object, rep: str = "Ann") -> None:
    """Type into the line of a deal (or of a block as a whole)."""
    frame, (block, deal) = told.book.frame("Review").copy(), line
    wanted = (frame["Block"] == block) & (frame["Rep"] == rep)
    wanted &= frame["Deal ID"].isna() if deal is None else frame["Deal ID"] == deal
    frame.loc[frame.index[wanted][0], head] = text  # type: ignore[call-overload]
    told.book = with_frame(told.book, "Review", frame.astype(object).where(frame.notna(), None))


def every_text(told: Story) -> str:
    """All texts of the review and its notes."""
    frames = (told.book.frame("Review"), told.book.frame("ReviewNotes"))
    return "\n".join(str(cell) for frame in frames for cell in frame.to_numpy().ravel().tolist() if cell is not None)


def may() -> Story:
    """A fresh copy of the month, which is lived once (books never change)."""
    return Story(_may())


@functools.cache
def _may() -> Book:
    """First review on Monday 4 May; then what happens up to Wednesday 20 May, a refresh each time."""
    told = story()
    told.refresh(day(4))
    review(told, day(4))
    told.edit("Acme", Stage="Offer", Last_touch=day(7))
    told.refresh(day(7))
    told.edit("Corp", Stage="Won", Actual_close=day(12))
    told.refresh(day(12))
    told.edit("Bolt", Expected_close=day(20, 7))
    told.refresh(day(14))
    told.edit("Bolt", Expected_close=day(10, 8), Amount=1500.0, Next_step_date=day(29))
    told.refresh(day(19))
    told.edit("Dorn", Stage="Lost", Actual_close=day(20), Lost_reason="Price")
    told.add(Opportunity="Erle", Created=day(20), Amount=500.0, Next_step_date=day(21))
    told.refresh(day(20))
    return told.book


def reviewed() -> Story:
    """A fresh copy of the month after the review of Friday 22 May."""
    return Story(_reviewed())


@functools.cache
def _reviewed() -> Book:
    told = may()
    review(told, day(22))
    return told.book


def test_the_review_of_a_month_block_by_block() -> None:
    told = may()
    done = review(told, day(22))  # Friday
    bolt, acme, erle = (
        ("Bolt · Acme", "Offer", 1500.0),
        ("Acme · Acme", "Offer", 1000.0),
        ("Erle · Acme", "Talk", 500.0),
    )
    assert lines(told, "Ann", WON) == [("Nothing was won since the review of 2026-05-04.",)]
    # 30 June to 10 August are 41 days, in two refreshes; 500 of 2,000 is a quarter.
    assert lines(told, "Ann", MOVED) == [
        (*bolt, "put off by 41 days to 2026-08-10, 2 times; amount 2,000 → 1,500 (-25 %)"),
        (*acme, "Talk → Offer"),
        (*erle, "new in Talk"),
    ]
    # Offer may take five business days. Bolt: since 4 May, due 11 May, nine business days ago. Acme: since 7 May, due
    # 14 May, six days ago; its last touch was on 7 May, eleven business days ago. Erle's step was due yesterday.
    assert lines(told, "Ann", STUCK) == [
        (*bolt, "9 business days over the time-bound of Offer"),
        (*acme, "6 business days over the time-bound of Offer; no touch for 11 business days"),
        (*erle, "next step was due on 2026-05-21"),
    ]
    # In seven days, so up to 29 May; Acme's step has no day.
    assert lines(told, "Ann", STEPS) == [
        (*erle, "Call: was due on 2026-05-21"),
        (*bolt, "Call: due on 2026-05-29"),
    ]
    # Bolt closes in the next quarter: the forecast of this one does not count on it.
    assert lines(told, "Ann", RISK) == [
        (*acme, "over the stage's time-bound by 6 business days; idle for 11 business days"),
        (*erle, "no next step ahead"),
    ]
    assert lines(told, "Ann", CLEAN) == [(*acme, "over the stage's time-bound and idle for 11 business days")]
    # Ranks of 500, 1,000 and 1,500 are 1/3, 2/3 and 1; chances 10 % in Talk and 50 % in Offer.
    assert lines(told, "Ann", FIRST) == [
        (*bolt, "priority 50 of 100: 50% to be won in 2026 Q2, by the stage's default"),
        (*acme, "priority 33 of 100: 50% to be won in 2026 Q2, by the stage's default"),
        (*erle, "priority 3 of 100: 10% to be won in 2026 Q2, by the stage's default"),
    ]
    assert lines(told, "Bob", WON) == [("Corp · Acme", "Won", 9000.0, "won on 2026-05-12, after 8 days")]
    assert lines(told, "Bob", MOVED) == [("Dorn · Acme", "Lost", 3000.0, "Talk → Lost; reason: Price")]
    assert [lines(told, "Bob", block)[0][0] for block in (STUCK, STEPS, RISK, CLEAN, FIRST)] == [
        "No deal is stuck.", "No next step is due by 2026-05-29.", "No deal of this quarter is at risk.",
        "Nothing to clean up.", "No open deal.",
    ]  # fmt: skip
    assert told.book.names["review_line"] == (
        "Our team · review of 2026-05-22 · compared with the review of 2026-05-04 · 2 reps"
    )
    assert done.since.moment == dt.datetime(2026, 5, 4, 18)  # 16:00 in UTC  # noqa: DTZ001


@pytest.mark.slow
def test_each_rep_has_the_seven_blocks_in_their_order() -> None:
    told = reviewed()
    frame = told.book.frame("Review")
    for rep in ("Ann", "Bob"):
        assert tuple(dict.fromkeys(frame.loc[frame["Rep"] == rep, "Block"])) == BLOCKS
    assert list(dict.fromkeys(frame["Rep"])) == ["Ann", "Bob"]


@pytest.mark.slow
def test_the_first_review_looks_back_to_the_first_refresh() -> None:
    told = story()
    told.refresh(day(4))
    told.edit("Corp", Stage="Won", Actual_close=day(5))
    told.refresh(day(5))
    done = review(told, day(6))
    assert done.since.name == "the first refresh (2026-05-04)"
    assert lines(told, "Bob", WON) == [("Corp · Acme", "Won", 9000.0, "won on 2026-05-05, after 1 day")]


@pytest.mark.slow
def test_a_review_freezes_one_snapshot_a_day_and_a_second_start_writes_nothing() -> None:
    told = may()
    first = review(told, day(22))
    marks = [(mark.day, mark.label) for mark in snapshots(replace_facts(first, told))]
    assert marks == [(day(4), "Review"), (day(22), "Review")]
    second = review(told, day(22), 17)
    assert second.again
    assert not second.changes
    assert not told.refresh(day(22), 17).changes


def replace_facts(done: Reviewed, told: Story) -> Facts:
    """The facts of a review with the book as it stands afterwards."""
    return replace(done.refreshed.facts, book=told.book, remembered_of_book={})


@pytest.mark.slow
def test_a_note_stays_with_its_deal_through_refresh_and_a_second_start() -> None:
    told = reviewed()
    write(told, (STUCK, "D-00001"), "Manager note", "Call the CFO")
    write(told, (WON, None), "Rep reply", "Next month!")
    told.edit("Bolt", Amount=99.0)  # the order of the lines changes
    told.refresh(day(22), 17)
    again = review(told, day(22), 18)
    frame = told.book.frame("Review")
    noted = frame[frame["Manager note"].notna()]
    assert noted[["Deal ID", "Block", "Manager note"]].to_numpy().tolist() == [["D-00001", STUCK, "Call the CFO"]]
    assert frame.loc[frame["Rep reply"].notna(), ["Rep", "Block", "Rep reply"]].to_numpy().tolist() == [
        ["Ann", WON, "Next month!"]
    ]
    assert again.put_away == 0


@pytest.mark.slow
def test_the_next_review_shows_a_note_as_last_times_on_the_deals_first_line() -> None:
    told = reviewed()
    write(told, (RISK, "D-00001"), "Manager note", "Call the CFO")
    write(told, (RISK, "D-00001"), "Rep reply", "Did so")
    write(told, (STEPS, None), "Manager note", "More dates, please", rep="Bob")
    done = review(told, day(26))
    frame = told.book.frame("Review")
    assert done.put_away == 2
    assert frame["Manager note"].isna().all()
    told_again = frame[frame["Last time"].notna()][["Rep", "Block", "Deal ID", "Last time"]].to_numpy().tolist()
    assert told_again == [["Ann", STUCK, "D-00001", "2026-05-22 manager: Call the CFO · rep: Did so"]]
    notes = told.book.frame("ReviewNotes")
    assert notes[["Rep", "Deal ID", "Manager note"]].to_numpy().tolist() == [
        ["Ann", "D-00001", "Call the CFO"], ["Bob", None, "More dates, please"],
    ]  # fmt: skip


@pytest.mark.slow
def test_a_note_about_an_empty_block_stands_on_its_first_line_when_it_has_deals_next_time() -> None:
    told = reviewed()
    write(told, (WON, None), "Manager note", "Two next time, please")
    write(told, (STUCK, "D-00002"), "Manager note", "Well done")
    for name, amount in (("Acme", 1000.0), ("Bolt", 1500.0)):
        told.edit(name, Stage="Won", Actual_close=day(25), Amount=amount)
    told.refresh(day(25))
    review(told, day(26))
    frame = told.book.frame("Review")
    won = frame[(frame["Rep"] == "Ann") & (frame["Block"] == WON)]
    assert won[["Deal ID", "Last time"]].to_numpy().tolist() == [
        ["D-00002", "2026-05-22 manager: Well done · 2026-05-22 manager: Two next time, please"],
        ["D-00001", None],
    ]
    assert frame["Last time"].notna().sum() == 1


@pytest.mark.slow
def test_a_review_does_not_tick_off_the_notes_of_the_last_one() -> None:
    told = reviewed()
    write(told, (STUCK, "D-00001"), "Manager note", "Call the CFO")
    write(told, (STUCK, "D-00002"), "Manager note", "Ask")
    write(told, (STUCK, "D-00002"), "Rep reply", "Asked")
    done = review(told, day(26))
    assert open_counts(replace(done.refreshed.facts, book=told.book)).loc["Ann", "Replies"] == 1


@pytest.mark.slow
def test_a_note_of_a_deal_that_left_the_review_goes_to_the_notes() -> None:
    told = reviewed()
    write(told, (CLEAN, "D-00001"), "Manager note", "Last chance")
    told.edit("Acme", Last_touch=day(22))
    done = review(told, day(22), 18)
    assert lines(told, "Ann", CLEAN) == [("Nothing to clean up.",)]
    assert done.put_away == 1
    assert told.book.frame("ReviewNotes")["What"].tolist() == [
        "over the stage's time-bound and idle for 11 business days"
    ]


@pytest.mark.slow
def test_own_rows_and_columns_are_kept_too() -> None:
    told = reviewed()
    frame = told.book.frame("Review").assign(Mood=None)
    frame.loc[0, "Mood"] = "good"
    own = pd.DataFrame([dict.fromkeys(frame.columns) | {"Rep": "Ann", "What": "Holidays in June"}], dtype=object)
    frame = pd.concat([frame, own], ignore_index=True).astype(object)
    told.book = with_frame(told.book, "Review", frame.where(frame.notna(), None))
    review(told, day(22), 17)
    now = told.book.frame("Review")
    assert (now["Mood"].iloc[0], now["What"].iloc[-1]) == ("good", "Holidays in June")
    review(told, day(26))
    assert told.book.frame("Review")["Mood"].isna().all()
    notes = told.book.frame("ReviewNotes")
    assert notes["Other text"].tolist() == ["Mood: good", None]
    assert notes["What"].tolist()[1] == "Holidays in June"
    assert notes["Review of"].tolist() == [day(22), day(22)]


@pytest.mark.slow
def test_more_lines_than_room_are_counted() -> None:
    told = story(tuple({"Opportunity": f"Deal {n}", "Next step": None} for n in range(13)))
    told.refresh(day(4))
    review(told, day(4))
    found = lines(told, "Ann", STUCK)
    assert len(found) == 11
    assert found[-1] == ("3 more: see Aging.",)


@pytest.mark.slow
def test_a_deleted_row_and_a_new_owner_are_told() -> None:
    told = story()
    told.refresh(day(4))
    review(told, day(4))
    told.delete("Bolt")
    told.edit("Dorn", Owner="Ann", Amount=None, Expected_close=None)
    told.refresh(day(6))
    review(told, day(6))
    assert lines(told, "Ann", MOVED) == [
        ("Dorn · Acme", "Talk", None, "expected close taken out; amount taken out; handed over by Bob"),
        ("its row was deleted",),
    ] or lines(told, "Ann", MOVED)[::-1] == [
        ("Dorn · Acme", "Talk", None, "expected close taken out; amount taken out; handed over by Bob"),
        ("its row was deleted",),
    ]


def test_an_older_book_is_asked_to_be_upgraded() -> None:
    with pytest.raises(RequestError, match="upgrade"):
        start_review(new_book(TEAM), now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 18), st.booleans(), st.integers(0, 3)), min_size=1, max_size=4))
def test_no_text_that_was_typed_is_ever_lost(writes: list[tuple[int, bool, int]]) -> None:
    told = story()
    told.refresh(day(4))
    review(told, day(4))
    texts = []
    for number, (row, is_note, later) in enumerate(writes):
        frame = told.book.frame("Review").copy()
        at, head = row % len(frame), "Manager note" if is_note else "Rep reply"
        if frame.at[at, head] is None:  # else a person would write over a text on purpose
            texts.append(f"text {number}.")
            frame.at[at, head] = texts[-1]
        told.book = with_frame(told.book, "Review", frame)
        deal = told.rows()["Opportunity"].iloc[number % len(told.rows())]
        told.edit(str(deal), Stage=("Offer", "Won", "Lost", "Talk")[later], Owner=("Ann", "Bob")[later % 2])
        review(told, day(5 + number if later else 4 + number), 17 + (number % 3))
        assert all(text in every_text(told) for text in texts)
