"""Dates by the evidence of their whole column: day or month first, Excel serials, stamps with and without a zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.cells import UNREAD, Reading, distinct, reading, says_nothing

_CLOCK: Final = (
    r"(?:[T ,]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_YEAR_FIRST: Final = re.compile(r"(?P<a>\d{4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,2})" + _CLOCK)
_YEAR_LAST: Final = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})" + _CLOCK)
_DAY_NAMED: Final = re.compile(
    r"(?P<a>\d{1,2})(?:st|nd|rd|th)?[-. ]+(?P<b>[^\W\d]{3,9})\.?[-, ]+(?P<c>\d{4}|\d{2})" + _CLOCK
)
_NAMED_DAY: Final = re.compile(r"(?P<b>[^\W\d]{3,9})\.?[- ]+(?P<a>\d{1,2})(?:st|nd|rd|th)?,?[- ]+(?P<c>\d{4})" + _CLOCK)
_COMPACT: Final = re.compile(r"(19|20|21)\d{6}")
_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d+)?")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner", "feb february februar", "mar march mär märz mrz", "apr april",
            "may mai", "jun june juni", "jul july juli", "aug august", "sep sept september",
            "oct october okt oktober", "nov november", "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_EPOCH_MS: Final = re.compile(r"1\d{12}")
"""Milliseconds since 1970 in UTC, from 2001 to 2033, as programs write a moment."""
_EXCEL_DAY_ZERO: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone
_SERIALS: Final = (20000.0, 80000.0)
"""Serials from 1954 to 2119; other numbers are not taken for dates."""
_YEARS_TOGETHER: Final = 15
"""The dates of one column rarely span more years."""
_LONGEST: Final = 60
"""No date has more signs."""
_YEARS: Final = (1900, 2200)
"""Years that a deal may lie in: from the first up to the last, which is out."""
_TOLERATED_SHARE: Final = 0.05
"""Up to this share of the telling dates may contradict the others before the column counts as mixed."""


Hint = tuple[str, str]
"""A date order and why it holds; empty where nothing is known."""


class _Written(NamedTuple):
    """A date as written: its three numbers in the order that ``form`` tells, its time of day, its zone."""

    form: str
    parts: tuple[int, int, int]
    separator: str = ""
    clock: tuple[int, int, int] | None = None
    minutes_from_utc: int | None = None


@dataclass(frozen=True)
class Zones:
    """Zone of stamps that carry none, and the workbook's zone, in which a stamp becomes a date."""

    source: ZoneInfo
    book: ZoneInfo


def read_dates(
    cells: pd.Series, *, column: str, zones: Zones, order: str = "", keep_time: bool = False, hint: Hint = ("", "")
) -> Reading:
    """Dates (or moments without zone in the workbook's zone, with ``keep_time``) of a column.

    ``order``: as the user told it, or empty to let the whole column decide: any part above 12 tells. ``hint``: order
    that holds where the column does not tell, and why.

    Raises:
        SourceError: nothing in the column tells the day from the month; the sentence says how to tell it.
    """
    known = distinct(cells)
    written = [_written(cell) for cell in known.cells]
    unclear = [w for w in written if isinstance(w, _Written) and w.form == "year-last"]
    found, why = (order, "as the mapping file says") if order else _decided(unclear, column, hint)
    stamps = [_stamp(w, found) for w in written]
    whole_days = all(map(_is_whole_day, written))
    values = [_in_book_zone(s, zones, whole_days, keep_time) for s in stamps]
    how = f"{found}, {why}" if unclear else ""
    hours = {(s.hour, s.minute) for s in stamps if isinstance(s, dt.datetime)}
    if len(hours) == 1 and len(stamps) > 9 and hours != {(0, 0)}:
        at = "{:02}:{:02}".format(*hours.pop())
        how += f"{'; ' if how else ''}all stamps are at {at}, so a zone may have shifted these dates"
    return reading(known, values, how, found if unclear else "year-first" if values else "")


