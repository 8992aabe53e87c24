"""The sample's calendar and its draws, by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from xlpipeline.samples.draws import amount_factor, pick, pick_weighted, stream, time_factor
from xlpipeline.samples.workdays import NEVER, easter_sunday, holidays_around, quarters_until, workdays


@pytest.mark.parametrize(
    "day", [dt.date(1961, 4, 2), dt.date(2000, 4, 23), dt.date(2008, 3, 23), dt.date(2025, 4, 20), dt.date(2038, 4, 25)]
)
def test_easter_falls_on_its_known_days(day: dt.date) -> None:
    assert easter_sunday(day.year) == day


def test_today_is_the_last_business_day_not_after_as_of() -> None:
    friday = dt.date(2026, 5, 15)
    for as_of in (friday, dt.date(2026, 5, 16), dt.date(2026, 5, 17)):
        calendar = workdays(as_of, [], 1)
        assert calendar.dates(np.array([calendar.today, NEVER])).tolist() == [friday, None]
    calendar = workdays(friday, [(friday, "Day off")], 1)
    assert calendar.dates(np.array([calendar.today])).tolist() == [dt.date(2026, 5, 14)]


def test_quarter_start_is_the_first_business_day_of_the_fiscal_quarter() -> None:
    as_of = dt.date(2026, 5, 15)
    for first_month, day in ((1, dt.date(2026, 4, 1)), (2, dt.date(2026, 5, 4)), (3, dt.date(2026, 3, 2))):
        calendar = workdays(as_of, holidays_around(as_of), first_month)
        assert calendar.dates(calendar.quarter_start[[calendar.today]]).tolist() == [day]


@pytest.mark.parametrize(
    ("as_of", "first_month", "last"),
    [
        (dt.date(2026, 3, 31), 1, (dt.date(2026, 1, 1), dt.date(2026, 3, 31))),
        (dt.date(2026, 4, 1), 1, (dt.date(2026, 4, 1), dt.date(2026, 6, 30))),
        (dt.date(2026, 1, 15), 12, (dt.date(2025, 12, 1), dt.date(2026, 2, 28))),
        (dt.date(2026, 11, 30), 12, (dt.date(2026, 9, 1), dt.date(2026, 11, 30))),
    ],
)
def test_the_last_quarter_holds_as_of(as_of: dt.date, first_month: int, last: tuple[dt.date, dt.date]) -> None:
    found = quarters_until(as_of, 5, first_month)
    assert found[-1] == last
    assert all(end + dt.timedelta(days=1) == start for (_, end), (start, _) in pairwise(found))


def test_draws_stay_inside_their_ranges() -> None:
    u = np.array([0.0, 0.5, 1 - 2**-53])
    assert pick(u, 3).tolist() == [0, 1, 2]
    assert pick_weighted(u, [1, 0, 1]).tolist() == [0, 2, 2]
    assert time_factor(u)[1] == amount_factor(u)[1] == 1
    assert time_factor(u)[0] > 0


def test_topics_have_streams_of_their_own() -> None:
    assert stream(1, "leads").random() == stream(1, "leads").random() != stream(1, "mess").random()
