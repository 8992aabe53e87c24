"""The tab Coverage: its layout, and the cells that five deals give."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import day, facts_of, in_play
from tests.metrics.test_required_coverage import past_year
from tests.tabs.dashboard_laws import (
    CASES,
    EVERY_CASE,
    QUOTAS,
    check_everything,
    check_formulas_are_old,
    choosing,
    five_deals,
    frames_of,
    shown,
)
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.tabs.coverage import TAB
from xlpipeline.tabs.coverage_cards import FILTER
from xlpipeline.tabs.coverage_reps import CHART_ROWS


@pytest.mark.parametrize("case", EVERY_CASE)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


def test_cards_show_the_quarter_of_the_team() -> None:
    changes = TAB.fill(five_deals())
    assert shown(changes, "coverage_quota") == (500, "2026 Q1", "n = 2 · coverage")
    assert shown(changes, "coverage_won")[:2] == (400, "80 % of quota")
    assert shown(changes, "coverage_remaining")[0] == 200
    assert shown(changes, "coverage_remaining_net")[0] == 100
    assert shown(changes, "coverage_to_go") == (3, "G enough: required 3.0 ×", "n = 2 · coverage")
    assert shown(changes, "coverage_weighted_to_go")[0] == pytest.approx(1.1)
    assert shown(changes, "coverage_required")[:2] == (3, "rule of thumb")
    assert shown(changes, "coverage_open")[:2] == (600, "€220 weighted")
    assert shown(changes, "coverage_gross")[0] == pytest.approx(1.2)
    assert shown(changes, "coverage_incl_won")[0] == 2


def test_overdue_and_undated_deals_are_two_amounts_of_their_own() -> None:
    facts = facts_of([in_play(100), in_play(70, "2026-03-30"), in_play(30, None)], quotas=QUOTAS[:1])
    changes = TAB.fill(facts)
    assert shown(changes, "coverage_open")[0] == 100
    assert shown(changes, "coverage_overdue") == (70, "expected close has passed", "n = 1 · coverage")
    assert shown(changes, "coverage_undated") == (30, "no expected close", "n = 1 · coverage")


def test_each_rep_has_a_status_in_letter_and_word() -> None:
    changes = TAB.fill(five_deals())
    by_rep = frames_of(changes)["CoverageByRep"].set_index("Name")
    assert by_rep["Status"].to_dict() == {"Team": "G enough", "Ann": "R short", "Bob": "Q reached"}
    assert by_rep.loc["Ann"].tolist() == [300, 100, 200, 400, 200, 2, 1, pytest.approx(4 / 3), 3, "R short", 0, 0, "–"]
    assert by_rep.loc["Bob", ["To go", "Note"]].tolist() == [NOT_AVAILABLE, "Quota reached"]
    assert changes.names["coverage_says"] == "2026 Q1: 1 of 1 rep with quota left is below the required 3.0 ×."


@pytest.mark.parametrize(
    ("amount", "status"), [(479, "R short"), (480, "A close"), (599, "A close"), (600, "G enough")]
)
def test_the_status_changes_at_the_required_level_and_at_80_percent_of_it(amount: float, status: str) -> None:
    facts = facts_of([in_play(amount)], quotas=(("Ann", "2026-01-01", "2026-03-31", 200),))
    assert frames_of(TAB.fill(facts))["CoverageByRep"].loc[1, "Status"] == status


def test_without_quota_coverage_is_refused_with_the_reason_beside_it() -> None:
    changes = TAB.fill(facts_of([in_play(100)]))
    value, note, _ = shown(changes, "coverage_to_go")
    assert value == "n/a"
    assert note == "There is no quota for 2026 Q1"
    assert frames_of(changes)["CoverageByRep"].loc[0, "To go"] == NOT_AVAILABLE
    assert (
        changes.names["coverage_says"]
        == "No coverage. There is no quota for 2026 Q1; please enter it in Quotas on Team."
    )
    assert frames_of(changes)["CoverageLowest"].to_numpy().tolist() == [["n/a", None, None]]


def test_a_reached_quota_is_said_in_words() -> None:
    changes = TAB.fill(choosing(five_deals(), FILTER, "Bob"))
    assert shown(changes, "coverage_to_go")[:2] == ("reached", "Quota reached")
    assert shown(changes, "coverage_remaining")[0] == 0


@pytest.mark.slow
def test_charts_hold_the_reps_who_need_pipeline_most() -> None:
    names = [f"Rep {number:02}" for number in range(CHART_ROWS + 1)]
    deals = [in_play(100 + 10 * number, Owner=name) for number, name in enumerate(names)]
    quotas = [(name, "2026-01-01", "2026-03-31", 100) for name in names]
    lowest = frames_of(TAB.fill(facts_of(deals, quotas=quotas)))["CoverageLowest"]
    assert lowest["Name"].tolist()[:2] == ["Rep 00 · 1.0 ×", "Rep 01 · 1.1 ×"]
    assert len(lowest) == CHART_ROWS
    assert lowest["To go"].tolist()[:2] == [1, pytest.approx(1.1)]
    frames = frames_of(TAB.fill(five_deals()))
    assert frames["CoverageLowest"].to_numpy().tolist() == [["Ann · 2.0 ×", 2, 3], ["Bob · reached", None, 3]]
    assert frames["CoverageMoney"].to_numpy().tolist() == [["Ann", 100, 200], ["Bob", 300, 0]]


def test_a_bar_ends_at_twice_the_required_level() -> None:
    facts = facts_of([in_play(700)], quotas=(("Ann", "2026-01-01", "2026-03-31", 100),))
    frames = frames_of(TAB.fill(facts))
    assert frames["CoverageLowest"].to_numpy().tolist() == [["Ann · 7.0 ×", 6, 3]]
    assert frames["CoverageByRep"].loc[1, "To go"] == 7


@pytest.mark.slow
def test_past_quarters_stand_behind_the_required_level() -> None:
    changes = TAB.fill(past_year(besides=100))
    assert shown(changes, "coverage_required") == (2, "own 4 past quarters: 2.0–2.0 ×", "n = 4 · required_coverage")
    assert changes.names["coverage_required_says"] == (
        "Required 2.0 × by own past: 25 % of the open amount was won; 50 % of what was won came later. "
        "Single quarters needed 2.0–2.0 ×."
    )
    past = frames_of(changes)["CoveragePast"]
    assert past.loc[0].tolist() == ["2026 Q1", day("2026-01-20"), 4, 400, 100, 0.25, 100, 0.5, 2, "–"]
    check_everything(TAB, past_year)


def test_without_past_quarters_the_rule_of_thumb_says_so() -> None:
    changes = TAB.fill(five_deals())
    assert changes.names["coverage_required_says"] == (
        "Required 3.0 × is a rule of thumb: 0 of the 4 past quarters needed are known."
    )
    assert frames_of(changes)["CoveragePast"].loc[0, "Note"] == (
        "The history does not reach back to this day of the past quarter."
    )
