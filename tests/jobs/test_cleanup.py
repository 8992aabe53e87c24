"""Clean-up lists what looks dead and moves only what a person accepts; nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.conftest import AS_OF, NOW
from xlpipeline.cli import main
from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, read_book
from xlpipeline.jobs.cleanup import accept, cleanup_in
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import Book, same_cell

pytestmark = pytest.mark.slow

LATER = NOW + dt.timedelta(days=60)
"""Two months in which nobody touched a deal."""


def derailed(book: Book) -> str:
    stages = book.frame("Stages")
    return str(stages.loc[stages["Type"] == "derailed", "Stage"].iloc[0])


def proposed(path: Path) -> list[str]:
    return [deal["deal_id"] for deal in cleanup_in(ClosedWorkbook(path), now=LATER).data["deals"]]


def test_the_list_is_that_of_the_aging_tab_and_nothing_is_written(small_book: Path) -> None:
    refresh_in(ClosedWorkbook(small_book), now=LATER)
    content = small_book.read_bytes()
    listed = proposed(small_book)
    assert small_book.read_bytes() == content
    assert len(listed) > 3
    assert read_book(small_book).frame("CleanUp")["Deal ID"].tolist() == listed[:25]


def test_an_accepted_deal_is_derailed_with_day_reason_and_last_stage_and_the_others_stay(small_book: Path) -> None:
    first, second, *_ = proposed(small_book)
    before = read_book(small_book).frame("Pipeline").set_index("Deal ID")
    outcome = cleanup_in(ClosedWorkbook(small_book), [first], now=LATER)
    book = read_book(small_book)
    after = book.frame("Pipeline").set_index("Deal ID")
    moved = after.loc[first]
    assert moved["Stage"] == derailed(book)
    assert moved["Actual close"] == LATER.date()
    assert moved["Lost reason"] == "Stale"
    assert moved["Last stage before loss"] == str(before.loc[first, "Stage"])
    assert same_cell(moved["Amount"], before.loc[first, "Amount"])
    assert str(after.loc[second, "Stage"]) == str(before.loc[second, "Stage"])
    assert list(after.index) == list(before.index)
    assert "Stale" in book.frame("LostReasons")["Lost reason"].tolist()
    assert outcome.data["moved_to"] == derailed(book)
    assert first not in proposed(small_book)
    assert first not in book.frame("CleanUp")["Deal ID"].tolist()


def test_the_history_tells_the_move_and_why(small_book: Path) -> None:
    first = proposed(small_book)[0]
    cleanup_in(ClosedWorkbook(small_book), [first], now=LATER, user="ann")
    history = read_book(small_book).frame("_History")
    moves = history[(history["Deal ID"] == first) & (history["Kind"] == "stage")]
    assert len(moves) == 1
    assert str(moves["Note"].iloc[0]).startswith("clean-up: ")


def test_all_are_accepted_at_once_and_a_second_time_there_is_nothing_to_do(small_book: Path) -> None:
    n = len(proposed(small_book))
    assert len(cleanup_in(ClosedWorkbook(small_book), ["all"], now=LATER).data["deals"]) == n
    content = small_book.read_bytes()
    assert "No open deal is proposed" in cleanup_in(ClosedWorkbook(small_book), ["ALL"], now=LATER).sentences[0]
    assert small_book.read_bytes() == content
    refresh_in(ClosedWorkbook(small_book), now=LATER)
    assert small_book.read_bytes() == content


def test_a_deal_that_is_not_proposed_is_refused_and_nothing_is_written(small_book: Path) -> None:
    content = small_book.read_bytes()
    first = proposed(small_book)[0]
    with pytest.raises(RequestError, match=r"^Not proposed for clean-up: D-99999; please choose from the list"):
        cleanup_in(ClosedWorkbook(small_book), [first, "D-99999"], now=LATER)
    assert small_book.read_bytes() == content


def test_without_a_derailed_stage_it_is_refused(small_book: Path) -> None:
    book = read_book(small_book)
    stages = book.frame("Stages")
    stages.loc[stages["Type"] == "derailed", "Type"] = "lost"
    with pytest.raises(RequestError, match="No stage on Process has the type derailed"):
        accept(book, ["all"], now=LATER)


def test_the_command_lists_and_accepts(small_book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cleanup", str(small_book)]) == 0
    assert "Nothing was written." in capsys.readouterr().out
    assert main(["cleanup", str(small_book), "--accept", "D-99999"]) == 2
    assert "Not proposed" in capsys.readouterr().err


def test_on_a_fresh_book_with_nothing_dead_the_list_is_empty(small_book: Path) -> None:
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    dead = cleanup_in(ClosedWorkbook(small_book), now=NOW).data["deals"]
    assert len(dead) < len(proposed(small_book))
