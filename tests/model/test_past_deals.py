"""The deals at any past moment: the same as the table was then, and as replaying the whole book gives."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.lived_team import Row, deal, lived, team_book
from tests.metrics.small_team import day, facts_of
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.past import book_at, book_at_moment, end_of
from xlpipeline.model.past_deals import deals_at, deals_now, first_told, past_deals, snapshots, start_of
from xlpipeline.model.tracking import history_of

DAYS: Final = ("2026-03-02", "2026-03-09", "2026-04-06", "2026-05-11")
RATES: Final = (("USD", "2026-01-01", 0.9), ("USD", "2026-04-01", 0.8))
CELLS = st.fixed_dictionaries(
    {
        "Opportunity": st.sampled_from(["Pump", "=1+1"]),
        "Stage": st.sampled_from(["Offer", "offer", "Won", "Lost", "No decision", "?", None]),
        "Owner": st.sampled_from(["Ann", " ann", "zoe", "Zoe", None]),
        "Amount": st.sampled_from([None, 0.0, 100.0, 12.34, "many"]),
        "Currency": st.sampled_from(["EUR", "usd", "GBP", None]),
        "Expected close": st.sampled_from([None, day("2026-03-31"), day("2026-06-30"), "soon"]),
        "Actual close": st.sampled_from([None, day("2026-03-05"), day("2026-04-03")]),
    }
)
TABLES = st.lists(st.dictionaries(st.sampled_from(["D1", "D2", "D3", "D4"]), CELLS, max_size=4), min_size=4, max_size=4)


def rows_of(table: dict[str, Row]) -> list[Row]:
    return [{"Deal ID": name, **cells} for name, cells in table.items()]


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    plain = [frame.sort_index().astype(object).where(frame.sort_index().notna(), None) for frame in (left, right)]
    assert plain[0].to_dict("index") == plain[1].to_dict("index")


def deals_are_those_of_the_table_then(tables: list[dict[str, Row]]) -> None:
    refreshes = [(on, rows_of(table)) for on, table in zip(DAYS, tables, strict=True)]
    facts = lived(*refreshes, rates=RATES, reps=("Ann",))
    for on in DAYS:
        then = read_facts(book_at(facts.book, history_of(facts), day(on)), day(on), facts.settings)
        found = deals_at(facts, end_of(day(on)), day(on))
        known = deals_now(then)
        same(found.drop(columns="rep"), known.drop(columns="rep"))
        now = set(facts.rep_names())
        assert {name for name in found["rep"] if name.casefold() in {n.casefold() for n in now}} <= now


@pytest.mark.slow
@settings(max_examples=2, deadline=None)
@given(tables=TABLES)
def test_deals_of_a_moment_are_those_of_the_table_at_that_moment(tables: list[dict[str, Row]]) -> None:
    deals_are_those_of_the_table_then(tables)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(tables=TABLES)
def test_deals_of_a_moment_are_those_of_the_table_at_that_moment_over_many(tables: list[dict[str, Row]]) -> None:
    deals_are_those_of_the_table_then(tables)


def test_between_two_refreshes_holds_what_the_earlier_one_saw() -> None:
    facts = lived(("2026-03-02", [deal("A", 1)]), ("2026-03-09", [deal("A", 2), deal("B", 3)]))
    amounts = {}
    for moment in ("2026-03-01T23:00", "2026-03-02T08:00", "2026-03-09T07:59:59", "2026-03-09T08:00"):
        found = deals_at(facts, dt.datetime.fromisoformat(moment), day("2026-03-09"))
        amounts[moment] = {str(key): amount / 100 for key, amount in found["amount"].items()}
    assert list(amounts.values()) == [{}, {"a": 1}, {"a": 1}, {"a": 2, "b": 3}]
    book = book_at_moment(facts.book, history_of(facts), dt.datetime(2026, 3, 9, 7, 59))  # noqa: DTZ001
    assert book.frame("Pipeline")["Amount"].tolist() == [1.0, None]


@pytest.mark.slow
def test_a_deleted_deal_is_gone_and_can_be_asked_as_it_last_was() -> None:
    facts = lived(
        ("2026-03-02", [deal("A", 1), deal("B")]),
        ("2026-03-09", [deal("A", 2), deal("B")]),
        ("2026-03-16", [deal("B")]),
    )
    now = end_of(day("2026-03-16"))
    assert deals_at(facts, now, day("2026-03-16")).index.tolist() == ["b"]
    assert deals_at(facts, now, day("2026-03-16"), buried=True)["amount"].tolist() == [200, 10_000]
    assert past_deals(facts).alive([end_of(day("2026-03-09")), now], ["a"]).tolist() == [[True, False]]
    assert past_deals(facts).held("Amount", [now], ["nobody"]).tolist() != [[2.0]]


def test_open_deals_take_the_rate_of_the_day_and_closed_ones_that_of_their_close() -> None:
    abroad: Row = {"Currency": "USD", "Amount": 100.0}
    closed = deal("B", **abroad) | {"Stage": "Won", "Actual close": day("2026-03-01")}
    facts = lived(("2026-03-02", [deal("A", **abroad), closed]), rates=RATES)
    assert deals_at(facts, end_of(day("2026-03-02")), day("2026-04-05"))["amount"].tolist() == [8_000, 9_000]


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("2026-03-01", None),
        ("2026-03-02", "2026-03-02T08:00:00"),
        ("2026-03-03", "2026-03-02T23:59:59"),
        ("2026-04-01", "2026-03-31T23:59:59"),
    ],
)
def test_a_period_begins_with_what_was_there_the_evening_before(start: str, moment: str | None) -> None:
    facts = lived(("2026-03-02", [deal("A")]), ("2026-04-06", [deal("A")]))
    found = start_of(facts, day(start))
    assert (None if found is None else found.isoformat()) == moment
    assert first_told(facts) == dt.datetime(2026, 3, 2, 8)  # noqa: DTZ001 - cells know no time zone


def test_without_history_nothing_began() -> None:
    facts = facts_of([])
    assert (start_of(facts, day("2026-01-01")), first_told(facts), snapshots(facts)) == (None, None, ())
    assert deals_at(facts, end_of(day("2026-01-01")), day("2026-01-01")).empty


def test_snapshots_are_listed_up_to_the_as_of_date() -> None:
    marks = (("2026-04-06", ""), ("2026-03-02", "March"), ("2026-05-11", "May"))
    facts = lived(*((on, [deal("A")]) for on in DAYS), snapshots=marks, as_of="2026-05-01")
    assert [(mark.name, mark.day.isoformat()) for mark in snapshots(facts)] == [
        ("the snapshot March (2026-03-02)", "2026-03-02"),
        ("the snapshot taken (2026-04-06)", "2026-04-06"),
    ]


def test_reps_are_spelled_as_they_are_now() -> None:
    facts = lived(
        ("2026-03-02", [deal("A", Owner="ZOE "), deal("B", Owner="ANN")]), ("2026-03-09", [deal("A", Owner="zoe")])
    )
    then = deals_at(facts, end_of(day("2026-03-02")), day("2026-03-02"))
    assert then["rep"].tolist() == ["zoe", "Ann"]
    alone = facts.of_owner("Ann")
    assert deals_at(alone, end_of(day("2026-03-02")), day("2026-03-02"))["rep"].tolist() == ["zoe", "Ann"]


def test_of_two_rows_with_one_id_the_first_counts() -> None:
    facts: Facts = read_facts(team_book([deal("A", 1), deal(" a", 2), deal("", 3)]), day("2026-03-02"))
    assert deals_now(facts)["amount"].tolist() == [100]
