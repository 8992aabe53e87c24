"""Pipedrive: a list export, and the same deals in the vocabulary of its import."""

from __future__ import annotations

from tests.importers.exports.tables import rows_of

HEADS = (
    "ID", "Title", "Creator", "Owner", "Value", "Currency of Value", "Weighted value", "Currency of Weighted value",
    "Probability", "Organization", "Organization ID", "Pipeline", "Contact person", "Contact person ID", "Stage",
    "Label", "Status", "Deal created", "Update time", "Last stage change", "Next activity date", "Last activity date",
    "Won time", "Last email received", "Last email sent", "Lost time", "Deal closed on", "Lost reason", "Visible to",
    "Total activities", "Done activities", "Activities to do", "Email messages count", "Expected close date",
    "Product quantity", "Product amount", "Product name", "Source origin", "Source origin ID", "Source channel",
    "Source channel ID", "Archive status", "Archive time", "Sequence enrollment",
)  # fmt: skip


def deals(*, pipelines: bool = False) -> list[list[object]]:
    """Open (once lost: its Lost time stayed), won, lost, archived and still open; the first twice, the older last."""
    first = {
        "ID": 1, "Title": "Alpha", "Owner": "Ann Lee", "Value": "1.234,50", "Currency of Value": "EUR",
        "Weighted value": "617,25", "Organization": "Acme", "Organization ID": 77, "Pipeline": "Sales",
        "Stage": "Proposal", "Status": "Open", "Deal created": "2026-01-05 10:00:00",
        "Update time": "2026-02-20 10:00:00", "Last stage change": "2026-02-01 09:00:00",
        "Lost time": "2026-01-20 08:00:00", "Expected close date": "2026-04-30", "Archive status": "Not archived",
    }  # fmt: skip
    rows = [
        first,
        {"ID": 2, "Title": "Bravo", "Owner": "Ann Lee", "Value": "2.000,00", "Currency of Value": "EUR",
         "Organization": "+Beta", "Pipeline": "Sales", "Stage": "Proposal", "Status": "Won",
         "Deal created": "2026-01-06 10:00:00", "Update time": "2026-02-20 10:00:00",
         "Won time": "2026-02-20 12:00:00", "Deal closed on": "2026-02-20 12:00:00",
         "Expected close date": "2026-03-01", "Archive status": "Archived"},
        {"ID": 3, "Title": "Carlo", "Owner": "Bo Ito", "Value": "300", "Currency of Value": "EUR", "Pipeline": "Sales",
         "Stage": "Qualification", "Status": "Lost", "Deal created": "2026-01-07 10:00:00",
         "Lost time": "2026-02-21 12:00:00", "Lost reason": "Price", "Update time": "2026-02-21 12:00:00"},
        {"ID": 4, "Title": "Delta", "Owner": "Bo Ito", "Value": "40,00", "Currency of Value": "EUR",
         "Pipeline": "Partners" if pipelines else "Sales", "Stage": "Prospecting", "Status": "Open",
         "Deal created": "2026-01-08 10:00:00", "Update time": "2026-01-08 10:00:00", "Archive status": "Archived",
         "Archive time": "2026-02-01 10:00:00"},
        {**first, "Title": "Alpha, as it was", "Stage": "Qualification", "Update time": "2026-01-20 10:00:00"},
    ]  # fmt: skip
    table = rows_of(HEADS, rows)
    return [[f"Deal - {head}" for head in HEADS], *table[1:]]


def import_vocabulary() -> list[list[object]]:
    heads = (
        "Deal - Pipedrive System ID", "Deal - Title", "Organization", "Deal - Owner", "Deal - Value",
        "Deal - Currency of value", "Deal - Stage (pipeline)", "Deal - Status", "Deal - Creation date",
        "Deal - Closed on", "Deal - Expected close date",
    )  # fmt: skip
    return [
        list(heads),
        [1, "Alpha", "Acme", "Ann Lee", "1234.5", "EUR", "Proposal (Sales)", "Open", "2026-01-05", "", "2026-04-30"],
        [2, "Bravo", "Beta", "Ann Lee", "2000", "EUR", "Proposal (Sales)", "Won", "2026-01-06", "2026-02-20", ""],
    ]


def activities() -> list[list[object]]:
    """Calls of deal 1, one of them only planned, one of nobody's deal."""
    heads = (
        "Activity - Subject", "Activity - Type", "Activity - Due date", "Activity - Status", "Activity - Deal",
        "Deal - ID", "Activity - Assigned to user",
    )  # fmt: skip
    return [
        list(heads),
        ["=cmd|' /C calc'!A0", "Call", "2026-02-03", "Done", "Alpha", "1", "Ann Lee"],
        ["Demo", "meeting", "2026-02-10", "Done", "Alpha", "", "Ann Lee"],
        ["Follow up", "Call", "2026-03-20", "To do", "Alpha", "1", "Ann Lee"],
        ["Lunch", "Lunch", "2026-02-11", "Done", "", "", "Bo Ito"],
    ]
