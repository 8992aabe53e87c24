"""What Excel makes of a text that is written to a cell, in its English (United States) reading.

``Range.Value = text`` is not storing a text: it is typing it. LibreOffice's own API does not do that, so the engine
does, to show a test what a careless writer would do to people's data.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context
from typing import Final

EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone
ERRORS: Final = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
LONGEST_TEXT: Final = 32_767
FIRST_NO_DATE: Final = 2_958_466
"""The day after 31 December 9999."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    "(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    "|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), number_format)
    for pattern, number_format in (
        (r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})", "M/D/YYYY"),
        (r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4}|\d{1,2})", "M/D/YYYY"),
        (r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})", "D-MMM"),
        (r"(?P<month>\d{1,2})[-/](?P<year>\d{4}|\d{2})", "MMM-YY"),
        (r"(?P<year>\d{4})[-/](?P<month>\d{1,2})", "MMM-YY"),
        (rf"(?P<day>\d{{1,2}})[- ]?{_MONTH}(?:[- ,]+(?P<year>\d{{4}}|\d{{1,2}}))", "D-MMM-YY"),
        (rf"(?P<day>\d{{1,2}})[- ]?{_MONTH}", "D-MMM"),
        (rf"{_MONTH}[- ]?(?P<day>\d{{1,2}})(?:, ?| )(?P<year>\d{{4}}|\d{{2}})", "D-MMM-YY"),
        (rf"{_MONTH}[- ]?(?P<day>\d{{1,2}})", "D-MMM"),
        (rf"{_MONTH}[- ]?(?P<year>\d{{4}}|\d{{2}})", "MMM-YY"),
    )
)
"""In this order: ``Mar-24`` is the 24th of March of this year, ``Mar-45`` is March 1945."""

_TIME: Final = re.compile(
    r"(?P<h>\d{1,4})(?::(?P<m>[0-5]\d))?(?::(?P<s>[0-5]\d(?:\.\d+)?))?(?: (?P<half>[ap])m?)?",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"(?P<sign>[-+])?(?P<open>\()?(?P<inner>[-+])?(?P<money>\$)?(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)"
    r"(?P<power>e[-+]?\d+)?(?P<percent> ?%)?(?P<close>\))?",
    re.IGNORECASE,
)
_FIFTEEN_DIGITS: Final = Context(prec=15, rounding=ROUND_DOWN)
"""The rest is cut off: of a number of sixteen digits the last becomes 0."""

_FRACTION: Final = re.compile(r"(?P<sign>-)?(?P<whole>\d+) (?P<top>\d{1,5})/(?P<bottom>\d{1,5})")


@dataclass(frozen=True)
class Typed:
    """What a cell gets. ``number_format``: what a cell of format General gets with it (None: it keeps General)."""

    value: float | bool | str
    number_format: str | None = None
    formula: bool = False
    """``value`` is a formula, with its ``=``."""

    error: bool = False
    """``value`` is the text of an error, which the cell gets as a true error."""


def typed(text: str, *, in_text_cell: bool = False) -> Typed:
    """What typing ``text`` gives; ``in_text_cell``: the cell's format is ``@``, where texts stay texts."""
    if text.startswith("'"):
        return Typed(text[1:])  # the prefix says "what follows is text" and is no part of it
    if in_text_cell or not may_be_more(text):
        return Typed(text)
    bare = text.strip()
    upper = bare.upper()
    if upper in {"TRUE", "FALSE"}:
        return Typed(upper == "TRUE")
    if upper in ERRORS:
        return Typed(upper, error=True)
    return _number(bare) or _fraction(bare) or _moment(bare) or _formula(text) or Typed(text)


def may_be_more(text: str) -> bool:
    """Whether a text may be taken for something else than a text, by Excel or by LibreOffice; a quick look."""
    return (
        text[:1] in "=+-@#"
        or any(sign.isdigit() for sign in text)
        or text.strip().upper() in {"TRUE", "FALSE", *ERRORS}
    )


