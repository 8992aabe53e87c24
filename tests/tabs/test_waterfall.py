"""The tab Waterfall: its layout, and the cells that a quarter of a few deals gives."""

from __future__ import annotations

import dataclasses
import functools

import pytest

from tests.metrics.lived_team import deal, due, lived, lost, won
from tests.metrics.small_team import day
from tests.tabs.dashboard_laws import (
    CASES,
    check_cells_are_plain,
    check_everything,
    check_formulas_are_old,
    check_same,
    frames_of,
    shown,
)
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import behind
from xlpipeline.tabs.waterfall import TAB
from xlpipeline.tabs.waterfall_lines import CHART, FILTER, LINES_TABLE, SAID

A, B, C, D, E = (deal(name, 100) for name in "ABCDE")
BOB = {"Owner": "Bob"}


@functools.cache
def quarter() -> Facts:
    """Ann: one won, one pushed out (twice in all), one new; Bob: one lost, one that came from Ann."""
    before = [A, B, due(C, "2026-06-01"), D | BOB, E]
    after = [won(A, "2026-05-02"), due(B, "2026-08-01"), lost(D | BOB, "2026-05-03"), E | BOB, deal("N", 40)]
    middle = [A, due(B, "2026-06-30"), due(C, "2026-06-01"), D | BOB, E]
    return lived(
        ("2026-03-30", before), ("2026-04-13", middle), ("2026-05-15", after), snapshots=[("2026-03-30", "April")]
    )


CASES_WITH_A_PAST = CASES | {
    "a quarter": quarter,
    "a first refresh": lambda: lived(("2026-05-15", [A]), snapshots=[("2026-05-15", "")]),
    "a late start": lambda: lived(("2026-04-13", [A, B]), ("2026-05-15", [A])),
    "nothing left": lambda: lived(("2026-03-30", [A]), ("2026-05-15", [])),
    "two years": lambda: lived(
        *[(f"{y}-{m:02}-02", [due(A, f"{y}-{m:02}-28")]) for y in (2024, 2025) for m in range(1, 13)]
    ),
}


TAKE_LONG = {"forty reps", "two years"}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.slow) if case in TAKE_LONG else case for case in CASES_WITH_A_PAST],
)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES_WITH_A_PAST[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)
    check_formulas_are_old(behind.TAB)


def test_one_sentence_says_what_happened() -> None:
    names = TAB.fill(quarter()).names
    assert names["waterfall_says"] == (
        "2026 Q2 since the snapshot April (2026-03-30): €500 became €140; €40 came in, €100 was won, €100 was lost or "
        "came to no decision and €200 left the quarter without a result."
    )
    assert names["slip_says"] == "2 of the 5 deals that 2026 Q2 began with have slipped so far (40 %)."
    assert names["decay_says"] == "After 6 weeks 100 % of 5 deals is still open in the quarter."


def test_cards_show_the_team() -> None:
    changes = TAB.fill(quarter())
    assert shown(changes, "waterfall_opening") == (500, "on 2026-03-30", "n = 5 · waterfall")
    assert shown(changes, "waterfall_in") == (40, "€40 of it new", "n = 1 · waterfall")
    assert shown(changes, "waterfall_out") == (200, "€100 of it pushed out", "n = 2 · waterfall")
    assert shown(changes, "waterfall_closing") == (140, "on 2026-05-15 (-72 % on opening)", "n = 2 · waterfall")
    assert shown(changes, "slip_rate")[0] == pytest.approx(0.4)
    assert shown(changes, "slip_out") == (100, "€0 of it overdue", "n = 1 · slippage")
    assert shown(changes, "slip_pushed") == ("1 of 3", "1 of 3 put off: too few for a rate", "n = 3 · slippage")
    assert shown(changes, "slip_days")[:2] == (73, "1 deal put off")


def choosing(facts: Facts, name: str) -> Facts:
    return dataclasses.replace(facts, book=Book(facts.book.tables, {FILTER: name}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Team", {"Opening": 500, "+ New": 40, "− Won": 100, "− Lost": 100, "− Pushed out": 100, "− Deleted": 100,
                  "Closing": 140}),
        ("ann", {"Opening": 400, "+ New": 40, "− Won": 100, "− Pushed out": 100, "− Transferred out": 100,
                 "− Deleted": 100, "Closing": 40}),
        ("Bob", {"Opening": 100, "+ Transferred in": 100, "− Lost": 100, "Closing": 100}),
    ],
)  # fmt: skip
def test_the_lines_follow_the_chosen_name(name: str, lines: dict[str, float]) -> None:
    frame = frames_of(TAB.fill(choosing(quarter(), name)))[LINES_TABLE.name]
    assert frame["Line"].tolist() == [label for label, _ in SAID.values()]
    assert {line: amount for line, amount in zip(frame["Line"], frame["Amount"], strict=True) if amount} == lines


def test_a_name_that_is_nobodys_shows_dashes() -> None:
    changes = TAB.fill(choosing(quarter(), "Zoe"))
    assert set(frames_of(changes)[LINES_TABLE.name]["Amount"]) == {"–"}
    assert shown(changes, "waterfall_opening")[0] == "–"
    check_cells_are_plain(changes)


def test_the_chart_leads_from_opening_to_closing() -> None:
    chart = frames_of(TAB.fill(quarter()))[CHART.name]
    assert chart["Label"].tolist() == [
        "Opening €500", "New +€40", "Came in €0", "Amounts €0", "Won −€100", "Lost, no decision −€100",
        "Pushed or pulled out −€100", "Gone −€100", "Closing €140",
    ]  # fmt: skip
    assert chart["Base"].tolist() == [0, 500, 540, 540, 440, 340, 240, 140, 0]
    assert chart["Open"].tolist() == [500, 0, 0, 0, 0, 0, 0, 0, 140]
    assert chart[["In", "Won", "Out"]].sum().tolist() == [40, 100, 300]


def test_deals_without_a_result_and_deals_pushed_twice_are_listed() -> None:
    frames = frames_of(TAB.fill(quarter()))
    gone = frames["WaterfallGone"]
    assert gone[["Deal ID", "What"]].to_numpy().tolist() == [["B", "Pushed out"], ["C", "Deleted"]]
    assert gone["Now due"].tolist() == [day("2026-08-01"), None]
    often = frames["OftenPushed"]
    assert often.loc[0].tolist() == ["B", 2, 1, 73, day("2026-08-01"), 100, "Ann", "Deal B"]


def test_without_a_past_it_says_what_to_do() -> None:
    changes = TAB.fill(CASES_WITH_A_PAST["a first refresh"]())
    assert str(changes.names["waterfall_says"]).startswith(
        "Nothing to compare yet. History begins today; please look again"
    )
    assert shown(changes, "waterfall_opening")[:2] == ("n/a", "History begins today")


def test_the_order_of_rows_changes_nothing() -> None:
    facts = quarter()
    check_same(TAB.fill(quarter()), TAB.fill(facts.only(facts.deals.iloc[::-1])))
