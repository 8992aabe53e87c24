"""The back-solve by hand: Q1 ends after 2026-03-31; as of Monday 2026-03-16 twelve business days are left."""

from __future__ import annotations

import datetime as dt
import functools
import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.metrics.logged_team import Log, logging
from tests.metrics.small_team import Row, day
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.activity_standards import by_rep, standards
from xlpipeline.model.facts import Facts

AS_OF = dt.date(2026, 3, 16)
WON = (("2026-01-05", "Prospect"), ("2026-01-12", "Qualified"), ("2026-01-19", "Offer"), ("2026-02-04", "Won"))
LOST_EARLY = (("2026-01-05", "Prospect"), ("2026-01-14", "Lost"))
TEN = [way(*WON, Amount=200) for _ in range(5)] + [way(*LOST_EARLY, Amount=100) for _ in range(5)]
CALLS: Log = [("2026-01-06", f"D{number}", "Call") for number in range(10)]


@functools.cache
def _ten() -> Facts:
    return lived(TEN, begins="2026-01-01", as_of=AS_OF)


def asked(ways: list[Row] = TEN, log: Log = CALLS, quota: float | None = 1600, **settings: Any) -> Facts:  # noqa: ANN401
    """Five deals won at 200 (1,000 in the quarter), five lost in the first stage; Ann's quota in full units."""
    base = _ten() if ways is TEN and not settings else lived(ways, begins="2026-01-01", as_of=AS_OF, **settings)
    facts = logging(base, log)
    rows = [("Ann", day("2026-01-01"), day("2026-04-01"), quota * 100)] if quota is not None else []
    quotas = pd.DataFrame(rows, columns=["rep", "start", "end", "quota"])
    days = {head: quotas[head].astype("datetime64[s]") for head in ("start", "end")}
    return replace(facts, quotas=quotas.assign(**days, quota=quotas["quota"].astype(float)))


def test_three_more_wins_take_six_deals_and_six_calls() -> None:
    found = standards(asked())
    assert (found.remaining.value, found.average.value, found.won_needed.value) == (60_000, 20_000, 3)
    stages = found.stages.set_index("stage")
    assert stages["rate"].tolist() == [0.5, 1, 1]
    assert stages["entries"].tolist() == [6, 3, 3]
    assert stages["call"].tolist() == [1, 0, 0]
    assert stages["activities"].tolist() == [6, 0, 0]
    assert found.days_left == 12  # 16 to 31 March, both included
    assert found.needed.value == 6 / 12 * 5


def test_deals_must_be_created_a_median_cycle_before_the_end_of_the_period() -> None:
    found = standards(asked())
    assert found.cycle.value == 30
    assert found.create_by == day("2026-03-01")  # whoever is created on it closes after thirty days, on 31 March
    assert found.create_by + dt.timedelta(days=30) == found.period.end - dt.timedelta(days=1)


def at(as_of: str, **more: Any) -> Facts:  # noqa: ANN401
    """The same ten deals some days later."""
    return replace(asked(**more), as_of=day(as_of))


@pytest.mark.parametrize(
    ("as_of", "days", "needed", "share"),
    [
        ("2026-03-24", 6, 5, 1),
        ("2026-03-25", 5, 6, 1),
        ("2026-03-26", 4, 6, 0.8),
        ("2026-03-31", 1, 6, 0.2),
    ],
)
def test_with_less_than_a_week_left_it_is_what_all_the_days_left_take(
    as_of: str, days: int, needed: float, share: float
) -> None:
    facts = at(as_of)
    found = standards(facts)
    assert (found.days_left, found.is_last_week, found.share_of_week) == (days, days < 5, share)
    assert found.needed.value == pytest.approx(needed)  # six calls in all; six days make five of them a week
    assert by_rep(facts)["needed"].tolist() == [pytest.approx(needed)]
    told = f"activities needed in {days} business day{'s' if days > 1 else ''} left"
    assert (found.needed.basis == told) == (days < 5)


def test_a_week_of_six_days_is_short_at_five() -> None:
    found = standards(at("2026-03-26", weekend="0000001"))
    assert (found.days_left, found.week_days, found.is_last_week) == (5, 6, True)  # Saturday the 28th is worked


def test_without_a_business_day_there_is_no_number() -> None:
    found = standards(at("2026-03-31", weekend="0111111"))  # only Mondays are worked, and the last one has gone
    assert (found.days_left, found.needed.reason) == (0, "No business day is left in the period.")


def test_an_activity_belongs_to_the_stage_at_the_end_of_its_day_and_to_the_last_on_the_day_of_the_close() -> None:
    days = ["2026-01-04", "2026-01-12", "2026-01-18", "2026-02-04", "2026-02-05"]
    stages = standards(asked(log=[(one, "D0", "Call") for one in days])).stages
    assert (stages["per_entry"] * stages["deals"]).tolist() == [0, 2, 1]


def test_deals_that_still_stand_in_the_stage_do_not_count_yet() -> None:
    staying = way(("2026-01-05", "Prospect"))
    stages = standards(asked([*TEN, staying], [*CALLS, ("2026-01-07", "D10", "Call")])).stages
    assert stages[["deals", "call", "open_now"]].iloc[0].tolist() == [10, 1, 1]


def test_a_reached_quota_needs_nothing_more() -> None:
    found = standards(asked(quota=1000))
    assert (found.won_needed.value, found.needed.value, found.needed.note) == (0, 0, "Quota reached.")
    assert found.stages["entries"].tolist() == [0, 0, 0]


def test_no_quota_gives_no_standard() -> None:
    found = standards(asked(quota=None))
    assert found.won_needed.value is None
    assert "quota" in found.won_needed.reason.casefold()
    assert found.needed.reason == found.won_needed.reason
    assert by_rep(asked(quota=None))["reason"].tolist() == ["No quota for the period."]


@pytest.mark.slow
def test_four_won_deals_are_too_few_for_an_average_and_five_are_enough() -> None:
    four = standards(asked(TEN[1:]))
    assert four.won_needed.reason == "Only 4 won deals with an amount in the window: too few for an average."
    assert four.create_by_reason == "Only 4 won deals with both dates in the window: too few for a median."
    assert standards(asked(TEN)).won_needed.value == 3


def test_a_stage_without_a_rate_refuses_it_and_all_before_it() -> None:
    found = standards(asked([way(*WON[:2], WON[3], Amount=200) for _ in range(5)], counts_only_below=6))
    assert found.needed.value is None
    assert found.needed.reason


def test_a_stage_that_nobody_left_forward_is_named() -> None:
    first = [way(("2026-01-05", "Qualified"), WON[3], Amount=200) for _ in range(5)]
    found = standards(asked([*first, *TEN[5:]]))
    assert not math.isnan(found.stages["entries"].iloc[-1])


def test_a_rep_is_asked_for_his_own_rest_at_the_teams_rates() -> None:
    row = by_rep(asked()).iloc[0]
    assert row[["rep", "remaining", "won_needed", "first_entries"]].tolist() == ["Ann", 60_000, 3, 6]
    assert row["needed"] == pytest.approx(2.5)


def test_twice_the_rest_takes_twice_the_work() -> None:
    once, twice = standards(asked(quota=1600)), standards(asked(quota=2200))
    assert twice.stages["entries"].tolist() == [2 * n for n in once.stages["entries"]]
    assert once.needed.value is not None
    assert twice.needed.value == 2 * once.needed.value
