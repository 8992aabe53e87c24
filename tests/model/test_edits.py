# ruff: noqa: DTZ001 - cells know no time zone
"""Stamps of edits as read: what cannot be true is left out, on both sides of every limit."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.model.book import NOT_AVAILABLE, Book, BookTable, CellError
from xlpipeline.model.edits import Window, edits_of, emptied, previous_refresh, read_edits
from xlpipeline.model.edits_table import EDITS
from xlpipeline.model.schema import SETTINGS

BERLIN = ZoneInfo("Europe/Berlin")
AFTER, NOW = dt.datetime(2026, 5, 4, 17), dt.datetime(2026, 5, 6, 17)
NOON = dt.datetime(2026, 5, 5, 12)
SECOND = dt.timedelta(seconds=1)


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A body of ``_Edits``: Deal ID, Column, Value, At, UTC offset, User."""
    return pd.DataFrame({head: pd.Series([row[i] for row in rows], dtype=object) for i, head in enumerate(EDITS.heads)})


def read(**cells: object) -> list[tuple[object, dt.datetime, str]]:
    """The edits of one stamp as (value, moment, user); ``cells``: what is not as usual in it."""
    usual = {"deal": "D-1", "column": "Stage", "value": "Offer", "at": NOON, "offset": None, "user": "ann"}
    found = read_edits(frame(tuple({**usual, **cells}.values())), Window(AFTER, NOW, BERLIN), ("Talk", "Offer", "1"))
    return [(one.value, one.moment, one.user) for edits in found.values() for one in edits]


def test_a_sound_stamp_is_read() -> None:
    assert read() == [("Offer", NOON, "ann")]
    assert read(deal=" d-1 ", column=" Stage ", value=" offer ", user=" ann ") == [("offer", NOON, "ann")]
    assert read(deal=17.0, user=4711.0, value=1.0) == [("1", NOON, "4711")]
    assert read(column="Amount", value=12) == [(12.0, NOON, "ann")]
    assert read(column="Expected close", value=dt.date(2026, 7, 1)) == [(dt.date(2026, 7, 1), NOON, "ann")]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (AFTER, False),
        (AFTER + SECOND, True),
        (NOW, True),
        (NOW + SECOND, False),
        (dt.datetime(1, 1, 1), False),
        (dt.datetime(9999, 12, 31, 23, 59, 59), False),
        (dt.date(2026, 5, 5), True),
        (dt.date(2026, 5, 4), False),
        (46147.5, True),  # noon on 5 May
        (46145.5, False),
        (1e300, False),
        (math.nan, False),
        (None, False),
        (True, False),
        ("2026-05-05 12:00", False),
        (NOT_AVAILABLE, False),
        (pd.NaT, False),
    ],
)
def test_a_moment_must_lie_after_the_previous_refresh_and_up_to_this_one(at: object, told: bool) -> None:
    assert bool(read(at=at)) is told


def test_the_last_digits_of_a_serial_number_are_noise() -> None:
    assert read(at=NOON - dt.timedelta(microseconds=4)) == [("Offer", NOON, "ann")]
    assert read(at=NOW + dt.timedelta(microseconds=4)) == [("Offer", NOW, "ann")]
    assert read(at=46147.499999999996)[0][1] == NOON


@pytest.mark.parametrize(
    ("at", "offset", "moment"),
    [
        (NOON, None, NOON),
        (NOON, 120.0, NOON),  # Berlin's own summer time
        (NOON, 0, NOON + dt.timedelta(hours=2)),
        (NOON, -300.0, NOON + dt.timedelta(hours=7)),
        (NOON, 345, NOON - dt.timedelta(hours=3, minutes=45)),
        (dt.datetime(2026, 5, 7, 4, 59), 840, dt.datetime(2026, 5, 6, 16, 59)),
        (dt.datetime(2026, 5, 7, 5, 1), 840, None),
        (dt.datetime(2026, 5, 4, 17), 60, dt.datetime(2026, 5, 4, 18)),
        (NOON, 841, None),
        (NOON, -841, None),
        (NOON, 60.5, None),
        (NOON, "120", None),
        (NOON, True, None),
        (NOON, math.inf, None),
        (NOON, NOT_AVAILABLE, None),
        (NOON, " ", NOON),
    ],
)
def test_an_offset_brings_the_moment_into_the_workbooks_zone(
    at: dt.datetime, offset: object, moment: dt.datetime | None
) -> None:
    assert [found for _, found, _ in read(at=at, offset=offset)] == ([] if moment is None else [moment])


