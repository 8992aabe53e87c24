"""Win curve: five deals by hand, and both sides of every limit."""

from __future__ import annotations

import math

import pytest

from tests.metrics.small_team import AS_OF, Q1, day, derailed, facts_of, in_play, lost, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.win_curve import by_days, win_curve, won_within
from xlpipeline.model.calendar import Period

FIVE = [
    won(created="2026-01-01", closed="2026-01-11"),
    won(created="2026-01-01", closed="2026-01-31"),
    lost(created="2026-01-01", closed="2026-01-21"),
    derailed(),  # after ten days
    in_play(Created=day("2026-03-06")),  # for 25 days
]


def test_five_deals_by_hand() -> None:
    """Day 10: of five one won, one derailed. Day 20: of three one lost; one is open for 25 days. Day 30: the last won.
    Won by 10 days 1/5; by 30 days 1/5 + 3/5 x 2/3 x 1 = 3/5."""
    facts = facts_of(FIVE)
    assert [won_within(facts, days).value for days in (9, 10, 29, 30)] == pytest.approx([0, 0.2, 0.2, 0.6])
    table = by_days(facts, days=(30,)).iloc[0]
    assert (table["won"], table["lost"], table["open"]) == pytest.approx((0.6, 0.4, 0))
    assert won_within(facts, 30).basis == "curve from creation, all deals, within 30 days"


@pytest.mark.parametrize(("n", "given_"), [(4, False), (5, True)])
def test_below_five_deals_there_is_no_curve(n: int, given_: bool) -> None:
    figure = won_within(facts_of([won()] * n), 30)
    assert (figure.value is not None) is given_
    assert bool(figure.reason) is not given_


def test_it_says_nothing_of_days_for_which_nobody_was_followed() -> None:
    facts = facts_of([*[won()] * 4, in_play(Created=day("2026-03-01"))])
    assert won_within(facts, 30).value == pytest.approx(0.8)
    assert won_within(facts, 31).reason == "No deal has been followed for 31 days yet; the oldest is 30 days old."


def test_deals_without_usable_dates_are_left_out_and_counted() -> None:
    facts = facts_of([*[won()] * 5, won(Created=None), won(created="2026-02-21"), won() | {"Actual close": None}])
    curve = win_curve(facts)
    assert (curve.n, curve.left_out) == (5, 3)
    assert "3 deals without usable dates are left out." in won_within(facts, 30).note


def test_a_close_after_the_as_of_date_is_not_known_yet() -> None:
    facts = facts_of([*[won()] * 5, won(created="2026-03-01", closed="2026-04-30")])
    assert win_curve(facts).n == 6
    assert won_within(facts, 10).value == pytest.approx(5 / 6)
    assert won_within(facts, 90).value is None


def test_from_qualification_only_deals_that_history_saw_to_enter_it() -> None:
    path = [("2026-01-05", "Prospect"), ("2026-01-15", "Qualified"), ("2026-01-25", "Won")]
    ways = [way(*path)] * 3 + [way(*path[:2])] * 2 + [way(*path[:1])]
    facts = lived(ways, before=[won()])
    assert won_within(facts, 10, "qualified").value == pytest.approx(3 / 5)
    assert won_within(facts, 9, "qualified").value == 0
    assert won_within(facts, 10, "qualified").n == 5
    assert won_within(facts_of(FIVE), 10, "qualified").reason == (
        "History saw no deal become qualified yet, or no stage of Stages counts as qualified."
    )


def test_without_any_deal_every_row_says_why() -> None:
    table = by_days(facts_of([]))
    assert table["won"].isna().all()
    assert (table["note"] != "").all()
    assert math.isnan(table["open"].iloc[0])
    assert day("2026-03-31") == AS_OF


def test_a_window_takes_only_deals_that_began_in_it() -> None:
    rows = [won(created="2026-01-01", closed="2026-01-11")] * 5 + [won(created="2025-12-31", closed="2026-01-20")] * 5
    facts = facts_of(rows)
    assert (won_within(facts, 10, window=Q1).n, won_within(facts, 10, window=Q1).value) == (5, 1.0)
    assert won_within(facts, 10).value == 0.5
    before = Period("2024", day("2024-01-01"), day("2025-01-01"))
    assert won_within(facts, 10, window=before).reason == "No deal that counts was created in this window."
