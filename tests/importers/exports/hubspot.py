"""HubSpot: deals of two pipelines with their date-entered columns, and a property history."""

from __future__ import annotations

from tests.importers.exports.tables import rows_of

_STAGES = ("Prospecting", "Qualification", "Proposal", "Closed Won", "Closed Lost")


def _entered(stage: str, quote: str, pipeline: str = "Sales Pipeline") -> str:
    return f"Date entered {quote}{stage} ({pipeline}){quote}"


def heads(quote: str) -> tuple[str, ...]:
    per_stage = [_entered(stage, quote) for stage in _STAGES]
    per_stage += [
        f"Date exited {quote}Prospecting (Sales Pipeline){quote}",
        f"Cumulative time in {quote}Prospecting (Sales Pipeline){quote}",
        f"Latest time in {quote}Prospecting (Sales Pipeline){quote}",
        _entered("Talks", quote, "Partner Pipeline"),
    ]
    return (
        "\ufeffRecord ID", "Deal Name", "Deal Stage", "Close Date", "Create Date", "Deal owner", "Amount", "Pipeline",
        "Associated Company", "Associated Company (IDs)", "Associated Contact (IDs)", "Closed Lost Reason",
        "Deal Type", "Last Activity Date", "Is Closed Won", "Is closed lost", "Is Deal Closed?", "Is Stalled",
        *per_stage,
    )  # fmt: skip


def deals(quote: str = '"') -> list[list[object]]:
    """Four deals of the Sales Pipeline (open, won, lost, and the first once more, older) and one of another."""
    base = {"Pipeline": "Sales Pipeline", "Deal Type": "New Business", "Deal owner": "Ann Lee", "Is Stalled": "false"}
    flags = {"Is Closed Won": "false", "Is closed lost": "false", "Is Deal Closed?": "false"}
    rows = [
        {"\ufeffRecord ID": "9001", "Deal Name": "Alpha", "Deal Stage": "Proposal (Sales Pipeline)",
         "Close Date": "2026-04-30 16:00", "Create Date": "2026-01-05 10:00", "Amount": "1000",
         "Associated Company": "Acme;Beta", "Associated Company (IDs)": "1;2", "Associated Contact (IDs)": "7;8",
         _entered("Prospecting", quote): "2026-01-05 10:00", _entered("Qualification", quote): "2026-01-12 09:30",
         _entered("Proposal", quote): "2026-02-01 14:00", **base, **flags},
        {"\ufeffRecord ID": "9002", "Deal Name": "Bravo", "Deal Stage": "Closed Won (Sales Pipeline)",
         "Close Date": "2026-02-20 12:00", "Create Date": "2026-01-06 10:00", "Amount": "2000",
         "Associated Company": "Gamma", _entered("Prospecting", quote): "2026-01-06 10:00",
         _entered("Proposal", quote): "2026-01-20 10:00", _entered("Closed Won", quote): "2026-02-20 12:00", **base,
         "Is Closed Won": "true", "Is closed lost": "false", "Is Deal Closed?": "true"},
        {"\ufeffRecord ID": "9003", "Deal Name": "Carlo", "Deal Stage": "Closed Lost (Sales Pipeline)",
         "Close Date": "2026-02-21 12:00", "Create Date": "2026-01-07 10:00", "Amount": "0",
         "Closed Lost Reason": "Price", _entered("Prospecting", quote): "2026-01-07 10:00",
         _entered("Qualification", quote): "2026-01-30 10:00", _entered("Closed Lost", quote): "2026-02-21 12:00",
         **base, "Is Closed Won": "false", "Is closed lost": "true", "Is Deal Closed?": "true"},
        {"\ufeffRecord ID": "9004", "Deal Name": "Delta", "Deal Stage": "Talks (Partner Pipeline)",
         "Close Date": "2026-05-01 12:00", "Create Date": "2026-01-08 10:00", "Amount": "5",
         _entered("Talks", quote, "Partner Pipeline"): "2026-01-08 10:00", **base, "Pipeline": "Partner Pipeline",
         **flags},
    ]  # fmt: skip
    return rows_of(heads(quote), rows)


def property_history() -> list[list[object]]:
    told = [
        ("9001", "1/31/2026 10:00", "dealstage", "proposal"),
        ("9001", "1/5/2026 10:00", "dealstage", "prospecting"),
        ("9001", "1/9/2026 10:00", "amount", "1000"),
        ("9002", "2/20/2026 12:00", "dealstage", "closedwon"),
        ("9999", "1/5/2026 10:00", "dealstage", "prospecting"),
    ]
    heads_ = ("deal_id", "timestamp", "source", "name", "source_id", "value")
    return rows_of(
        heads_,
        [
            {"deal_id": deal, "timestamp": when, "source": "CRM_UI", "name": name, "value": value}
            for deal, when, name, value in told
        ],
    )
