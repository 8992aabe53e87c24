"""Settings: what is read, what is refused and with which sentence."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from xlpipeline.errors import SetupError
from xlpipeline.model.book import Book, BookTable, CellError
from xlpipeline.model.settings import Settings, read_settings, setting_fields


def book_with(*rows: tuple[object, object]) -> Book:
    frame = pd.DataFrame(list(rows), columns=["Key", "Value"], dtype=object)
    return Book({"Settings": BookTable("Settings", "Settings", 4, 2, frame)})


def test_a_book_without_the_table_takes_every_default() -> None:
    assert read_settings(Book({})) == Settings()
    assert read_settings(Book({"Settings": BookTable("Settings", "S", 1, 1, pd.DataFrame({"x": [1]}))})) == Settings()


def test_blank_values_and_unknown_keys_take_the_default() -> None:
    assert (
        read_settings(book_with(("window_quarters", None), ("currency", "  "), ("other", 5), (None, 7))) == Settings()
    )


def test_the_defaults_are_what_their_own_rules_allow() -> None:
    rows = [(one.name, getattr(Settings(), one.name)) for one in setting_fields()]
    assert read_settings(book_with(*rows)) == Settings()


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("window_quarters", 2.0, 2),
        ("window_quarters", " 2 ", 2),
        ("required_coverage", 4, 4.0),
        ("as_of", dt.date(2026, 3, 31), dt.date(2026, 3, 31)),
        ("as_of", dt.datetime(2026, 3, 31, 17, 5), dt.date(2026, 3, 31)),  # noqa: DTZ001 - as a cell holds it
        ("as_of", "2026-03-31", dt.date(2026, 3, 31)),
        ("win_rate_base", " ALL ", "all"),
        ("weekend", 11, "0000011"),
        ("weekend", 110.0, "0000110"),
        ("team", 7.0, "7"),
        ("time_zone", "America/New_York", "America/New_York"),
    ],
)
def test_a_cell_is_read_as_its_kind(key: str, cell: object, value: object) -> None:
    assert getattr(read_settings(book_with((key, cell))), key) == value


@pytest.mark.parametrize(
    ("key", "cell", "wanted"),
    [
        ("window_quarters", 0, "a whole number from 1 to 40"),
        ("window_quarters", 41, "a whole number from 1 to 40"),
        ("window_quarters", 1.5, "a whole number from 1 to 40"),
        ("window_quarters", True, "a whole number from 1 to 40"),
        ("window_quarters", "many", "a whole number from 1 to 40"),
        ("window_quarters", float("inf"), "a whole number from 1 to 40"),
        ("immature_share", -0.01, "a number from 0 to 1"),
        ("immature_share", dt.date(2026, 1, 1), "a number from 0 to 1"),
        ("as_of", "31.3.2026", "a date such as 2026-03-31, or nothing for today"),
        ("as_of", 46112, "a date such as 2026-03-31, or nothing for today"),
        ("win_rate_base", "some", "one of qualified, all"),
        ("weekend", "1111111", "seven digits 0 or 1, Monday first, not all 1"),
        ("weekend", "sat-sun", "seven digits 0 or 1, Monday first, not all 1"),
        ("time_zone", "Mars/Base", "a time zone such as Europe/Berlin"),
        ("time_zone", "../etc", "a time zone such as Europe/Berlin"),
        ("team", CellError("#REF!"), "a text"),
        ("as_of", CellError("#N/A"), "a date such as 2026-03-31, or nothing for today"),
    ],
)
def test_what_is_not_allowed_is_one_sentence_with_its_row(key: str, cell: object, wanted: str) -> None:
    with pytest.raises(SetupError) as refusal:
        read_settings(book_with(("team", "A"), (key, cell)))
    assert str(refusal.value) == f"Settings, row 6: the setting {key} is {cell}; please enter {wanted}."


def test_every_setting_says_its_unit_and_meaning() -> None:
    for one in setting_fields():
        assert one.metadata["unit"], one.name
        assert one.metadata["meaning"].endswith("."), one.name
