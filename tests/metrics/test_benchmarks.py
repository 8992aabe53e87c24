"""Benchmarks over a few deals: own past and peers, on both sides of each limit."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd
import pytest

from tests.metrics.small_team import facts_of, lost, won
from xlpipeline.metrics.benchmarks import CONVERSION, MEASURES, comparison, past_window
from xlpipeline.metrics.win_rate import win_rate
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import BENCHMARK_MEASURES, BENCHMARKS

FEW: Final[dict[str, Any]] = {"counts_only_below": 1, "window_quarters": 1}
BEFORE: Final[dict[str, Any]] = {"closed": "2025-11-20", "created": "2025-11-10"}
SIX_OF_TEN = [won()] * 6 + [lost()] * 4


def with_peers(facts: Facts, *rows: tuple[object, ...]) -> Facts:
    frame = pd.DataFrame(list(rows), columns=list(BENCHMARKS.heads), dtype=object)
    facts.book.tables["Benchmarks"] = BookTable("Benchmarks", "Costs", 4, 2, frame)  # type: ignore[index]
    return facts


def row(facts: Facts, measure: str, stage: str = "") -> dict[str, Any]:
    found = comparison(facts)
    one = found[(found["measure"] == measure) & (found["stage"] == stage)]
    assert len(one) == 1
    return {str(key): value for key, value in one.iloc[0].items()}


def test_the_drop_down_offers_what_is_measured() -> None:
    assert (*(measure.name for measure in MEASURES), CONVERSION) == BENCHMARK_MEASURES


def test_the_window_before_is_as_long_and_ends_where_the_window_begins() -> None:
    facts = facts_of([], window_quarters=4)
    before = past_window(facts)
    assert (before.start, before.end) == (dt.date(2024, 4, 1), dt.date(2025, 4, 1))
    assert facts.window.start == before.end


def test_six_of_ten_now_beside_two_of_ten_before_is_no_proof() -> None:
    found = row(facts_of([*SIX_OF_TEN, *([won(**BEFORE)] * 2), *([lost(**BEFORE)] * 8)], **FEW), "Win rate")
    assert (found["now"], found["n"], found["past"], found["past_n"]) == (0.6, 10, 0.2, 10)
    assert found["verdict"] == "no change shown"


@pytest.mark.parametrize(("now", "then", "verdict"), [(9, 1, "better"), (1, 9, "worse"), (5, 5, "no change shown")])
def test_nine_of_ten_beside_one_of_ten_is_told(now: int, then: int, verdict: str) -> None:
    deals = [won()] * now + [lost()] * (10 - now) + [won(**BEFORE)] * then + [lost(**BEFORE)] * (10 - then)
    assert row(facts_of(deals, **FEW), "Win rate")["verdict"] == verdict


def test_without_a_past_nothing_is_claimed() -> None:
    found = row(facts_of(SIX_OF_TEN, **FEW), "Win rate")
    assert pd.isna(found["past"])
    assert found["verdict"] == ""
    assert str(found["note"]).startswith("Before: ")


def test_what_was_won_per_day_is_not_compared_with_quarters_that_had_no_deals_yet() -> None:
    old = won("2025-12-30", "2025-12-15")
    facts = facts_of([*SIX_OF_TEN, old], **FEW)
    found = row(facts, "Won per day")
    assert pd.isna(found["past"])
    assert "2025-12-15" in str(found["note"])
    assert found["now"] == pytest.approx(6 * 100_00 / 90)


@pytest.mark.slow
def test_peers_within_the_own_interval_are_alike_and_beyond_it_are_not() -> None:
    rate = win_rate(facts_of(SIX_OF_TEN, **FEW), window=facts_of([], **FEW).window)
    assert rate.low is not None
    assert rate.high is not None
    for peer, told in (
        (rate.low, "like peers"), (rate.high, "like peers"),
        (rate.low - 0.001, "better than peers"), (rate.high + 0.001, "worse than peers"),
    ):  # fmt: skip
        facts = with_peers(facts_of(SIX_OF_TEN, **FEW), ("Win rate", None, peer, "Report 2025, p. 7", None))
        found = row(facts, "Win rate")
        assert (found["peers"], found["against_peers"], found["source"]) == (peer, told, "Report 2025, p. 7")


def test_a_figure_of_peers_without_a_source_is_not_shown() -> None:
    found = row(with_peers(facts_of(SIX_OF_TEN, **FEW), ("Win rate", None, 0.3, "  ", None)), "Win rate")
    assert pd.isna(found["peers"])
    assert found["source"] == ""


def test_two_sources_give_two_rows_and_money_is_in_minor_units() -> None:
    rows = ("Average deal", None, 250.5, "A", None), ("average deal", None, 90, "B", dt.date(2025, 1, 1))
    found = comparison(with_peers(facts_of(SIX_OF_TEN, **FEW), *rows))
    found = found[found["measure"] == "Average deal"]
    assert found["peers"].tolist() == [25050, 9000]
    assert found["now"].tolist() == [100_00, 100_00]


def test_a_conversion_of_peers_stands_with_its_stage_only() -> None:
    facts = with_peers(facts_of(SIX_OF_TEN, **FEW), (CONVERSION, "offer", 0.5, "A", None))
    assert row(facts, CONVERSION, "Offer")["peers"] == 0.5
    assert pd.isna(row(facts, CONVERSION, "Qualified")["peers"])


def test_a_book_without_the_table_has_no_peers() -> None:
    assert comparison(facts_of(SIX_OF_TEN))["peers"].isna().all()
