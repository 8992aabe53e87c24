"""Zoho: deals with zcrm_ IDs, and their stage history."""

from __future__ import annotations

from tests.importers.exports.tables import rows_of

HEADS = (
    "Record Id", "Deal Owner.id", "Deal Owner", "Amount", "Deal Name", "Closing Date", "Account Name.id",
    "Account Name", "Contact Name.id", "Contact Name", "Stage", "Type", "Probability (%)", "Expected Revenue",
    "Next Step", "Lead Source", "Campaign Source.id", "Campaign Source", "Pipeline.id", "Pipeline", "Sub-Pipeline",
    "Reason For Loss", "Currency", "Description", "Created By.id", "Created By", "Modified By.id", "Modified By",
    "Created Time", "Modified Time", "Last Activity Time",
)  # fmt: skip


def deals() -> list[list[object]]:
    base = {"Deal Owner.id": "zcrm_55", "Deal Owner": "Ann Lee", "Account Name.id": "zcrm_66", "Currency": "EUR",
            "Pipeline": "Standard", "Pipeline.id": "zcrm_77", "Created Time": "2026-01-05 10:00:00"}  # fmt: skip
    return rows_of(
        HEADS,
        [
            {"Record Id": "zcrm_1001", "Deal Name": "Alpha", "Account Name": "Acme", "Stage": "Proposal",
             "Amount": "1000", "Closing Date": "2026-04-30", "Probability (%)": "60", **base},
            {"Record Id": "zcrm_1002", "Deal Name": "Bravo", "Account Name": "-Beta", "Stage": "Closed Won",
             "Amount": "2000", "Closing Date": "2026-02-20", "Probability (%)": "100", **base},
            {"Record Id": "zcrm_1003", "Deal Name": "Carlo", "Account Name": "@Gamma",
             "Stage": "Closed Lost to Competition", "Amount": "300", "Closing Date": "2026-02-21",
             "Probability (%)": "0", "Reason For Loss": "Price", **base},
        ],
    )  # fmt: skip


def stage_history() -> list[list[object]]:
    """Newest first, as the related list shows them: each row is a stage that was left, or the present one."""
    heads = (
        "Record Id", "Deal Name.id", "Deal Name", "Stage", "Stage Duration (Calendar Days)", "Probability (%)",
        "Moved To", "Amount", "Expected Revenue", "Closing Date", "Modified By.id", "Modified By", "Modified Time",
    )  # fmt: skip
    told = [
        ("zcrm_1001", "Proposal", "", "", "2026-02-01 14:00:00"),
        ("zcrm_1001", "Qualification", "20", "Proposal", "2026-02-01 14:00:00"),
        ("zcrm_1001", "Prospecting", "7", "Qualification", "2026-01-12 09:30:00"),
        ("zcrm_1002", "Prospecting", "46", "Closed Won", "2026-02-20 12:00:00"),
    ]
    return rows_of(
        heads,
        [
            {"Record Id": f"zcrm_9{at}", "Deal Name.id": deal, "Deal Name": "x", "Stage": stage,
             "Stage Duration (Calendar Days)": days, "Moved To": to, "Modified Time": when}
            for at, (deal, stage, days, to, when) in enumerate(told)
        ],
    )  # fmt: skip
