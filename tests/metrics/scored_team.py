"""A team with deals enough for a win score: referrals are won three times as often as cold calls, and so are offers."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from tests.metrics.lived_team import TYPES, Row, table_of, team_book
from xlpipeline.metrics.win_model.kept import TABLES, keep
from xlpipeline.metrics.win_model.trial import Trial, try_out
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.settings import Settings

AS_OF: Final = dt.date(2026, 3, 31)
FIRST: Final = dt.date(2024, 1, 1)
AT_WORK: Final = dt.time(8)


def stories(closed: int = 480, still_open: int = 20) -> list[dict[str, Any]]:
    """Per deal: its row when it began, day and stage of its move, and how and when it ended (None: it is open)."""
    draw = random.Random(7)  # noqa: S311 - the same for ever
    told = []
    for number in range(closed + still_open):
        created = FIRST + dt.timedelta(days=number) if number < closed else AS_OF - dt.timedelta(days=number % 25)
        referral, offer = number % 2 == 0, draw.random() < 0.5
        chance = 0.05 + 0.3 * referral + 0.3 * offer + 0.15 * (number % 3 == 0)
        row = {
            "Deal ID": f"D-{number:04}", "Opportunity": f"Deal {number}", "Account": f"Account {number % 150}",
            "Owner": ("Ann", "Bob")[number % 3 == 0], "Stage": "Prospect", "Created": created,
            "Source": ("Cold call", "Referral")[referral], "Product": ("Desk", "Chair")[number % 5 == 0],
            "Amount": float(1000 * (1 + number % 40)), "Expected close": created + dt.timedelta(days=50),
        }  # fmt: skip
        moved = created + dt.timedelta(days=10)
        ended = created + dt.timedelta(days=20 + draw.randrange(90))
        won = draw.random() < chance
        told.append(
            {
                "row": row,
                "moved": (moved, "Offer" if offer else "Qualified") if moved <= AS_OF else None,
                "ended": (ended, "Won" if won else "Lost") if number < closed else None,
            }
        )
    return told


def _steps(told: list[dict[str, Any]]) -> tuple[list[Row], list[Row], list[Row]]:
    born = [one["row"] for one in told]
    moved = [row | ({"Stage": one["moved"][1]} if one["moved"] else {}) for row, one in zip(born, told, strict=True)]
    ended = [
        row
        | ({"Stage": one["ended"][1], "Actual close": one["ended"][0], "Lost reason": "Price"} if one["ended"] else {})
        for row, one in zip(moved, told, strict=True)
    ]
    return born, moved, ended


@functools.cache
def history_and_rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The body of ``_History`` as if refreshed on the day of every change, and Pipeline as it is now."""
    told = stories()
    days: tuple[Callable[[dict[str, Any]], dt.date | None], ...] = (
        lambda one: one["row"]["Created"],
        lambda one: one["moved"] and one["moved"][0],
        lambda one: one["ended"] and one["ended"][0],
    )
    history, found = read_history(pd.DataFrame(columns=list(HISTORY.heads), dtype=object)), []
    for rows, day_of in zip(_steps(told), days, strict=True):
        stamp = Stamp(None, dt.datetime.combine(AS_OF, AT_WORK), "ann", "test")
        events = diff(history, table_of(rows), stage_types=TYPES, stamp=stamp).events
        history = extend(history, events)
        on = {one["row"]["Deal ID"]: day_of(one) for one in told}
        moments = [dt.datetime.combine(on[name] or AS_OF, AT_WORK) for name in events["Deal ID"]]
        found.append(events.assign(**{"Not after": pd.Series(moments, index=events.index, dtype=object)}))
    together = pd.concat(found, ignore_index=True)
    return together.sort_values("Not after", kind="stable", ignore_index=True), table_of(_steps(told)[-1])


def big_book(*, history: bool = True) -> Book:
    """The book of the team, with empty tables for a model."""
    events, rows = history_and_rows()
    blank = {t.name: pd.DataFrame([[None] * len(t.heads)], columns=list(t.heads), dtype=object) for t in TABLES}
    return team_book([], more={"Pipeline": rows, **blank, **({HISTORY.name: events} if history else {})})


def big_facts(book: Book | None = None, as_of: dt.date = AS_OF, **settings: Any) -> Facts:  # noqa: ANN401
    return read_facts(book or big_book(), as_of, replace(Settings(), **{"win_score_least": 150, **settings}))


@functools.cache
def fitted() -> Trial:
    found = try_out(big_facts())
    assert isinstance(found, Trial), found
    return found


def scored_book() -> Book:
    """The book with its model kept."""
    book = big_book()
    return applied(book, keep(fitted(), AS_OF))
