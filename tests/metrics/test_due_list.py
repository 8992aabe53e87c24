"""Overdue, today and coming: one day on each side of the as-of date, Tuesday 2026-03-31."""

from __future__ import annotations

from tests.metrics.logged_team import team
from tests.metrics.small_team import AS_OF, day, in_play, won
from xlpipeline.metrics.due_list import counts, due_list

STEP = {"Stage since": AS_OF}


def test_a_next_step_is_overdue_after_its_day_and_today_on_it() -> None:
    days = ("2026-03-30", "2026-03-31", "2026-04-01")
    facts = team([in_play() | {"Next step date": day(one)} for one in days])
    found = due_list(facts)
    assert found["state"].tolist() == ["overdue", "today", "coming"]
    assert found["days_late"].tolist() == [1, 0, 0]
    assert counts(found) == {"overdue": 1, "today": 1, "coming": 1}


def test_closed_deals_and_steps_without_a_day_are_not_listed() -> None:
    facts = team([won() | {"Next step date": AS_OF}, in_play() | {"Next step date": None}])
    assert due_list(facts).empty
    assert counts(due_list(facts)) == {"overdue": 0, "today": 0, "coming": 0}


def test_a_deal_stands_there_with_its_step_and_its_touch_and_leads_stand_below() -> None:
    lead = {"Lead ID": "L1", "Lead": "Kim", "Created": day("2026-01-05"), "Status": "new"}
    facts = team(
        [in_play() | {"Next step date": day("2026-03-30"), "Stage since": day("2026-03-20"), "Next step": ""}],
        leads=[lead],
        cadence=(("Offer", 1, "Call", "Ask"), ("Prospect", 0, "E-mail")),
    )
    found = due_list(facts)
    assert found[["kind", "action"]].to_numpy().tolist() == [
        ["touch", "Call"],
        ["next step", "Next step"],
        ["lead", "E-mail"],
    ]
    assert found["due"].dt.date.tolist() == [day("2026-03-23"), day("2026-03-30"), day("2026-01-05")]


def test_facts_of_one_rep_list_only_that_reps_deals() -> None:
    facts = team([in_play() | STEP, in_play(Owner="Bob") | STEP])
    assert due_list(facts.of_owner("bob"))["rep"].tolist() == ["Bob"]


def test_follow_ups_with_customers_stand_below_the_deals_and_above_the_leads() -> None:
    after = won() | {"Stage": "After sale", "Stage since": day("2026-03-02")}
    days = ("2026-03-30", "2026-03-31", "2026-04-01")
    planned = [after | {"Follow-up due": day(one), "Next step": step} for one, step in zip(days, "abc", strict=True)]
    lead = {"Lead ID": "L1", "Lead": "Kim", "Created": day("2026-01-05"), "Status": "new"}
    late = in_play() | {"Next step date": day("2026-03-30"), "Stage since": AS_OF}
    cadence = (("After sale", 20, "Call", "Feedback"), ("Prospect", 0, "E-mail"))
    facts = team([*planned, after, late, won()], leads=[lead], cadence=cadence)
    found = due_list(facts)
    assert found[["kind", "state", "deal_id", "action", "purpose"]].to_numpy().tolist() == [
        ["next step", "overdue", "D4", "Call", ""],
        ["follow-up", "overdue", "D0", "a", ""],
        ["follow-up", "overdue", "D3", "Call", "Feedback"],  # 20 business days after Monday 2 March: 30 March
        ["lead", "overdue", "L1", "E-mail", ""],
        ["follow-up", "today", "D1", "b", ""],
        ["follow-up", "coming", "D2", "c", ""],
    ]
    assert counts(found) == {"overdue": 4, "today": 1, "coming": 1}
