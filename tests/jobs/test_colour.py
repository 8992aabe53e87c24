"""Color stale rows, by hand: who is stale on which day, and the one setting that is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.checks.small_book import STAGES, pipeline, table
from xlpipeline.errors import BookError
from xlpipeline.jobs.colour import Stale, sentences, stale_rows, switched
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable

NOW = dt.datetime(2026, 5, 15, 10, tzinfo=dt.UTC)
DAY = dt.date(2026, 5, 15)
HEADS = ("Order", "Stage", "Type", "Default probability", "Max business days")


def book(*deals: dict[str, object], colour: object = "on", as_of: object = DAY) -> Book:
    settings = table("Settings", ("Key", "Value", "Unit", "Meaning"), [("colour_rows", colour, "on or off", "Tint.")])
    tables: tuple[BookTable, ...] = (pipeline(deals), table("Stages", HEADS, STAGES), settings)
    return Book({one.name: one for one in tables}, {"AsOf": as_of, "ColourRows": colour or "on"})


GOOD: dict[str, object] = {}
APRIL = dt.date(2026, 4, 1)
IDLE: dict[str, object] = {"Created": APRIL, "Last touch": APRIL, "Stage since": APRIL, "Next step": None}
PAST: dict[str, object] = {"Expected close": dt.date(2026, 5, 14)}
WON: dict[str, object] = {"Stage": "Won", "Actual close": dt.date(2026, 5, 4), "Expected close": dt.date(2026, 5, 4)}


def test_open_deals_are_counted_by_each_of_their_flags() -> None:
    stale = stale_rows(book(GOOD, IDLE, PAST, WON), now=NOW)
    assert stale == Stale(DAY, 3, 2, {"T": 1, "B": 0, "I": 1, "C": 1, "N": 1}, "on")


def test_the_day_is_that_of_the_workbooks_own_flags() -> None:
    pinned = book(PAST, as_of=dt.date(2026, 5, 14))
    assert stale_rows(pinned, now=NOW).stale == 0
    assert stale_rows(book(PAST, as_of=None), now=NOW).stale == 1


def test_what_is_stale_is_said_with_the_meaning_of_each_letter() -> None:
    assert sentences(stale_rows(book(GOOD, IDLE, PAST), now=NOW)) == (
        "2 of 3 open deals are stale as of 2026-05-15:",
        "  T  1  over the stage's time-bound",
        "  I  1  idle, no touch for too long",
        "  C  1  expected close is past",
        "  N  1  next step missing or past",
    )
    assert sentences(stale_rows(book(GOOD, PAST), now=NOW))[0] == "1 of 2 open deals is stale as of 2026-05-15:"
    assert sentences(stale_rows(book(GOOD), now=NOW)) == ("None of 1 open deal is stale as of 2026-05-15.",)


def test_only_the_setting_and_the_cell_that_reads_it_are_written() -> None:
    before = book(GOOD)
    changes = switched(before, "off")
    assert [change.table for change in changes.tables] == ["Settings"]
    assert list(changes.names) == ["ColourRows"]
    after = applied(before, changes)
    assert after.frame("Settings")["Value"].tolist() == ["off"]
    assert stale_rows(after, now=NOW).colouring == "off"


def test_switching_to_what_it_is_already_writes_nothing() -> None:
    assert not switched(book(GOOD, colour="off"), "off")


def test_a_blank_setting_means_on() -> None:
    assert stale_rows(book(GOOD, colour=None), now=NOW).colouring == "on"


def test_a_deleted_setting_comes_back() -> None:
    whole = book(GOOD)
    settings = table("Settings", ("Key", "Value", "Unit", "Meaning"), [("team", "EMEA", "text", "Name.")])
    without = replace(whole, tables={**whole.tables, "Settings": settings})
    after = applied(without, switched(without, "off"))
    rows = after.frame("Settings")
    assert rows["Key"].tolist() == ["team", "colour_rows"]
    assert rows["Meaning"].notna().all()
    assert stale_rows(after, now=NOW).colouring == "off"


def test_a_book_without_pipeline_is_refused() -> None:
    empty = Book({"Lists": table("Lists", ("A",), [("x",)])})
    with pytest.raises(BookError, match="no table Pipeline"):
        stale_rows(empty, now=NOW)


def test_no_table_of_settings_means_nothing_to_write() -> None:
    assert not switched(Book({"Pipeline": pipeline([GOOD])}), "off")
