"""Slippage by hand: what counts as slipped, how pushes are counted, the curve against a naive loop, refusals."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.metrics.lived_team import Row, deal, due, lived, lost, won
from tests.metrics.small_team import AS_OF, day, facts_of, in_play
from xlpipeline.metrics.slip_base import past_quarters
from xlpipeline.metrics.slippage import NO_BASE, by_quarter, decay, often_pushed, slippage
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.past import book_at
from xlpipeline.model.stints import push_counts
from xlpipeline.model.tracking import history_of

A, B, C, D, E, F, G = (deal(name, 100) for name in "ABCDEFG")
BASE = [A, B, C, D, E, F, G]
"""Seven deals that are due on 20 May 2026; the quarter begins on 1 April."""


def quarter(after: list[Row], on: str = "2026-05-15", before: list[Row] | None = None) -> Facts:
    return lived(("2026-03-30", before or BASE), (on, after), counts_only_below=1)


def outcomes(facts: Facts, rep: str = "") -> dict[str, int]:
    counts = slippage(facts, rep).counts
    return {name: n for name, n, _ in counts.itertuples(index=False) if n}


def test_each_deal_of_the_start_has_one_outcome() -> None:
    after = [
        won(A, "2026-04-30"), lost(B, "2026-05-02"), C, due(D, "2026-07-01"), due(E, "2026-05-14"),
        won(F, "2026-07-02"),
    ]  # fmt: skip
    facts = quarter(after)
    assert outcomes(facts) == {"won": 1, "ended": 1, "in": 1, "pushed out": 1, "overdue": 1, "outside": 1, "deleted": 1}
    found = slippage(facts)
    assert found.slip_rate.value == pytest.approx(4 / 7)
    assert found.slip_value.value == pytest.approx(4 / 7)
    assert (found.base.n, found.base.value) == (7, 70_000)
    assert found.slip_rate.low is not None
    assert found.slip_rate.low < 4 / 7 < (found.slip_rate.high or 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        ("2026-05-14", "overdue"),
        ("2026-05-15", "in"),
        ("2026-06-30", "in"),
        ("2026-07-01", "pushed out"),
        (None, "pushed out"),
    ],
)
def test_a_date_is_in_the_quarter_until_its_last_day_and_overdue_from_the_next(expected: str, outcome: str) -> None:
    assert outcomes(quarter([due(A, expected)], before=[A])) == {outcome: 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expected", "n"), [("2026-03-31", 0), ("2026-04-01", 1), ("2026-06-30", 1), ("2026-07-01", 0), (None, 0)]
)
def test_the_base_is_what_was_due_in_the_quarter(expected: str | None, n: int) -> None:
    found = slippage(quarter([due(A, expected)], before=[due(A, expected)]))
    assert found.base.n == n
    assert (found.slip_rate.reason == NO_BASE) is (n == 0)


def test_value_and_count_differ_where_the_large_ones_slip() -> None:
    before = [deal("A", 900), deal("B", 100)]
    found = slippage(quarter([due(before[0], "2026-08-01", Amount=5), before[1]], before=before))
    assert (found.slip_rate.value, found.slip_value.value) == (0.5, 0.9)


def test_a_deal_that_is_new_since_the_start_is_not_of_the_base() -> None:
    assert slippage(quarter([*BASE, deal("N")])).base.n == 7


def test_the_promise_is_of_the_rep_who_had_the_deal_at_the_start() -> None:
    facts = quarter([due(A, "2026-08-01", Owner="Bob"), B], before=[A, B])
    assert outcomes(facts, "Ann") == {"in": 1, "pushed out": 1}
    assert outcomes(facts, "Bob") == {}


@pytest.mark.parametrize(("n", "given"), [(4, False), (5, True)])
def test_below_five_deals_only_counts_are_shown(n: int, given: bool) -> None:
    facts = lived(("2026-03-30", BASE[:n]), ("2026-05-15", [due(A, "2026-08-01"), *BASE[1:n]]))
    found = slippage(facts).slip_rate
    assert (found.value is not None) is given
    assert found.reason == ("" if given else "1 of 4 slipped: too few for a rate.")


def test_a_history_that_begins_in_the_quarter_gives_no_slip_rate() -> None:
    facts = lived(("2026-04-02", BASE), ("2026-05-15", BASE))
    found = slippage(facts)
    assert found.slip_rate.value is None
    assert found.slip_rate.reason == (
        "History begins on 2026-04-02, after 2026 Q2 had begun; slippage comes with the next quarter."
    )
    assert found.counts.empty
    assert slippage(lived(("2026-04-01", BASE), ("2026-05-15", BASE))).base.n == 7
    assert slippage(facts_of([])).slip_rate.reason == (
        "There is no history yet; slippage comes with the first quarter that it sees begin."
    )


def test_past_quarters_are_judged_at_their_end() -> None:
    after = [won(A, "2026-06-30"), won(B, "2026-07-01"), due(C, "2026-06-15"), lost(D, "2026-04-01"), E, F]
    table = by_quarter(quarter(after, on="2026-07-15"))
    assert table["quarter"].tolist() == ["2026 Q2"]
    assert table[["base_n", "slipped_n"]].to_numpy().tolist() == [[7, 5]]
    assert table["slip_rate"].tolist() == [pytest.approx(5 / 7)]


@pytest.mark.slow
@pytest.mark.parametrize(("closed", "slipped"), [("2026-06-30", 0), ("2026-07-01", 1), (None, 0)])
def test_a_deal_that_ended_in_its_quarter_and_was_reopened_later_has_not_slipped(
    closed: str | None, slipped: int
) -> None:
    """What counts is the end of the quarter; a loss that is dated after it did not end in it."""
    other = won(deal("Z"), "2026-01-02")
    tables = [[A, other], [lost(A, closed), other], [due(A, "2026-09-01"), other]]
    facts = lived(*zip(("2026-03-30", "2026-06-30", "2026-07-10"), tables, strict=True), as_of="2026-07-15")
    assert by_quarter(facts)["slipped_n"].tolist() == [slipped]


def test_a_deal_that_is_reopened_while_the_quarter_runs_is_judged_as_it_is_now() -> None:
    facts = lived(("2026-03-30", [A]), ("2026-04-20", [lost(A, "2026-04-19")]), ("2026-05-04", [A]), as_of="2026-05-15")
    assert outcomes(facts) == {"in": 1}


def test_a_deal_whose_stage_is_no_stage_is_as_good_as_deleted() -> None:
    assert outcomes(quarter([A | {"Stage": "?"}], before=[A])) == {"deleted": 1}


def test_a_deal_won_in_its_quarter_and_taken_out_of_the_table_later_has_not_slipped() -> None:
    facts = lived(("2026-03-30", BASE), ("2026-05-15", [won(A, "2026-05-02"), *BASE[1:]]), ("2026-07-15", BASE[1:]))
    assert by_quarter(facts)["slipped_n"].tolist() == [6]


def test_a_close_without_a_date_is_of_the_quarter_in_which_history_saw_it() -> None:
    other = won(deal("Z"), "2026-01-02")
    seen_then = lived(("2026-03-30", [A, other]), ("2026-06-30", [won(A, None), other]), as_of="2026-07-15")
    seen_late = lived(("2026-03-30", [A, other]), ("2026-07-01", [won(A, None), other]), as_of="2026-07-15")
    assert [by_quarter(facts)["slipped_n"].tolist() for facts in (seen_then, seen_late)] == [[0], [1]]


def test_pushes_are_counted_and_those_within_a_quarter_apart() -> None:
    days = ("2026-04-10", "2026-04-30", "2026-05-30", "2026-07-15", "2026-06-20")
    refreshes = [(f"2026-04-{6 + i:02}", [due(A, on), B]) for i, on in enumerate(days)]
    facts = lived(*refreshes, as_of="2026-05-15", counts_only_below=1)
    found = slippage(facts)
    assert (found.pushes, found.pushes_in_period) == (3, 2)
    assert (found.pushed.value, found.push_days.value) == (0.5, 71)
    often = often_pushed(facts)
    assert often[["deal_id", "pushes", "pushes_in_period", "push_days"]].to_numpy().tolist() == [["A", 3, 2, 71]]


def test_pushes_are_those_of_the_history() -> None:
    """The same as ``push_counts``, which reads the history event by event."""
    days = ["2026-04-10", None, "2026-04-30", "2026-03-30", "2026-07-15"]
    tables = [[due(A, on), due(B, other), C] for on, other in zip(days, [None, None, *days], strict=False)]
    facts = lived(*[(f"2026-04-{6 + i:02}", rows) for i, rows in enumerate(tables)], listed_pushes=1)
    wanted = push_counts(history_of(facts), facts.fiscal)
    found = often_pushed(facts).set_index("deal_id")[["pushes", "pushes_in_period", "push_days"]]
    for name, row in found.iterrows():
        assert row.to_dict() == wanted.loc[str(name).casefold(), list(found.columns)].to_dict()
    assert found["pushes"].to_dict() == {"A": 2, "B": 1}


@pytest.mark.parametrize(("pushes", "listed"), [(1, 0), (2, 1)])
def test_deals_are_listed_from_two_pushes_on(pushes: int, listed: int) -> None:
    days = ("2026-05-20", "2026-05-21", "2026-05-22")[: pushes + 1]
    facts = lived(*[(f"2026-04-{6 + i:02}", [due(A, on)]) for i, on in enumerate(days)])
    assert len(often_pushed(facts)) == listed


def test_stalled_is_over_the_bound_or_without_a_touch() -> None:
    fresh = in_play(100, "2026-06-30")
    idle = fresh | {"Last touch": day("2026-01-05"), "Created": day("2026-01-05")}
    over = fresh | {"Stage": "Qualified", "Stage since": day("2026-03-02"), "Created": day("2026-03-02")}
    facts = facts_of([fresh, fresh, idle, over, over], as_of=AS_OF)
    assert slippage(facts).stalled.value == pytest.approx(3 / 5)


@pytest.mark.slow
def test_the_curve_is_that_of_a_naive_loop_over_the_weeks() -> None:
    refreshes = [
        ("2025-12-29", [deal("X", due="2026-02-01"), deal("Y", due="2026-03-01")]),
        ("2026-01-12", [won(deal("X"), "2026-01-10"), deal("Y", due="2026-03-01")]),
        ("2026-03-30", [*BASE]),
        ("2026-04-06", [won(A, "2026-04-05"), *BASE[1:]]),
        ("2026-04-14", [due(B, "2026-08-01"), *BASE[2:]]),
        ("2026-05-04", [B, lost(C, "2026-05-01"), D, due(E, None), F]),
    ]
    facts = lived(*refreshes, as_of="2026-05-15")
    curve = decay(facts)
    for start, head in ((day("2026-04-01"), "share"), (day("2026-01-01"), "past")):
        known = curve[head].dropna()
        weeks = 7 if head == "share" else 13
        assert len(known) == weeks
        base = naive_still_in(facts, start, start - dt.timedelta(days=1), None)
        for week in range(1, weeks):
            still = naive_still_in(facts, start, start + dt.timedelta(days=7 * week - 1), base)
            assert known.iloc[week] == pytest.approx(len(still) / len(base)), (head, week)
    assert curve["share"].iloc[0] == curve["past"].iloc[0] == 1
    assert (curve["n"].iloc[0], curve["past_n"].iloc[0]) == (7, 2)


def naive_still_in(facts: Facts, start: dt.date, on: dt.date, base: set[str] | None) -> set[str]:
    then = read_facts(book_at(facts.book, history_of(facts), on), on, facts.settings).deals
    quarter_of = facts.fiscal.quarter(start)
    return (
        {
            row["deal_id"]
            for row in then.to_dict("records")
            if row["is_open"]
            and not pd.isna(row["expected_close"])
            and quarter_of.start <= row["expected_close"].date() < quarter_of.end
            and (base is None or row["deal_id"] in base)
        }
        if len(then)
        else set()
    )


def test_fiscal_years_of_their_own_have_their_own_quarters() -> None:
    facts = lived(
        ("2026-01-30", [A]), ("2026-05-15", [due(A, "2026-08-01")]), fiscal_year_start_month=2, counts_only_below=1
    )
    assert slippage(facts).quarter.name == "FY2027 Q2"
    assert [one.name for one in past_quarters(facts)] == ["FY2027 Q1"]
    assert outcomes(facts) == {"pushed out": 1}
