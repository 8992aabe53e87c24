"""Created and qualified pipeline by hand (as of Tuesday 2026-03-31, in the week of Monday 2026-03-30)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import AS_OF, NO_QUALIFIED, day, facts_of, in_play, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.created_pipeline import WEEKS, by_week


def test_a_week_runs_from_monday_to_sunday() -> None:
    days = ("2026-03-22", "2026-03-23", "2026-03-29", "2026-03-30", "2026-03-31")
    table = by_week(facts_of([in_play(100, Created=day(one)) for one in days])).set_index("week")
    assert len(table) == WEEKS
    assert table["created_n"].tail(3).to_dict() == {day("2026-03-16"): 1, day("2026-03-23"): 2, day("2026-03-30"): 2}
    assert table["created_amount"].tail(2).tolist() == [20_000, 20_000]
    assert table["is_running"].tolist() == [False] * 12 + [True]


def test_what_was_created_after_the_as_of_date_or_before_the_first_week_is_not_there() -> None:
    rows = [in_play(Created=day("2026-04-01")), in_play(Created=day("2026-01-04")), in_play(Created=day("2026-01-05"))]
    assert by_week(facts_of(rows))["created_n"].tolist() == [1] + [0] * 12


def test_deals_without_an_amount_count_and_are_told() -> None:
    last = by_week(facts_of([in_play(None), in_play(50), in_play(50, Stage="?")])).iloc[-1]
    assert last[["created_n", "created_amount", "blank"]].tolist() == [2, 5_000, 1]


def test_on_a_sunday_the_week_is_over() -> None:
    assert not by_week(facts_of([], as_of=day("2026-03-29")))["is_running"].iloc[-1]


@pytest.mark.slow
def test_a_deal_is_qualified_in_the_week_of_its_first_entry_or_skip() -> None:
    ways = [
        way(("2026-03-02", "Prospect"), ("2026-03-10", "Qualified"), ("2026-03-24", "Prospect")),
        way(("2026-03-03", "Prospect"), ("2026-03-25", "Offer"), Amount=50),  # skips Qualified
        way(("2026-03-04", "Prospect"), ("2026-03-26", "Lost")),
        way(("2026-03-05", "Prospect"), ("2026-03-30", "Qualified"), ("2026-03-31", "Offer")),
    ]
    table = by_week(lived(ways)).set_index("week")
    qualified = table["qualified_n"].dropna()
    assert qualified.to_dict() == {
        day("2026-03-02"): 0, day("2026-03-09"): 1, day("2026-03-16"): 0, day("2026-03-23"): 1, day("2026-03-30"): 1,
    }  # fmt: skip
    assert table["qualified_amount"].to_dict()[day("2026-03-23")] == 5_000


@pytest.mark.slow
@pytest.mark.parametrize(("begins", "weeks"), [("2026-03-23", 2), ("2026-03-24", 1)])
def test_weeks_that_began_before_history_have_no_qualified_pipeline(begins: str, weeks: int) -> None:
    facts = lived([way((begins, "Prospect"), ("2026-03-30", "Qualified"))])
    assert by_week(facts)["qualified_n"].notna().sum() == weeks


def test_without_history_or_a_qualified_stage_there_is_none() -> None:
    assert by_week(facts_of([won()]))["qualified_n"].isna().all()
    assert by_week(facts_of([won()], stages=NO_QUALIFIED))["qualified_amount"].isna().all()


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 120), st.one_of(st.none(), st.integers(0, 99))), max_size=12))
def test_it_equals_a_naive_loop(made: list[tuple[int, int | None]]) -> None:
    rows = [in_play(amount, Created=AS_OF - dt.timedelta(days=ago)) for ago, amount in made]
    for one in by_week(facts_of(rows)).to_dict("records"):
        own = [
            amount
            for ago, amount in made
            if ago >= 0 and one["week"] <= AS_OF - dt.timedelta(days=ago) < one["week"] + dt.timedelta(days=7)
        ]
        assert (one["created_n"], one["created_amount"]) == (len(own), 100 * sum(a or 0 for a in own))
