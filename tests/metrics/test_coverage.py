"""Coverage by hand: what is in the quarter, what stands apart, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.metrics.small_team import day, facts_of, in_play, lost, won
from xlpipeline.metrics.coverage import NO_DEAL, by_rep, coverage, of_each
from xlpipeline.model.facts import Facts

Q1_OF_ANN = ("Ann", "2026-01-01", "2026-03-31", 500)
MIDDLE = day("2026-02-15")


def facts_in_february(*deals: dict[str, Any], quotas: Any = (Q1_OF_ANN,), **settings: Any) -> Facts:  # noqa: ANN401
    return facts_of(deals, quotas=quotas, as_of=MIDDLE, **settings)


def test_six_hundred_open_for_the_two_hundred_still_to_win() -> None:
    found = coverage(facts_in_february(won(amount=300, closed="2026-02-10"), in_play(600)))
    assert (found.quota.value, found.won.value, found.remaining.value) == (50_000, 30_000, 20_000)
    assert found.gross.value == 1.2
    assert found.to_go.value == 3.0
    assert found.weighted_to_go.value == 1.5
    assert found.incl_won.value == 1.8
    assert (found.required.value, found.required.basis, found.status) == (3.0, "rule of thumb", "green")


def test_each_figure_counts_the_rows_it_is_made_of() -> None:
    """Three won deals, two open ones and two rows of Quotas: every n differs."""
    months = (("Ann", "2026-01-01", "2026-01-31", 500), ("Ann", "2026-02-01", "2026-02-28", 500))
    wins = [won(amount=100, closed="2026-02-10")] * 3
    found = coverage(facts_in_february(*wins, in_play(100), in_play(100), quotas=months))
    assert (found.quota.n, found.remaining.n, found.remaining_net.n) == (2, 2, 2)
    assert (found.won.n, found.open_amount.n, found.gross.n, found.incl_won.n) == (3, 2, 2, 5)


def test_open_is_from_the_as_of_date_to_the_last_day_of_the_quarter() -> None:
    inside = [in_play(1, "2026-02-15"), in_play(2, "2026-03-31")]
    outside = [in_play(10, "2026-02-14"), in_play(20, "2026-04-01"), in_play(40, None)]
    found = coverage(facts_in_february(*inside, *outside))
    assert (found.open_amount.value, found.open_amount.n) == (300, 2)
    assert (found.overdue_amount.value, found.overdue_amount.n) == (1_000, 1)
    assert (found.undated_amount.value, found.undated_amount.n) == (4_000, 1)


def test_won_is_won_in_the_quarter_up_to_the_as_of_date() -> None:
    closes = ("2025-12-31", "2026-01-01", "2026-02-15", "2026-02-16")
    found = coverage(facts_in_february(*[won(closed=closed, created="2025-12-01") for closed in closes]))
    assert (found.won.value, found.won.n) == (20_000, 2)


@pytest.mark.parametrize(
    ("open_amount", "status"), [(1500, "green"), (1499, "amber"), (1200, "amber"), (1199, "red"), (1, "red")]
)
def test_colour_goes_by_to_go_over_required(open_amount: float, status: str) -> None:
    found = coverage(facts_in_february(in_play(open_amount)))
    assert found.status == status
    assert by_rep(facts_in_february(in_play(open_amount)))["status"].tolist() == [status]


def test_open_deals_without_any_probability_are_no_silent_zero() -> None:
    facts = facts_in_february(in_play(600))
    unknown = facts.deals.assign(probability=math.nan)
    found = coverage(facts.only(unknown))
    assert (found.weighted_open.value, found.weighted_to_go.value) == (None, None)
    assert found.weighted_to_go.reason.startswith("No open deal of the quarter has a probability")
    assert (found.to_go.value, found.gross.value) == (1.2, 1.2)


def test_some_open_deals_without_a_probability_are_said() -> None:
    facts = facts_in_february(in_play(600), in_play(400))
    found = coverage(facts.only(facts.deals.assign(probability=[0.5, math.nan])))
    assert found.weighted_open.value == 30_000
    assert found.note == "1 open deals without a probability count as 0 where it is weighted."


def test_weighted_takes_the_probability_that_the_settings_ask_for() -> None:
    """Of twelve decided deals that reached Offer nine were won: 0.75 in place of the stage's default."""
    done = [won(amount=1, closed="2025-12-01", created="2025-10-01")] * 9
    ended = [lost("2025-12-01", "2025-10-01") | {"Last stage before loss": "Offer"}] * 3
    deals = [*done, *ended, in_play(400)]
    by_stage = coverage(facts_in_february(*deals))
    by_history = coverage(facts_in_february(*deals, probability_source="history"))
    assert (by_stage.weighted_open.value, by_history.weighted_open.value) == (20_000, 30_000)


