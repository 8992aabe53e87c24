"""The tab Checklist: ticks as its formulas give them, and dates of people's own that no refresh touches."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tests.checks.small_book import facts_of, table
from xlpipeline.metrics.hygiene import AUTOMATIC, MANUAL
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.checklist import BY_REP, DONE, OPEN, by_rep, fill, the_list

MONDAY, SUNDAY = dt.date(2026, 5, 11), dt.date(2026, 5, 10)
NOTES, FORECAST, PLAN = (item.head for item in MANUAL)


def typed(*rows: dict[str, object]) -> BookTable:
    return table(BY_REP.name, BY_REP.heads, [[row.get(head) for head in BY_REP.heads] for row in rows])


def small(*rows: dict[str, object]) -> Facts:
    return facts_of([{}, {"Owner": "Bob", "Amount": None}], others=[typed(*rows)])


def cells(facts: Facts, rep: str) -> dict[str, object]:
    body = by_rep(facts)
    return {str(head): cell for head, cell in body[body["Rep"] == rep].iloc[0].items()}


def test_ticks_are_counts_of_nought_and_dates_of_this_week() -> None:
    facts = small({"Rep": "Ann", NOTES: MONDAY, FORECAST: SUNDAY})
    # Ann: all but Activity (nothing is logged), and the notes. Bob lacks an amount, too, which is an error in Issues.
    assert cells(facts, "Ann")["Ticks"] == len(AUTOMATIC) - 1 + 1
    assert cells(facts, "Bob")["Ticks"] == len(AUTOMATIC) - 3
    lines = the_list(facts, cells(facts, "Ann"))
    marks = dict(zip(lines["No"], lines["Tick"], strict=True))
    assert [marks[no] for no in (5, 8, 12, 13, 14)] == [DONE, OPEN, DONE, OPEN, OPEN]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed_day", "ticks"),
    [(SUNDAY, False), (MONDAY, True), (dt.date(2026, 5, 17), True), (dt.date(2026, 5, 18), False), (None, False)],
)
def test_a_date_ticks_from_monday_to_sunday_and_not_ahead_of_its_week(typed_day: dt.date | None, ticks: bool) -> None:
    facts = small({"Rep": "Ann", NOTES: typed_day})
    assert cells(facts, "Ann")["Ticks"] == len(AUTOMATIC) - 1 + ticks
    assert the_list(facts, cells(facts, "Ann"))["Tick"].tolist()[11] == (DONE if ticks else OPEN)


def test_a_date_stays_with_its_rep_whatever_the_order_and_also_of_who_left() -> None:
    facts = small({"Rep": "Zoe", PLAN: SUNDAY}, {"Rep": " bob", NOTES: MONDAY}, {"Rep": "Yan"})
    body = by_rep(facts)
    assert body["Rep"].tolist() == ["Team", "Ann", "Bob", "Zoe"]
    assert body[NOTES].tolist() == [None, None, MONDAY, None]
    assert body[PLAN].tolist() == [None, None, None, SUNDAY]


@pytest.mark.slow
@pytest.mark.parametrize(("chosen", "row"), [("bob", 3), ("Team", 1), ("Nobody", 1), (None, 1)])
def test_the_list_is_of_who_is_chosen_and_else_of_the_team(chosen: str | None, row: int) -> None:
    facts = small()
    facts = replace(facts, book=replace(facts.book, names={"checklist_rep": chosen}))
    change = fill(facts)
    assert change.names["checklist_row"].cached == row  # type: ignore[attr-defined]
    lists = next(one for one in change.tables if one.table == "Checklist")
    left = pd.Series(lists.columns["Left"]).tolist()
    assert left[4] == (1 if row != 2 else 0)
    assert len(left) == len(AUTOMATIC) + len(MANUAL)
