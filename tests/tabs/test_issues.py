"""The tab Issues: line, summary and table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tests.checks.small_book import CLOSED, facts_of
from xlpipeline.checks import find_issues
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
    rows = [("warning", f"Kind {k:02}", None, None, "w", "t", "c") for k in range(number) for _ in range(number - k)]
    return pd.DataFrame(rows, columns=list(ISSUES.heads[:-1]), dtype=object)


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
    assert rows.iloc[0].tolist()[1:4] == ["Missing next steps", 2, None]


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
