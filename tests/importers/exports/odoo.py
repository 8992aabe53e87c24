"""Odoo: opportunities by their labels, lost ones archived in the stage where they were lost."""

from __future__ import annotations

from tests.importers.exports.tables import rows_of

HEADS = (
    "External ID", "Opportunity", "Salesperson", "Sales Team", "Company", "Notes", "Active", "Type", "Priority",
    "Stage", "Tags", "Expected Revenue", "Prorated Revenue", "Recurring Revenues", "Closed Date", "Last Stage Update",
    "Expected Closing", "Customer", "Company Name", "Email", "Probability", "Automated Probability", "Lost Reason",
    "Created on",
)  # fmt: skip


def deals(*, archived: bool = True) -> list[list[object]]:
    base: dict[str, object] = {
        "Salesperson": "Ann Lee", "Sales Team": "Direct", "Company": "We Ourselves", "Type": "Opportunity",
        "Created on": "2026-01-05 10:00:00", "Active": "True",
    }  # fmt: skip
    rows: list[dict[str, object]] = [
        {"External ID": "__export__.crm_lead_1_ab", "Opportunity": "Alpha", "Customer": "Acme", "Stage": "Proposal",
         "Expected Revenue": 1000.0, "Prorated Revenue": 600.0, "Expected Closing": "2026-04-30", "Probability": 60.0,
         "Last Stage Update": "2026-02-01 14:00:00", **base},
        {"External ID": "__export__.crm_lead_2_ab", "Opportunity": "Bravo", "Customer": "Beta", "Stage": "Proposal",
         "Expected Revenue": 2000.0, "Closed Date": "2026-02-20 12:00:00", "Probability": 100.0, **base},
        {"External ID": "__export__.crm_lead_3_ab", "Opportunity": "Carlo", "Customer": "Gamma",
         "Stage": "Qualification", "Expected Revenue": 300.0, "Closed Date": "2026-02-21 12:00:00",
         "Probability": 0.0, "Lost Reason": "Price", **base, "Active": "False" if archived else "True",
         "Sales Team": "Partners"},
        {"External ID": "__export__.crm_lead_4_ab", "Opportunity": "A lead", "Stage": "Prospecting", **base,
         "Type": "Lead"},
    ]  # fmt: skip
    return rows_of(HEADS, rows)
