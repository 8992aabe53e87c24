"""Figures that a refresh writes beside each deal, and criteria that read what has only just been worked out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.story_book import CRITERIA_ROWS, GOOD, Story, day, new_book
from tests.metrics.small_leads import frame_of
from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, read_book, write_new
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.upgrade import upgrade_file
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book, ChangeSet
from xlpipeline.model.schema import CRITERIA, PIPELINE, SCORING
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Tab, TableBlock
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

NOW = dt.datetime(2026, 5, 6, 15, tzinfo=dt.UTC)
TOUCH = {"Date": day(5), "Type": "Value touch"}


def asking(book: Book, *argument: object) -> Book:
    """The book with one more exit criterion of the first stage: a column compared with something."""
    given = {f"Argument {n}": cell for n, cell in enumerate(argument, 1)}
    row = {"Stage": "Talk", "Direction": "exit", "ID": "asked", "Text": "It is so.", "Kind": "value", "Blocking": "Y"}
    return with_frame(book, "Criteria", frame_of(CRITERIA, [row | given, *CRITERIA_ROWS]))


def marked(*marks: float | None) -> Story:
    """Deals in the first stage with a mark for the budget, up to 5; Excel has calculated nothing yet."""
    book = with_frame(new_book(({},) * len(marks)), "Scoring", frame_of(SCORING, [("BANT", "Budget", "", 5, 1)]))
    wider = book.frame("Pipeline").assign(Budget=pd.Series(marks, dtype=object))
    return Story(asking(with_frame(book, "Pipeline", wider), "Qualification", ">=", 60))


def missing(story: Story) -> list[bool]:
    return ["asked" in str(cell) for cell in story.rows()["Missing criteria"]]


@pytest.mark.slow
def test_a_criterion_about_the_qualification_is_right_at_once_and_a_second_refresh_writes_nothing() -> None:
    story = marked(2, 3, 5, None)
    story.refresh(day(4))
    assert story.rows()["Qualification"].tolist() == [40, 60, 100, None]
    assert missing(story) == [True, False, False, True]
    assert not story.refresh(day(4), hour=16).changes


@pytest.mark.slow
def test_a_mark_given_since_counts_in_the_same_refresh() -> None:
    story = marked(2)
    story.refresh(day(4))
    before = story.cell("Deal 1", "Furthest stage")
    story.edit("Deal 1", Budget=4, Need_confirmed="Y")
    story.refresh(day(5))
    assert missing(story) == [False]
    assert story.cell("Deal 1", "Furthest stage") == int(str(before)) + 1


def team() -> Story:
    """Three open deals of 1000, 2000 and none, and a won one; D-2 was given something of use twice, D-1 a call."""
    deals = (
        {"Deal ID": "D-1"},
        {"Deal ID": "D-2", "Amount": 2000.0},
        {"Deal ID": "D-3", "Amount": None},
        {"Deal ID": "D-4", "Stage": "Won", "Actual close": day(5), "Created": day(1)},
    )
    log = (TOUCH | {"Deal ID": "D-2"}, TOUCH | {"Deal ID": "d-2 "}, TOUCH | {"Deal ID": "D-1", "Type": "Call"})
    return Story(new_book(deals, activities=log))


@pytest.mark.slow
def test_priority_is_the_chance_times_the_rank_in_whole_points_of_open_deals_with_an_amount() -> None:
    story = team()
    story.refresh(day(5))
    assert story.rows()["Priority"].tolist() == [5, 10, None, None]  # 10 % by the stage's default, rank 1/2 and 2/2


@pytest.mark.slow
def test_value_touches_are_counted_per_open_deal_and_nothing_is_said_where_nobody_keeps_a_log() -> None:
    story = team()
    story.refresh(day(5))
    assert story.rows()["Value touches"].tolist() == [0, 2, 0, None]
    silent = Story(new_book(({},)))
    silent.refresh(day(5))
    assert silent.rows()["Value touches"].tolist() == [None]


@pytest.mark.slow
def test_both_are_written_once_and_never_told_by_the_history() -> None:
    story = team()
    story.refresh(day(5))
    assert not story.refresh(day(5), hour=16).changes
    story.edit("D-1", Amount=3000.0)
    story.refresh(day(6))
    assert story.rows()["Priority"].tolist() == [10, 5, None, None]
    assert [kind for _, _, kind, _, _ in story.told()] == ["amount"]
    births = story.history().events["row"].dropna()
    assert not any({"Priority", "Value touches"} & set(row) for row in births)


@pytest.mark.slow
def test_a_closed_deal_and_an_emptied_row_lose_both() -> None:
    story = team()
    story.refresh(day(5))
    story.edit("D-2", Stage="Lost", Actual_close=day(6), Lost_reason="Price")
    story.edit("D-1", **dict.fromkeys(("Deal_ID", "Opportunity", "Account", "Amount", "Stage")))
    story.refresh(day(6))
    assert story.rows()[["Priority", "Value touches"]].isna().to_numpy()[[0, 1, 3]].all()
    assert story.rows()["Value touches"].tolist()[2] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "least", "wanted"), [("Priority", 10, [True, False, True]), ("Value touches", 2, [True, False, True])]
)
def test_a_criterion_may_ask_for_them_and_is_right_at_once(head: str, least: int, wanted: list[bool]) -> None:
    story = team()
    story.book = asking(story.book, head, ">=", least)
    story.refresh(day(5))
    assert missing(story)[:3] == wanted
    assert not story.refresh(day(5), hour=16).changes


@pytest.mark.slow
def test_a_criterion_about_the_next_touch_is_right_at_once() -> None:
    story = Story(asking(new_book(({},)), "Next touch by", "=", "Call"))
    frame = pd.DataFrame([("Talk", 0, "Call", "")], columns=["Stage", "Day", "Channel", "Purpose"], dtype=object)
    story.book = with_frame(story.book, "Cadence", frame)
    story.refresh(day(5))
    assert (story.cell("Deal 1", "Next touch by"), missing(story)) == ("Call", [False])
    assert not story.refresh(day(5), hour=16).changes


@pytest.mark.slow
def test_in_an_older_book_a_column_of_that_name_is_the_teams_own() -> None:
    story = team()
    story.edit("D-1", Priority="high")
    story.book = replace(story.book, names={**story.book.names, "xlp_schema": 4})
    story.refresh(day(5))
    assert story.rows()["Priority"].tolist() == ["high", None, None, None]
    assert story.rows()["Next touch"].isna().all()


@pytest.mark.slow
def test_an_upgrade_asks_for_another_head_first_and_changes_nothing(tmp_path: Path) -> None:
    own = tuple(
        replace(column, name="priority", writer="user") if column.name == "Priority" else column
        for column in PIPELINE.columns
        if column.name != "Value touches"
    )

    def older(tab: Tab) -> Tab:
        blocks = tuple(
            replace(block, table=replace(block.table, columns=own))
            if isinstance(block, TableBlock) and block.table.name == "Pipeline"
            else block
            for block in tab.blocks
        )
        return replace(tab, blocks=blocks)

    path = tmp_path / "old.xlsx"
    rows = pd.DataFrame([{**GOOD, "Stage": "Qualification", "Opportunity": "Roll-out"}], dtype=object)
    recipe = replace(load_recipe("five"), scoring=())
    write_new(path, build_workbook(recipe, now=NOW, tabs=tuple(map(older, TABS)), tables={"Pipeline": rows}))
    ClosedWorkbook(path).apply(ChangeSet(names={"xlp_schema": 4}))
    before = path.read_bytes()
    with pytest.raises(RequestError, match="a column “priority” of your own"):
        upgrade_file(path, now=NOW)
    assert path.read_bytes() == before
    refresh_in(ClosedWorkbook(path), now=NOW)
    assert read_book(path).frame("Pipeline")["priority"].isna().all()
