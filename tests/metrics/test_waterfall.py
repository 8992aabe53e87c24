"""The waterfall by hand, line by line, against a naive loop, and its law: nothing ever remains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.lived_team import Row, deal, due, lived, lost, team_book, won
from tests.metrics.small_team import day, facts_of
from xlpipeline.metrics.waterfall import NO_HISTORY, STARTS_NOW, quarter_story, waterfall
from xlpipeline.metrics.waterfall_moves import LINES, Waterfall
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, read_facts

Q2: Final = Period("2026 Q2", day("2026-04-01"), day("2026-07-01"))
T0, T1 = day("2026-04-01"), day("2026-05-15")
RATES: Final = (("USD", "2026-01-01", 0.9), ("USD", "2026-05-01", 0.8), ("GBP", "2026-05-01", 1.2))
A = deal("A", 100)
EARLY, LATE, UNDATED = due(A, "2026-03-20"), due(A, "2026-07-01"), due(A, None)


def fall_of(before: Sequence[Row], after: Sequence[Row], rep: str = "") -> Waterfall:
    return waterfall(_facts(before, T0), _facts(after, T1), Q2, rep=rep)


def _facts(rows: Sequence[Row], on: dt.date) -> Facts:
    return read_facts(team_book(rows, rates=RATES), on)


def told(fall: Waterfall) -> dict[str, float]:
    """Every line that tells something, and opening and closing, in units."""
    lines = {line: amount / 100 for line, n, amount in fall.lines.itertuples(index=False) if n}
    return {"opening": fall.opening / 100, **lines, "closing": fall.closing / 100}


ROWS_OF_THE_TABLE: Final[dict[str, tuple[list[Row], list[Row], dict[str, float]]]] = {
    "absent, open": ([], [A], {"new": 100, "closing": 100}),
    "absent, open outside": ([], [LATE], {}),
    "absent, won": ([], [won(A, "2026-05-02")], {"new": 100, "won": 100}),
    "absent, lost": ([], [lost(A, "2026-05-02")], {"new": 100, "lost": 100}),
    "absent, derailed": ([], [lost(A, "2026-05-02", Stage="No decision")], {"new": 100, "derailed": 100}),
    "absent, won before": ([], [won(A, "2026-03-31")], {}),
    "open after, open": (
        [LATE],
        [due(A, "2026-06-30", Amount=130)],
        {"pulled_in": 100, "increased": 30, "closing": 130},
    ),
    "undated, open": ([UNDATED], [A], {"pulled_in": 100, "closing": 100}),
    "overdue, open": (
        [EARLY],
        [due(A, "2026-04-01", Amount=90)],
        {"carried_over": 100, "decreased": 10, "closing": 90},
    ),
    "won, open": ([won(A, "2026-03-01")], [due(A, "2026-05-30", Amount=70)], {"reopened": 70, "closing": 70}),
    "lost, open": ([lost(A, "2026-04-01")], [A], {"reopened": 100, "closing": 100}),
    "closed, open outside": ([lost(A, "2026-03-01")], [LATE], {}),
    "open, raised": ([A], [A | {"Amount": 150}], {"opening": 100, "increased": 50, "closing": 150}),
    "open, lowered": ([A], [A | {"Amount": None}], {"opening": 100, "decreased": 100, "closing": 0}),
    "open, won": ([A], [won(A, "2026-05-02", Amount=120)], {"opening": 100, "increased": 20, "won": 120}),
    "open, lost": ([A], [lost(A, "2026-05-02", Amount=0)], {"opening": 100, "lost": 100}),
    "open, derailed": ([A], [lost(A, "2026-05-02", Stage="No decision", Amount=0)], {"opening": 100, "derailed": 100}),
    "open, open after": ([A], [due(A, "2026-07-01", Amount=500)], {"opening": 100, "pushed_out": 100}),
    "open, undated": ([A], [UNDATED], {"opening": 100, "pushed_out": 100}),
    "open, open before": ([A], [due(A, "2026-03-31")], {"opening": 100, "pulled_out": 100}),
    "open, gone": ([A], [], {"opening": 100, "deleted": 100}),
    "open, no stage": ([A], [A | {"Stage": "?"}], {"opening": 100, "deleted": 100}),
    "overdue, won": ([EARLY], [won(A, "2026-04-02", Amount=80)], {"carried_over": 100, "decreased": 20, "won": 80}),
    "open after, won": ([LATE], [won(A, "2026-05-02", Amount=80)], {"pulled_in": 100, "decreased": 20, "won": 80}),
    "open after, lost": ([LATE], [lost(A, "2026-05-02")], {}),
    "open, won after": ([A], [won(A, "2026-07-01")], {"opening": 100, "pushed_out": 100}),
    "open, lost before": ([A], [lost(A, "2026-03-31")], {"opening": 100, "pulled_out": 100}),
    "open, won without a date": ([A], [won(A, None), won(deal("Z"), "2026-01-02")], {"opening": 100, "won": 100}),
    "won, still won": ([won(A, "2026-04-01")], [won(A, "2026-04-01", Amount=900)], {}),
    "outside, outside": ([LATE], [due(A, "2026-09-01", Amount=5)], {}),
    "only the spelling of the ID": ([A], [A | {"Deal ID": " a "}], {"opening": 100, "closing": 100}),
}


@pytest.mark.parametrize("case", ROWS_OF_THE_TABLE)
def test_each_row_of_the_definition(case: str) -> None:
    before, after, wanted = ROWS_OF_THE_TABLE[case]
    fall = fall_of(before, after)
    assert told(fall) == {"opening": 0, "closing": 0} | wanted
    assert fall.residual == 0


BOB = {"Owner": "Bob"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "ann", "bob"),
    [
        (A, A | BOB, {"opening": 100, "transferred_out": 100}, {"transferred_in": 100, "closing": 100}),
        (
            A,
            won(A | BOB, "2026-05-02", Amount=150),
            {"opening": 100, "transferred_out": 100},
            {"transferred_in": 100, "increased": 50, "won": 150},
        ),
        (LATE, A | BOB, {}, {"pulled_in": 100, "closing": 100}),
        (A, LATE | BOB, {"opening": 100, "transferred_out": 100}, {"transferred_in": 100, "pushed_out": 100}),
        (won(A, "2026-03-01"), A | BOB, {}, {"reopened": 100, "closing": 100}),
    ],
)
def test_a_deal_that_changes_hands_is_a_transfer_first(
    before: Row, after: Row, ann: dict[str, float], bob: dict[str, float]
) -> None:
    for rep, wanted in (("Ann", ann), ("Bob", bob)):
        fall = fall_of([before], [after], rep)
        assert told(fall) == {"opening": 0, "closing": 0} | wanted
        assert fall.residual == 0
    assert not fall_of([before], [after]).deals("transferred_in", "transferred_out")


def test_what_the_rate_did_stands_apart_from_what_the_rep_did() -> None:
    """1,000 USD at 0.90 become 1,200 USD at 0.80: 180 more by the rep, 120 less by the rate."""
    abroad = deal("A", 1000, Currency="USD")
    fall = fall_of([abroad], [abroad | {"Amount": 1200}])
    assert told(fall) == {"opening": 900, "increased": 180, "exchange_rates": -120, "closing": 960}


def test_a_deal_without_a_rate_is_in_no_sum_and_counted() -> None:
    fall = fall_of([A], [A, deal("B", 70, Currency="GBP"), deal("C", 70, due="2026-08-01", Currency="GBP")])
    assert told(fall) == {"opening": 100, "closing": 100}
    assert fall.left_out == 1


@pytest.mark.slow
def test_the_opening_is_the_latest_snapshot_up_to_the_start_of_the_quarter() -> None:
    refreshes = [("2026-03-09", [A]), ("2026-03-30", [A | {"Amount": 200}]), ("2026-05-15", [A | {"Amount": 300}])]
    marks = [("2026-03-09", "March"), ("2026-03-30", "April"), ("2026-05-15", "Today")]
    story = quarter_story(lived(*refreshes, snapshots=marks))
    assert story.opening is not None
    assert (story.opening.name, story.opening.late) == ("the snapshot April (2026-03-30)", False)
    assert story.team is not None
    assert told(story.team) == {"opening": 200, "increased": 100, "closing": 300}
    earlier = quarter_story(lived(*refreshes, snapshots=marks, waterfall_from=day("2026-03-29")))
    assert earlier.team is not None
    assert told(earlier.team)["opening"] == 100


def test_without_a_snapshot_history_tells_the_opening() -> None:
    story = quarter_story(lived(("2026-03-09", [A]), ("2026-05-15", [won(A, "2026-05-02")])))
    assert story.opening is not None
    assert story.opening.name == "the history of 2026-04-01"
    assert story.team is not None
    assert told(story.team) == {"opening": 100, "won": 100, "closing": 0}


@pytest.mark.slow
@pytest.mark.parametrize(("marks", "name"), [((("2026-04-20", "Late"),), "the snapshot Late (2026-04-20)"), ((), None)])
def test_an_opening_inside_the_quarter_is_said(marks: tuple[tuple[str, str], ...], name: str | None) -> None:
    refreshes = [("2026-04-13", [A]), ("2026-04-20", [A | {"Amount": 200}]), ("2026-05-15", [])]
    refreshes = [(on, [*rows, deal("B")]) for on, rows in refreshes]
    story = quarter_story(lived(*refreshes, snapshots=marks))
    assert story.opening is not None
    assert story.opening.late
    assert story.opening.name == (name or "the first refresh (2026-04-13)")
    assert story.team is not None
    assert story.team.opening == (30_000 if name else 20_000)


def test_on_the_first_day_there_is_nothing_to_compare() -> None:
    assert quarter_story(lived(("2026-05-15", [A]), snapshots=[("2026-05-15", "First")])).reason == STARTS_NOW
    assert quarter_story(facts_of([A])).reason == NO_HISTORY


def test_deals_that_left_without_a_result_are_listed_with_both_dates() -> None:
    before = [A, deal("B", 300), deal("C", 200), deal("D", 50)]
    after = [due(A, "2026-08-01"), won(deal("B"), "2026-05-02"), lost(deal("C", 200), "2026-03-30")]
    gone = quarter_story(lived(("2026-03-09", before), ("2026-05-15", after))).gone
    assert gone["deal_id"].tolist() == ["C", "A", "D"]
    assert gone["line"].tolist() == ["pulled_out", "pushed_out", "deleted"]
    assert gone["opportunity"].tolist() == ["Deal C", "Deal A", "Deal D"]
    assert gone["was"].dt.date.tolist() == [day("2026-05-20")] * 3
    assert [None if pd.isna(d) else d.date() for d in gone["due"]] == [day("2026-03-30"), day("2026-08-01"), None]
    assert gone["amount"].tolist() == [20_000, 10_000, 5_000]


# Against a naive loop --------------------------------------------------------------------------------------------

DATES = st.sampled_from([None, "2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01"]).map(
    lambda d: day(d) if d else None
)
SIDE = st.fixed_dictionaries(
    {
        "Stage": st.sampled_from(["Offer", "Offer", "Offer", "Won", "After sale", "Lost", "No decision", "?"]),
        "Owner": st.sampled_from(["Ann", "Bob", None]),
        "Amount": st.one_of(st.none(), st.integers(0, 10**7).map(lambda cents: cents / 100)),
        "Currency": st.sampled_from(["EUR", "EUR", "USD", "GBP", None]),
        "Expected close": DATES,
        "Actual close": DATES,
    }
)
PAIRS = st.lists(st.tuples(st.one_of(st.none(), SIDE), st.one_of(st.none(), SIDE)), max_size=14)


def naive(before: dict[str, Any], after: dict[str, Any], was: dt.date, now: Facts, rep: str) -> dict[str, Any]:
    """Section 11 read aloud, deal by deal; amounts as they stand in the facts."""
    sums = dict.fromkeys([line for line, _ in LINES], 0.0) | {"opening": 0.0, "closing": 0.0}
    for key in before.keys() | after.keys():
        one, two = before.get(key), after.get(key)
        if one is not None and pd.isna(one["amount"]) and not pd.isna(one["local_amount"]):
            continue
        if two is not None and not pd.isna(two["local_amount"]) and pd.isna(two["amount"]):
            continue
        rate = 1.0
        if two is not None and two["currency"] != "EUR":
            begun = [r for code, start, r in RATES if code == two["currency"] and day(start) <= was]
            if not begun and not pd.isna(two["local_amount"]):
                continue
            rate = begun[-1] if begun else 0.0
        _one_deal(sums, _state(one), _state(two, one, now.as_of), one, two, rate, rep)
    return sums


def _state(row: Any, earlier: Any = None, as_of: dt.date | None = None) -> str:  # noqa: ANN401
    if row is None or row["stage_type"] == "":
        return "absent"
    if row["is_open"]:
        due_on = row["expected_close"]
        return "after" if pd.isna(due_on) or due_on.date() >= Q2.end else "before" if due_on.date() < Q2.start else "in"
    closed = None if pd.isna(row["closed_on"]) else row["closed_on"].date()
    if closed is None and earlier is not None and earlier["is_open"]:
        closed = as_of
    if closed is None or closed >= Q2.end:
        return "closed after"
    if closed < Q2.start:
        return "closed before"
    return {"won": "won", "post": "won", "lost": "lost", "derailed": "derailed"}[row["stage_type"]]


def _one_deal(sums: dict[str, float], was: str, now: str, one: Any, two: Any, rate: float, rep: str) -> None:  # noqa: ANN401, PLR0912, PLR0917
    a0 = 0.0 if one is None or pd.isna(one["amount"]) else one["amount"]
    a1 = 0.0 if two is None or pd.isna(two["amount"]) else two["amount"]
    at0 = 0.0 if two is None or pd.isna(two["local_amount"]) else round(two["local_amount"] * rate * 100)
    had = was != "absent" and (not rep or one["rep"] == rep)
    has = now != "absent" and (not rep or two["rep"] == rep)
    if had and was == "in":
        sums["opening"] += a0
    if has and now == "in":
        sums["closing"] += a1
    if was != "absent" and now != "absent" and had != has:
        if was == "in":
            sums["transferred_in" if has else "transferred_out"] += a0
        if had:
            return
    elif not had and not has:
        return
    change = False
    if was == "absent":
        if now in {"in", "won", "lost", "derailed"}:
            sums["new"] += a1
            if now != "in":
                sums[now] += a1
    elif was in {"before", "after"}:
        if now in {"in", "won"}:
            sums["carried_over" if was == "before" else "pulled_in"] += a0
            change = True
    elif was != "in":
        sums["reopened"] += a1 if now == "in" else 0
    elif now in {"in", "won"}:
        change = True
    else:
        sums[LEFT.get(now, now)] += a0
    if change:
        sums["increased"] += max(at0 - a0, 0)
        sums["decreased"] += max(a0 - at0, 0)
        sums["exchange_rates"] += a1 - at0
        sums["won"] += a1 if now == "won" else 0


LEFT: Final = {
    "after": "pushed_out",
    "closed after": "pushed_out",
    "before": "pulled_out",
    "closed before": "pulled_out",
    "absent": "deleted",
}


def _by_key(facts: Facts) -> dict[str, Any]:
    return {row["deal_id"]: row for row in facts.deals.to_dict("records")}


def the_law_holds(pairs: Sequence[tuple[Row | None, Row | None]]) -> None:
    before = [{"Deal ID": f"D{i}", **one} for i, (one, _) in enumerate(pairs) if one]
    after = [{"Deal ID": f"D{i}", **two} for i, (_, two) in enumerate(pairs) if two]
    then, now = _facts(before, T0), _facts(after, T1)
    falls = {rep: waterfall(then, now, Q2, rep=rep) for rep in ("", "Ann", "Bob", "(no owner)")}
    for rep, fall in falls.items():
        assert fall.residual == 0
        found = dict(zip(fall.lines["line"], fall.lines["amount"], strict=True))
        found |= {"opening": fall.opening, "closing": fall.closing}
        assert found == naive(_by_key(then), _by_key(now), T0, now, rep)
    reps = [fall for rep, fall in falls.items() if rep]
    assert sum(one.opening for one in reps) == falls[""].opening
    assert sum(one.closing for one in reps) == falls[""].closing
    assert sum(one.amount("transferred_in") for one in reps) == sum(one.amount("transferred_out") for one in reps)


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(pairs=PAIRS)
def test_nothing_remains_and_every_line_is_that_of_a_naive_loop(pairs: list[tuple[Row | None, Row | None]]) -> None:
    the_law_holds(pairs)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(pairs=PAIRS)
def test_nothing_remains_over_many_pairs(pairs: list[tuple[Row | None, Row | None]]) -> None:
    the_law_holds(pairs)


def test_order_does_not_matter_and_the_input_stays_as_it_was() -> None:
    before, after = [A, deal("B", 7), deal("C", 9)], [won(A, "2026-05-02"), deal("B", 8), deal("D", 1)]
    then, now = _facts(before, T0), _facts(after, T1)
    frames = then.deals.copy(), now.deals.copy()
    turned = waterfall(replace(then, deals=then.deals.iloc[::-1]), replace(now, deals=now.deals.iloc[::-1]), Q2)
    assert told(turned) == told(waterfall(then, now, Q2))
    pd.testing.assert_frame_equal(then.deals, frames[0])
    pd.testing.assert_frame_equal(now.deals, frames[1])
