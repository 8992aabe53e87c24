"""What won and lost deals got, of a handful of deals."""

from __future__ import annotations

import math

from tests.metrics.logged_team import team
from tests.metrics.small_team import derailed, in_play, lost, won
from xlpipeline.metrics.activity_mix import by_type
from xlpipeline.metrics.wilson import wilson

DEALS = [won(), won(), lost(), derailed(), in_play()]
LOG = [
    ("2026-02-19", "D0", "Call"),
    ("2026-02-20", "D0", "Call"),
    ("2026-02-21", "D0", "Call"),
    ("2026-02-11", "D1", "Meeting"),
    ("2026-02-11", "D2", "call"),
    ("2026-02-11", "D3", "Meeting"),
    ("2026-02-11", "D4", "Meeting"),
    ("2026-02-11", "X", "Meeting"),
]


def test_activities_up_to_the_close_count_by_type() -> None:
    table = by_type(team(DEALS, LOG, counts_only_below=1))
    assert table["type"].tolist() == ["Call", "Meeting", "All types"]
    call = table.iloc[0]
    assert call[["won_count", "won_per_deal", "won_with", "won_share"]].tolist() == [2, 1, 1, 0.5]
    assert call[["lost_count", "lost_per_deal", "lost_mix"]].tolist() == [1, 0.5, 0.5]
    assert (call["won_low"], call["won_high"]) == wilson(1, 2)
    assert table.iloc[-1][["won_with", "lost_with", "won_mix"]].tolist() == [2, 2, 1]


def test_four_of_a_kind_give_counts_only_and_five_a_rate() -> None:
    few = by_type(team([won()] * 4 + [lost()] * 5, LOG)).iloc[-1]
    assert math.isnan(few["won_share"])
    assert few["won_with"] == 4
    assert few["lost_share"] == 0.2


def test_deals_closed_outside_the_window_are_left_out() -> None:
    old = won(closed="2025-03-31", created="2025-03-01")
    table = by_type(team([old, *DEALS], [("2025-03-05", "D0", "Call")], counts_only_below=1))
    assert table["type"].tolist() == ["All types"]
    assert table.iloc[0][["won_n", "won_count"]].tolist() == [2, 0]


def test_without_closed_deals_there_is_nothing_to_compare() -> None:
    row = by_type(team([in_play()])).iloc[0]
    assert (row["won_n"], math.isnan(row["won_share"])) == (0, True)
