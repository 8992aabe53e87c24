"""Take snapshot: rows are appended, figures are those of the tabs, deals come by replay."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pandas as pd
import pytest

from tests.jobs.story_book import Story, day, new_book
from xlpipeline.errors import RequestError
from xlpipeline.jobs.snapshot import take_snapshot
from xlpipeline.model.applied import applied
from xlpipeline.model.replay import replay
from xlpipeline.tabs import issues


def snap(story: Story, on: int, label: str = "") -> pd.DataFrame:
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        now = dt.datetime(2026, 5, on, 15, tzinfo=dt.UTC)
        taken = take_snapshot(story.book, label, now=now, user="ann", tool="test")
    story.book = applied(story.book, taken.changes)
    return taken.rows


@pytest.mark.slow
def test_a_snapshot_holds_the_team_and_each_open_stage() -> None:
    story = Story(new_book(({"Deal ID": "D-1"}, {"Deal ID": "D-2", "Stage": "Offer", "Amount": 300.0})))
    snap(story, 5, " Monday meeting ")
    rows = story.book.frame("_Snapshots")
    assert rows["Stage"].tolist() == [None, "Talk", "Offer", "Close"]
    assert rows["Open deals"].tolist() == [2, 1, 1, 0]
    assert rows["Open amount"].tolist() == [1300, 1000, 300, 0]
    assert rows["Weighted amount"].tolist() == [250, 100, 150, 0]
    assert set(rows["Date"]) == {day(5)}
    assert set(rows["Label"]) == {"Monday meeting"}
    assert set(rows["Taken on"]) == {dt.datetime(2026, 5, 5, 17)}  # noqa: DTZ001 - cells know no time zone
    assert (rows["Quarter start"][0], rows["Open in quarter"][0]) == (day(1, 4), 1300)


@pytest.mark.slow
def test_the_deals_of_a_snapshot_come_by_replay_and_earlier_snapshots_stay() -> None:
    story = Story(new_book(({"Deal ID": "D-1"},)))
    snap(story, 5)
    before = story.book.frame("_Snapshots")
    story.edit("D-1", Amount=7.0)
    story.add(Opportunity="New")
    snap(story, 6)
    rows = story.book.frame("_Snapshots")
    pd.testing.assert_frame_equal(rows.iloc[: len(before)], before)
    teams = rows[rows["Stage"].isna()]
    for taken_on, amount in zip(teams["Taken on"], teams["Open amount"], strict=True):
        assert replay(story.history(), taken_on)["Amount"].sum() == amount
    assert teams["Open amount"].tolist() == [1000, 1007]


def test_a_book_without_the_table_is_asked_to_upgrade() -> None:
    book = new_book(({},))
    old = type(book)({n: t for n, t in book.tables.items() if n != "_Snapshots"}, book.names)
    with pytest.raises(RequestError, match="xlpipeline upgrade"):
        take_snapshot(old, "", now=dt.datetime(2026, 5, 5, tzinfo=dt.UTC))


@pytest.mark.slow
def test_a_snapshot_keeps_what_the_forecasts_said_so_that_they_can_be_scored() -> None:
    story = Story(new_book(({"Deal ID": "D-1"}, {"Deal ID": "D-2", "Stage": "Offer", "Amount": 300.0})))
    story.edit("D-2", **{"Forecast category": "Commit"})
    team = snap(story, 5).iloc[0]
    assert (team["Commit forecast"], team["Best case forecast"], team["Weighted forecast"]) == (300, 300, 250)
    unknown = ["Outcome P10", "Outcome P50", "Outcome P90", "N days", "N-day wins", "N-day value"]
    assert team[unknown].tolist() == [None] * 6, "without a past there is no chance to keep"