def order_by_itself(cells: pd.Series) -> tuple[str, str]:
    """Which order a column's dates show by themselves, with an example; two empty texts where they show none."""
    written = [_written(cell) for cell in distinct(cells).cells]
    unclear = [w for w in written if isinstance(w, _Written) and w.form == "year-last" and w.separator != "."]
    told = [w for w in unclear if (w.parts[0] > 12) != (w.parts[1] > 12)]
    try:
        return (_decided(unclear, "")[0], _shown(told[0])) if told else ("", "")
    except SourceError:
        return "", ""


def looks_like_date(cell: object, *, serials: bool = True) -> bool:
    """Whether a cell could be a date, in whatever order; ``serials``: bare numbers too."""
    written = _written(cell)
    return isinstance(written, dt.date) or (isinstance(written, _Written) and (serials or written.form != "serial"))


def _is_whole_day(written: object) -> bool:
    """Whether a cell without a zone tells no time of day, or midnight."""
    if isinstance(written, _Written):
        return written.minutes_from_utc is not None or written.clock in {None, (0, 0, 0)}
    return not isinstance(written, dt.datetime) or written.tzinfo is not None or written.time() == dt.time()


def _written(cell: object) -> Any:  # noqa: ANN401 - None, UNREAD, a date, a datetime or _Written
    if isinstance(cell, str):
        return _written_text(cell.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if isinstance(cell, bool):
        return UNREAD
    if isinstance(cell, int | float):
        whole = str(int(cell)) if cell == cell // 1 else ""
        return _written_text(whole) if _EPOCH_MS.fullmatch(whole) else _serial(float(cell))
    if cell is None or isinstance(cell, dt.date):
        return cell
    return UNREAD


def _written_text(text: str) -> Any:  # noqa: ANN401
    if text[4:5] == "-" and text[7:8] == "-":
        with suppress(ValueError):
            return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    if says_nothing(text) or text.startswith("0000-00-00"):
        return None
    if _COMPACT.fullmatch(text):
        return _Written("year-first", (int(text[:4]), int(text[4:6]), int(text[6:])))
    if _EPOCH_MS.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC).replace(microsecond=0)
    if _SERIAL.fullmatch(text):
        return _serial(float(text.replace(",", ".")))
    return _matched(text) if len(text) <= _LONGEST else UNREAD


def _matched(text: str) -> object:
    for form, pattern in (("year-first", _YEAR_FIRST), ("year-last", _YEAR_LAST)):
        if found := pattern.fullmatch(text):
            return _from_match(form, found, int(found["b"]))
    for pattern in (_DAY_NAMED, _NAMED_DAY):
        if (found := pattern.fullmatch(text)) and (month := _MONTHS.get(found["b"].casefold())):
            return _from_match("named", found, month)
    return UNREAD


def _from_match(form: str, found: re.Match[str], middle: int) -> _Written:
    parts = (int(found["a"]), middle, _full_year(int(found["c"])) if form == "named" else int(found["c"]))
    separator = found["sep"] if form != "named" else ""
    clock = None
    if found["hour"]:
        hour = int(found["hour"])
        if found["half"]:
            hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
        clock = (hour, int(found["minute"]), int(found["second"] or 0))
    return _Written(form, parts, separator, clock, _minutes_from_utc(found["zone"]) if clock else None)


