"""The live columns by hand, on both sides of every limit. As-of date: Tuesday 31 March 2026; Monday 30 March is off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd
import pytest

from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.computed import COMPUTED, stale_flags
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.settings import Settings

AS_OF = dt.date(2026, 3, 31)
STAGES = pd.DataFrame(
    [
        [1, "Talk", "open", 0.1, 5],
        [2, "Offer", "open", 0.5, None],
        [3, "Vague", "open", None, 5],
        [4, "Won", "won", 1, None],
        [5, "Lost", "lost", 0, None],
    ],
    columns=["Order", "Stage", "Type", "Default probability", "Max business days"],
    dtype=object,
)
SOUND = {"Opportunity": "A", "Stage": "Talk", "Next step": "Call", "Created": AS_OF}


def facts_of(*rows: Mapping[str, object]) -> Facts:
    """Facts of deals that are sound but for what is given."""
    frame = pd.DataFrame([{**SOUND, **row} for row in rows], dtype=object)
    frame = frame.astype(object).where(frame.notna(), None)
    holidays = pd.DataFrame({"Date": [dt.date(2026, 3, 30)]}, dtype=object)
    tables = {"Pipeline": frame, "Stages": STAGES, "Holidays": holidays}
    book = Book({name: BookTable(name, name, 1, 1, body) for name, body in tables.items()})
    return read_facts(book, AS_OF, Settings())


def cells(name: str, *rows: Mapping[str, object]) -> list[object]:
    """What a computed column shows for each of the rows."""
    column = next(one for one in COMPUTED if one.name == name)
    return column.evaluate(facts_of(*rows)).tolist()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_the_type_is_that_of_the_stage_whatever_its_case() -> None:
    assert cells("Stage type", {"Stage": "talk"}, {"Stage": "WON"}, {"Stage": "Tal"}, {"Stage": None}) == [
        "open",
        "won",
        None,
        None,
    ]


def test_a_deal_is_in_its_stage_since_the_day_refresh_knows_else_since_it_was_created() -> None:
    known = {"Stage since": day("2026-03-10"), "Created": day("2026-01-05")}
    assert cells("In stage since", known, {"Created": day("2026-01-05")}, {"Created": None}) == [
        day("2026-03-10"),
        day("2026-01-05"),
        None,
    ]


def test_a_stage_that_was_changed_since_the_last_refresh_begins_today() -> None:
    moved = {"Stage seen": "Offer", "Stage since": day("2026-03-10")}
    same = {"Stage seen": "TALK", "Stage since": day("2026-03-10")}
    assert cells("In stage since", moved, same) == [AS_OF, day("2026-03-10")]


def test_closed_deals_have_no_days_in_stage() -> None:
    assert cells("Days in stage", {"Created": day("2026-03-21")}, {"Created": day("2026-04-09")}, {"Stage": "Won"}) == [
        10,
        0,
        None,
    ]


def test_the_stage_is_due_after_its_business_days_without_weekend_and_holiday() -> None:
    # Monday 23 March + 5: Tue, Wed, Thu, Fri, and Monday 30 is off, so Tuesday 31
    assert cells("Stage due", {"Created": day("2026-03-23")}, {"Stage": "Offer"}) == [day("2026-03-31"), None]


@pytest.mark.parametrize(
    ("created", "over"), [("2026-03-24", 0), ("2026-03-23", 0), ("2026-03-20", 1), ("2026-03-19", 2)]
)
def test_days_over_begin_on_the_first_business_day_after_the_bound(created: str, over: int) -> None:
    assert cells("Days over", {"Created": day(created)}) == [over]
    assert stale_flags(facts_of({"Created": day(created)}))["T"].tolist() == [over > 0]


@pytest.mark.parametrize(
    ("touched", "idle"),
    [("2026-04-02", 0), ("2026-03-31", 0), ("2026-03-27", 1), ("2026-03-16", 10), ("2026-03-13", 11)],
)
def test_a_deal_is_idle_after_more_than_ten_business_days_without_touch(touched: str, idle: int) -> None:
    row = {"Created": day("2026-01-05"), "Last touch": day(touched), "Stage": "Offer"}
    assert cells("Idle days", row) == [idle]
    assert stale_flags(facts_of(row))["I"].tolist() == [idle > 10]


def test_a_change_of_stage_or_the_creation_counts_as_a_touch() -> None:
    rows = {"Last touch": day("2026-01-05"), "Stage since": day("2026-03-27"), "Created": day("2026-01-05")}
    assert cells("Idle days", rows, {"Created": day("2026-03-27")}, {"Created": None}) == [1, 1, None]


@pytest.mark.parametrize(("close", "flags"), [("2026-03-30", "C"), ("2026-03-31", None)])
def test_an_expected_close_before_today_is_flagged(close: str, flags: str | None) -> None:
    assert cells("Flags", {"Expected close": day(close)}) == [flags]


@pytest.mark.parametrize(
    ("step", "on", "flags"),
    [("Call", None, None), ("Call", "2026-03-31", None), ("Call", "2026-03-30", "N"), (None, None, "N")],
)
def test_a_next_step_that_is_missing_or_past_is_flagged(step: str | None, on: str | None, flags: str | None) -> None:
    assert cells("Flags", {"Next step": step, "Next step date": on and day(on)}) == [flags]


def test_the_four_flags_stand_side_by_side_and_only_on_open_deals() -> None:
    worst: dict[str, object] = {"Created": day("2026-01-05"), "Expected close": day("2026-02-01"), "Next step": None}
    assert cells("Flags", worst, worst | {"Stage": "Lost"}) == ["TICN", None]


def test_the_own_probability_counts_before_the_default_of_the_stage() -> None:
    rows: list[dict[str, object]] = [
        {"Amount": 200, "Probability": share} for share in (None, 0, 0.25, 1, 1.01, "high")
    ]
    assert cells("Weighted amount", *rows) == [20, 0, 50, 200, 20, 20]


def test_no_amount_or_no_probability_gives_no_weighted_amount() -> None:
    rows: list[dict[str, object]] = [
        {"Amount": None},
        {"Amount": "much"},
        {"Amount": 200, "Stage": "Vague"},
        {"Amount": 200, "Stage": "Won"},
    ]
    assert cells("Weighted amount", *rows) == [None, None, None, None]


def test_no_formula_is_longer_than_excel_allows() -> None:
    assert all(len(column.formula) < 8192 for column in COMPUTED)
