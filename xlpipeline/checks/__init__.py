"""Checks: one file per fault in the data. ``CHECKS`` is the register; its order is the order in the report.

A new check is one new file with its ``CHECK`` and one line here. Faults never stop a refresh: they become Issues.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.checks import (
    absurd_amount,
    activity_without_deal,
    adjustment_out_of_range,
    adjustment_without_reason,
    advanced_without_criteria,
    assumed_close,
    benchmark_without_source,
    blank_account,
    blank_owner,
    bounced_over_bound,
    broken_criterion,
    broken_mark,
    broken_profile,
    broken_table,
    circular_parent,
    close_before_created,
    closed_without_actual_close,
    contradicting_probability,
    damaged_history,
    disqualified_without_reason,
    duplicate_deal,
    duplicate_deal_id,
    duplicate_lead_id,
    edited_deal_id,
    expected_close_past,
    formula_typed_over,
    idle_deals,
    late_criterion,
    lead_from_the_future,
    lead_without_its_deal,
    lost_without_reason,
    mark_out_of_range,
    mark_without_evidence,
    missing_column,
    missing_criteria,
    missing_deal_id,
    missing_lead_id,
    missing_next_steps,
    missing_rate,
    moved_back,
    negative_amount,
    open_with_actual_close,
    open_with_lost_reason,
    open_without_amount,
    open_without_expected_close,
    over_time_bound,
    probability_out_of_range,
    qualified_without_deal,
    quota_unknown_rep,
    reopened_deal,
    response_before_lead,
    restored_deal_id,
    reused_deal_id,
    seen_without_criteria,
    self_parent,
    skipped_stage,
    stage_put_back,
    stage_without_probability,
    two_deals_one_id,
    undated_activity,
    undated_deal,
    unknown_activity_by,
    unknown_activity_type,
    unknown_category,
    unknown_cost_source,
    unknown_currency,
    unknown_last_stage,
    unknown_lead_owner,
    unknown_lead_source,
    unknown_lead_status,
    unknown_lost_reason,
    unknown_owner,
    unknown_parent,
    unknown_product,
    unknown_source,
    unknown_stage,
    unmeasured_benchmark,
    unmeasured_experiment,
    unread_import,
    unreadable_cell,
    unreadable_cost,
    unreadable_deal_id,
    unreadable_lead_cell,
    unusable_cadence,
    unusable_capacity,
    unusable_playbook,
    won_without_amount,
)
from xlpipeline.checks._decisions import with_decisions
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Check

CHECKS: Final[tuple[Check, ...]] = (
    missing_column.CHECK,
    broken_table.CHECK,
    unreadable_cell.CHECK,
    unknown_stage.CHECK,
    duplicate_deal_id.CHECK,
    unreadable_deal_id.CHECK,
    damaged_history.CHECK,
    unknown_currency.CHECK,
    missing_rate.CHECK,
    open_with_actual_close.CHECK,
    closed_without_actual_close.CHECK,
    close_before_created.CHECK,
    negative_amount.CHECK,
    probability_out_of_range.CHECK,
    contradicting_probability.CHECK,
    won_without_amount.CHECK,
    open_without_amount.CHECK,
    open_without_expected_close.CHECK,
    expected_close_past.CHECK,
    advanced_without_criteria.CHECK,
    stage_put_back.CHECK,
    moved_back.CHECK,
    over_time_bound.CHECK,
    late_criterion.CHECK,
    bounced_over_bound.CHECK,
    missing_criteria.CHECK,
    absurd_amount.CHECK,
    duplicate_deal.CHECK,
    edited_deal_id.CHECK,
    reused_deal_id.CHECK,
    two_deals_one_id.CHECK,
    unread_import.CHECK,
    stage_without_probability.CHECK,
    quota_unknown_rep.CHECK,
    benchmark_without_source.CHECK,
    unmeasured_benchmark.CHECK,
    unmeasured_experiment.CHECK,
    mark_out_of_range.CHECK,
    mark_without_evidence.CHECK,
    unreadable_lead_cell.CHECK,
    duplicate_lead_id.CHECK,
    missing_lead_id.CHECK,
    lead_from_the_future.CHECK,
    unknown_lead_status.CHECK,
    unknown_lead_owner.CHECK,
    unknown_lead_source.CHECK,
    lead_without_its_deal.CHECK,
    qualified_without_deal.CHECK,
    response_before_lead.CHECK,
    adjustment_out_of_range.CHECK,
    adjustment_without_reason.CHECK,
    disqualified_without_reason.CHECK,
    broken_mark.CHECK,
    broken_profile.CHECK,
    unreadable_cost.CHECK,
    unknown_cost_source.CHECK,
    unusable_capacity.CHECK,
    broken_criterion.CHECK,
    undated_activity.CHECK,
    activity_without_deal.CHECK,
    unknown_activity_type.CHECK,
    unknown_activity_by.CHECK,
    unusable_cadence.CHECK,
    unusable_playbook.CHECK,
    formula_typed_over.CHECK,
    missing_deal_id.CHECK,
    blank_owner.CHECK,
    unknown_owner.CHECK,
    blank_account.CHECK,
    undated_deal.CHECK,
    unknown_product.CHECK,
    unknown_source.CHECK,
    unknown_category.CHECK,
    unknown_last_stage.CHECK,
    lost_without_reason.CHECK,
    unknown_lost_reason.CHECK,
    unknown_parent.CHECK,
    self_parent.CHECK,
    circular_parent.CHECK,
    open_with_lost_reason.CHECK,
    idle_deals.CHECK,
    reopened_deal.CHECK,
    skipped_stage.CHECK,
    seen_without_criteria.CHECK,
    restored_deal_id.CHECK,
    missing_next_steps.CHECK,
    assumed_close.CHECK,
)

SEVERITIES: Final = ("error", "warning", "info")
_FAULT_HEADS = ("position", "column", "wrong", "check", "table", "severity")
_NO_FAULTS = pd.DataFrame({head: np.array([], dtype=int if head == "position" else object) for head in _FAULT_HEADS})


@once
def find_faults(facts: Facts) -> pd.DataFrame:
    """All faults: position, column, wrong, check (name), table, severity; by severity, order of CHECKS, position.

    A fault in a column that the table lacks is left out (missing_column says it once), and so is one in a cell that
    could not be read. Beside each stands what people decided about it: key, first_seen, decision, until, reason,
    lacks (why the decision does not hold) and ``quiet``: accepted or snoozed, so it does not count. The result is
    remembered in the facts, since several figures of one refresh ask for it.
    """
    heads = {name: frozenset(table.frame.columns) for name, table in facts.book.tables.items()}
    in_order = sorted(CHECKS, key=lambda c: SEVERITIES.index(c.severity))
    rows = [row for check in in_order for row in _faults_of(check, facts, heads)]
    faults = pd.DataFrame(rows, columns=list(_FAULT_HEADS)) if rows else _NO_FAULTS
    return with_decisions(faults, facts, CHECKS)


def _faults_of(check: Check, facts: Facts, heads: Mapping[str, frozenset[str]]) -> list[tuple[object, ...]]:
    """What one check finds in cells that are there and could be read, by position; columns as ``_FAULT_HEADS``."""
    faults = check.find(facts)
    if faults.empty:  # most checks of most books
        return []
    tables = faults["table"].tolist() if "table" in faults.columns else [check.table] * len(faults)
    unread = _unread(facts) if check.table == "Pipeline" and check is not unreadable_cell.CHECK else frozenset()
    cells = zip(*(faults[head].tolist() for head in ("position", "column", "wrong")), tables, strict=True)
    rows = [
        (position, column, wrong, check.name, table, check.severity)
        for position, column, wrong, table in cells
        if column in heads.get(table, ()) and (position, column) not in unread
    ]
    return sorted(rows, key=itemgetter(0))


def _unread(facts: Facts) -> frozenset[tuple[object, object]]:
    """Position and column of the cells of Pipeline that could not be read."""
    return frozenset(zip(facts.unreadable["position"].tolist(), facts.unreadable["column"].tolist(), strict=True))


@once
def find_issues(facts: Facts) -> pd.DataFrame:
    """The body of Issues without ``Go to``, one row per fault, and ``quiet``: whether it is accepted or snoozed.

    By severity, order of CHECKS and position; quiet ones last. ``Check`` is the check's title. ``Cell`` is a reference
    such as ``'Pipeline'!F12``.
    """
    faults = find_faults(facts).sort_values("quiet", kind="stable", ignore_index=True)
    by_name = {check.name: check for check in CHECKS}
    of_deal = (faults["table"] == "Pipeline") & faults["position"].isin(facts.deals.index)
    at = faults["position"].where(of_deal)
    todo = faults["check"].map({name: check.what_to_do for name, check in by_name.items()})
    issues = pd.DataFrame(
        {
            "Severity": faults["severity"],
            "Check": faults["check"].map({name: check.title for name, check in by_name.items()}),
            "Deal ID": at.map(facts.deals["deal_id"]),
            "Owner": at.map(facts.deals["owner"]),
            "What is wrong": faults["wrong"],
            "What to do": faults["lacks"].where(faults["lacks"] != "", todo),
            "Cell": _addresses(faults, facts),
            "First seen": faults["first_seen"],
            "Decision": faults["decision"],
            "Until": faults["until"],
            "Reason": faults["reason"],
            "Key": faults["key"],
        },
        dtype=object,
    )
    return issues.where(issues.notna() & (issues != ""), None).assign(quiet=faults["quiet"].astype(bool))


def standing(issues: pd.DataFrame) -> pd.DataFrame:
    """The issues that count: neither accepted nor snoozed."""
    return issues[~issues["quiet"].astype(bool)]


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
