"""The tab Dashboard: its layout, and the cells that five deals give."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from tests.metrics.lived_team import deal, lived, lost
from tests.metrics.lived_team import won as won_later
from tests.metrics.small_team import day, facts_of, in_play, won
from tests.tabs.dashboard_laws import (
    CASES,
    EVERY_CASE,
    check_everything,
    check_formulas_are_old,
    choosing,
    five_deals,
    frames_of,
    shown,
    sure,
)
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.dashboard import TAB
from xlpipeline.tabs.dashboard_cards import FILTER


@pytest.mark.parametrize("case", EVERY_CASE)
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


@functools.cache
def a_year(*, begun: str = "2025-01-05") -> Facts:
    """Five of ten won in the first quarter, all five of the second; 300 open at its start, 400 now."""
    first = [deal(f"W{i}", 100, Created=day(begun)) for i in range(10)]
    older = [(won_later if i < 5 else lost)(one, "2026-02-10") for i, one in enumerate(first)]
    newer = [deal(f"N{i}", 300, Created=day("2026-03-01")) for i in range(5)]
    stock = deal("S", 300, "2026-09-01")
    closed = [won_later(one, "2026-05-02", Amount=400) for one in newer]
    return lived(
        ("2026-01-30", [*first, stock]),
        ("2026-03-30", [*older, stock]),
        ("2026-05-15", [*older, *closed, stock | {"Amount": 400}]),
        window_quarters=2,
    )


@pytest.mark.slow
def test_cards_say_which_way_figures_have_gone_since_the_last_quarter() -> None:
    changes = TAB.fill(a_year())
    assert str(shown(changes, "dashboard_open_pipeline")[1]).endswith(", ▲ 33 % on 2026 Q1")
    assert shown(changes, "dashboard_win_rate")[:2] == (pytest.approx(10 / 15), "95 %: 42–85 %, ▲ 17 points on 2026 Q1")
    assert shown(changes, "dashboard_average_deal")[:2] == (250, "€250 median, ▲ 150 % on 2026 Q1")
    assert str(shown(changes, "dashboard_cycle_median")[1]).endswith(" days on 2026 Q1")
    assert changes.names["dashboard_says"] == ("2026 Q2: €2.0k won, its open pipeline went from €0 to €0.")


@pytest.mark.slow
def test_a_rep_who_had_nothing_then_has_no_direction_of_open_pipeline() -> None:
    changes = TAB.fill(choosing(a_year(), FILTER, "Bob"))
    assert "Q1" not in str(shown(changes, "dashboard_open_pipeline")[1])


@pytest.mark.slow
@pytest.mark.parametrize(("begun", "told"), [("2025-10-01", True), ("2025-10-02", False)])
def test_rates_have_no_direction_where_the_data_begin_within_the_window_before(begun: str, told: bool) -> None:
    note = shown(TAB.fill(a_year(begun=begun)), "dashboard_win_rate")[1]
    assert ("2026 Q1" in str(note)) is told


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


@pytest.mark.slow
@pytest.mark.parametrize(("first", "growth"), [("2024-03-01", 0.5), ("2024-03-02", None)])
def test_months_stand_beside_the_same_months_of_the_year_before(first: str, growth: float | None) -> None:
    deals = [
        won(amount=100, created=first, closed="2025-03-10"),
        won(amount=150, closed="2026-03-10", created="2026-01-05"),
    ]
    changes = TAB.fill(facts_of(deals))
    months = frames_of(changes)["WonByMonth"]
    assert months["Month"].tolist()[0::11] == ["Apr 25", "Mar 26"]
    assert months.iloc[-1].tolist() == ["Mar 26", 1, 150, 100, growth]
    assert months["Year before"].tolist()[:-1] == [None] * 11
    assert changes.names["won_says"] == "€150 won in 12 months."


@pytest.mark.slow
@pytest.mark.parametrize(("first", "growth"), [("2023-04-01", ", ▲ 25 % on the year before"), ("2023-04-02", "")])
def test_growth_is_said_from_the_third_year_of_the_data(first: str, growth: str) -> None:
    days = [
        (year, month)
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        if (2024, 4) <= (year, month) <= (2026, 3)
    ]
    deals = [
        won(amount=100 if day < (2025, 4) else 125, created=first, closed=dt.date(*day, 15).isoformat()) for day in days
    ]
    assert TAB.fill(facts_of(deals)).names["won_says"] == f"€1.5k won in 12 months{growth}."


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
