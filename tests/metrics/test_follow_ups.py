"""Follow-ups after the sale, on both sides of their day. AS_OF is Tuesday 2026-03-31."""

from __future__ import annotations

from tests.metrics.logged_team import team
from tests.metrics.small_team import AS_OF, Row, day, facts_of, in_play, lost, won
from xlpipeline.metrics.follow_ups import follow_ups, overdue


def after_sale(due: str | None = None, **cells: object) -> Row:
    return won() | {"Stage": "After sale", "Follow-up due": day(due) if due else None} | cells


def test_states_on_both_sides_of_the_day() -> None:
    deals = [after_sale("2026-04-01"), after_sale("2026-03-31"), after_sale("2026-03-30"), after_sale()]
    found = follow_ups(facts_of(deals))
    assert found[["deal_id", "state", "days_late"]].to_numpy().tolist() == [
        ["D2", "overdue", 1], ["D1", "today", 0], ["D3", "none planned", 0], ["D0", "coming", 0],
    ]  # fmt: skip


def test_a_won_deal_needs_none_but_may_have_one_and_open_and_lost_ones_have_none() -> None:
    date: Row = {"Follow-up due": AS_OF}
    found = follow_ups(facts_of([won(), won() | date, in_play() | date, lost() | date]))
    assert found["deal_id"].tolist() == ["D1"]


def test_the_count_or_its_reason() -> None:
    facts = facts_of([after_sale("2026-03-30"), after_sale("2026-03-27", Owner="Bob"), after_sale()])
    assert (overdue(facts).value, overdue(facts).n) == (2, 3)
    assert overdue(facts.of_owner("Bob")).value == 1
    assert overdue(facts, "none planned").value == 1
    assert overdue(facts_of([in_play()])).reason == "No deal is won yet."


def test_a_deal_without_its_own_day_has_that_of_the_cadence_until_the_touch_was_made() -> None:
    """Closed on Friday 20 February: two business days later is Tuesday the 24th."""
    cadence = (("After sale", 2, "Call", "Feedback"),)
    deals = [after_sale(), after_sale("2026-03-30"), after_sale()]
    found = follow_ups(team(deals, [("2026-02-24", "D2", "Call")], cadence=cadence))
    assert found[["deal_id", "state", "action", "purpose"]].to_numpy().tolist() == [
        ["D0", "overdue", "Call", "Feedback"],
        ["D1", "overdue", "Follow up", ""],
        ["D2", "none planned", "", ""],
    ]
    assert found["due"].dt.date.iloc[0] == day("2026-02-24")
