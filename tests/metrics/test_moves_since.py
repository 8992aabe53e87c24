"""What moved since a moment: every kind of move by hand; nothing twice, and nothing that stands still."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.lived_team import deal, due, lived, lost, won
from tests.metrics.small_team import facts_of, in_play
from xlpipeline.metrics.moves_since import moves_since
from xlpipeline.model.facts import Facts

PRICE = {"Lost reason": "Price"}
SINCE = dt.datetime(2026, 5, 4, 12)  # noqa: DTZ001 - in the workbook's zone


def told(facts: Facts, since: dt.datetime = SINCE) -> list[tuple[str, str, str]]:
    found = moves_since(facts, since)
    return list(zip(found["deal_id"], found["kind"], found["what"], strict=True))


def after(before: dict[str, object], now: dict[str, object] | None) -> list[tuple[str, str, str]]:
    """The moves of one deal between a refresh on the day of the review and one a week later."""
    return told(lived(("2026-05-04", [before]), ("2026-05-11", [now] if now else [deal("D9")]), as_of="2026-05-11"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("now", "kind", "what"),
    [
        (deal("D1", Stage="Won") | {"Actual close": dt.date(2026, 5, 6)}, "won", "won on 2026-05-06"),
        (deal("D1", Stage="Lost") | {"Lost reason": "Price "}, "lost", "Offer → Lost; reason: Price"),
        (deal("D1", Stage="No decision"), "lost", "Offer → No decision"),
        (deal("D1", Stage="Qualified"), "moved", "Offer → Qualified"),
        (deal("D1", due="2026-05-21"), "moved", "put off by 1 day to 2026-05-21"),
        (deal("D1", due="2026-05-10"), "moved", "pulled in by 10 days to 2026-05-10"),
        (deal("D1", due=None), "moved", "expected close taken out"),
        (deal("D1", 150), "moved", "amount 100 → 150 (+50 %)"),
        (deal("D1", None), "moved", "amount taken out"),
        (deal("D1", Owner="Bob"), "moved", "handed over by Ann"),
        (deal("D1", 50, Stage="Qualified"), "moved", "Offer → Qualified; amount 100 → 50 (-50 %)"),
    ],
)
def test_a_move_in_words(now: dict[str, object], kind: str, what: str) -> None:
    assert after(deal("D1"), now) == [("D1", kind, what)]


def test_what_stands_still_is_not_told() -> None:
    assert after(deal("D1"), deal("D1", Notes="A note") | {"Next step": "Call"}) == []


def test_a_date_and_an_amount_may_be_set_for_the_first_time() -> None:
    assert after(deal("D1", None, None), deal("D1")) == [
        ("D1", "moved", "expected close set to 2026-05-20; amount set to 100")
    ]


def test_a_deleted_row_of_an_open_deal_is_gone_and_a_new_one_is_new() -> None:
    assert after(deal("D1"), None) == [("D1", "gone", "its row was deleted"), ("D9", "new", "new in Offer")]
    assert after(lost(deal("D1"), "2026-05-01"), None) == [("D9", "new", "new in Offer")]


def test_a_closed_deal_that_is_new_in_the_table_says_when_it_closed_and_only_news_is_a_win() -> None:
    rows = (
        (won(deal("D2"), "2026-05-03"), "new", "entered late: won on 2026-05-03"),
        (won(deal("D3"), "2026-05-04"), "won", "won on 2026-05-04"),  # on the day of the review it may be after it
        (won(deal("D4"), None), "won", "won"),
        (lost(deal("D5"), "2026-05-03", **PRICE), "lost", "entered late: lost on 2026-05-03; reason: Price"),
        (lost(deal("D6"), "2026-05-06", **PRICE), "lost", "lost on 2026-05-06; reason: Price"),
        (lost(deal("D7"), "2026-05-06", Stage="No decision"), "lost", "ended in No decision on 2026-05-06"),
    )
    old = deal("D1")
    facts = lived(("2026-05-04", [old]), ("2026-05-11", [old, *(row for row, _, _ in rows)]), as_of="2026-05-11")
    assert told(facts) == [(row["Deal ID"], kind, what) for row, kind, what in rows]


def test_an_open_deal_of_the_last_review_that_was_won_before_it_is_news() -> None:
    assert after(deal("D1"), won(deal("D1"), "2026-04-20")) == [("D1", "won", "won on 2026-04-20")]


def test_every_stage_between_is_told_and_how_often_a_date_was_put_off() -> None:
    one = deal("D1")
    days = (
        ("2026-05-04", [one]),
        ("2026-05-05", [due(one, "2026-05-25") | {"Stage": "Qualified"}]),
        ("2026-05-06", [due(one, "2026-06-01")]),
    )
    facts = lived(*days, as_of="2026-05-06")
    assert told(facts) == [("D1", "moved", "Offer → Qualified → Offer; put off by 12 days to 2026-06-01, 2 times")]


def test_a_move_before_the_review_does_not_count_and_one_after_it_does() -> None:
    days = (("2026-05-01", [deal("D1", Stage="Qualified")]), ("2026-05-04", [deal("D1")]))
    facts = lived(*days, as_of="2026-05-04")  # refreshes are at 08:00
    assert told(facts, dt.datetime(2026, 5, 4, 8)) == []  # noqa: DTZ001
    assert told(facts, dt.datetime(2026, 5, 4, 7, 59)) == [("D1", "moved", "Qualified → Offer")]  # noqa: DTZ001


def test_the_first_refresh_is_the_beginning() -> None:
    facts = lived(("2026-05-04", [deal("D1"), won(deal("D2"), "2026-05-01")]), as_of="2026-05-04")
    assert told(facts, dt.datetime(2026, 1, 1)) == []  # noqa: DTZ001
    assert moves_since(facts_of([in_play()]), SINCE).empty


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["Prospect", "Qualified", "Offer", "Won", "Lost", "gone"]), min_size=1, max_size=6))
def test_each_deal_is_told_at_most_once_and_all_that_differ_are(stages: list[str]) -> None:
    before = [deal(f"D{n}", 100 + n) for n in range(len(stages))]
    now = [row | {"Stage": stage} for row, stage in zip(before, stages, strict=True) if stage != "gone"]
    facts = lived(("2026-05-04", before), ("2026-05-06", [*now, deal("X")]), as_of="2026-05-06")
    found = [name for name, _, _ in told(facts)]
    assert len(found) == len(set(found))
    assert set(found) == {f"D{n}" for n, stage in enumerate(stages) if stage != "Offer"} | {"X"}
