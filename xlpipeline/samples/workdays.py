"""The sample's calendar: every moment is the position of a business day, so durations are plain subtraction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xlpipeline.samples.draws import Cells, Whole

NEVER: Final = 2**31
"""Position of a day that has not come."""

_DAYS_BACK: Final = 640
_DAYS_AHEAD: Final = 500


@dataclass(frozen=True)
class Workdays:
    """Business days in order. ``today``: position of the last one that is not after as_of.

    ``quarter_start``: per position, the position of the first business day of its fiscal quarter.
    """

    days: npt.NDArray[np.datetime64]
    today: int
    quarter_start: Whole

    def dates(self, positions: Whole) -> Cells:
        """datetime.date cells; None for NEVER."""
        out = self.days[np.minimum(positions, len(self.days) - 1)].astype(object)
        out[positions >= NEVER] = None
        return out

    def position(self, day: dt.date) -> int:
        """Position of the first business day that is not before ``day``."""
        return int(np.searchsorted(self.days, np.datetime64(day, "D")))


def workdays(as_of: dt.date, holidays: list[tuple[dt.date, str]], fiscal_year_start_month: int) -> Workdays:
    """Business days from about 21 months before as_of to about 16 months after it, Monday to Friday."""
    start, end = as_of - dt.timedelta(days=_DAYS_BACK), as_of + dt.timedelta(days=_DAYS_AHEAD)
    span = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D"))
    days = span[np.is_busday(span, holidays=[np.datetime64(day, "D") for day, _ in holidays])]
    months = days.astype("datetime64[M]").astype(np.int64)
    quarters = (months - (fiscal_year_start_month - 1)) // 3
    first = np.searchsorted(quarters, quarters, side="left").astype(np.int64)
    today = int(np.searchsorted(days, np.datetime64(as_of, "D"), side="right")) - 1
    return Workdays(days, today, first)


def quarters_until(as_of: dt.date, count: int, fiscal_year_start_month: int) -> list[tuple[dt.date, dt.date]]:
    """First and last day of the last ``count`` fiscal quarters, oldest first; the last one holds as_of."""
    month = as_of.year * 12 + as_of.month - 1
    month -= (month - (fiscal_year_start_month - 1)) % 3
    starts = [month - 3 * back for back in reversed(range(count))]
    return [(_first_day(m), _first_day(m + 3) - dt.timedelta(days=1)) for m in starts]


def _first_day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def holidays_around(as_of: dt.date) -> list[tuple[dt.date, str]]:
    """Holidays of the made-up team, from two years before as_of to the year after next, in order."""
    found: list[tuple[dt.date, str]] = []
    for year in range(as_of.year - 2, as_of.year + 3):
        easter = easter_sunday(year)
        found += [
            (dt.date(year, 1, 1), "New Year's Day"),
            (easter - dt.timedelta(days=2), "Good Friday"),
            (easter + dt.timedelta(days=1), "Easter Monday"),
            (dt.date(year, 5, 1), "Labour Day"),
            (dt.date(year, 12, 24), "Christmas Eve"),
            (dt.date(year, 12, 25), "Christmas Day"),
            (dt.date(year, 12, 26), "Boxing Day"),
        ]
    return found


def easter_sunday(year: int) -> dt.date:
    """Easter Sunday by Gauss's rule for the Gregorian calendar, as completed by Lichtenberg."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon) % 30
    correction = (seed + cycle // 11) // 29
    full_moon = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun) % 7
    day_of_march = full_moon + 7 - (full_moon - first_sunday) % 7
    return dt.date(year, 3, 1) + dt.timedelta(days=day_of_march - 1)
