"""What is stuck: each flag in words, on both sides of its limit. AS_OF is Tuesday 2026-03-31."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import Row, day, facts_of, won
from xlpipeline.metrics.stuck_deals import stuck_deals

FINE: Row = {
    "Stage": "Qualified", "Amount": 100.0, "Created": day("2026-03-02"), "Stage since": day("2026-03-30"),
    "Last touch": day("2026-03-30"), "Next step": "Call", "Expected close": day("2026-03-31"),
    "Next step date": day("2026-03-31"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "flags", "what"),
    [
        # Qualified allows five business days: entered on Monday 23 March, it was due on Monday the 30th.
        ({"Stage since": day("2026-03-23")}, "T", "1 business day over the time-bound of Qualified"),
        ({"Expected close": day("2026-03-30")}, "C", "expected close past by 1 day"),
        ({"Next step": None}, "N", "no next step"),
        ({"Next step date": day("2026-03-30")}, "N", "next step was due on 2026-03-30"),
        # Ten business days without a touch are fine: from Tuesday 17 March; eleven are not.
        ({"Stage": "Offer", "Stage since": day("2026-03-03"), "Last touch": day("2026-03-16")}, "I",
         "no touch for 11 business days"),
    ],
)  # fmt: skip
def test_a_flag_in_words(cells: Row, flags: str, what: str) -> None:
    found = stuck_deals(facts_of([FINE | cells, FINE]))
    assert found[["deal_id", "flags", "what"]].to_numpy().tolist() == [["D0", flags, what]]


def test_within_each_limit_nothing_is_stuck() -> None:
    on_the_limit = {"Stage since": day("2026-03-24"), "Last touch": day("2026-03-17")}
    assert stuck_deals(facts_of([FINE | on_the_limit, FINE, won()])).empty


def test_the_longest_over_its_bound_stands_first_then_the_longest_idle() -> None:
    late, later = {"Stage since": day("2026-03-20")}, {"Stage since": day("2026-03-10"), "Next step": None}
    idle = {"Stage": "Offer", "Stage since": day("2026-03-03"), "Last touch": day("2026-03-03")}
    found = stuck_deals(facts_of([FINE | {"Next step": None}, FINE | late, FINE | idle, FINE | later]))
    assert found["deal_id"].tolist() == ["D3", "D1", "D2", "D0"]
    assert found["days_over"].tolist() == [10, 2, 0, 0]
