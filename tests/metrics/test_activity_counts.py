"""Activities per rep and week: Tuesday 2026-03-31 lies in the week of Monday the 30th."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.logged_team import Log, team
from tests.metrics.small_team import AS_OF, in_play
from xlpipeline.metrics.activity_counts import by_rep, per_week, team_weeks, week_start
from xlpipeline.model.activities import kind_by_name

DEALS = [in_play(), in_play(Owner="Bob")]


def test_a_week_begins_on_monday() -> None:
    assert week_start(dt.date(2026, 3, 30)) == week_start(dt.date(2026, 4, 5)) == dt.date(2026, 3, 30)
    assert week_start(dt.date(2026, 3, 29)) == dt.date(2026, 3, 23)


def test_sunday_belongs_to_last_week_and_tomorrow_is_only_planned() -> None:
    log = [("2026-03-29", "D0", "Call"), ("2026-03-30", "D0", "Call"), ("2026-03-31", "D0", "Meeting")]
    weeks = team_weeks(team(DEALS, [*log, ("2026-04-01", "D0", "Meeting")]), 2)
    assert weeks["week"].tolist() == [dt.date(2026, 3, 23), dt.date(2026, 3, 30)]
    assert weeks[["call", "meeting", "total"]].to_numpy().tolist() == [[1, 0, 1], [1, 1, 2]]


def test_who_did_it_counts_and_without_a_name_the_owner() -> None:
    log: Log = [("2026-03-30", "D0", "Call", "bob"), ("2026-03-30", "D1", "Call"), ("2026-03-30", "X9", "Call")]
    found = by_rep(team(DEALS, log)).set_index("rep")["this_week"]
    assert found.to_dict() == {"Ann": 0, "Bob": 2, "(no owner)": 1}


def test_the_mean_is_of_four_full_weeks_and_meetings_ahead_stand_apart() -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-29", "2026-03-30"]
    found = by_rep(team(DEALS, [*((one, "D0", "Call") for one in days), ("2026-04-07", "D0", "Meeting")])).iloc[0]
    assert (found["this_week"], found["last_week"], found["total"], found["ahead"]) == (1, 1, 2 / 4, 1)


def test_a_type_counts_as_its_table_says_and_else_by_its_name() -> None:
    types = (("Tea", "meeting"), ("Phone call", None), ("Odd", "nonsense"))
    log = [("2026-03-30", "D0", name) for name in ("TEA", "Phone call", "Odd", "Offer sent")]
    found = team_weeks(team(DEALS, log, types=types), 1).iloc[0]
    assert found[["meeting", "call", "other", "proposal"]].tolist() == [1, 1, 1, 1]
    assert [kind_by_name(name) for name in ("Email", "Demo", "Value touch by mail", "?")] == [
        "e-mail",
        "meeting",
        "value touch",
        "other",
    ]


def test_rows_without_a_day_or_type_count_nowhere() -> None:
    facts = team(DEALS, [("2026-03-30", "D0", ""), ("2026-03-30", "D0", "Call")])
    assert team_weeks(facts, 1)["total"].tolist() == [1]


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(-40, 10), st.sampled_from(["D0", "D1", "X"])), max_size=20))
def test_counts_are_those_of_a_naive_loop(given_log: list[tuple[int, str]]) -> None:
    log = [((AS_OF + dt.timedelta(days=off)).isoformat(), deal, "Call") for off, deal in given_log]
    table = per_week(team(DEALS, log), 5)
    owner = {"D0": "Ann", "D1": "Bob", "X": "(no owner)"}
    wanted: Counter[tuple[str, dt.date]] = Counter()
    for off, deal in given_log:
        when = AS_OF + dt.timedelta(days=off)
        if off <= 0 and when >= dt.date(2026, 3, 2):
            wanted[owner[deal], when - dt.timedelta(days=when.weekday())] += 1
    found = {(row["rep"], row["week"]): row["total"] for row in table.to_dict("records") if row["total"]}
    assert found == dict(wanted)
