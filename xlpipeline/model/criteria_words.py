"""What to do about a criterion that is missing, in words."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.criteria import Criterion
from xlpipeline.model.criteria_arguments import day_of

_FROM_TODAY: Final = {
    "<=": "today or earlier",
    "<": "earlier than today",
    ">=": "today or later",
    ">": "later than today",
    "=": "today",
    "<>": "not today",
}
"""Operators of a comparison with the as-of date, in words."""


def cure(criterion: Criterion, *, late: bool = False) -> str:
    """One sentence that says what to fill in; ``late``: its time has passed, so that no date can meet it any more."""
    if late:
        days = criterion.within_business_days
        return f"it had to be met within {days} business {'day' if days == 1 else 'days'} and that time has passed."
    given = criterion.arguments
    columns = given.columns
    times = "one activity" if given.least == 1 else f"{given.least} activities"
    sentences = {
        "activity": lambda: f"log {times} of the type {given.activity} on Activities.",
        "date_order": lambda: f"fill in {columns[0]} and {columns[1]}, {columns[1]} not before {columns[0]}.",
        "tick": lambda: f"enter Y in {columns[0]} when it is so.",
        "filled": lambda: f"fill in {columns[0]}.",
    }
    return sentences[criterion.kind]() if criterion.kind in sentences else _comparison(criterion)


def _comparison(criterion: Criterion) -> str:
    given = criterion.arguments
    if given.operator == "in":
        return f"set {given.columns[0]} to one of {', '.join(given.words)}."
    if given.is_today:
        return f"enter a day in {given.columns[0]} that is {_FROM_TODAY[given.operator]}."
    if given.number is None:
        wanted = given.words[0]
    else:
        wanted = day_of(given.number).isoformat() if given.is_day else f"{given.number:g}"
    return f"set {given.columns[0]} so that it is {given.operator} {wanted}."
