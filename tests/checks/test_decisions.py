"""Issues are known again: decisions stay with them until the fault changes, and first seen stays the first day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from tests.checks.small_book import AS_OF, GOOD, facts_of, table
from xlpipeline.checks import find_faults, find_issues, standing
from xlpipeline.checks._decisions import Decision, read_decisions
from xlpipeline.metrics.data_quality import data_quality
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.schema import ISSUES

TOMORROW = AS_OF + dt.timedelta(days=1)
Deals = Sequence[Mapping[str, Any]]


def issues_table(issues: pd.DataFrame, **cells: object) -> BookTable:
    """Issues as a refresh would have written them, with ``cells`` typed beside the first."""
    rows = issues.reindex(columns=list(ISSUES.heads)).astype(object)
    for head, cell in cells.items():
        rows[head] = pd.Series([cell, *rows[head].tolist()[1:]], dtype=object)
    return BookTable("Issues", "Issues", 26, 2, rows)


def again(before: Deals, after: Deals, *, as_of: dt.date = AS_OF, **cells: object) -> pd.DataFrame:
    """Issues of ``after``, once something was typed beside the first issue of ``before``."""
    old = issues_table(find_issues(facts_of(before)), **cells)
    return find_issues(facts_of(after, others=(old,), as_of=as_of))


ACCEPTED: dict[str, Any] = {"Decision": "accept", "Reason": "Agreed with sales"}
NEGATIVE: list[dict[str, Any]] = [{"Deal ID": "X1", "Amount": -5.0}]


@pytest.mark.parametrize(
    ("decision", "quiet", "asks"),
    [
        (Decision(), False, ""),
        (Decision(decision="accept", reason="yes"), True, ""),
        (Decision(decision=" Accept ", reason="yes"), True, ""),
        (Decision(decision="accept"), False, "give a reason"),
        (Decision(decision="accept", reason="  "), False, "give a reason"),
        (Decision(decision="later", reason="yes"), False, "choose accept or snooze"),
        (Decision(decision="snooze", reason="yes"), False, "enter the day"),
        (Decision(decision="snooze", reason="yes", until="soon"), False, "enter the day"),
        (Decision(decision="snooze", reason="yes", until=AS_OF), False, "ended on 2026-05-15"),
        (Decision(decision="snooze", reason="yes", until=TOMORROW), True, ""),
        (Decision(decision="snooze", reason="yes", until="2026-05-16"), True, ""),
        (Decision(decision="snooze", reason="yes", until=dt.datetime(2026, 5, 16, 9)), True, ""),  # noqa: DTZ001
        (Decision(decision="accept", reason="yes", until=AS_OF), False, "ended on 2026-05-15"),
    ],
)
def test_a_decision_holds_with_a_reason_and_before_its_last_day(decision: Decision, quiet: bool, asks: str) -> None:
    assert decision.is_quiet(AS_OF) is quiet
    assert asks in decision.lacks(AS_OF)
    assert bool(decision.lacks(AS_OF)) is bool(asks)


@pytest.mark.slow
def test_an_accepted_issue_stays_so_and_does_not_count() -> None:
    issues = again(NEGATIVE, NEGATIVE, as_of=TOMORROW, **ACCEPTED)
    assert issues["quiet"].tolist() == [True]
    assert issues["Decision"].tolist() == ["accept"]
    assert standing(issues).empty


@pytest.mark.slow
def test_another_fault_in_the_cell_takes_the_decision_away() -> None:
    issues = again(NEGATIVE, [{"Deal ID": "X1", "Amount": -6.0}], **ACCEPTED)
    assert issues["quiet"].tolist() == [False]
    assert issues["Decision"].tolist() == issues["Reason"].tolist() == [None]


@pytest.mark.slow
def test_a_mended_fault_takes_its_decision_with_it() -> None:
    mended = again(NEGATIVE, [{"Deal ID": "X1", "Amount": 5.0}], **ACCEPTED)
    assert mended.empty
    back = find_issues(facts_of(NEGATIVE, others=(issues_table(mended),)))
    assert back["quiet"].tolist() == [False]


@pytest.mark.slow
def test_sorting_the_rows_of_pipeline_moves_no_decision() -> None:
    good = {"Deal ID": "X0"}
    issues = again([*NEGATIVE, good], [good, *NEGATIVE], **ACCEPTED)
    assert issues["quiet"].tolist() == [True]
    assert issues["Cell"].str.endswith("6").all()


@pytest.mark.slow
def test_a_duplicate_stays_accepted_where_its_twin_is_sorted_to_another_row() -> None:
    pair = [{"Deal ID": "X1", "Opportunity": "Toner"}, {"Deal ID": "X2", "Opportunity": "Toner"}]
    other = {"Deal ID": "X3", "Opportunity": "Lamps", "Account": "Zeta"}
    issues = again([*pair, other], [other, *pair], **ACCEPTED)
    assert issues["Check"].tolist() == ["Duplicate deal"]
    assert issues["quiet"].tolist() == [True]


@pytest.mark.slow
def test_another_day_over_the_bound_is_the_same_fault_and_another_stage_is_not() -> None:
    over = GOOD | {"Deal ID": "X1", "Stage since": dt.date(2026, 5, 7)}
    monday = dt.date(2026, 5, 18)
    assert again([over], [over], as_of=monday, **ACCEPTED)["quiet"].tolist() == [True]
    moved = over | {"Stage": "Prospect", "Stage since": dt.date(2026, 4, 1), "Created": dt.date(2026, 4, 1)}
    issues = again([over], [moved], as_of=monday, **ACCEPTED)
    assert issues.loc[issues["Check"] == "Over time-bound", "quiet"].tolist() == [False]


@pytest.mark.slow
def test_the_same_fault_of_two_deals_is_two_issues() -> None:
    two = [{"Deal ID": "X1", "Account": None}, {"Deal ID": "X2", "Account": None}]
    issues = again(two, two, **ACCEPTED)
    assert issues[["Deal ID", "quiet"]].to_numpy().tolist() == [["X2", False], ["X1", True]]


def test_rows_without_id_and_name_are_told_apart_by_their_order() -> None:
    rows = [{"Deal ID": None, "Opportunity": "Same"}] * 3
    keys = find_faults(facts_of(rows))["key"].tolist()
    assert len(set(keys)) == len(keys)


@pytest.mark.slow
def test_first_seen_is_the_first_day_and_stays() -> None:
    both = [*NEGATIVE, {"Deal ID": "X2", "Account": None}]
    issues = again(NEGATIVE, both, as_of=TOMORROW)
    assert issues[["Deal ID", "First seen"]].to_numpy().tolist() == [["X1", AS_OF], ["X2", TOMORROW]]


@pytest.mark.slow
def test_issues_of_one_book_are_the_same_again() -> None:
    """An idle refresh: the issues made from the table that they went into are equal to it."""
    first = again(NEGATIVE, NEGATIVE, **ACCEPTED)
    second = find_issues(facts_of(NEGATIVE, others=(issues_table(first),), as_of=AS_OF))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.slow
def test_an_accepted_error_does_not_lower_data_quality() -> None:
    deals = [*NEGATIVE, {"Deal ID": "X2"}]
    old = issues_table(find_issues(facts_of(deals)), **ACCEPTED)
    assert data_quality(facts_of(deals)).value == 0.5
    assert data_quality(facts_of(deals, others=(old,))).value == 1.0


def test_of_two_rows_with_one_key_the_one_with_a_decision_holds() -> None:
    rows: list[list[object]] = [[None, None, "k"], ["accept", "yes", "k"], [None, None, None]]
    book = Book({"Issues": table("Issues", ["Decision", "Reason", "Key"], rows)})
    assert read_decisions(book) == {"k": Decision(decision="accept", reason="yes")}


def test_a_book_whose_issues_have_no_key_yet_remembers_nothing() -> None:
    old = BookTable("Issues", "Issues", 26, 2, pd.DataFrame({"Check": ["Negative amount"]}, dtype=object))
    assert find_issues(facts_of(NEGATIVE, others=(old,)))["First seen"].tolist() == [AS_OF]
