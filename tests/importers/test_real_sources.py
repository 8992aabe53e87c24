"""Real exports come in whole: every row, every amount, both ends of every date."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.importers.books import NOW, after, book, deals
from xlpipeline.importers.generic import plan_import
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.source import read_source

DATA = SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")


def raw(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_maven_comes_in_whole() -> None:
    path = DATA / "maven_crm" / "sales_pipeline.csv"
    before = book()
    choices = MappingChoices(values={"Stage": {"Engaging": "Qualification"}})
    plan = plan_import(before, read_source(path), choices, now=NOW)
    assert (plan.added, plan.updated, plan.faults) == (8800, 0, ())
    assert {line.source: line.target for line in plan.preview} == {
        "opportunity_id": "Deal ID",
        "sales_agent": "Owner",
        "product": "Product",
        "account": "Account",
        "deal_stage": "Stage",
        "engage_date": "Created",
        "close_date": "Close date",
        "close_value": "Amount",
        "(made here)": "Opportunity",
    }
    filled = after(before, plan)
    found = deals(filled)
    source = raw(path)
    assert [deal["Deal ID"] for deal in found] == [row["opportunity_id"] for row in source]
    assert Counter(str(deal["Stage"]) for deal in found) == {
        "Won": 4238,
        "Lost": 2473,
        "Qualification": 1589,
        "Prospecting": 500,
    }
    for deal, row in zip(found, source, strict=True):
        assert deal.get("Amount") == (float(row["close_value"]) if row["close_value"] else None)
        assert deal.get("Created") == (dt.date.fromisoformat(row["engage_date"]) if row["engage_date"] else None)
        assert deal.get("Actual close") == (dt.date.fromisoformat(row["close_date"]) if row["close_date"] else None)
        assert deal.get("Account") == (row["account"] or None)
        assert "Expected close" not in deal
        assert deal["Opportunity"] == (f"{row['account']} – {row['product']}" if row["account"] else row["product"])
    again = plan_import(filled, read_source(path), MappingChoices(), now=NOW)
    assert not again.changes
    assert again.unchanged == 8800


def test_olga_is_split_at_its_closed_stages() -> None:
    path = DATA / "olga_synth" / "opportunities.csv"
    choices = MappingChoices(values={"Stage": {"Closed Won": "Won", "Closed Lost": "Lost", "Negotiation": "Proposal"}})
    found = deals(after(book(), plan_import(book(), read_source(path), choices, now=NOW)))
    source = raw(path)
    assert len(found) == 6000
    for deal, row in zip(found, source, strict=True):
        filled, empty = (
            ("Actual close", "Expected close") if row["is_closed"] == "True" else ("Expected close", "Actual close")
        )
        assert deal[filled] == dt.date.fromisoformat(row["close_date"])
        assert empty not in deal
        assert deal["Amount"] == float(row["amount"])
        assert deal.get("Lost reason") == (row["loss_reason"] or None)


@pytest.mark.slow
def test_saas_probabilities_become_shares() -> None:
    path = DATA / "saas_synth_quota" / "opportunities.csv"
    found = deals(after(book(), plan_import(book(), read_source(path), MappingChoices(), now=NOW)))
    source = raw(path)
    assert [deal["Probability"] for deal in found] == [float(row["probability"]) / 100 for row in source]
    assert [deal["Amount"] for deal in found] == [float(row["amount"]) for row in source]
