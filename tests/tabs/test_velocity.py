"""The tab Velocity: its layout, and the cells that five deals give."""

from __future__ import annotations

import functools

import pytest

from tests.metrics.small_team import day, facts_of, in_play, lost, won
from tests.metrics.told_ways import lived, way
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
from xlpipeline.tabs.velocity import TAB
from xlpipeline.tabs.velocity_cards import FILTER


@pytest.mark.parametrize("case", EVERY_CASE)
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


@functools.cache
def past_and_now() -> Facts:
    """Prospect took ten days a year ago and takes twenty now."""
    ways = [way(("2025-02-10", "Prospect"), (f"2025-02-{d}", "Qualified")) for d in (18, 19, 20, 21, 22)] * 4
    ways += [way(("2026-02-10", "Prospect"), (f"2026-03-{d:02}", "Qualified")) for d in (1, 2, 3, 4)] * 5
    return lived(ways, begins="2025-01-01", bottleneck_days=60)


@pytest.mark.slow
def test_a_stage_that_is_slower_than_a_year_ago_is_named_with_both_medians() -> None:
    changes = TAB.fill(past_and_now())
    assert str(changes.names["bottleneck_says"]).startswith("Prospect is slower than it was.")
    row = frames_of(changes)["Bottlenecks"].set_index("Stage").loc["Prospect"]
    assert row[["Verdict", "Entries now", "Entries then", "Median now", "Median then"]].tolist() == [
        "slower", 20, 20, 20, 10,
    ]  # fmt: skip
    assert frames_of(changes)["StageTimesChart"].loc[0].tolist() == ["Prospect (n 20)", 20, 10]


@pytest.mark.slow
def test_time_in_stage_names_stays_points_and_interval() -> None:
    row = frames_of(TAB.fill(past_and_now()))["TimeInStage"].set_index("Stage").loc["Prospect"]
    assert row[["Stays", "Over", "Median days", "Cumulative"]].tolist() == [40, 40, 12, 12]
    assert row["95 % of median"] == "11–20"


def test_without_history_nothing_is_compared_but_value_is_still_held() -> None:
    changes = TAB.fill(sure())
    assert str(changes.names["bottleneck_says"]).startswith("No history yet to compare stages with.")
    assert frames_of(changes)["Bottlenecks"]["Verdict"].tolist() == ["–"] * 3
    assert frames_of(changes)["Bottlenecks"]["Value"].tolist() == [200, 0, 400]


def test_options_have_other_numbers_of_deals_and_growth_compares_quarters() -> None:
    changes = TAB.fill(sure())
    table = frames_of(changes)["VelocityOptions"]
    assert table["N"].tolist() == [1, 3, 4]
    assert table["Deals counted"].tolist()[0] == "Open now (the definition)"
    assert frames_of(changes)["Growth"].iloc[-1, :3].tolist() == ["2026 Q1", 2, 400]
    assert changes.names["growth_says"] == "2026 Q1: €400 won, nothing to compare with yet."


@pytest.mark.slow
def test_what_comes_in_stands_week_by_week_and_in_words() -> None:
    facts = facts_of([in_play(100, Created=day(one)) for one in ("2026-02-10", "2026-03-10", "2026-03-11")])
    changes = TAB.fill(facts)
    weeks = frames_of(changes)["CreatedPipeline"].set_index("Week of")
    assert len(weeks) == 13
    assert weeks.loc["9 Mar", ["Created", "Created value", "Qualified", "Note"]].tolist() == [
        2, 200, NOT_AVAILABLE, "No history yet.",
    ]  # fmt: skip
    assert weeks.loc["30 Mar", "Note"] == "Not over. No history yet."
    assert changes.names["created_says"] == (
        "In the last 4 whole weeks 2 deals worth €200 were created, +100 % on the 4 weeks before."
    )
    assert TAB.fill(facts_of([])).names["created_says"] == "No deal was created in the last 13 weeks."


def test_the_levers_say_which_way_they_went_on_the_window_before() -> None:
    first = [won(created="2024-01-01", closed="2024-01-11")]
    before = [won(created="2025-02-01", closed="2025-02-11")] * 5
    now = [won(created="2026-02-01", closed="2026-02-06", amount=150)] * 8 + [lost()] * 2
    changes = TAB.fill(facts_of([*first, *before, *now, in_play()]))
    assert shown(changes, "velocity_a")[1] == "▲ 50 % on the window before"
    assert str(shown(changes, "velocity_w")[1]).startswith("▼ 20 points on the window before · 95 %")
    assert shown(changes, "velocity_c")[1] == "▼ 50 % on the window before · median 5 days"


@pytest.mark.slow
def test_deals_longer_in_their_stage_than_three_quarters_were_are_listed() -> None:
    """Ten stays in Prospect of ten days; one deal stands there for 20 days, one for ten."""
    ways = [way(("2026-02-01", "Prospect"), ("2026-02-11", "Qualified"), ("2026-02-12", "Won"))] * 10
    ways += [way(("2026-03-11", "Prospect"), Opportunity="Long"), way(("2026-03-21", "Prospect"), Opportunity="Fair")]
    table = frames_of(TAB.fill(lived(ways)))["LongestInStage"]
    assert table[["Opportunity", "Days now", "Cumulative", "75 % left by", "Amount", "Stage"]].to_numpy().tolist() == [
        ["Long", 20, 20, 10, 100, "Prospect"]
    ]
    assert frames_of(TAB.fill(sure()))["LongestInStage"]["Opportunity"].tolist() == ["–"]
