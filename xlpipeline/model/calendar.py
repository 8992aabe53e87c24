"""Business days and fiscal periods (SEMANTICS 9): the engine's side of WORKDAY.INTL and NETWORKDAYS.INTL.

numpy counts the business days. Dates are numpy ``datetime64[D]`` arrays; NaT gives NaT or NaN.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
_ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class WorkCalendar:
    """Weekend (seven digits, Monday first, 1 = off) and holidays of a team."""

    weekend: str = "0000011"
    holidays: tuple[dt.date, ...] = ()

    def free_days(self) -> np.busdaycalendar:
        """The same as numpy knows it."""
        worked = [digit == "0" for digit in self.weekend]
        return np.busdaycalendar(weekmask=worked, holidays=np.array(self.holidays, dtype="datetime64[D]"))

    def due(self, entry: Days, business_days: npt.NDArray[np.float64]) -> Days:
        """Last day within the bound, as ``WORKDAY.INTL(entry, n)``; NaT without entry or with a bound below 1."""
        entry = entry.astype("datetime64[D]")
        known = ~np.isnat(entry) & (business_days >= 1)
        out = np.full(entry.shape, np.datetime64("NaT"), dtype="datetime64[D]")
        steps = business_days[known].astype(np.int64)
        out[known] = np.busday_offset(entry[known], steps, roll="backward", busdaycal=self.free_days())
        return out

    def elapsed(self, entry: Days, as_of: dt.date) -> npt.NDArray[np.float64]:
        """Business days after ``entry`` up to ``as_of`` (the entry day is day 0, never negative); NaN without entry."""
        entry = entry.astype("datetime64[D]")
        known = ~np.isnat(entry)
        end = np.datetime64(as_of, "D") + _ONE_DAY
        out = np.full(entry.shape, np.nan)
        counted = np.busday_count(entry[known] + _ONE_DAY, end, busdaycal=self.free_days())
        out[known] = np.maximum(counted, 0)
        return out


@dataclass(frozen=True)
class Period:
    """A half-open span of days ``[start, end)`` with its name."""

    name: str
    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """Length in calendar days."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class FiscalCalendar:
    """Fiscal quarters: from the first month of the year, unless periods of the team's own cover the day (4-4-5)."""

    start_month: int = 1
    own_periods: tuple[Period, ...] = ()

    def quarter(self, day: dt.date) -> Period:
        """The period that ``day`` lies in."""
        for period in self.own_periods:
            if period.start <= day < period.end:
                return period
        usual = self._usual_quarter(day)
        # Where own periods leave days uncovered, the usual quarter shrinks, so that no day lies in two.
        start = max([usual.start, *(p.end for p in self.own_periods if p.end <= day)])
        end = min([usual.end, *(p.start for p in self.own_periods if p.start > day)])
        return Period(usual.name, start, end)

    def _usual_quarter(self, day: dt.date) -> Period:
        first = day.year * 12 + day.month - 1
        first -= (first - (self.start_month - 1)) % 3
        number = ((first - (self.start_month - 1)) % 12) // 3 + 1
        year = (first - (self.start_month - 1)) // 12
        label = f"{year} Q{number}" if self.start_month == 1 else f"FY{year + 1} Q{number}"
        return Period(label, _month_start(first), _month_start(first + 3))

    def trailing(self, day: dt.date, quarters: int) -> Period:
        """Window of the last ``quarters`` quarters up to and including ``day`` (the running quarter is the last)."""
        first = self.quarter(day)
        for _ in range(quarters - 1):
            first = self.quarter(first.start - dt.timedelta(days=1))
        return Period(f"{first.name} to {day.isoformat()}", first.start, day + dt.timedelta(days=1))

    def quarters_between(self, first: dt.date, last: dt.date) -> Sequence[Period]:
        """Every quarter from the one of ``first`` to the one of ``last``, in order."""
        out = [self.quarter(first)]
        while out[-1].end <= last:
            out.append(self.quarter(out[-1].end))
        return out


def year_before(day: dt.date) -> dt.date:
    """The same day of the year before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _month_start(months: int) -> dt.date:
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, 1)
