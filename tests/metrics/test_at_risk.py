"""Deals at risk: each reason on both sides of its limit."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.metrics import lived_team
from tests.metrics.lived_team import deal, due
from tests.metrics.small_team import Row, day, facts_of, in_play, won
from xlpipeline.metrics.at_risk import at_risk, counted_on


def reasons(*deals: Row) -> list[str]:
    return at_risk(facts_of(list(deals)))["reasons"].tolist()


def test_a_sound_deal_is_not_at_risk() -> None:
    assert reasons(in_play()) == []


@pytest.mark.slow
def test_each_stale_flag_is_a_reason_with_its_size() -> None:
    assert reasons(in_play(closes="2026-03-30")) == ["overdue by 1 day"]
    assert reasons(in_play() | {"Next step": None}) == ["no next step ahead"]
    since = {"Stage since": day("2026-03-23"), "Created": day("2026-03-23"), "Stage": "Qualified"}
    assert reasons(in_play() | since) == ["over the stage's time-bound by 1 business day"]
    assert reasons(in_play() | since | {"Stage since": day("2026-03-24")}) == []
    idle = {name: day("2026-03-01") for name in ("Last touch", "Created", "Stage since")}
    assert reasons(in_play() | idle) == ["idle for 22 business days"]


@pytest.mark.parametrize(("age", "told"), [(10, []), (11, ["11 days old, nine of ten wins took at most 10"])])
def test_older_than_nine_of_ten_wins(age: int, told: list[str]) -> None:
    created = dt.date(2026, 3, 31) - dt.timedelta(days=age)
    assert reasons(*[won()] * 5, in_play(Created=created)) == told


def test_four_wins_are_too_few_to_say_how_old_is_old() -> None:
    assert reasons(*[won()] * 4, in_play(Created=day("2026-01-01"))) == []


@pytest.mark.slow
def test_pushes_and_drops_come_from_history() -> None:
    good: Row = {"Last touch": day("2026-03-20"), "Next step": "Call", "Next step date": day("2026-03-25")}
    first = deal("A", 100, "2026-01-31", **good)
    facts = lived_team.lived(
        ("2026-01-10", [first, deal("B", 100, "2026-03-30", **good)]),
        ("2026-02-01", [due(first, "2026-02-28"), deal("B", 130, "2026-03-30", **good)]),
        ("2026-03-01", [due(first, "2026-03-31"), deal("B", 104, "2026-03-30", **good)]),
        as_of="2026-03-20",
    )
    found = at_risk(facts)
    assert found.set_index("deal_id")["reasons"].to_dict() == {
        "A": "pushed 2 times",
        "B": "amount down 20 % from its highest",
    }
    again = lived_team.lived(
        ("2026-01-10", [first, deal("B", 100, "2026-03-30", **good)]),
        ("2026-02-01", [due(first, "2026-03-31"), deal("B", 81, "2026-03-30", **good)]),
        as_of="2026-03-20",
    )
    assert at_risk(again).empty


def test_deals_of_later_quarters_and_without_a_date_are_not_counted_on() -> None:
    facts = facts_of(
        [in_play(closes="2026-04-01"), in_play(closes=None), in_play(), in_play(closes="2025-12-31"), won()]
    )
    assert counted_on(facts).index.tolist() == [2, 3]


def test_most_reasons_come_first_then_the_largest() -> None:
    worse = in_play(1, closes="2026-03-30") | {"Next step": None}
    found = at_risk(facts_of([in_play(5, closes="2026-03-30"), in_play(9, closes="2026-03-30"), worse]))
    assert found.index.tolist() == [2, 1, 0]
    assert found["reason_n"].tolist() == [2, 1, 1]
    assert found["reasons"].iloc[0] == "overdue by 1 day; no next step ahead"
