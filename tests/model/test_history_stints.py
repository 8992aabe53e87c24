# ruff: noqa: DTZ001 - cells know no time zone
"""Stints, earlier days, last changes and pushes: countable by hand (1 May 2026 is a Friday)."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from tests.model.ledger import HEADS, Ledger, table
from xlpipeline.model.calendar import FiscalCalendar, WorkCalendar
from xlpipeline.model.history import read_history
from xlpipeline.model.stints import earlier_days, last_change, push_counts, stage_entries

WEEK = WorkCalendar(holidays=(dt.date(2026, 5, 14),))
BORN = (*HEADS, "Created", "Stage since")


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 5, day, 17)


def moved(*stages: tuple[int, str], **born: object) -> Ledger:
    """One deal that stood in each stage at the refresh of that day of May."""
    ledger = Ledger(BORN, [{"Deal ID": "D-1", **{k.replace("_", " "): v for k, v in born.items()}}])
    for day, stage in stages:
        ledger.rows[0]["Stage"] = stage
        ledger.refresh(at(day))
    return ledger


def test_each_entry_has_both_bounds() -> None:
    entries = stage_entries(moved((4, "Discovery"), (6, "Proposal"), (8, "Discovery")).history)
    assert entries["stage"].tolist() == ["Discovery", "Proposal", "Discovery"]
    assert pd.isna(entries["entered_not_before"][0])
    assert entries["entered_not_before"].tolist()[1:] == [pd.Timestamp(at(4)), pd.Timestamp(at(6))]
    assert entries["entered_not_after"].tolist() == [pd.Timestamp(at(day)) for day in (4, 6, 8)]
    assert entries["entered_on"].dt.day.tolist() == [4, 6, 8]


def test_another_spelling_or_a_row_that_came_back_is_no_new_entry() -> None:
    ledger = moved((4, "Discovery"), (5, "discovery "))
    row = ledger.rows.pop()
    ledger.refresh(at(6))
    ledger.rows.append(row)
    ledger.refresh(at(7))
    assert stage_entries(ledger.history)["entered_on"].dt.day.tolist() == [4]


def test_the_first_stint_begins_where_the_import_or_created_says() -> None:
    created, since = dt.date(2026, 4, 1), dt.date(2026, 4, 20)
    for born, day in (
        ({}, dt.date(2026, 5, 4)),
        ({"Created": created}, created),
        ({"Created": created, "Stage_since": since}, since),
        ({"Created": dt.date(2026, 6, 1)}, dt.date(2026, 5, 4)),
    ):
        entries = stage_entries(moved((4, "Discovery"), (6, "Proposal"), **born).history)
        assert entries["entered_on"].dt.date.tolist() == [day, dt.date(2026, 5, 6)]


def test_a_bounce_does_not_reset_the_clock() -> None:
    """Mon 4 to Wed 6 in Discovery are 2 business days; Tue 12 to Mon 18 are 3 (Thursday the 14th is off)."""
    ledger = moved((4, "Discovery"), (6, "Proposal"), (12, "Discovery"), (18, "Proposal"), (20, "Discovery"))
    assert earlier_days(ledger.history, ledger.frame, WEEK, dt.date(2026, 5, 29)).tolist() == [5.0]
    assert earlier_days(ledger.history, ledger.frame, WEEK, dt.date(2026, 5, 13)).tolist() == [2.0]
    in_proposal = table([{"Deal ID": "d-1", "Stage": "PROPOSAL"}, {"Deal ID": "D-9", "Stage": "Proposal"}], HEADS)
    assert earlier_days(ledger.history, in_proposal, WEEK, dt.date(2026, 5, 29)).tolist() == [6.0, 0.0]


def test_a_first_stint_has_no_earlier_days() -> None:
    ledger = moved((4, "Discovery"), (6, "Proposal"))
    assert earlier_days(ledger.history, ledger.frame, WEEK, dt.date(2026, 5, 29)).tolist() == [0.0]


def test_being_seen_first_is_no_change() -> None:
    ledger = moved((4, "Discovery"))
    assert last_change(ledger.history).empty
    ledger.rows[0]["Notes"] = "called"
    ledger.refresh(at(7))
    assert last_change(ledger.history).to_dict() == {"d-1": pd.Timestamp(at(7))}
    assert last_change(ledger.history, ["Stage", "Amount"]).empty


def test_pushes_are_increases_of_the_expected_close() -> None:
    ledger = Ledger(BORN, [{"Deal ID": "D-1"}, {"Deal ID": "D-2", "Expected close": dt.date(2026, 5, 9)}])
    closes = (dt.date(2026, 6, 1), dt.date(2026, 6, 15), None, dt.date(2026, 7, 15), dt.date(2026, 7, 1))
    for day, close in enumerate(closes, start=4):
        ledger.rows[0]["Expected close"] = close
        ledger.refresh(at(day))
    counts = push_counts(ledger.history, FiscalCalendar())
    assert counts["pushes"].to_dict() == {"d-1": 2, "d-2": 0}
    assert counts["push_days"].to_dict() == {"d-1": 30, "d-2": 0}
    assert counts["pushes_in_period"].to_dict() == {"d-1": 1, "d-2": 0}
    assert counts["last_push"].tolist()[0] == pd.Timestamp(at(7))
    assert counts["last_push"].isna().tolist() == [False, True]


def test_an_empty_history_has_no_stints() -> None:
    history = read_history(pd.DataFrame())
    assert stage_entries(history).empty
    assert push_counts(history, FiscalCalendar()).empty
    assert last_change(history).empty
    assert earlier_days(history, table([{"Deal ID": "D-1"}], HEADS), WEEK, dt.date(2026, 5, 29)).tolist() == [0.0]
