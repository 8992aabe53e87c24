"""Dates are read in the one order that the whole column shows."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.errors import SourceError
from xlpipeline.importers.cells import Reading
from xlpipeline.importers.dates import Zones, read_dates

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HERE = Zones(BERLIN, BERLIN)
DAY = dt.date(2024, 3, 5)


def read(*cells: object, order: str = "", zones: Zones = HERE, keep_time: bool = False) -> Reading:
    return read_dates(
        pd.Series(list(cells), dtype=object), column="Close", zones=zones, order=order, keep_time=keep_time
    )


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "5 March 2024",
        "05-Mar-24",
        "Mar 5, 2024",
        "March 5th, 2024",
        "5. März 2024",
        "5. Mrz. 24",
        "2024-03-05 23:59:59",
        "2024-03-05T00:00:00",
        "05.03.2024",
        "5.3.24",
        "45356",
        "45356.75",
        45356,
        45356.5,
        "\u00a02024-03-05 ",
        DAY,
        dt.datetime(2024, 3, 5, 17, 0),  # noqa: DTZ001
    ],
)
def test_one_date_alone_is_read(text: object) -> None:
    reading = read(text)
    assert reading.values.tolist() == [DAY]
    assert not reading.unread.any()


@pytest.mark.parametrize(
    "text",
    ["soon", "2024-02-30", "31.04.2024", "0204-03-05", "2024-13-01", "12", 12, True, "2024-03-05 25:00", "5 Foo 2024"],
)
def test_what_is_no_date_is_marked(text: object) -> None:
    reading = read(text, "2024-03-05", order="day-first")
    assert reading.values.tolist() == [None, DAY]
    assert reading.unread.tolist() == [True, False]


def test_a_part_above_twelve_decides_for_the_whole_column() -> None:
    assert read("05/03/2024", "13/03/2024").values.tolist() == [DAY, dt.date(2024, 3, 13)]
    assert read("03/05/2024", "03/13/2024").values.tolist() == [DAY, dt.date(2024, 3, 13)]
    assert read("05/03/2024", "12/03/2024", "13/03/2024").order == "day-first"


def test_twelve_does_not_decide() -> None:
    with pytest.raises(SourceError) as refused:
        read("05/03/2024", "12/12/2024")
    assert str(refused.value) == (
        "In “Close” nothing tells the day from the month, for instance in 05/03/2024; please add to the mapping file "
        '[dates] order = "day-first" or "month-first" (for this column alone: [dates.columns] "Close" = "day-first").'
    )


def test_the_mapping_file_decides_an_undecidable_column() -> None:
    assert read("05/03/2024", order="day-first").values.tolist() == [DAY]
    assert read("03/05/2024", order="month-first").values.tolist() == [DAY]
    assert read("24/03/05", order="year-first").values.tolist() == [DAY]
    assert read("05/03/2024", order="year-first").unread.tolist() == [True]


def test_equal_days_and_months_need_no_decision() -> None:
    assert read("03/03/2024", "04/04/2024").values.tolist() == [dt.date(2024, 3, 3), dt.date(2024, 4, 4)]


def test_a_column_that_no_order_explains_is_refused() -> None:
    with pytest.raises(SourceError, match=r"“Close” holds .* and .*, which no one order explains; please add"):
        read("13/03/2024", "03/13/2024")


def test_short_years_that_may_stand_first_are_refused() -> None:
    cells = ["24-03-05", "24-03-31", "25-01-14"]
    with pytest.raises(SourceError, match=r"the year may stand first or last, for instance in 24-03-05; please add"):
        read(*cells)
    assert read(*cells, order="year-first").values.tolist() == [DAY, dt.date(2024, 3, 31), dt.date(2025, 1, 14)]
    assert read("24-03-24", "25-03-25").values.tolist() == [dt.date(2024, 3, 24), dt.date(2025, 3, 25)]


def test_a_rare_slip_does_not_overrule_the_column() -> None:
    cells = [f"{day}/03/2024" for day in range(13, 32)] + [f"{day}/05/2024" for day in range(13, 32)]
    reading = read(*cells, "03/13/2024")
    assert reading.unread.tolist() == [False] * 38 + [True]


def test_stamps_with_a_zone_become_dates_of_the_workbooks_zone() -> None:
    assert read("2024-03-04T23:30:00Z").values.tolist() == [DAY]
    assert read("2024-03-04T22:30:00Z").values.tolist() == [dt.date(2024, 3, 4)]
    assert read("2024-03-04 23:30:00+0100", "2024-03-05T04:30:00+05:30").values.tolist() == [dt.date(2024, 3, 4), DAY]
    assert read("03/04/2024 11:30 PM UTC", "03/25/2024 1:00 AM UTC").values.tolist()[0] == DAY


def test_naive_stamps_have_the_zone_of_the_mapping() -> None:
    zones = Zones(NEW_YORK, BERLIN)
    assert read("2024-03-04 19:00", zones=zones).values.tolist() == [DAY]
    assert read("2024-03-04 19:00").values.tolist() == [dt.date(2024, 3, 4)]
    assert read(dt.datetime(2024, 3, 4, 19, 0), zones=zones).values.tolist() == [DAY]  # noqa: DTZ001


def test_bare_dates_and_columns_of_midnights_are_never_shifted() -> None:
    zones = Zones(BERLIN, NEW_YORK)
    assert read("2024-03-05", DAY, zones=zones).values.tolist() == [DAY, DAY]
    assert read("2024-03-05 00:00:00", zones=zones).values.tolist() == [DAY]
    assert read("2024-03-05 00:00:00", "2024-03-05 10:00:00", zones=zones).values.tolist() == [dt.date(2024, 3, 4), DAY]


def test_stamps_that_all_have_one_hour_are_remarked_on() -> None:
    reading = read(*(f"2024-03-{day:02} 22:00" for day in range(1, 15)))
    assert reading.how == "all stamps are at 22:00, so a zone may have shifted these dates"


def test_a_databases_zero_date_is_a_blank() -> None:
    reading = read("0000-00-00", "0000-00-00 00:00:00", "n/a", "", None)
    assert reading.values.tolist() == [None] * 5
    assert not reading.unread.any()


def test_moments_keep_their_time() -> None:
    assert read("2024-03-05 10:00", "2024-03-05", keep_time=True).values.tolist() == [
        dt.datetime(2024, 3, 5, 10, 0),  # noqa: DTZ001
        dt.datetime(2024, 3, 5, 0, 0),  # noqa: DTZ001
    ]


@pytest.mark.slow
@given(
    st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)), min_size=1),
    st.sampled_from([("%d/%m/%Y", "day-first"), ("%m/%d/%y", "month-first"), ("%Y-%m-%d", ""), ("%d-%b-%Y", "")]),
)
def test_every_column_of_dates_is_read_back(days: list[dt.date], form: tuple[str, str]) -> None:
    pattern, order = form
    assert read(*(day.strftime(pattern) for day in days), order=order).values.tolist() == days


@given(st.lists(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)), min_size=1))
def test_a_column_is_never_read_in_a_wrong_order(days: list[dt.date]) -> None:
    try:
        found = read(*(day.strftime("%m/%d/%Y") for day in days)).values.tolist()
    except SourceError:
        assert all(day.day <= 12 for day in days)
    else:
        assert found == days
