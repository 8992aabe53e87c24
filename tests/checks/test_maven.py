"""The checks on real input: the faults that Maven's README counts are found, each exactly as often."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.checks.small_book import table
from tests.conftest import SHARED
from xlpipeline.checks import find_faults
from xlpipeline.model.book import Book
from xlpipeline.model.facts import read_facts

MAVEN = SHARED / "data" / "maven_crm"


@pytest.mark.skipif(not MAVEN.exists(), reason="the Maven data is not here")
def test_the_faults_of_maven_are_counted_exactly() -> None:
    deals = pd.read_csv(MAVEN / "sales_pipeline.csv")
    rows = zip(
        deals["opportunity_id"],
        deals["opportunity_id"],
        deals["account"],
        deals["sales_agent"],
        deals["deal_stage"],
        deals["product"],
        deals["close_value"],
        pd.to_datetime(deals["engage_date"]),
        pd.to_datetime(deals["close_date"]),
        strict=True,
    )
    heads = [
        "Deal ID",
        "Opportunity",
        "Account",
        "Owner",
        "Stage",
        "Product",
        "Amount",
        "Created",
        "Actual close",
        "Lost reason",
    ]
    stages = [[1, "Prospecting", "open"], [2, "Engaging", "open"], [3, "Won", "won"], [4, "Lost", "lost"]]
    tables = (
        table("Pipeline", heads, [[*row, None] for row in rows]),
        table("Stages", ["Order", "Stage", "Type"], stages),
        table("Products", ["Product"], [[name] for name in pd.read_csv(MAVEN / "products.csv")["product"]]),
        table("Reps", ["Rep"], [[name] for name in pd.read_csv(MAVEN / "sales_teams.csv")["sales_agent"]]),
    )
    faults = find_faults(read_facts(Book({t.name: t for t in tables}), dt.date(2017, 12, 31)))
    counts = faults["check"].value_counts().to_dict()
    assert counts == {
        "missing_column": 1,  # Expected close
        "open_without_amount": 2089,
        "blank_account": 1425,
        "undated_deal": 500,
        "unknown_product": 1480,
        "lost_without_reason": 2473,
    }
