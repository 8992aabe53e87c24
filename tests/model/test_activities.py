"""The log of activities: how it is read, and that it counts as a touch (definitions, section 14)."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.metrics.logged_team import team
from tests.metrics.small_team import AS_OF, day, in_play
from xlpipeline.model.activities import activity_log, last_activity
from xlpipeline.model.computed import idle_days, stale_flags

OLD = {"Created": day("2026-01-05"), "Last touch": day("2026-01-05")}


def test_an_activity_is_a_touch_and_the_deal_is_idle_no_more() -> None:
    facts = team([in_play() | OLD, in_play() | OLD], [("2026-03-30", "d1", "Note")])
    assert idle_days(facts).tolist() == [61, 61]
    known, change = last_activity(facts)
    assert idle_days(known).tolist() == [61, 1]
    assert stale_flags(known)["I"].tolist() == [True, False]
    assert change.columns["Last activity"].tolist() == [None, day("2026-03-30")]


def test_what_is_planned_is_no_touch_yet_and_today_is() -> None:
    facts = team([in_play(), in_play()], [("2026-04-01", "D0", "Call"), ("2026-03-31", "D1", "Call")])
    assert last_activity(facts)[1].columns["Last activity"].tolist() == [None, AS_OF]


def test_of_several_the_latest_counts_whatever_their_order() -> None:
    facts = team([in_play()], [("2026-03-20", "D0", "Call"), ("2026-03-10", "D0", "Call")])
    assert last_activity(facts)[1].columns["Last activity"].tolist() == [day("2026-03-20")]


def test_a_workbook_without_the_column_stays_as_it_is() -> None:
    facts = team([in_play() | OLD], [("2026-03-30", "D0", "Call")])
    del facts.book.tables["Pipeline"].frame["Last activity"]
    known, change = last_activity(facts)
    assert (idle_days(known).tolist(), dict(change.columns)) == ([61], {})


def test_the_log_keeps_its_rows_in_order_of_days_with_types_in_one_spelling() -> None:
    log = activity_log(team([in_play()], [("2026-03-20", "D0", "CALL"), ("2026-03-10", "D0", "call", "ANN")]))
    assert log.index.tolist() == [1, 0]
    assert log["type"].tolist() == ["Call", "Call"]
    assert log["by"].tolist() == ["Ann", ""]
    assert log["day"].is_monotonic_increasing
    assert pd.api.types.is_datetime64_any_dtype(log["day"])


LEAD = {"Lead ID": "L1", "Deal ID": "D0", "Converted on": day("2026-03-25")}


def test_what_was_logged_for_a_lead_is_a_touch_of_the_deal_it_became() -> None:
    facts = team([in_play() | OLD, in_play() | OLD], [("2026-03-30", " l1 ", "Call")], leads=[LEAD])
    assert last_activity(facts)[1].columns["Last activity"].tolist() == [day("2026-03-30"), None]
    log = activity_log(facts)
    assert (log["key"].tolist(), log["logged_as"].tolist()) == (["d0"], ["l1"])


@pytest.mark.parametrize(
    "lead",
    [
        {"Deal ID": None},  # a lead as yet
        {"Converted on": day("2026-04-01")},  # not yet, at the as-of date
        {"Deal ID": "D9"},  # no such deal
    ],
)
def test_until_there_is_a_deal_it_stays_the_leads(lead: dict[str, object]) -> None:
    assert activity_log(team([in_play()], [("2026-03-30", "L1", "Call")], leads=[LEAD | lead]))["key"].tolist() == [
        "l1"
    ]


def test_a_deal_of_the_same_id_keeps_its_own() -> None:
    lead = LEAD | {"Lead ID": "D1"}
    log = activity_log(team([in_play(), in_play()], [("2026-03-30", "D1", "Call")], leads=[lead]))
    assert log["key"].tolist() == ["d1"]
