"""Decisions in the Issues tab of a real file: they survive refreshes, and an idle refresh writes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from tests.jobs.test_validate import typed
from xlpipeline.hosts.file import ClosedWorkbook, read_book
from xlpipeline.jobs.refresh import refresh_in

pytestmark = pytest.mark.slow

NEXT_DAY = AS_OF + dt.timedelta(days=1)


def issues_of(path: Path) -> pd.DataFrame:
    return read_book(path).frame("Issues")


def decide(path: Path, row: int, decision: str, reason: str | None = "Agreed", until: dt.date | None = None) -> str:
    """Write a decision beside an issue; gives the issue's key."""
    typed(path, "Issues", "Decision", {row: decision})
    if reason:
        typed(path, "Issues", "Reason", {row: reason})
    if until:
        typed(path, "Issues", "Until", {row: until})
    return str(issues_of(path).at[row, "Key"])


def test_a_refresh_with_decisions_writes_once_and_then_nothing(messy_book: Path) -> None:
    accepted = decide(messy_book, 0, "accept")
    snoozed = decide(messy_book, 2, "snooze", until=AS_OF + dt.timedelta(days=9))
    asked = decide(messy_book, 3, "accept", reason=None)
    total = len(issues_of(messy_book))
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
    content = messy_book.read_bytes()
    issues = issues_of(messy_book)
    assert len(issues) == total
    assert set(issues["Key"].iloc[-2:]) == {accepted, snoozed}
    assert issues.set_index("Key").at[asked, "Decision"] == "accept"
    assert str(issues.set_index("Key").at[asked, "What to do"]).startswith("Please give a reason")
    assert str(read_book(messy_book).names["issues_line"]).endswith(" · 2 accepted or snoozed")
    counted = pd.to_numeric(read_book(messy_book).frame("IssueSummary")["Count"]).sum()
    assert counted == total - 2
    for _ in range(2):
        refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
        assert messy_book.read_bytes() == content


def test_a_snooze_ends_on_its_day(messy_book: Path) -> None:
    key = decide(messy_book, 0, "snooze", until=NEXT_DAY)
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
    assert issues_of(messy_book)["Key"].iloc[-1] == key
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=NEXT_DAY)
    row = issues_of(messy_book).set_index("Key").loc[key]
    assert row["What to do"].startswith(f"The decision ended on {NEXT_DAY}: please look again.")
    assert row["First seen"] == AS_OF
    assert "accepted or snoozed" not in str(read_book(messy_book).names["issues_line"])


def test_a_changed_fault_loses_its_decision_and_its_first_day(messy_book: Path) -> None:
    issues = issues_of(messy_book)
    row = int(issues.index[issues["Check"] == "Negative amount"][0])
    deal = issues.at[row, "Deal ID"]
    decide(messy_book, row, "accept")
    pipeline = read_book(messy_book).frame("Pipeline")
    typed(messy_book, "Pipeline", "Amount", {int(pipeline.index[pipeline["Deal ID"] == deal][0]): -1.0})
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=NEXT_DAY)
    after = issues_of(messy_book)
    new = after[after["Check"] == "Negative amount"].iloc[0]
    assert (new["Decision"], new["Reason"], new["First seen"]) == (None, None, NEXT_DAY)


def test_a_look_back_keeps_decisions_and_first_days(messy_book: Path) -> None:
    decide(messy_book, 0, "accept")
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
    before = issues_of(messy_book)
    refresh_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF - dt.timedelta(days=100))
    pd.testing.assert_frame_equal(issues_of(messy_book), before)
