"""The tab Dashboard: its layout, and the cells that five deals give."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.metrics.small_team import facts_of, in_play, won
from tests.tabs.dashboard_laws import (
    CASES,
    check_everything,
    check_formulas_are_old,
    choosing,
    five_deals,
    frames_of,
    shown,
    sure,
)
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.tabs.dashboard import FILTER, TAB


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


def test_the_line_names_team_day_deals_and_data_quality() -> None:
    line = TAB.fill(five_deals(team="EMEA")).names["line_dashboard"]
    assert line == "EMEA · as of 2026-03-31 · 5 opportunities · data quality 100 %"


def test_cards_show_the_team_with_notes_and_n() -> None:
    changes = TAB.fill(sure())
    assert shown(changes, "dashboard_open_pipeline") == (600, "€220 weighted", "n = 2 · open_pipeline")
    assert shown(changes, "dashboard_coverage_to_go") == (3, "2026 Q1 · G enough: required 3.0 ×", "n = 2 · coverage")
    assert shown(changes, "dashboard_win_rate") == (pytest.approx(2 / 3), "95 %: 21–94 %", "n = 3 · win_rate")
    assert shown(changes, "dashboard_average_deal") == (200, "€200 median", "n = 2 · average_deal")
    assert shown(changes, "dashboard_cycle_median") == (15, "mean 15 days", "n = 2 · cycle")
    assert shown(changes, "dashboard_velocity_per_day") == (pytest.approx(80 / 9), "€1 really won", "n = 1 · velocity")


def test_with_too_few_deals_counts_stand_in_place_of_the_rate() -> None:
    changes = TAB.fill(five_deals())
    value, note, n = shown(changes, "dashboard_win_rate")
    assert (value, note, n) == ("2 of 3", "2 of 3 won: too few for a rate", "n = 3 · win_rate")
    assert shown(changes, "dashboard_velocity_per_day")[0] == "n/a"
    team = frames_of(changes)["Scorecard"].iloc[0]
    assert (team["Win rate"], team["95 % interval"], team["Closed deals"]) == (NOT_AVAILABLE, "2 of 3", 3)


def test_cards_follow_the_chosen_rep() -> None:
    changes = TAB.fill(choosing(sure(), FILTER, "bob"))
    assert shown(changes, "dashboard_open_pipeline") == (200, "€20 weighted", "n = 1 · open_pipeline")
    assert shown(changes, "dashboard_coverage_to_go") == ("reached", "Quota reached", "n = 1 · coverage")


def test_cards_show_a_dash_for_somebody_who_is_not_there() -> None:
    changes = TAB.fill(choosing(sure(), FILTER, "Zoe"))
    assert shown(changes, "dashboard_win_rate") == ("–", "–", "–")


def test_open_pipeline_by_stage_has_empty_stages_too() -> None:
    frames = frames_of(TAB.fill(sure()))
    assert frames["OpenByStage"].to_numpy().tolist() == [
        ["Prospect", 1, 200, 20, pytest.approx(1 / 3), 0],
        ["Qualified", 0, 0, 0, 0, 0],
        ["Offer", 1, 400, 200, pytest.approx(2 / 3), 0],
    ]
    assert frames["OpenByStageChart"].to_numpy().tolist() == [
        ["Prospect · 1", 200],
        ["Qualified · 0", 0],
        ["Offer · 1", 400],
    ]


def test_without_amounts_the_chart_shows_numbers_of_deals_and_says_so() -> None:
    changes = TAB.fill(facts_of([in_play(None), in_play(None), in_play(None, Stage="Prospect")]))
    frames = frames_of(changes)
    assert frames["OpenByStage"]["Value"].tolist() == [NOT_AVAILABLE, 0, NOT_AVAILABLE]
    assert frames["OpenByStageChart"]["Value"].tolist() == [1, 0, 2]
    assert changes.names["open_pipeline_says"] == "No open deal has an amount, so bars show the number of deals (3)."


def test_months_stand_beside_the_same_months_of_the_year_before() -> None:
    deals = [
        won(amount=100, created="2025-01-05", closed="2025-03-10"),
        won(amount=150, closed="2026-03-10", created="2026-01-05"),
    ]
    changes = TAB.fill(facts_of(deals))
    months = frames_of(changes)["WonByMonth"]
    assert months["Month"].tolist()[0::11] == ["Apr 25", "Mar 26"]
    assert months.iloc[-1].tolist() == ["Mar 26", 1, 150, 100, 0.5]
    assert months["Year before"].tolist()[:-1] == [None] * 11
    assert changes.names["won_says"] == "€150 won in 12 months."


def test_growth_is_said_when_every_month_has_its_year_before() -> None:
    days = [
        (year, month)
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        if (2024, 4) <= (year, month) <= (2026, 3)
    ]
    deals = [
        won(amount=100 if day < (2025, 4) else 125, created="2024-04-01", closed=dt.date(*day, 15).isoformat())
        for day in days
    ]
    assert TAB.fill(facts_of(deals)).names["won_says"] == "€1.5k won in 12 months, ▲ 25 % on the year before."


def test_the_scorecard_has_the_team_and_every_rep_with_reasons() -> None:
    score = frames_of(TAB.fill(sure()))["Scorecard"]
    assert score.iloc[0].tolist() == [
        "Team", 2, 600, 220, 3, 2, 400, 2, pytest.approx(2 / 3), "21–94 %", 3, 200, 15,
        pytest.approx(80 / 9), pytest.approx(400 / 365), 0, 0, "–",
    ]  # fmt: skip
    assert score["Name"].tolist() == ["Team", "Ann", "Bob"]
    assert score.loc[2, "To go"] == NOT_AVAILABLE
    assert score.loc[2, "Not given"] == "To go: quota reached; 2 more: see Velocity"


def test_a_reason_of_the_whole_team_is_not_repeated_for_each_rep() -> None:
    facts = facts_of([in_play(None, None), in_play(None, None, Owner="Bob")])
    score = frames_of(TAB.fill(facts))["Scorecard"]
    assert "no open deal has an amount" in score.loc[0, "Not given"]
    assert score["Not given"].tolist()[1:] == ["as for the team"] * 2
