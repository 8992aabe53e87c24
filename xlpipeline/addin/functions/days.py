"""Business days as the time-bounds count them: XLP_BUSINESS_DAYS."""

from __future__ import annotations

import datetime as dt
from typing import Final, cast

import numpy as np

from xlpipeline.addin.functions._answers import of_rows
from xlpipeline.addin.functions._arguments import HOLIDAYS, SETTINGS
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.model.calendar import WorkCalendar
from xlpipeline.model.settings import read_settings
from xlpipeline.model.setup_tables import read_holidays


def _business_days(asked: Asked) -> Answer:
    starts, end = cast("tuple[object, ...]", asked.given["StartDate"]), cast(dt.date, asked.given["EndDate"])
    calendar = WorkCalendar(read_settings(asked.book).weekend, read_holidays(asked.book))
    known = np.array([day if isinstance(day, dt.date) else None for day in starts], dtype="datetime64[D]")
    counted = calendar.elapsed(known, end).tolist()
    cells = [(n if isinstance(day, dt.date) else day,) for day, n in zip(starts, counted, strict=True)]
    off = "".join(name for name, digit in zip(_DAYS, calendar.weekend, strict=True) if digit == "1").strip() or "none"
    return of_rows(cells, f"Given: the start is day 0; days off: {off}; {len(calendar.holidays):,} holidays.")


_DAYS: Final = ("Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun ")

FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_BUSINESS_DAYS",
        description="Counts the business days after StartDate up to EndDate; the start is day 0; never below 0.",
        arguments=(
            Argument(
                "StartDate", "A date, or one column of dates such as Pipeline[Created]; one count for each.", "days"
            ),
            Argument("EndDate", "The day to count to: the workbook's cell AsOf, or a date.", "day"),
            SETTINGS,
            HOLIDAYS,
        ),
        gives="business days, one for each start; empty where the start is blank",
        example="=XLP_BUSINESS_DAYS(Pipeline[Created],AsOf,Settings[#All],Holidays[#All])",
        metric="",
        give=_business_days,
    ),
)
