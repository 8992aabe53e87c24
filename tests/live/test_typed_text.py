"""What Excel makes of typed texts; pure, so it runs everywhere."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.live.typed_text import Typed, moment, serial, typed

THIS_YEAR = dt.datetime.now(tz=dt.UTC).year


def day(year: int, month: int, day_of_month: int) -> float:
    return serial(dt.date(year, month, day_of_month))


@pytest.mark.parametrize(
    ("text", "number", "number_format"),
    [
        ("00123", 123, None),
        ("+1", 1, None),
        ("-1", -1, None),
        (" 12 ", 12, None),
        (".5", 0.5, None),
        ("1e5", 100_000, "0.00E+00"),
        ("12%", 0.12, "0%"),
        ("1,234", 1234, "#,##0"),
        ("1,234.50", 1234.5, "#,##0.00"),
        ("(5)", -5, None),
        ("-$5", -5, "[$$-409]#,##0"),
        ("1234567890123456", 1234567890123450, None),
        ("1 1/2", 1.5, "# ?/?"),
    ],
)
def test_what_looks_like_a_number_becomes_one(text: str, number: float, number_format: str | None) -> None:
    assert typed(text) == Typed(number, number_format)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "D-00123",
        "12 monkeys",
        "1,23",
        "1,2345",
        "(5",
        "5)",
        "1.2.3",
        "12%%",
        "1e400",
        "1 1/0",
        "12a",
        "3pm",
        "e5",
    ],
)
def test_what_is_no_number_stays_a_text(text: str) -> None:
    assert typed(text) == Typed(text)


@pytest.mark.parametrize(
    ("text", "number", "number_format"),
    [
        ("1/2", day(THIS_YEAR, 1, 2), "D-MMM"),
        ("Jan 5", day(THIS_YEAR, 1, 5), "D-MMM"),
        ("5 May", day(THIS_YEAR, 5, 5), "D-MMM"),
        ("Mar-24", day(THIS_YEAR, 3, 24), "D-MMM"),
        ("Mar-45", day(1945, 3, 1), "MMM-YY"),
        ("1/32", day(1932, 1, 1), "MMM-YY"),
        ("2026-05-01", day(2026, 5, 1), "M/D/YYYY"),
        ("5/1/29", day(2029, 5, 1), "M/D/YYYY"),
        ("5/1/30", day(1930, 5, 1), "M/D/YYYY"),
        ("May 1, 2026", day(2026, 5, 1), "D-MMM-YY"),
        ("1-May-2026", day(2026, 5, 1), "D-MMM-YY"),
        ("May 2026", day(2026, 5, 1), "MMM-YY"),
        ("10:30", 10.5 / 24, "H:MM"),
        ("10:30 PM", 22.5 / 24, "H:MM AM/PM"),
        ("12 AM", 0, "H:MM AM/PM"),
        ("25:00", 25 / 24, "[H]:MM:SS"),
        ("2026-05-01 12:00", day(2026, 5, 1) + 0.5, "M/D/YYYY H:MM"),
        ("5/1/2026 6:00 PM", day(2026, 5, 1) + 0.75, "M/D/YYYY H:MM"),
    ],
)
def test_what_looks_like_a_moment_becomes_one(text: str, number: float, number_format: str) -> None:
    found = typed(text)
    assert found.number_format == number_format
    assert found.value == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    ["13/5", "2/30/2026", "2026-13-01", "31 April 2026", "10:60", "13 PM", "May", "1/2/3/4", "1/1/1899", "Q1 26"],
)
def test_what_is_no_moment_stays_a_text(text: str) -> None:
    assert typed(text) == Typed(text)


def test_truth_and_errors_are_no_texts() -> None:
    assert typed("true") == Typed(value=True)
    assert typed("FALSE") == Typed(value=False)
    assert typed("#n/a") == Typed("#N/A", error=True)
    assert typed("#NA") == Typed("#NA")
    assert typed("truely") == Typed("truely")


def test_signs_of_a_formula_make_one() -> None:
    assert typed("=A1") == Typed("=A1", formula=True)
    assert typed("+A1") == Typed("=+A1", formula=True)
    assert typed("-A1") == Typed("=-A1", formula=True)
    assert typed("@SUM(A1)") == Typed("=SUM(A1)", formula=True)
    assert typed("=") == Typed("=")


def test_an_apostrophe_keeps_a_text_and_is_no_part_of_it() -> None:
    assert typed("'=A1") == Typed("=A1")
    assert typed("''") == Typed("'")


@pytest.mark.parametrize("text", ["=A1", "00123", "1/2", "TRUE", "#N/A", "+1"])
def test_in_a_text_cell_texts_stay_texts(text: str) -> None:
    assert typed(text, in_text_cell=True) == Typed(text)


def test_a_moment_survives_its_number() -> None:
    at = dt.datetime(2026, 5, 1, 13, 45, 59)  # noqa: DTZ001 - cells know no time zone
    assert moment(serial(at)) == at
    assert serial(dt.date(1900, 3, 1)) == 61
