"""Business days against a naive walk through the days, and fiscal periods by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.model.calendar import FiscalCalendar, Period, WorkCalendar

ONE = dt.timedelta(days=1)
FRIDAY, SATURDAY, MONDAY = dt.date(2026, 5, 15), dt.date(2026, 5, 16), dt.date(2026, 5, 18)


def due(calendar: WorkCalendar, entry: dt.date | None, bound: float) -> dt.date | None:
    found = calendar.due(np.array([entry], dtype="datetime64[D]"), np.array([bound], dtype=float))
    return found.tolist()[0]  # type: ignore[no-any-return]


def elapsed(calendar: WorkCalendar, entry: dt.date | None, as_of: dt.date) -> float:
    return float(calendar.elapsed(np.array([entry], dtype="datetime64[D]"), as_of)[0])


def test_one_business_day_after_friday_and_after_saturday_is_monday() -> None:
    assert due(WorkCalendar(), FRIDAY, 1) == MONDAY
    assert due(WorkCalendar(), SATURDAY, 1) == MONDAY


def test_a_holiday_moves_the_due_day_on() -> None:
    assert due(WorkCalendar(holidays=(MONDAY,)), FRIDAY, 1) == MONDAY + ONE


def test_a_holiday_at_the_weekend_changes_nothing() -> None:
    assert due(WorkCalendar(holidays=(SATURDAY,)), FRIDAY, 1) == MONDAY


def test_a_weekend_of_friday_and_saturday() -> None:
    assert due(WorkCalendar("0000110"), dt.date(2026, 5, 14), 1) == dt.date(2026, 5, 17)


@pytest.mark.parametrize("bound", [0, 0.9, -1, np.nan])
def test_a_bound_below_one_day_is_no_bound(bound: float) -> None:
    assert due(WorkCalendar(), FRIDAY, bound) is None


def test_a_bound_with_a_fraction_counts_whole_days_as_excel_does() -> None:
    assert due(WorkCalendar(), FRIDAY, 1.9) == MONDAY


def test_without_an_entry_nothing_is_due_or_elapsed() -> None:
    assert due(WorkCalendar(), None, 5) is None
    assert np.isnan(elapsed(WorkCalendar(), None, FRIDAY))


def test_the_entry_day_is_day_zero_and_days_to_come_are_zero() -> None:
    assert elapsed(WorkCalendar(), FRIDAY, FRIDAY) == 0
    assert elapsed(WorkCalendar(), MONDAY, FRIDAY) == 0
    assert elapsed(WorkCalendar(), FRIDAY, SATURDAY) == 0
    assert elapsed(WorkCalendar(), FRIDAY, MONDAY) == 1


weekends = st.text("01", min_size=7, max_size=7).filter(lambda digits: "0" in digits)
some_days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
calendars = st.builds(WorkCalendar, weekends, st.lists(some_days, max_size=30).map(tuple))


def is_worked(calendar: WorkCalendar, day: dt.date) -> bool:
    return calendar.weekend[day.weekday()] == "0" and day not in calendar.holidays


@settings(max_examples=30, deadline=None)
@given(calendars, some_days, st.integers(1, 25))
def test_due_equals_a_walk_of_so_many_worked_days(calendar: WorkCalendar, entry: dt.date, bound: int) -> None:
    day = entry
    for _ in range(bound):
        day += ONE
        while not is_worked(calendar, day):
            day += ONE
    assert due(calendar, entry, bound) == day


@settings(max_examples=30, deadline=None)
@given(calendars, some_days, some_days)
def test_elapsed_equals_a_count_of_the_worked_days_after_the_entry(
    calendar: WorkCalendar, entry: dt.date, as_of: dt.date
) -> None:
    walked = [entry + ONE * n for n in range(1, max((as_of - entry).days, 0) + 1)]
    assert elapsed(calendar, entry, as_of) == sum(is_worked(calendar, day) for day in walked)


@settings(max_examples=30, deadline=None)
@given(calendars, some_days, st.integers(1, 25))
def test_nothing_is_over_on_the_due_day_and_something_is_on_the_next_worked_day(
    calendar: WorkCalendar, entry: dt.date, bound: int
) -> None:
    last = due(calendar, entry, bound)
    assert last is not None
    assert elapsed(calendar, entry, last) == bound
    following = due(calendar, last, 1)
    assert following is not None
    assert (elapsed(calendar, last, last), elapsed(calendar, last, following)) == (0, 1)


@pytest.mark.parametrize(
    ("start_month", "day", "name", "start", "end"),
    [
        (1, "2026-01-01", "2026 Q1", "2026-01-01", "2026-04-01"),
        (1, "2026-12-31", "2026 Q4", "2026-10-01", "2027-01-01"),
        (4, "2026-03-31", "FY2026 Q4", "2026-01-01", "2026-04-01"),
        (4, "2026-04-01", "FY2027 Q1", "2026-04-01", "2026-07-01"),
        (12, "2026-12-01", "FY2027 Q1", "2026-12-01", "2027-03-01"),
        (12, "2026-02-28", "FY2026 Q1", "2025-12-01", "2026-03-01"),
        (2, "2026-01-31", "FY2026 Q4", "2025-11-01", "2026-02-01"),
    ],
)
def test_quarters_of_a_fiscal_year(start_month: int, day: str, name: str, start: str, end: str) -> None:
    wanted = Period(name, dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert FiscalCalendar(start_month).quarter(dt.date.fromisoformat(day)) == wanted


@given(st.integers(1, 12), st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_quarters_join_without_gap_and_are_three_months_long(start_month: int, day: dt.date) -> None:
    fiscal = FiscalCalendar(start_month)
    period = fiscal.quarter(day)
    assert period.start <= day < period.end
    assert fiscal.quarter(period.end).start == period.end
    assert 89 <= period.days <= 92
    assert (period.start.month - start_month) % 3 == 0


OWN = (Period("P1", dt.date(2026, 1, 5), dt.date(2026, 4, 5)), Period("P2", dt.date(2026, 4, 5), dt.date(2026, 7, 6)))


def test_periods_of_the_teams_own_come_first_and_usual_quarters_fill_the_rest() -> None:
    fiscal = FiscalCalendar(1, OWN)
    assert fiscal.quarter(dt.date(2026, 4, 4)).name == "P1"
    assert fiscal.quarter(dt.date(2026, 4, 5)).name == "P2"
    assert fiscal.quarter(dt.date(2026, 1, 4)) == Period("2026 Q1", dt.date(2026, 1, 1), dt.date(2026, 1, 5))
    assert fiscal.quarter(dt.date(2026, 7, 6)) == Period("2026 Q3", dt.date(2026, 7, 6), dt.date(2026, 10, 1))


@given(some_days)
def test_no_day_lies_in_two_periods(day: dt.date) -> None:
    fiscal = FiscalCalendar(1, OWN)
    period = fiscal.quarter(day)
    assert fiscal.quarter(period.start) == fiscal.quarter(period.end - ONE) == period
    assert fiscal.quarter(period.end).start == period.end


def test_the_trailing_window_ends_with_the_day_and_begins_with_a_quarter() -> None:
    fiscal = FiscalCalendar()
    assert fiscal.trailing(dt.date(2026, 2, 15), 1) == Period(
        "2026 Q1 to 2026-02-15", dt.date(2026, 1, 1), dt.date(2026, 2, 16)
    )
    assert fiscal.trailing(dt.date(2026, 2, 15), 4).start == dt.date(2025, 4, 1)


def test_quarters_between_two_days_include_both_ends() -> None:
    found = FiscalCalendar().quarters_between(dt.date(2025, 12, 31), dt.date(2026, 4, 1))
    assert [period.name for period in found] == ["2025 Q4", "2026 Q1", "2026 Q2"]
