"""The tab Issues: line, summary and table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.checks.small_book import AS_OF, CLOSED, facts_of
from xlpipeline.checks import CHECKS, find_issues
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import ISSUES
from xlpipeline.tabs.issues import SUMMARY, SUMMARY_ROWS, TAB, fill, issues_line, summary
from xlpipeline.tabs.layout import TableBlock, Text, split_anchor

DEALS: list[dict[str, Any]] = [
    {"Account": None},
    {"Account": None, "Amount": None},
    {"Account": None, "Owner": "Bob"},
    CLOSED,
]


def test_the_line_counts_by_severity() -> None:
    facts = facts_of([*DEALS, {"Next step": None}])
    assert fill(facts).names == {"issues_line": "1 error, 3 warnings, 1 note in 5 opportunities"}


def test_the_line_says_when_all_is_well() -> None:
    facts = facts_of([{}])
    assert issues_line(find_issues(facts), 1) == "No issues in 1 opportunity"


def test_the_summary_has_errors_first_and_names_the_owner_with_most() -> None:
    rows = summary(find_issues(facts_of(DEALS)))
    assert rows.iloc[0].tolist()[:4] == ["error", "Open deal without amount", 1, "Ann (1)"]
    assert rows.iloc[1].tolist()[:4] == ["warning", "Blank account", 3, "Ann (2)"]
    assert rows.iloc[2:].isna().all().all()


def issues_of_kinds(number: int) -> pd.DataFrame:
    rows = [("warning", f"Kind {k:02}", None, "t") for k in range(number) for _ in range(number - k)]
    return pd.DataFrame(rows, columns=["Severity", "Check", "Owner", "What to do"], dtype=object)


def test_fifteen_kinds_fill_the_summary() -> None:
    rows = summary(issues_of_kinds(15))
    assert rows["Check"].tolist() == [f"Kind {k:02}" for k in range(15)]
    assert rows["Count"].tolist() == list(range(15, 0, -1))


def test_with_sixteen_kinds_the_last_row_counts_the_rest() -> None:
    rows = summary(issues_of_kinds(16))
    assert len(rows) == SUMMARY_ROWS
    assert rows.iloc[-1].tolist() == [None, "2 more kinds", 3, None, "See the table below."]


def test_an_owner_is_not_named_where_every_owner_has_one_summary() -> None:
    deals: list[dict[str, Any]] = [{"Next step": None}, {"Next step": None, "Owner": "Bob"}]
    rows = summary(find_issues(facts_of(deals)))
    assert rows.iloc[0].tolist()[1:4] == ["Reps with missing next steps", 2, None]


def decided(deals: list[dict[str, Any]], decision: dict[str, object], **more: Any) -> Facts:  # noqa: ANN401
    """Facts of the next refresh, after a decision was written beside the first issue."""
    issues = dict(fill(facts_of(deals)).tables[0].columns)
    frame = pd.DataFrame(issues, dtype=object)
    for head, cell in decision.items():
        frame[head] = pd.Series([cell, *frame[head].tolist()[1:]], dtype=object)
    return facts_of(deals, others=(BookTable("Issues", "Issues", 26, 2, frame),), **more)


@pytest.mark.slow
def test_an_accepted_issue_moves_to_the_end_and_is_not_counted() -> None:
    """The first of DEALS' issues is the error of the deal without amount."""
    changes = fill(decided(DEALS, {"Decision": "accept", "Reason": "A free trial"}))
    issues, kinds = changes.tables
    assert issues.columns["Check"].tolist() == ["Blank account"] * 3 + ["Open deal without amount"]
    assert issues.columns["Reason"].tolist() == [None, None, None, "A free trial"]
    assert kinds.columns["Check"].tolist()[:2] == ["Blank account", None]
    assert changes.names["issues_line"] == "3 warnings in 4 opportunities · 1 accepted or snoozed"


@pytest.mark.slow
def test_a_decision_without_a_reason_stays_and_asks_for_one() -> None:
    changes = fill(decided(DEALS, {"Decision": "accept"}))
    issues = changes.tables[0]
    assert issues.columns["Decision"].tolist() == ["accept", None, None, None]
    assert issues.columns["What to do"].tolist()[0] == "Please give a reason; until then the issue counts."
    assert changes.names["issues_line"] == "1 error, 3 warnings in 4 opportunities"


def test_a_look_back_leaves_the_issues_of_today_alone() -> None:
    for last, written in ((AS_OF, True), (AS_OF + dt.timedelta(days=1), False)):
        assert bool(fill(facts_of(DEALS, names={"last_as_of": last}))) is written


def test_every_issue_has_a_link() -> None:
    changes = fill(facts_of(DEALS))
    issues, kinds = changes.tables
    assert (issues.table, issues.rows, list(issues.columns)) == ("Issues", 4, list(ISSUES.heads))
    assert issues.columns["Go to"].tolist() == ["go"] * 4
    assert (kinds.table, kinds.rows, list(kinds.columns)) == (SUMMARY.name, SUMMARY_ROWS, list(SUMMARY.heads))


def test_without_issues_the_table_keeps_one_blank_row() -> None:
    issues = fill(facts_of([{}])).tables[0]
    assert issues.rows == 1
    assert all(column.tolist() == [None] for column in issues.columns.values())


def test_the_growing_table_has_nothing_below_it() -> None:
    blocks = {block.table.name: block for block in TAB.blocks if isinstance(block, TableBlock)}
    below = split_anchor(blocks["Issues"].anchor)[1]
    assert blocks["Issues"].grows
    end_of_summary = split_anchor(blocks[SUMMARY.name].anchor)[1] + 2 + SUMMARY_ROWS
    assert end_of_summary < below
    assert {block.name for block in TAB.blocks if isinstance(block, Text)} >= {"issues_line"}


def test_kinds_with_one_row_per_owner_are_named_after_reps() -> None:
    titles = {check.name: check.title for check in CHECKS}
    assert titles["idle_deals"] == "Reps with idle deals"
    assert titles["missing_next_steps"] == "Reps with missing next steps"
    (count,) = (column for column in SUMMARY.columns if column.name == "Count")
    assert "one row per owner" in count.note