def _formula(text: str) -> Typed | None:
    if len(text) < 2 or text[0] not in "=+-@":
        return None
    return Typed(text if text[0] == "=" else f"={text.removeprefix('@')}", formula=True)


def _number(text: str) -> Typed | None:
    found = _NUMBER.fullmatch(text)
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    if bool(found["sign"]) + bool(found["inner"]) + bool(found["open"]) > 1:  # +-5 and -(5) are formulas
        return None
    amount = float(_FIFTEEN_DIGITS.create_decimal(found["digits"].replace(",", "") + (found["power"] or "")))
    if amount == float("inf"):
        return None
    if "-" in (found["sign"], found["inner"]) or found["open"]:
        amount = -amount
    return Typed(amount / 100 if found["percent"] else amount, _number_format(found))


def _number_format(found: re.Match[str]) -> str | None:
    decimals = ".00" if "." in found["digits"] else ""
    if found["percent"]:
        return f"0{decimals}%"
    if found["money"]:
        return f"[$$-409]#,##0{decimals}"
    if found["power"]:
        return "0.00E+00"
    return f"#,##0{decimals}" if "," in found["digits"] else None


def _fraction(text: str) -> Typed | None:
    found = _FRACTION.fullmatch(text)
    if not found or int(found["bottom"]) == 0:
        return None
    amount = int(found["whole"]) + int(found["top"]) / int(found["bottom"])
    return Typed(-amount if found["sign"] else amount, "# ?/?")


def _moment(text: str) -> Typed | None:
    day = _date(text)
    if day:
        return day
    time = _time(text)
    if time:
        return time
    words = text.rsplit(" ", 1 if ":" in text.rsplit(" ", 1)[-1] else 2)
    if len(words) < 2 or ":" not in " ".join(words[1:]):
        return None
    day, time = _date(words[0]), _time(" ".join(words[1:]))
    if day and time:
        return Typed(float(day.value) + float(time.value), "M/D/YYYY H:MM")
    return None


def _date(text: str) -> Typed | None:
    for pattern, number_format in _DATES:
        found = pattern.fullmatch(text)
        if not found:
            continue
        part = found.groupdict()
        month = _MONTHS.index(part["name"][:3].lower()) + 1 if part.get("name") else int(part["month"])
        year = _full_year(part["year"]) if part.get("year") else dt.datetime.now(tz=dt.UTC).year
        try:
            day = dt.datetime(year, month, int(part.get("day") or 1))  # noqa: DTZ001 - cells know no time zone
        except ValueError:  # 13/1 and 2/30 are no such date; they may be a month of a year
            continue
        return Typed(float((day - EPOCH).days), number_format) if year >= 1900 else None
    return None


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 30 else 1900)


def _time(text: str) -> Typed | None:
    found = _TIME.fullmatch(text)
    if not found or not (found["m"] or found["half"]):
        return None
    hours = int(found["h"])
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found["half"].lower() == "p" else 0)
    seconds = hours * 3600 + int(found["m"] or 0) * 60 + float(found["s"] or 0)
    clock = "H:MM AM/PM" if found["half"] else "H:MM:SS" if found["s"] else "H:MM"
    return Typed(seconds / 86_400, clock if hours < 24 else "[H]:MM:SS")


def serial(moment: dt.date) -> float:
    """Excel's number of a date or a moment (no time zone: the wall's clock counts, as xlwings sends it)."""
    if isinstance(moment, dt.datetime):
        return (moment.replace(tzinfo=None) - EPOCH) / dt.timedelta(days=1)
    return float((dt.datetime(moment.year, moment.month, moment.day) - EPOCH).days)  # noqa: DTZ001


def moment(number: float) -> dt.datetime:
    """The moment that a number means, to the millisecond."""
    return EPOCH + dt.timedelta(milliseconds=round(number * 86_400_000))
