"""Value touches of five deals, counted on the fingers."""

from __future__ import annotations

from tests.metrics.logged_team import team
from tests.metrics.small_team import day, in_play, won
from xlpipeline.metrics.value_touches import per_deal, touched_share, value_touches, value_touches_column
from xlpipeline.metrics.wilson import wilson

LOG = [
    ("2026-03-30", "D0", "Value touch"),
    ("2026-03-31", " d0 ", "value TOUCH"),
    ("2026-04-01", "D1", "Value touch"),
    ("2026-03-30", "D2", "Call"),
    ("2026-03-30", "D5", "Value touch"),
]


def test_three_touches_in_five_open_deals() -> None:
    facts = team([in_play()] * 5 + [won()], [*LOG, ("2026-01-01", "D3", "Value touch")])
    assert per_deal(facts).tolist() == [2, 0, 0, 1, 0]
    assert (value_touches(facts).value, value_touches(facts).n) == (3 / 5, 5)
    share = touched_share(facts)
    assert (share.value, (share.low, share.high)) == (2 / 5, wilson(2, 5))


def test_four_deals_are_too_few_for_a_share_and_none_for_a_mean() -> None:
    assert touched_share(team([in_play()] * 4, LOG)).reason == "1 of 4 open deals: too few for a share."
    assert value_touches(team([won()])).reason == "No deal is open."


def test_the_column_has_a_count_for_open_deals_and_nothing_without_a_log() -> None:
    facts = team([in_play(), won(), in_play()], LOG)
    assert value_touches_column(facts).columns["Value touches"].tolist() == [2, None, 0]
    unlogged = team([in_play(), won()], [("2026-04-01", "D0", "Value touch")])  # planned only
    assert value_touches_column(unlogged).columns["Value touches"].tolist() == [None, None]


def test_a_touch_logged_for_the_lead_is_one_of_its_deal() -> None:
    lead = {"Lead ID": "L7", "Deal ID": "D1", "Converted on": day("2026-03-10")}
    facts = team([in_play(), in_play()], [("2026-03-02", " l7", "Value touch")], leads=[lead])
    assert per_deal(facts).tolist() == [0, 1]
