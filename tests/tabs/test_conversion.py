"""The tab Conversion: its layout, and the cells that five deals give."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import facts_of, in_play, lost, won
from tests.tabs.dashboard_laws import (
    CASES,
    check_everything,
    check_formulas_are_old,
    five_deals,
    frames_of,
    shown,
    sure,
)
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.tabs.conversion import FALLBACK_NOTE, TAB
from xlpipeline.tabs.layout import Text


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


def test_cards_show_every_basis_with_interval_and_n() -> None:
    changes = TAB.fill(sure(grey_below=1))
    two_thirds = pytest.approx(2 / 3)
    assert shown(changes, "win_rate") == (two_thirds, "95 %: 21–94 %", "n = 3 · closed-broad")
    assert shown(changes, "win_rate_narrow") == (two_thirds, "95 %: 21–94 %", "n = 3 · closed-narrow")
    assert shown(changes, "win_rate_created")[0] == 0.5
    assert shown(changes, "value_win_rate")[0] == pytest.approx(0.8)
    assert shown(changes, "win_loss")[:2] == (2, "2 won, 1 lost")
    assert shown(changes, "average_deal") == (200, "median €200", "n = 2 · average_deal")


def test_too_few_deals_show_counts() -> None:
    changes = TAB.fill(five_deals())
    values = [shown(changes, name)[0] for name in ("win_rate", "win_rate_narrow", "win_rate_created", "win_loss")]
    assert values == ["2 of 3", "2 of 3", "2 of 4", "2 : 1"]
    rates = frames_of(changes)["WinRates"]
    assert rates["Win rate"].tolist() == [NOT_AVAILABLE] * 8
    assert rates["Basis"].tolist()[:2] == ["closed-broad, trailing", "closed-broad, all time"]
    assert rates["Basis"].tolist()[-2:] == ["created, undated included", "value"]
    assert rates.loc[0, ["Won", "Of", "95 % interval"]].tolist() == [2, 3, "2 of 3"]


def test_at_five_closed_deals_there_is_a_rate() -> None:
    four, five = [won()] * 3 + [lost()], [won()] * 4 + [lost()]
    assert shown(TAB.fill(facts_of(four)), "win_rate")[0] == "3 of 4"
    assert shown(TAB.fill(facts_of(five)), "win_rate")[:2] == (0.8, "95 %: 38–96 %")


def test_the_win_rate_by_value_refuses_when_lost_deals_have_no_amount() -> None:
    changes = TAB.fill(facts_of([won()] * 6 + [lost(amount=None)] * 4))
    value, note, n = shown(changes, "value_win_rate")
    assert (value, n) == (NOT_AVAILABLE, "n = 10 · value")
    assert note == "Lost deals have no amount (4 of 4), so a rate by value would read too high"


def test_stages_show_who_went_on_and_the_bounds() -> None:
    stages = frames_of(TAB.fill(sure()))["StageConversion"].set_index("Stage")
    assert stages.loc["Prospect"].tolist()[:-1] == [5, 4, 0, 1, 0, 1, "51–100 %", 4, 0.8, 1]
    assert stages.loc["Qualified"].tolist()[:-1] == [4, 3, 1, 0, 0, 0.75, "30–95 %", 4, 0.75, 0.75]
    assert str(stages.loc["Offer", "Note"]).startswith("Immature:")


def test_the_chart_names_interval_and_n_and_falls_back_to_the_lower_bound() -> None:
    assert frames_of(TAB.fill(sure()))["ConversionChart"].to_numpy().tolist() == [
        ["Prospect (51–100 %, n 4)", 1],
        ["Qualified (30–95 %, n 4)", 0.75],
        ["Offer (34–100 %, n 2)", 1],
    ]
    nobody_says_where = facts_of([won()] * 6 + [lost() | {"Last stage before loss": None}] * 4)
    changes = TAB.fill(nobody_says_where)
    assert frames_of(changes)["ConversionChart"].loc[0].tolist() == ["Prospect (60–100 % possible)", 0.6]
    says = changes.names["conversion_says"]
    assert says == "Bars show the least possible: 4 lost deals do not say in which stage they were lost."


def test_the_first_quarter_is_left_truncated_and_the_running_one_is_not_over() -> None:
    early = [won(created="2025-01-10", closed="2025-03-01")] * 5
    late = [won(created="2025-12-01", closed="2026-01-20")] * 3 + [lost(created="2025-12-01", closed="2026-01-20")] * 2
    changes = TAB.fill(facts_of([*early, *late, in_play()]))
    quarters = frames_of(changes)["WinRateByQuarter"].set_index("Quarter")
    assert quarters.index.tolist() == ["2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1"]
    assert str(quarters.loc["2025 Q1", "Note"]).startswith("Left-truncated")
    assert quarters.loc["2025 Q2", ["Closed", "Win rate", "Note"]].tolist() == [0, NOT_AVAILABLE, "No deal was closed."]
    assert quarters.loc["2026 Q1", ["Won", "Closed", "Win rate", "Note"]].tolist() == [3, 5, 0.6, "Up to 2026-03-31."]
    assert changes.names["win_rate_says"] == "2026 Q1: 60 % won (95 %: 23–88 %); the first is left-truncated."


def test_the_fallback_basis_is_printed_on_the_tab() -> None:
    assert FALLBACK_NOTE in [block.text for block in TAB.blocks if isinstance(block, Text)]
    assert FALLBACK_NOTE.startswith("There is no stage history yet: won deals count as having passed every stage")
