"""The tab Issues: how many faults of each kind, then every single one with a link to its cell.

Beside each issue people may accept or snooze it; it then moves to the end, in grey, and counts nowhere.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.checks import CHECKS, SEVERITIES, find_issues, standing
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import ISSUES, Column, Table
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import REFRESH_HINT, counted

SUMMARY_ROWS: Final = 15
_TODO: Final = {check.title: check.what_to_do for check in CHECKS}
"""What to do about a kind; a single issue may ask for something else, such as the reason of its decision."""

SUMMARY: Final = Table(
    "IssueSummary",
    "Issues",
    "By kind",
    (
        Column(
            "Severity", "text", "error: figures are wrong. warning: please look. info: good to know.", 10, "refresh"
        ),
        Column("Check", "text", "Name of the rule; Definitions explains each.", 32, "refresh"),
        Column(
            "Count",
            "whole",
            "Rows of the table below; idle deals and missing next steps have one row per owner.",
            14,
            "refresh",
            unit="issues",
        ),
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
_HOLDS: Final = (
    'AND({Reason}<>"",OR(AND({Decision}="accept",{Until}=""),'
    'AND(OR({Decision}="accept",{Decision}="snooze"),ISNUMBER({Until}),{Until}>AsOf)))'
)
"""A decision that holds, as the engine sees it: with a reason, and before its last day."""
_DECIDED: Final = (
    Tint(_HOLDS, "grey", look="text"),
    Tint('AND({Decision}<>"",{Reason}="")', "orange", ("Decision",), look="text"),
)


def fill(facts: Facts) -> ChangeSet:
    """The issues, their summary and the line under the title.

    A look back before the last refresh leaves the tab alone: what was decided about today's issues would be lost.
    """
    if _looks_back(facts):
        return ChangeSet()
    issues = find_issues(facts)
    body = issues.assign(**{"Go to": issues["Cell"].map(lambda cell: "go" if cell else None)})
    return ChangeSet(
        (whole_table(ISSUES.name, body[list(ISSUES.heads)]), whole_table(SUMMARY.name, summary(standing(issues)))),
        {"issues_line": issues_line(issues, len(facts.deals))},
    )


def _looks_back(facts: Facts) -> bool:
    last = facts.book.day("last_as_of")
    return last is not None and facts.as_of < last


def summary(issues: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of fault, errors first, then by count; always ``SUMMARY_ROWS`` rows, blank ones last.

    Where there are more kinds, the last row counts those that have no row of their own.
    """
    kinds = issues.groupby("Check", sort=False).agg(
        severity=("Severity", "first"), n=("Severity", "size"), todo=("What to do", "first")
    )
    kinds["todo"] = [_TODO.get(str(check), todo) for check, todo in kinds["todo"].items()]
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
    """``4 errors, 2 warnings in 214 opportunities · 3 accepted or snoozed``; says so where there is no issue at all."""
    counts = standing(issues)["Severity"].value_counts()
    nouns = (("error", "error"), ("warning", "warning"), ("info", "note"))
    parts = [counted(int(counts[severity]), noun) for severity, noun in nouns if severity in counts.index]
    quiet = int(issues["quiet"].sum())
    apart = f" · {quiet:,} accepted or snoozed" if quiet else ""
    return f"{', '.join(parts) or 'No issues'} in {counted(deals, 'opportunity')}{apart}"


_WIDTHS: Final[dict[str, float]] = {
    "B": 10, "C": 32, "D": 14, "E": 24, "F": 70, "G": 66, "H": 20, "I": 9, "J": 12, "K": 12, "L": 12, "M": 40, "N": 0,
}  # fmt: skip

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
            hint=(
                "Filter by Owner to see your own; click go to jump to the cell. Refresh and what is mended is gone. "
                "What may stay: choose accept or snooze, with a reason; it is grey then and counts no more."
            ),
            formulas={"Go to": GO_TO},
            tints=(*_DECIDED, *_TINTS),
        ),
    ),
    fill,
    widths=_WIDTHS,
    print_columns="B:M",
)
