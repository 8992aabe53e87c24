"""The lived past of a sample team: what its table held on past days, and the history that it left behind."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd
import pytest

from xlpipeline.jobs.demo import lived_events
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp
from xlpipeline.model.replay import replay
from xlpipeline.samples.lived import LivedTeam
from xlpipeline.samples.team_year import SampleTeam, make_team

AS_OF = dt.date(2026, 5, 15)


@cache
def team(deals: int = 40) -> SampleTeam:
    return make_team(5, deals, AS_OF)


@cache
def events(deals: int = 40) -> pd.DataFrame:
    return lived_events(team(deals), LivedTeam(team(deals)))


def told(moves: pd.DataFrame, day: dt.date) -> dict[str, object]:
    """What each deal had last come to hold by a day: the naive loop."""
    return {
        name: to for name, to, on in zip(moves["Deal ID"], moves["To"], moves["On"], strict=True) if on <= day
    }  # the last one stays


@pytest.mark.slow
@pytest.mark.parametrize("days_ago", [1, 40, 200, 365])
def test_the_history_tells_stages_and_closes_of_any_day_as_the_true_moves_do(days_ago: int) -> None:
    day = AS_OF - dt.timedelta(days=days_ago)
    then = replay(read_history(events()), dt.datetime.combine(day, dt.time(23, 59)))
    known = set(team().pipeline["Deal ID"])
    stages = {name: to for name, to in told(team().stage_moves, day).items() if name in known}
    closes = {name: to for name, to in told(team().close_moves, day).items() if name in stages}
    assert then["Stage"].to_dict() == stages
    assert then["Expected close"].dropna().to_dict() == {name: to for name, to in closes.items() if to is not None}


@pytest.mark.slow
def test_the_events_are_those_of_a_refresh_at_the_end_of_every_day() -> None:
    sample, lived = team(7), LivedTeam(team(7))
    types = {stage.name: stage.type for stage in sample.stages}
    changes = lived.changes()
    history, before, rows = read_history(pd.DataFrame(columns=HISTORY.heads, dtype=object)), None, []
    table: dict[int, pd.DataFrame] = {}
    for day in sorted(set(changes.on.tolist())):
        for at in [i for i, on in enumerate(changes.on.tolist()) if on == day]:
            table[int(changes.deal[at])] = lived.rows(changes.deal[at : at + 1], changes.on[at : at + 1])
        moment = dt.datetime.combine(day, dt.time(18))
        pipeline = pd.concat(table.values(), ignore_index=True)
        found = diff(history, pipeline, stage_types=types, stamp=Stamp(before, moment, "", "xlpipeline demo")).events
        history, before = extend(history, found), moment if len(found) else before
        rows.append(found)
    naive = pd.concat(rows, ignore_index=True)
    pd.testing.assert_frame_equal(events(7), naive, check_dtype=False)


@pytest.mark.slow
def test_nothing_is_told_of_the_as_of_day_or_later() -> None:
    assert events()["Not after"].max() < dt.datetime.combine(AS_OF, dt.time())


@pytest.mark.slow
def test_no_stage_is_passed_over_that_was_not_passed_over_in_truth() -> None:
    kinds = events()["Kind"]
    days = {(name, on) for name, on in zip(team().stage_moves["Deal ID"], team().stage_moves["On"], strict=True)}
    moves = events()[(kinds == "stage") | (kinds == "reopened")]
    assert {(name, when.date()) for name, when in zip(moves["Deal ID"], moves["Not after"], strict=True)} <= days


def test_a_deal_is_corrected_once_and_touches_follow_the_activities() -> None:
    changes = events()[events()["Kind"] == "amount"]
    assert len(changes) > 0
    assert not changes["Deal ID"].duplicated().any()
    then = replay(read_history(events()), dt.datetime.combine(dt.date(2026, 4, 1), dt.time(20)))
    for name, touched in then["Last touch"].items():
        done = [day for deal, day in zip(team().activities["Deal ID"], team().activities["Date"], strict=True)
                if deal == name and day <= dt.date(2026, 4, 1)]  # fmt: skip
        assert touched is None or touched in done


def test_a_team_without_a_past_has_no_history() -> None:
    sample = team(40)
    newborn = SampleTeam(**{**vars(sample), "as_of": dt.date(2020, 1, 1)})
    assert lived_events(newborn, LivedTeam(newborn)).empty
