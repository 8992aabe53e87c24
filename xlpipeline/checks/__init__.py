"""Checks: one file per fault in the data. ``CHECKS`` is the register; its order is the order in the report.

A new check is one new file with its ``CHECK`` and one line here. Faults never stop a refresh: they become Issues.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.checks import (
    absurd_amount,
    assumed_close,
    blank_account,
    blank_owner,
    broken_criterion,
    close_before_created,
    closed_without_actual_close,
    duplicate_deal,
    duplicate_deal_id,
    expected_close_past,
    idle_deals,
    lost_without_reason,
    missing_column,
    missing_deal_id,
    missing_next_steps,
    missing_rate,
    negative_amount,
    open_with_actual_close,
    open_without_amount,
    open_without_expected_close,
    over_time_bound,
    probability_out_of_range,
    quota_unknown_rep,
    stage_without_probability,
    undated_deal,
    unknown_currency,
    unknown_owner,
    unknown_product,
    unknown_stage,
    unread_import,
    unreadable_cell,
    won_without_amount,
)
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Check

CHECKS: Final[tuple[Check, ...]] = (
    missing_column.CHECK,
    unreadable_cell.CHECK,
    unknown_stage.CHECK,
    duplicate_deal_id.CHECK,
    unknown_currency.CHECK,
    missing_rate.CHECK,
    open_with_actual_close.CHECK,
    closed_without_actual_close.CHECK,
    close_before_created.CHECK,
    negative_amount.CHECK,
    probability_out_of_range.CHECK,
    won_without_amount.CHECK,
    open_without_amount.CHECK,
    open_without_expected_close.CHECK,
    expected_close_past.CHECK,
    over_time_bound.CHECK,
    absurd_amount.CHECK,
    duplicate_deal.CHECK,
    unread_import.CHECK,
    stage_without_probability.CHECK,
    quota_unknown_rep.CHECK,
    broken_criterion.CHECK,
    missing_deal_id.CHECK,
    blank_owner.CHECK,
    unknown_owner.CHECK,
    blank_account.CHECK,
    undated_deal.CHECK,
    unknown_product.CHECK,
    lost_without_reason.CHECK,
    idle_deals.CHECK,
    missing_next_steps.CHECK,
    assumed_close.CHECK,
)

SEVERITIES: Final = ("error", "warning", "info")
ISSUE_HEADS: Final = ("Severity", "Check", "Deal ID", "Owner", "What is wrong", "What to do", "Cell")

_FAULT_HEADS = ("position", "column", "wrong", "check", "table", "severity")


@once
def find_faults(facts: Facts) -> pd.DataFrame:
    """All faults: position, column, wrong, check (name), table, severity; by severity, order of CHECKS, position.

    A fault in a column that the table lacks is left out (missing_column says it once), and so is one in a cell that
    could not be read. The result is remembered in the facts, since several figures of one refresh ask for it.
    """
    frames = [_faults_of(check, facts) for check in sorted(CHECKS, key=lambda c: SEVERITIES.index(c.severity))]
    return pd.concat([f for f in frames if not f.empty] or [frames[0]], ignore_index=True)


def _faults_of(check: Check, facts: Facts) -> pd.DataFrame:
    table = facts.book.tables.get(check.table)
    faults = check.find(facts)
    if table is None:
        faults = faults.iloc[:0]
    elif not faults.empty:
        faults = faults[faults["column"].isin(table.frame.columns)]
        if check.table == "Pipeline" and check.name != unreadable_cell.CHECK.name and len(facts.unreadable):
            unread = pd.MultiIndex.from_frame(facts.unreadable[["position", "column"]])
            faults = faults[~pd.MultiIndex.from_frame(faults[["position", "column"]]).isin(unread)]
    faults = faults.sort_values("position", kind="stable")
    return faults.assign(check=check.name, table=check.table, severity=check.severity)[list(_FAULT_HEADS)]


@once
def find_issues(facts: Facts) -> pd.DataFrame:
    """The body of Issues without ``Go to``: one row per fault, by severity, order of CHECKS and position.

    ``Check`` is the check's title. ``Cell`` is a reference such as ``'Pipeline'!F12``.
    """
    faults = find_faults(facts)
    by_name = {check.name: check for check in CHECKS}
    of_deal = (faults["table"] == "Pipeline") & faults["position"].isin(facts.deals.index)
    at = faults["position"].where(of_deal)
    issues = pd.DataFrame(
        {
            "Severity": faults["severity"],
            "Check": faults["check"].map({name: check.title for name, check in by_name.items()}),
            "Deal ID": at.map(facts.deals["deal_id"]),
            "Owner": at.map(facts.deals["owner"]),
            "What is wrong": faults["wrong"],
            "What to do": faults["check"].map({name: check.what_to_do for name, check in by_name.items()}),
            "Cell": _addresses(faults, facts),
        },
        dtype=object,
    )
    return issues.where(issues.notna() & (issues != ""), None)


def _addresses(faults: pd.DataFrame, facts: Facts) -> pd.Series:
    """Cell references; the sheet and letters of each column are looked up once."""
    cells = np.full(len(faults), None, dtype=object)
    positions = faults["position"].to_numpy()
    for name, in_table in faults.groupby("table", sort=False).indices.items():
        table = facts.book.tables[str(name)]
        columns = faults["column"].iloc[in_table]
        start = columns.map({c: table.address(0, c).rstrip("0123456789") for c in columns.unique()}).to_numpy()
        cells[in_table] = [f"{at}{table.first_row + 1 + i}" for at, i in zip(start, positions[in_table], strict=True)]
    return pd.Series(cells, index=faults.index, dtype=object)