def _minutes_from_utc(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    return (int(digits[:2]) * 60 + int(digits[2:] or 0)) * (-1 if zone[0] == "-" else 1)


def _serial(number: float) -> object:
    if not _SERIALS[0] <= number < _SERIALS[1]:
        return UNREAD
    moment = _EXCEL_DAY_ZERO + dt.timedelta(seconds=round(number * 86400))
    return _Written("serial", (moment.year, moment.month, moment.day), "", (moment.hour, moment.minute, moment.second))


def _full_year(year: int) -> int:
    """A year of two digits lies from 1970 to 2069."""
    if year > 99:
        return year
    return year + (2000 if year < 70 else 1900)


def _decided(unclear: Sequence[_Written], column: str, hint: Hint = ("", "")) -> tuple[str, str]:
    """Which of the first two numbers is the day, with the reason."""
    day_first = [w for w in unclear if w.parts[0] > 12 >= w.parts[1]]
    month_first = [w for w in unclear if w.parts[1] > 12 >= w.parts[0]]
    if _year_may_stand_first(unclear):
        raise _refusal(f"In “{column}” the year may stand first or last, for instance in {_shown(unclear[0])}", column)
    fewer, more = sorted((day_first, month_first), key=len)
    if len(fewer) > _TOLERATED_SHARE * (len(fewer) + len(more)):
        raise _refusal(
            f"“{column}” holds {_shown(fewer[0])} and {_shown(more[0])}, which no one order explains", column
        )
    if more:
        return ("day-first" if more is day_first else "month-first"), f"as {_shown(more[0])} shows"
    if all(w.parts[0] == w.parts[1] for w in unclear):
        return "day-first", "day and month are equal everywhere"
    if all(w.separator == "." for w in unclear):
        return "day-first", "as dates with points are"
    if hint[0]:
        return hint
    example = next(w for w in unclear if w.parts[0] != w.parts[1])
    raise _refusal(f"In “{column}” nothing tells the day from the month, for instance in {_shown(example)}", column)


def _year_may_stand_first(unclear: Sequence[_Written]) -> bool:
    """Whether years of two digits at the end scatter like days while the first numbers keep together like years."""
    last = [w.parts[2] for w in unclear]
    first = [w.parts[0] for w in unclear]
    return bool(last) and max(last) <= 31 and max(last) - min(last) > _YEARS_TOGETHER >= max(first) - min(first)


def _shown(written: _Written) -> str:
    a, b, c = written.parts
    return f"{a:02}{written.separator}{b:02}{written.separator}{c:02}"


def _refusal(fault: str, column: str) -> SourceError:
    return SourceError(
        f'{fault}; please add to the mapping file [dates] order = "day-first" or "month-first" '
        f'(for this column alone: [dates.columns] "{column}" = "day-first").'
    )


def _stamp(written: object, order: str) -> object:
    """Date or datetime (with a zone where one was written), None, or UNREAD."""
    if not isinstance(written, _Written):
        return written
    calendar = _calendar(written, order)
    if calendar is None:
        return UNREAD
    try:
        date = dt.date(*calendar)
        if written.clock is None:
            return date
        zone = None if written.minutes_from_utc is None else dt.timezone(dt.timedelta(minutes=written.minutes_from_utc))
        return dt.datetime.combine(date, dt.time(*written.clock), zone)
    except ValueError:
        return UNREAD


def _calendar(written: _Written, order: str) -> tuple[int, int, int] | None:
    """Year, month and day, or None where the order does not fit."""
    first, middle, last = written.parts
    if written.form == "named":
        return last, middle, first
    if written.form != "year-last":
        return first, middle, last
    if order == "year-first":
        return (_full_year(first), middle, last) if last < 100 else None
    year = _full_year(last)
    return (year, first, middle) if order == "month-first" else (year, middle, first)


def _in_book_zone(stamp: object, zones: Zones, whole_days: bool, keep_time: bool) -> object:
    """A stamp turned to the workbook's zone and cut to its date; a bare date is never shifted."""
    if isinstance(stamp, dt.date) and not _YEARS[0] <= stamp.year < _YEARS[1]:
        return UNREAD
    if not isinstance(stamp, dt.datetime):
        if keep_time and isinstance(stamp, dt.date):
            return dt.datetime.combine(stamp, dt.time())
        return stamp
    if stamp.tzinfo is not None:
        stamp = stamp.astimezone(zones.book)
    elif not whole_days and zones.source != zones.book:
        stamp = stamp.replace(tzinfo=zones.source).astimezone(zones.book)
    return stamp.replace(tzinfo=None) if keep_time else stamp.date()
