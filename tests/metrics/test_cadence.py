"""The next touch of five deals by hand: on both sides of every limit, and a naive walk through the touches."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.logged_team import team
from tests.metrics.small_team import AS_OF, day, in_play, won
from xlpipeline.metrics.cadence import (
    customer_touches,
    lead_touch_columns,
    lead_touches,
    next_touch_columns,
    next_touches,
    read_cadence,
)

CADENCE = (("Offer", 0, "E-mail", "Hello"), ("Offer", 3, "Call", "Ask"), ("Offer", 6, "E-mail", "Again"))


def since(text: str, **cells: object) -> dict[str, object]:
    return in_play() | {"Stage since": day(text), "Created": day("2026-01-02")} | cells


def test_the_first_touch_is_due_on_the_day_of_entry_and_the_next_in_business_days() -> None:
    facts = team([since("2026-03-27"), since("2026-03-27")], [("2026-03-27", "D1", "e-mail")], cadence=CADENCE)
    found = next_touches(facts)
    assert found["due"].dt.date.tolist() == [day("2026-03-27"), day("2026-04-01")]  # Friday; three days later Wednesday
    assert found["channel"].tolist() == ["E-mail", "Call"]
    assert found["days_late"].tolist() == [2, 0]
    assert found[["made", "touches"]].to_numpy().tolist() == [[0, 3], [1, 3]]


def test_the_second_touch_of_a_channel_needs_a_second_activity() -> None:
    log = [("2026-03-27", "D0", "E-mail"), ("2026-03-28", "D0", "Call"), ("2026-03-26", "D0", "E-mail")]
    facts = team([since("2026-03-27")], log, cadence=CADENCE)
    assert next_touches(facts)["purpose"].tolist() == ["Again"]  # what was done before the entry does not count
    done = team([since("2026-03-27")], [*log, ("2026-03-31", "D0", "E-mail")], cadence=CADENCE)
    assert (next_touches(done)["due"].isna().tolist(), next_touches(done)["made"].tolist()) == ([True], [3])


def test_what_is_only_planned_is_not_done() -> None:
    facts = team([since("2026-03-27")], [("2026-04-01", "D0", "E-mail")], cadence=CADENCE)
    assert next_touches(facts)["made"].tolist() == [0]


def test_closed_deals_and_stages_without_a_cadence_have_no_touch() -> None:
    facts = team([won(), since("2026-03-27", Stage="Prospect")], cadence=CADENCE)
    assert next_touches(facts).empty
    assert next_touch_columns(facts).columns["Next touch"].tolist() == [None, None]


def test_rows_that_cannot_be_used_are_left_out() -> None:
    bad = (("Offer", None, "Call"), ("Offer", -1, "Call"), ("Offer", 1.5, "Call"), ("Offer", 1001, "Call"))
    facts = team([since("2026-03-27")], cadence=(*bad, ("", 1, "Call"), ("Offer", 1, ""), ("Offer", 1000, "Call")))
    assert [touch.day for touch in read_cadence(facts.book)["offer"]] == [1000]


def test_new_and_worked_leads_follow_the_first_open_stage() -> None:
    lead = {"Lead ID": "L1", "Lead": "Kim", "Owner": "bob", "Created": day("2026-03-30"), "Status": "working"}
    others = [
        lead | {"Lead ID": "L2", "Status": "disqualified"},
        lead | {"Lead ID": "L3", "Status": "Qualified"},
        lead | {"Lead ID": "L4", "Converted on": day("2026-03-31")},
        lead | {"Lead ID": "L5", "Deal ID": "D0"},
        lead | {"Lead ID": "L6", "Created": None},
        lead | {"Lead ID": "L7", "Created": day("2026-04-01")},
        lead | {"Lead ID": "L8", "Status": None},
    ]
    facts = team([], leads=[lead, *others], cadence=(("Prospect", 1, "Call", "Ask"),))
    found = lead_touches(facts)
    assert found["deal_id"].tolist() == ["L1", "L8"]
    assert found[["rep", "stage"]].iloc[0].tolist() == ["Bob", "Prospect"]
    assert found["due"].dt.date.tolist() == [AS_OF, AS_OF]


def test_leads_get_the_next_touch_in_their_row_and_decided_ones_none() -> None:
    lead = {"Lead": "Kim", "Created": day("2026-03-30"), "Status": "new"}
    rows = [lead | {"Lead ID": "L0", "Status": "disqualified"}, lead | {"Lead ID": "L1"}, lead | {"Lead ID": "L2"}]
    cadence = (("Prospect", 1, "Call", "Ask"),)
    facts = team([], [("2026-03-31", "L2", "Call")], leads=rows, cadence=cadence)
    columns = {head: cells.tolist() for head, cells in lead_touch_columns(facts).items()}
    assert columns == {"Next touch": [None, AS_OF, None], "Next touch by": [None, "Call", None]}


SOLD = (("After sale", 2, "Call", "How is it going?"),)


def customer(since: str | None, **cells: object) -> dict[str, object]:
    told = {"Stage": "After sale", "Stage seen": "After sale", "Stage since": day(since) if since else None}
    return won(closed="2026-03-20", created="2026-01-05") | told | cells


def test_a_customer_follows_the_stage_after_the_sale_from_the_close_on_at_the_earliest() -> None:
    rows = [customer("2026-03-27"), customer("2026-03-10"), customer(None), customer("2026-03-27", Stage="Won")]
    found = customer_touches(team(rows, cadence=SOLD))
    assert found["due"].dt.date.tolist() == [day("2026-03-31"), day("2026-03-24"), day("2026-03-24")]
    assert found["channel"].tolist() == ["Call"] * 3
    assert found["days_late"].tolist() == [0, 5, 5]


def test_a_follow_up_due_goes_before_the_day_of_the_cadence_earlier_or_later() -> None:
    days = ("2026-03-23", "2026-04-20")
    rows = [customer("2026-03-27", **{"Follow-up due": day(one)}) for one in days]
    sold = customer("2026-03-27", Stage="Won", **{"Stage seen": "Won", "Follow-up due": day("2026-03-30")})
    facts = team([*rows, sold], cadence=SOLD)
    assert customer_touches(facts)["due"].dt.date.tolist() == [day(days[0]), day(days[1]), day("2026-03-30")]
    assert next_touch_columns(facts).columns["Next touch"].tolist() == [day(days[0]), day(days[1]), day("2026-03-30")]
    assert next_touch_columns(facts).columns["Next touch by"].tolist() == ["Call", "Call", None]


def test_a_customer_who_was_called_after_the_sale_is_done_with() -> None:
    log = [("2026-03-26", "D0", "Call"), ("2026-03-27", "D1", "Call")]
    found = customer_touches(team([customer("2026-03-27"), customer("2026-03-27")], log, cadence=SOLD))
    assert found["made"].tolist() == [0, 1]  # a call before the stage was entered does not count
    assert found["due"].notna().tolist() == [True, False]


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["Call", "E-mail"])), max_size=5),
    st.lists(st.tuples(st.integers(-3, 8), st.sampled_from(["Call", "e-mail", "Note"])), max_size=6),
)
def test_the_next_touch_is_that_of_a_naive_walk(touches: list[tuple[int, str]], log: list[tuple[int, str]]) -> None:
    entry = day("2026-03-24")
    done = [(entry + dt.timedelta(days=off), kind) for off, kind in log]
    rows = [(when.isoformat(), "D0", kind) for when, kind in done]
    facts = team([since("2026-03-24")], rows, cadence=[("Offer", one, kind) for one, kind in touches])
    left = [kind.casefold() for when, kind in sorted(done) if entry <= when <= AS_OF]
    wanted = None
    for one, kind in sorted(touches, key=lambda touch: touch[0]):
        if kind.casefold() in left:
            left.remove(kind.casefold())
        elif wanted is None:
            wanted = (one, kind)
    found = next_touches(facts)
    if not touches:
        assert found.empty
    elif wanted is None:
        assert pd.isna(found["due"].iloc[0])
    else:
        assert found["channel"].iloc[0] == wanted[1]
        walked, days = entry, wanted[0]
        while days:
            walked += dt.timedelta(days=1)
            days -= walked.weekday() < 5
        assert found["due"].dt.date.iloc[0] == walked
