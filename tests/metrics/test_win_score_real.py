"""The win score on two files of many deals, tried out of time; the figures stand in the asserted bounds."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pandas as pd
import pytest

from tests.conftest import SHARED
from tests.metrics.small_team import STAGE_HEADS
from tests.metrics.test_maven import maven
from xlpipeline.metrics.win_model.features import levels_of
from xlpipeline.metrics.win_model.fit import fit
from xlpipeline.metrics.win_model.landmarks import ENTRY, closed_rows
from xlpipeline.metrics.win_model.trial import Trial, try_out
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.settings import Settings

FOLDER = SHARED / "data" / "olga_synth"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FOLDER.exists(), reason="the sample is not here")]
STAGES = (
    (1, "Prospecting", "open", 0.1, None, ""),
    (2, "Qualification", "open", 0.2, None, "Y"),
    (3, "Proposal", "open", 0.5, None, "Y"),
    (4, "Negotiation", "open", 0.7, None, "Y"),
    (5, "Closed Won", "won", 1, None, "Y"),
    (6, "Closed Lost", "lost", 0, None, ""),
)
HEADS = {
    "opportunity_id": "Deal ID", "account_name": "Account", "segment": "Segment", "region": "Region",
    "product": "Product", "lead_source": "Source", "owner": "Owner", "stage": "Stage", "amount": "Amount",
    "loss_reason": "Lost reason", "lost_at_stage": "Last stage before loss", "created_date": "Created",
    "close_date": "Actual close",
}  # fmt: skip


def olga(columns: str = "Segment, Region", times: int = 1) -> Facts:
    """The file as Pipeline; ``times``: so many copies of each deal, with IDs of their own."""
    deals = pd.read_csv(FOLDER / "opportunities.csv").rename(columns=HEADS)
    for head in ("Created", "Actual close"):
        deals[head] = pd.to_datetime(deals[head]).dt.date
    deals["Actual close"] = deals["Actual close"].where(deals["is_closed"], None)
    deals = deals[list(HEADS.values())].astype(object)
    deals = pd.concat([deals.assign(**{"Deal ID": deals["Deal ID"] + f"-{copy}"}) for copy in range(times)])
    deals = deals.where(deals.notna(), None).reset_index(drop=True)
    stages = pd.DataFrame([list(stage) for stage in STAGES], columns=list(STAGE_HEADS), dtype=object)
    frames = {"Pipeline": deals, "Stages": stages}
    book = Book({name: BookTable(name, name, 4, 2, frame) for name, frame in frames.items()})
    return read_facts(book, dt.date(2026, 6, 30), replace(Settings(), win_score_columns=columns))


def tried(facts: Facts) -> tuple[Trial, pd.DataFrame]:
    found = try_out(facts)
    assert isinstance(found, Trial), found
    return found, found.figures.set_index("scheme")


def test_olga_with_its_own_columns() -> None:
    """5,584 closed deals, no history: only what is known at entry, and so not much; calibrated all the same."""
    found, by = tried(olga())
    assert (found.basis, found.deals, found.won) == (ENTRY, 5584, 1824)
    assert found.cut == dt.date(2025, 11, 6)
    assert by["deals"]["Model"] == 1309
    assert 0.59 < by["auc"]["Model"] < 0.61
    assert 0.59 < by["auc"]["Naive Bayes"] < 0.61
    assert 0.207 < by["brier"]["Model"] < 0.211
    assert by["brier"]["Model"] < 0.98 * by["brier"]["Base rate"]
    model = found.bands[(found.bands["scheme"] == "Model") & (found.bands["deals"] >= 100)]
    assert len(model) >= 2
    assert ((model["low"] <= model["stated"]) & (model["stated"] <= model["high"])).all()


def test_olga_without_its_own_columns() -> None:
    _, by = tried(olga(""))
    assert 0.58 < by["auc"]["Model"] < 0.60
    assert by["brier"]["Model"] < by["brier"]["Naive Bayes"] < by["brier"]["Base rate"]


def test_maven_gives_hardly_more_than_the_base_rate_and_says_so() -> None:
    """Lost amounts are all 0 there: a model that used them would be right every time, and worth nothing."""
    found, by = tried(maven())
    assert (found.basis, found.deals) == (ENTRY, 6711)
    assert 0.53 < by["auc"]["Model"] < 0.56
    assert by["auc"]["Naive Bayes"] < 0.53
    assert 0 < 1 - by["brier"]["Model"] / by["brier"]["Base rate"] < 0.01


def test_ten_thousand_deals_are_fitted_in_two_seconds() -> None:
    facts = olga(times=2)
    rows = closed_rows(facts)
    assert rows["key"].nunique() > 10_000
    levels, won = levels_of(facts, rows), rows["won"].to_numpy(dtype=bool)
    fit(levels[:2000], rows["key"][:2000], won[:2000])  # loads the library
    began = time.process_time()
    fit(levels, rows["key"], won)
    assert time.process_time() - began < 2
