"""The tab Velocity: its layout, and the cells that five deals give."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import facts_of, in_play
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
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.velocity import FILTER, TAB


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


def test_cards_show_the_four_levers_and_what_they_bring() -> None:
    changes = TAB.fill(sure())
    assert shown(changes, "velocity_n") == (1, "1 without a stale flag", "n = 1 · velocity")
    assert shown(changes, "velocity_a") == (200, "won in the window", "n = 2 · average_deal")
    assert shown(changes, "velocity_w") == (pytest.approx(2 / 3), "95 %: 21–94 %", "n = 3 · win_rate")
    assert shown(changes, "velocity_c") == (15, "median 15 days", "n = 2 · cycle")
    assert shown(changes, "velocity_day")[:2] == (pytest.approx(80 / 9), "€267 per month · €9 with clean deals only")
    assert shown(changes, "velocity_realised")[:2] == (pytest.approx(400 / 365), "V is 8.1 × of it")


def test_clean_velocity_leaves_stale_deals_out() -> None:
    facts = sure()
    stale = facts_of([*_cells(facts), in_play(50, "2026-03-30")], counts_only_below=1)
    paces = frames_of(TAB.fill(stale))["VelocityPaces"]
    assert paces["Deals"].tolist() == [2, 1, 2]
    assert paces.loc[0, "Per day"] == pytest.approx(2 * paces.loc[1, "Per day"])
    assert paces.loc[2, "Per month"] == pytest.approx(30 * 400 / 365)


def _cells(facts: Facts) -> list[dict[str, object]]:
    return facts.book.frame("Pipeline").to_dict("records")  # type: ignore[return-value]


def test_a_velocity_far_above_the_realised_value_gets_a_note() -> None:
    changes = TAB.fill(sure())
    says = changes.names["velocity_says"]
    assert says == "Velocity is 8.1 times the realised value per day: open deals that nobody works may inflate it."
    assert frames_of(changes)["VelocityByRep"].loc[0, "Note"] == says


def test_cycle_times_name_their_deals() -> None:
    times = frames_of(TAB.fill(sure()))["CycleTimes"].set_index("Measure")
    assert times["Days"].to_dict() == {
        "Won, median": 15,
        "Won, mean": 15,
        "Won, 75 % within": 17.5,
        "Won, 90 % within": 19,
        "Lost, median": 10,
        "All closed, mean": pytest.approx(40 / 3),
        "Any close, median with open": 10,
    }
    assert times["Deals"].tolist() == [2, 2, 2, 2, 1, 3, 5]


def test_too_few_closed_deals_give_counts_and_no_velocity() -> None:
    changes = TAB.fill(five_deals())
    assert shown(changes, "velocity_w")[0] == "2 of 3"
    assert shown(changes, "velocity_day")[:2] == ("n/a", "2 of 3 won: too few for a rate")
    by_rep = frames_of(changes)["VelocityByRep"]
    assert by_rep.loc[0, ["Win rate", "95 % interval", "Per day"]].tolist() == [NOT_AVAILABLE, "2 of 3", NOT_AVAILABLE]
    assert by_rep.loc[0, "Realised per day"] == pytest.approx(400 / 365)


def test_a_rep_without_open_qualified_deals_has_no_velocity_and_is_told_why() -> None:
    changes = TAB.fill(choosing(sure(), FILTER, "Bob"))
    value, note, n = shown(changes, "velocity_day")
    assert (value, note, n) == ("n/a", "No deal that counts is open, so nothing moves", "n = 0 · velocity")
