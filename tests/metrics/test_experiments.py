"""Experiments: two cohorts of equal length and equal follow-up, compared by the exact test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from math import comb
from typing import Any

import pandas as pd
import pytest

from tests.metrics.small_team import AS_OF, STAGES, facts_of
from xlpipeline.metrics.experiments import fisher, results
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.schema import EXPERIMENTS, PIPELINE

START = AS_OF - dt.timedelta(days=29)  # both sides have 30 days
TYPES = {str(stage[1]): str(stage[2]) for stage in STAGES}
Way = tuple[tuple[dt.date, str], ...]
"""Days and the stage a deal stood in from then on."""


def way(*steps: tuple[int, str]) -> Way:
    """Steps as days after the experiment's start (before it: negative)."""
    return tuple((START + dt.timedelta(days=days), stage) for days, stage in steps)


def lived(ways: Sequence[Way], *rows: tuple[object, ...], **settings: Any) -> Facts:  # noqa: ANN401
    """Facts whose history saw these ways, refreshed every evening; ``rows``: of Experiments."""
    pipeline, events = history_of(tuple(ways))
    facts = facts_of(pipeline.to_dict("records"), **({"counts_only_below": 1} | settings))  # type: ignore[arg-type]
    tables: dict[str, BookTable] = facts.book.tables  # type: ignore[assignment]
    tables["_History"] = BookTable("_History", "_History", 4, 2, events)
    asked = pd.DataFrame(list(rows), columns=list(EXPERIMENTS.heads), dtype=object)
    tables["Experiments"] = BookTable("Experiments", "Process", 4, 2, asked)
    return facts


