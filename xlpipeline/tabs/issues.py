"""The tab Issues: how many faults of each kind, then every single one with a link to its cell."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.checks import SEVERITIES, find_issues
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import ISSUES, Column, Table
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import REFRESH_HINT, counted

SUMMARY_ROWS: Final = 15

SUMMARY: Final = Table(
    "IssueSummary",
    "Issues",
    "By kind",
    (
        Column(
            "Severity", "text", "error: figures are wrong. warning: please look. info: good to know.", 10, "refresh"
        ),
        Column("Check", "text", "Name of the rule; Definitions explains each.", 32, "refresh"),
        Column("Count", "whole", "Rows of the table below.", 14, "refresh", unit="issues"),
        Column("Most with", "text", "The owner who has most of them, and how many.", 24, "refresh"),
        Column("What to do", "text", "The next step.", 70, "refresh"),
    ),
)
"""Its columns stand over those of Issues, so that one set of widths serves both."""

GO_TO: Final = 'IF(Issues[[#This Row],[Cell]]="","",HYPERLINK("#"&Issues[[#This Row],[Cell]],"go"))'
_TINTS: Final = (
    Tint('{Severity}="error"', "vermilion", ("Severity",), look="text"),
    Tint('{Severity}="warning"', "orange", ("Severity",), look="text"),
)


def fill(facts: Facts) -> ChangeSet:
    """The issues, their summary and the line under the title."""
    issues = find_issues(facts)
    body = issues.assign(**{"Go to": issues["Cell"].map(lambda cell: "go" if cell else None)})
    return ChangeSet(
        (whole_table(ISSUES.name, body[list(ISSUES.heads)]), whole_table(SUMMARY.name, summary(issues))),
        {"issues_line": issues_line(issues, len(facts.deals))},
    )


def summary(issues: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of fault, errors first, then by count; always ``SUMMARY_ROWS`` rows, blank ones last.

    Where there are more kinds, the last row counts those that have no row of their own.
    """
    kinds = issues.groupby("Check", sort=False).agg(
        severity=("Severity", "first"), n=("Severity", "size"), todo=("What to do", "first")
    )
    kinds["rank"] = kinds["severity"].map(SEVERITIES.index)
    kinds = kinds.sort_values(["rank", "n"], ascending=[True, False], kind="stable")
    shown = kinds if len(kinds) <= SUMMARY_ROWS else kinds.iloc[: SUMMARY_ROWS - 1]
    told = zip(shown.index, shown["severity"], shown["n"].tolist(), shown["todo"], strict=True)
    rows: list[tuple[object, ...]] = [
        (kind, check, n, _most_with(issues, check), todo) for check, kind, n, todo in told
    ]
    hidden = kinds.iloc[len(shown) :]
    if len(hidden):
        rows.append((None, f"{len(hidden)} more kinds", int(hidden["n"].sum()), None, "See the table below."))
    rows += [(None,) * len(SUMMARY.columns)] * (SUMMARY_ROWS - len(rows))
    return pd.DataFrame(rows, columns=list(SUMMARY.heads), dtype=object)


def _most_with(issues: pd.DataFrame, check: str) -> str | None:
    """``Ann (12)``: the owner with most issues of a kind; None without owners, or where each has just one."""
    owners = issues.loc[issues["Check"] == check, "Owner"].dropna()
    counts = owners.value_counts(sort=False)
    if counts.empty or len(counts) == counts.sum() > 1:
        return None
    return f"{counts.idxmax()} ({counts.max():,})"


def issues_line(issues: pd.DataFrame, deals: int) -> str:
    """``4 errors, 120 warnings in 214 opportunities``; says so where there is no issue at all."""
    counts = issues["Severity"].value_counts()
    nouns = (("error", "error"), ("warning", "warning"), ("info", "note"))
    parts = [counted(int(counts[severity]), noun) for severity, noun in nouns if severity in counts.index]
    return f"{', '.join(parts) or 'No issues'} in {counted(deals, 'opportunity')}"


TAB: Final = Tab(
    "Issues",
    "issues",
    (
        Text("B1", "Issues", "title"),
        Text("B2", REFRESH_HINT, "line", name="issues_line"),
        TableBlock(
            "B4",
            SUMMARY,
            rows=SUMMARY_ROWS,
            hint="Errors first: figures are wrong until they are mended.",
            tints=_TINTS,
        ),
        TableBlock(
            "B24",
            ISSUES,
            grows=True,
            hint="Filter by Owner to see your own; click go to jump to the cell. Refresh and what is mended is gone.",
            formulas={"Go to": GO_TO},
            tints=_TINTS,
        ),
    ),
    fill,
    widths={"B": 10, "C": 32, "D": 14, "E": 24, "F": 70, "G": 66, "H": 20, "I": 9},
)
