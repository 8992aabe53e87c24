"""Stage conversion without history: by hand and against a naive loop."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Q1, STAGES, Row, derailed, facts_of, in_play, lost, won
from xlpipeline.metrics.conversion import by_stage


def row_of(rows: list[Row], stage: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    table = by_stage(facts_of(rows, **more)).set_index("stage")
    return {str(head): cell for head, cell in table.loc[stage].items()}


def lost_in(stage: str | None) -> Row:
    return lost() | {"Last stage before loss": stage}


def test_a_won_deal_passed_every_stage_and_a_lost_one_those_up_to_its_own() -> None:
    rows = [won(), won(), won(), lost_in("Prospect"), lost_in("Offer")]
    table = by_stage(facts_of(rows))
    assert table["stage"].tolist() == ["Prospect", "Qualified", "Offer"]
    assert table["entered"].tolist() == [5, 4, 4]
    assert table["advanced"].tolist() == [4, 4, 3]
    assert table["lost"].tolist() == [1, 0, 1]
    assert table["rate"].iloc[0] == 0.8


def test_four_deals_are_shown_as_counts() -> None:
    found = row_of([won(), won(), won(), lost_in("Prospect")], "Prospect")
    assert math.isnan(found["rate"])
    assert found["note"] == "3 of 4 went on: too few for a rate."


def test_open_deals_widen_the_bounds_but_not_the_rate() -> None:
    found = row_of([*[won()] * 4, lost_in("Offer"), *[in_play()] * 5], "Offer")
    assert (found["rate"], found["lower_bound"], found["upper_bound"]) == (0.8, 0.4, 0.9)


@pytest.mark.parametrize(("n_open", "immature"), [(2, False), (3, True)])
def test_more_than_a_fifth_still_in_the_stage_is_immature(n_open: int, immature: bool) -> None:
    found = row_of([*[won()] * 8, *[in_play()] * n_open], "Offer")
    assert bool(found["immature"]) is immature
    assert ("Immature" in found["note"]) is immature


def test_lost_deals_that_do_not_say_where_widen_the_bounds_and_are_counted() -> None:
    rows = [*[won()] * 8, lost_in("Prospect"), lost_in(None), lost_in("Qualifed")]
    first, last = row_of(rows, "Prospect"), row_of(rows, "Offer")
    assert first["unknown"] == 2
    assert first["rate"] == pytest.approx(8 / 9)
    assert (first["lower_bound"], first["upper_bound"]) == (8 / 11, 10 / 11)
    assert (last["lower_bound"], last["upper_bound"]) == (8 / 10, 1.0)


@pytest.mark.parametrize(("unknown", "given_"), [(2, True), (3, False)])
def test_when_too_many_do_not_say_where_there_is_no_headline(unknown: int, given_: bool) -> None:
    found = row_of([*[won()] * 8, *[lost_in(None)] * unknown], "Prospect")
    assert math.isnan(found["rate"]) is not given_
    assert ("please fill Last stage before loss" in found["note"]) is not given_
    assert found["lower_bound"] == 8 / (8 + unknown)


def test_with_one_open_stage_a_lost_deal_was_lost_there() -> None:
    found = row_of([*[won()] * 4, lost_in(None)], "Offer", stages=STAGES[2:])
    assert (found["lost"], found["unknown"], found["rate"]) == (1, 0, 0.8)


def test_derailed_deals_count_as_not_advanced() -> None:
    assert row_of([*[won()] * 4, derailed()], "Qualified")["rate"] == 0.8


def test_the_cohort_goes_by_created() -> None:
    rows = [won(created="2025-12-31"), won(created="2026-01-01"), won(created="2026-02-01"), won(Created=None)]
    assert by_stage(facts_of(rows), Q1)["entered"].tolist() == [2, 2, 2]
    assert by_stage(facts_of(rows))["entered"].tolist() == [4, 4, 4]


def test_a_stage_that_nobody_entered_says_so() -> None:
    assert row_of([in_play(Stage="Prospect")], "Offer")["note"] == "No deal is known to have entered this stage."


deals = st.one_of(
    st.builds(won),
    st.builds(lambda stage: in_play(Stage=stage), st.sampled_from(["Prospect", "Qualified", "Offer"])),
    st.builds(lost_in, st.sampled_from(["Prospect", "Qualified", "Offer"])),
)


def counts_equal_a_naive_loop(rows: list[Row]) -> None:
    names = ["Prospect", "Qualified", "Offer", "Won"]
    for place, found in enumerate(by_stage(facts_of(rows)).itertuples()):
        reached = [names.index(r["Last stage before loss"] if r["Stage"] == "Lost" else r["Stage"]) for r in rows]
        ended = [r["Stage"] == "Lost" for r in rows]
        assert found.advanced == sum(at > place for at in reached)
        assert found.lost == sum(at == place and over for at, over in zip(reached, ended, strict=True))
        assert found.open == sum(at == place and not over for at, over in zip(reached, ended, strict=True))


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(st.lists(deals, max_size=30))
def test_counts_equal_a_naive_loop(rows: list[Row]) -> None:
    counts_equal_a_naive_loop(rows)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(deals, max_size=30))
def test_counts_equal_a_naive_loop_over_many(rows: list[Row]) -> None:
    counts_equal_a_naive_loop(rows)