@cache
def history_of(ways: tuple[Way, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pipeline and ``_History`` after the last day."""
    history = read_history(pd.DataFrame(columns=HISTORY.heads, dtype=object))
    seed: Way = ((START - dt.timedelta(days=90), "Prospect"),)  # so that history reaches back
    every = [seed, *ways]
    pipeline, events = pd.DataFrame(), []
    for day in sorted({day for one in every for day, _ in one}):
        deals = []
        for i, one in enumerate(every):
            steps = [(on, stage) for on, stage in one if on <= day]
            if steps:
                closed = steps[-1][0] if TYPES[steps[-1][1]] != "open" else None
                deals.append({"Deal ID": f"D{i}", "Stage": steps[-1][1], "Created": one[0][0], "Actual close": closed})
        pipeline = pd.DataFrame(deals, columns=list(PIPELINE.heads), dtype=object)
        stamp = Stamp(None, dt.datetime.combine(day, dt.time(18)))
        found = diff(history, pipeline, stage_types=TYPES, stamp=stamp).events
        events.append(found)
        history = extend(history, found)
    return pipeline, pd.concat(events, ignore_index=True)


OURS = ("Call first", "Qualified", START, "More go on")
BEFORE = [way((-30, "Qualified"), (-29, "Offer")), *[way((-20, "Qualified"), (-10, "Lost"))] * 3]
SINCE = [*[way((0, "Qualified"), (5, "Offer"))] * 3, way((28, "Qualified"), (29, "Lost"))]


def only(facts: Facts) -> dict[str, Any]:
    found = results(facts)
    assert len(found) == 1
    return {str(head): cell for head, cell in found.iloc[0].items()}


@pytest.mark.slow
def test_one_of_four_before_and_three_of_four_since() -> None:
    found = only(lived([*BEFORE, *SINCE], OURS))
    assert found["days"] == 30
    assert (found["before_n"], found["before_advanced"], found["before_lost"], found["before_rate"]) == (4, 1, 3, 0.25)
    assert (found["after_n"], found["after_advanced"], found["after_lost"], found["after_rate"]) == (4, 3, 1, 0.75)
    assert found["change"] == 0.5
    # Fisher: of 8 deals 4 went on; of the 4 before, so many did: tables as rare as ours or rarer
    chances = [comb(4, k) * comb(4, 4 - k) / comb(8, 4) for k in range(5)]
    assert found["p_value"] == pytest.approx(sum(p for p in chances if p <= chances[1] + 1e-12))
    assert found["verdict"] == "no difference shown"
    assert found["change_low"] < 0 < found["change_high"]


@pytest.mark.slow
def test_ten_of_ten_beside_none_of_ten_is_higher_and_the_other_way_round_lower() -> None:
    go, end = ((0, "Qualified"), (3, "Offer")), ((0, "Qualified"), (3, "Lost"))
    early = [(days - 20, stage) for days, stage in end], [(days - 20, stage) for days, stage in go]
    up = lived([*[way(*early[0])] * 10, *[way(*go)] * 10], OURS)
    down = lived([*[way(*early[1])] * 10, *[way(*end)] * 10], OURS)
    assert (only(up)["verdict"], only(down)["verdict"]) == ("higher", "lower")
    assert only(up)["change_low"] > 0 > only(down)["change_high"]


def test_what_an_earlier_deal_did_after_the_start_does_not_count() -> None:
    late = way((-5, "Qualified"), (0, "Offer"))
    in_time = way((-5, "Qualified"), (-1, "Offer"))
    found = only(lived([late, in_time, *SINCE], OURS))
    assert (found["before_n"], found["before_advanced"], found["before_open"]) == (2, 1, 1)


@pytest.mark.slow
def test_both_sides_are_half_open_and_equally_long() -> None:
    edge = [way((-31, "Qualified"), (-30, "Offer")), way((-30, "Qualified"), (-29, "Offer"))]
    found = only(lived([*edge, way((-2, "Qualified"), (-1, "Lost")), *SINCE], OURS))
    assert (found["before_n"], found["before_advanced"], found["before_lost"]) == (2, 1, 1)


@pytest.mark.slow
def test_a_stage_passed_over_counts_as_entered() -> None:
    jump = way((-10, "Prospect"), (4, "Offer"))
    assert only(lived([*BEFORE, jump, *SINCE], OURS))["after_advanced"] == 4


def test_what_cannot_be_measured_says_why() -> None:
    rows: dict[tuple[object, ...], str] = {
        ("A", "Won", START, None): "'Won' is no open stage",
        ("A", None, START, None): "Please choose a stage",
        ("A", "Offer", None, None): "Please enter the day",
        ("A", "Offer", AS_OF + dt.timedelta(days=1), None): "It has not begun yet",
        ("A", "Offer", START - dt.timedelta(days=90), None): "History begins no earlier",
    }
    found = results(lived([*BEFORE, *SINCE], *rows))
    assert (found["days"] == 0).all()
    assert (found["verdict"] == "").all()
    for note, says in zip(found["note"], rows.values(), strict=True):
        assert says in note


def test_without_history_there_is_nothing_to_compare_with() -> None:
    facts = facts_of([{"Stage": "Offer"}])
    asked = pd.DataFrame([OURS], columns=list(EXPERIMENTS.heads), dtype=object)
    facts.book.tables["Experiments"] = BookTable("Experiments", "Process", 4, 2, asked)  # type: ignore[index]
    assert "no history" in only(facts)["note"]


@pytest.mark.parametrize(("least", "verdict"), [(4, "no difference shown"), (5, "")])
def test_too_few_decided_deals_are_not_compared(least: int, verdict: str) -> None:
    found = only(lived([*BEFORE, *SINCE], OURS, counts_only_below=least))
    assert found["verdict"] == verdict
    assert pd.isna(found["before_rate"]) is (least == 5)


@pytest.mark.parametrize(("days", "warned"), [(29, True), (30, False), (-29, True), (-30, False)])
def test_two_experiments_on_one_stage_in_the_same_days_cannot_be_told_apart(days: int, warned: bool) -> None:
    other = ("New script", "qualified", START + dt.timedelta(days=days), None)
    found = results(lived([*BEFORE, *SINCE], OURS, other)).iloc[0]
    assert ("New script began on this stage" in found["note"]) is warned


def test_an_empty_table_has_no_rows() -> None:
    assert results(lived([*BEFORE])).empty
    assert results(lived([*BEFORE], (None, None, None, None))).empty


def test_the_exact_test_equals_that_of_scipy() -> None:
    from scipy.stats import fisher_exact  # noqa: PLC0415 - half a second

    for own in ((0, 4), (3, 1), (4, 0), (17, 23), (180, 220)):
        for other in ((0, 3), (2, 2), (9, 31), (400, 350)):
            assert fisher(*own, *other) == pytest.approx(fisher_exact([own, other]).pvalue, rel=1e-9)


def test_equal_shares_have_a_p_value_of_one() -> None:
    assert fisher(2, 2, 2, 2) == pytest.approx(1.0)
    assert fisher(900, 900, 900, 900) == pytest.approx(1.0)