def test_a_reached_quota_is_a_text_and_not_a_division_by_zero() -> None:
    found = coverage(facts_in_february(won(amount=500, closed="2026-02-10"), in_play(100)))
    assert (found.to_go.value, found.to_go.reason, found.status) == (None, "Quota reached", "reached")
    assert found.gross.value == 0.2


def test_a_rep_over_quota_does_not_help_the_others() -> None:
    quotas = (Q1_OF_ANN, ("Bob", "2026-01-01", "2026-03-31", 500))
    facts = facts_in_february(won(amount=800, closed="2026-02-10"), in_play(500, Owner="Bob"), quotas=quotas)
    found = coverage(facts)
    assert (found.remaining.value, found.remaining_net.value) == (50_000, 20_000)
    assert found.to_go.value == 1.0
    assert by_rep(facts)["reason"].tolist() == ["Quota reached", ""]


def test_ratios_are_of_reps_with_a_quota_and_the_rest_is_said() -> None:
    found = coverage(facts_in_february(in_play(500), in_play(1234, Owner="Bob")))
    assert (found.to_go.value, found.open_amount.value) == (1.0, 173_400)
    assert "1,234 EUR belong to reps without a quota" in found.note


def test_months_add_up_to_the_quarter_and_other_quarters_do_not_count() -> None:
    months = [("Ann", f"2026-0{m}-01", f"2026-0{m}-28", 100) for m in (1, 2, 3, 4)]
    assert coverage(facts_in_february(in_play(), quotas=months)).quota.value == 30_000


def test_a_yearly_quota_is_refused_with_what_to_do() -> None:
    found = coverage(facts_in_february(in_play(), quotas=[("Ann", "2026-01-01", "2026-12-31", 100)]))
    assert found.to_go.reason == (
        "Quotas has no period that lies within 2026 Q1; please enter quotas by quarter or by month."
    )


@pytest.mark.parametrize(
    "quotas", [(), [("Ann", "2026-01-01", "2026-03-31", 0)], [("Ann", "2026-01-01", "2026-03-31", None)]]
)
def test_without_a_quota_there_is_no_coverage(quotas: Any) -> None:  # noqa: ANN401
    found = coverage(facts_in_february(in_play(), quotas=quotas))
    assert (found.to_go.value, found.gross.value, found.status) == (None, None, "")
    assert found.to_go.reason == "There is no quota for 2026 Q1; please enter it in Quotas on Team."


@pytest.mark.parametrize("deal", [in_play(None), in_play(100, None)])
def test_without_amounts_or_dates_there_is_no_coverage_and_not_zero(deal: dict[str, Any]) -> None:
    found = coverage(facts_in_february(deal))
    assert (found.to_go.value, found.to_go.reason) == (None, NO_DEAL)
    assert found.open_amount.value is None
    assert by_rep(facts_in_february(deal))["reason"].tolist() == [NO_DEAL]


def test_deals_that_all_close_later_are_an_honest_zero_with_a_note() -> None:
    found = coverage(facts_in_february(in_play(100, "2026-06-30")))
    assert found.to_go.value == 0
    assert found.note == "No open deal is expected to close in the rest of 2026 Q1."


def test_won_deals_without_an_amount_are_said() -> None:
    found = coverage(facts_in_february(in_play(), won(amount=None, closed="2026-02-10"), won(closed="2026-02-10")))
    assert found.won.value == 10_000
    assert "1 won deals without an amount count as 0." in found.note


def test_reps_stand_in_the_order_of_reps_then_others_and_nobody_last() -> None:
    rows = [in_play(Owner="zoe"), in_play(Owner=None), in_play(Owner="Mia"), in_play(Owner=" ann ")]
    table = by_rep(facts_of(rows, reps=["Zoe", "Ann"]))
    assert table["rep"].tolist() == ["Zoe", "Ann", "Mia", "(no owner)"]
    assert table["open_amount"].tolist() == [10_000] * 4
    assert all(math.isnan(quota) for quota in table["quota"])


def test_the_coverage_of_each_is_that_of_the_team_and_of_every_rep_alone() -> None:
    deals = [
        in_play(600),
        won(amount=300),
        in_play(50, None),
        in_play(70, "2026-01-31", Owner="Bob"),
        in_play(Owner=""),
    ]
    facts = facts_in_february(*deals, quotas=(Q1_OF_ANN, ("Eve", "2026-01-01", "2026-12-31", 900)))
    alone = [coverage(own) for _, own in facts.by_owner()]
    assert len(alone) > 3
    assert of_each(facts) == [coverage(facts), *alone]
