"""Spans of time as a cell names them: a word, a quarter's name, or any day in the quarter."""

from __future__ import annotations

import datetime as dt

from xlpipeline.errors import RequestError
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts

YEARS_BACK, YEARS_AHEAD = 10, 3
"""How far from the as-of date a quarter is known by its name."""
LAST_YEAR = 9990
"""Later days have no quarter after them."""


def read_window(given: object, facts: Facts) -> Period | None:
    """``trailing`` (the setting's quarters), ``all`` (None), ``quarter``, a quarter's name, or a day in it.

    Raises:
        RequestError: it is none of these.
    """
    word = _word(given)
    if word == "trailing":
        return facts.window
    if word == "all":
        return None
    return _named(given, facts, "trailing, all, quarter, a quarter's name such as 2026 Q1, or a day in that quarter")


def read_quarter(given: object, facts: Facts) -> Period:
    """``quarter`` (the one of the as-of date), a quarter's name, or a day in it.

    Raises:
        RequestError: it is none of these.
    """
    return _named(given, facts, "nothing (the quarter of AsOf), a quarter's name such as 2026 Q1, or a day in it")


def _named(given: object, facts: Facts, allowed: str) -> Period:
    if isinstance(given, dt.date):
        return facts.fiscal.quarter(given)
    if _word(given) == "quarter":
        return facts.quarter
    as_of = facts.as_of
    first = dt.date(max(as_of.year - YEARS_BACK, 1), 1, 1)
    last = dt.date(min(as_of.year + YEARS_AHEAD, LAST_YEAR), 12, 31)
    for quarter in facts.fiscal.quarters_between(first, last):
        if _word(quarter.name) == _word(given):
            return quarter
    raise RequestError(f"The window '{given!s:.40}' is not known; please use {allowed}.")


def _word(given: object) -> str:
    return "".join(str(given).split()).casefold()