def test_the_hour_that_comes_twice_keeps_its_order() -> None:
    """On 25 October 2026 Berlin's clocks go back from 3:00 to 2:00."""
    window = Window(dt.datetime(2026, 10, 24), dt.datetime(2026, 10, 26), BERLIN)
    summer, winter = dt.datetime(2026, 10, 25, 2, 50), dt.datetime(2026, 10, 25, 2, 10)
    rows = frame(("D", "Amount", 2, winter, 60, ""), ("D", "Amount", 1, summer, 120, ""))
    found = read_edits(rows, window, ())["d", "Amount"]
    assert [(one.value, one.moment) for one in found] == [(1.0, summer), (2.0, winter)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"deal": None},
        {"deal": CellError("#REF!")},
        {"column": "Owner"},
        {"column": "stage"},
        {"column": None},
        {"column": "=Stage"},
        {"value": "Offers"},
        {"value": "=1+1"},
        {"value": NOT_AVAILABLE},
        {"value": "x" * 40_000},
        {"column": "Amount", "value": "12"},
        {"column": "Amount", "value": True},
        {"column": "Amount", "value": math.inf},
        {"column": "Amount", "value": 1e15},
        {"column": "Amount", "value": "=A1"},
        {"column": "Expected close", "value": "soon"},
        {"column": "Expected close", "value": "2026-07-01"},
        {"column": "Expected close", "value": 0.5},
        {"column": "Expected close", "value": NOT_AVAILABLE},
        {"user": NOT_AVAILABLE},
        {"user": "=cmd"},
        {"user": "+ann"},
        {"user": "@ann"},
        {"user": "u" * 256},
        {"user": "an\nn"},
    ],
)
def test_what_no_such_cell_takes_is_left_out(wrong: dict[str, object]) -> None:
    assert read(**wrong) == []


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("Stage", None, None),
        ("Stage", " ", None),
        ("Stage", "TALK", "TALK"),
        ("Amount", math.nan, None),
        ("Amount", -1e15 + 1, -1e15 + 1),
        ("Expected close", "", None),
        ("Expected close", 46147.9, dt.date(2026, 5, 5)),
        ("Expected close", dt.datetime(2026, 7, 1, 9), dt.date(2026, 7, 1)),
    ],
)
def test_a_value_is_read_as_its_column_means_it(column: str, cell: object, value: object) -> None:
    assert read(column=column, value=cell) == [(value, NOON, "ann")]


def test_a_user_of_255_letters_or_none_is_read() -> None:
    assert [user for _, _, user in read(user="u" * 255)] == ["u" * 255]
    assert [user for _, _, user in read(user=None)] == [""]


def test_edits_are_in_order_of_time_and_then_of_rows() -> None:
    rows = frame(
        ("D", "Amount", 3, NOON, None, ""),
        ("D", "Amount", 4, NOON, None, ""),
        ("d", "Amount", 1, NOON - SECOND, "", ""),
    )
    assert [one.value for one in read_edits(rows, Window(AFTER, NOW, BERLIN), ())["d", "Amount"]] == [1.0, 3.0, 4.0]


def test_a_table_that_lost_a_column_tells_nothing() -> None:
    rows = frame(("D", "Amount", 3, NOON, None, "")).drop(columns="At")
    assert read_edits(rows, Window(AFTER, NOW, BERLIN), ()) == {}
    assert read_edits(pd.DataFrame(), Window(AFTER, NOW, BERLIN), ()) == {}


ANY = st.one_of(
    st.none(), st.text(max_size=5), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.dates(),
    st.sampled_from(["D-1", "Stage", "Amount", "Talk", CellError("#N/A"), NOON, pd.NaT]),
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(st.tuples(*[ANY] * 6), max_size=4))
def test_no_cell_ever_raises(rows: list[tuple[object, ...]]) -> None:
    for edits in read_edits(frame(*rows), Window(AFTER, NOW, BERLIN), ("Talk",)).values():
        assert all(AFTER < one.moment <= NOW for one in edits)


def book(settings: dict[str, object] | None = None, **names: object) -> Book:
    """A book with one stamp."""
    rows = list((settings or {}).items())
    keys = {"Key": [key for key, _ in rows], "Value": [value for _, value in rows]}
    tables = (
        BookTable(EDITS.name, EDITS.tab, 4, 2, frame(("D-1", "Amount", 5, NOON, None, "ann"))),
        BookTable(SETTINGS.name, SETTINGS.tab, 4, 2, pd.DataFrame(keys, dtype=object)),
    )
    return Book({table.name: table for table in tables}, names)


def test_stamps_are_not_used_where_the_setting_is_off_or_nothing_came_before() -> None:
    assert list(edits_of(book(), AFTER, NOW, ())) == [("d-1", "Amount")]
    assert edits_of(book({"edit_stamps": "OFF"}), AFTER, NOW, ()) == {}
    assert edits_of(book(), None, NOW, ()) == {}
    assert edits_of(Book({}), AFTER, NOW, ()) == {}


def test_a_table_is_emptied_to_one_blank_row() -> None:
    (change,) = emptied(book())
    assert change.rows == 1
    assert [cells.tolist() for cells in change.columns.values()] == [[None]] * 6
    assert emptied(Book({})) == ()


def test_the_previous_refresh_is_the_later_of_the_books_stamp_and_its_last_event() -> None:
    assert previous_refresh(book(), AFTER) == AFTER
    assert previous_refresh(book(refreshed_at=NOON), AFTER) == NOON
    assert previous_refresh(book(refreshed_at=AFTER - SECOND), AFTER) == AFTER
    assert previous_refresh(book(refreshed_at="yesterday"), AFTER) == AFTER
    assert previous_refresh(book(refreshed_at=NOON), None) is None
