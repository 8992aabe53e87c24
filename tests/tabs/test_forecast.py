"""The tab Forecast: what it says of a team with a past, of one without, and of none."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.metrics import told_ways
from tests.metrics.small_team import facts_of, in_play, won
from tests.metrics.told_ways import way
from tests.tabs.dashboard_laws import (
    CASES,
    check_cells_are_plain,
    check_everything,
    check_formulas_are_old,
    check_nothing_collides,
    check_refusals_have_reasons,
    check_writes_what_the_layout_has,
    choosing,
    with_snapshots,
)
from xlpipeline.metrics import METRICS
from xlpipeline.model.book import NOT_AVAILABLE, ChangeSet
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.forecast import FILTER, TAB, fill
from xlpipeline.tabs.forecast_quarter import BARS, BY_CATEGORY, BY_REP, MONTHS
from xlpipeline.tabs.forecast_risk import AT_RISK
from xlpipeline.tabs.forecast_scores import CALIBRATION, verdict
from xlpipeline.tabs.layout import Card


@pytest.fixture(scope="module")
def lived() -> ChangeSet:
    past = [way(("2025-10-01", "Offer"), ("2025-10-21", "Won"))] * 14
    past += [way(("2025-10-01", "Offer"), ("2025-11-15", "Lost"))] * 26
    close = {"Expected close": dt.date(2026, 3, 31)}
    now = [way(("2026-02-18", "Offer")) | close] * 40
    return fill(told_ways.lived([*past, *now], as_of=dt.date(2026, 2, 28)))


def frames(change: ChangeSet) -> dict[str, pd.DataFrame]:
    return {table.table: pd.DataFrame(table.columns) for table in change.tables}


def shown(change: ChangeSet) -> dict[str, object]:
    return {name: getattr(cell, "cached", cell) for name, cell in change.names.items()}


@pytest.mark.slow
def test_what_a_team_with_a_past_sees_has_its_place_on_the_tab(lived: ChangeSet) -> None:
    check_writes_what_the_layout_has(TAB, lived)
    check_cells_are_plain(lived)
    check_refusals_have_reasons(lived)
    check_nothing_collides(TAB, lived)


@pytest.mark.parametrize("case", ["no deal", "any number of deals", "no dates", "overdue only"])
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


def test_cards_name_metrics_that_explain_knows() -> None:
    known = {metric.name for metric in METRICS}
    assert {block.definition for block in TAB.blocks if isinstance(block, Card)} <= known


@pytest.mark.slow
def test_a_team_with_a_past_sees_wins_with_their_interval_and_that_it_is_not_calibrated(lived: ChangeSet) -> None:
    cells = shown(lived)
    assert cells["forecast_n_days"] == pytest.approx(14, abs=0.6)
    assert str(cells["forecast_n_days_note"]).endswith("model only, not calibrated")
    assert str(cells["forecast_n_days_n"]) == "n = 40 · forecast_landmark, N = 30"
    assert str(cells["forecast_says"]).startswith("Team, 2026 Q1: €")
    assert "P10 €" in str(cells["forecast_p50_note"])


@pytest.mark.slow
def test_the_quality_of_the_data_and_the_clean_pair_stand_beside(lived: ChangeSet) -> None:
    text = str(lived.names["forecast_quality"])
    assert text.startswith("Data quality: ")
    assert "won + weighted as entered €2.0k, with only the deals that carry no stale flag €0" in text


def test_a_team_without_a_past_is_told_why_and_keeps_its_weighted_forecast() -> None:
    change = fill(facts_of([in_play(), won()]))
    cells = shown(change)
    assert cells["forecast_weighted"] == 150
    assert (cells["forecast_p50"], cells["forecast_n_days"]) == ("n/a", "n/a")
    assert str(cells["forecast_n_days_note"]).startswith("No stage has ten past stays yet")
    assert str(cells["forecast_test_says"]).startswith("No back-test yet")
    assert frames(change)[MONTHS.name]["Value likely"].tolist() == [NOT_AVAILABLE] * 3


def test_an_empty_book_shows_no_figure_and_no_fault() -> None:
    cells = shown(fill(facts_of([])))
    assert [cells[name] for name in ("forecast_commit", "forecast_weighted", "forecast_p50")] == ["n/a"] * 3
    assert str(cells["forecast_says"]).startswith("No forecast. ")
    assert cells["forecast_risk_says"] == "No open deal should close by the end of the quarter."


def test_categories_risk_and_reps_have_their_rows() -> None:
    found = frames(fill(facts_of([in_play(100) | {"Next step": None}, in_play(50, Owner="Bob")], reps=["Ann", "Bob"])))
    assert found[BY_CATEGORY.name]["Category"].tolist() == ["Closed", "Commit", "Best case", "Pipeline", "Omitted"]
    assert found[BY_CATEGORY.name]["Cumulative"].tolist()[2] == 150
    assert found[AT_RISK.name]["Reasons"].tolist() == ["No next step ahead."]
    assert found[BY_REP.name]["Name"].tolist() == ["Team", "Ann", "Bob"]
    assert found[BY_REP.name]["Weighted"].tolist() == [75, 50, 25]


@pytest.mark.parametrize(
    ("stated", "word"), [(0.19, "too shy"), (0.2, "in line"), (0.6, "in line"), (0.61, "too hopeful")]
)
def test_a_band_is_called_off_only_outside_its_interval(stated: float, word: str) -> None:
    assert verdict(stated, 0.2, 0.6) == word
    assert verdict(stated, float("nan"), float("nan")) == "–"


@pytest.mark.slow
def test_few_closed_deals_are_shown_as_counts() -> None:
    deals = [way(("2026-01-05", "Offer"), ("2026-03-01", "Won"))] * 3
    facts: Facts = told_ways.lived([*deals, way(("2026-01-05", "Offer"), ("2026-03-01", "Lost"))])
    table = frames(fill(facts))[CALIBRATION.name].set_index("Stated")
    assert table.loc["40–60 %", "95 % interval"] == "3 of 4"
    assert table["Actual"].tolist() == [None] * 5


@pytest.mark.slow
def test_tables_follow_the_rep_that_the_reader_has_chosen() -> None:
    deals = [in_play(100) | {"Next step": None}, in_play(50, Owner="Bob", Probability=0.8), won(Owner="Bob")]
    facts = facts_of(deals, reps=["Ann", "Bob"], quotas=[("Bob", "2026-01-01", "2026-03-31", 400)])
    found = frames(fill(choosing(facts, FILTER, "bob")))
    assert found[AT_RISK.name]["Opportunity"].tolist() == [""]
    assert found[BY_CATEGORY.name]["Cumulative"].tolist() == [100, 150, 150, 150, "–"]
    bars = found[BARS.name].set_index("Forecast")
    assert list(bars.loc["Won + weighted", ["Value", "Quota"]]) == [140, 400]
    assert list(bars.loc["Simulated P50", ["Value", "Quota"]]) == [NOT_AVAILABLE, 400]
    ann = frames(fill(choosing(facts, FILTER, "Ann")))
    assert ann[AT_RISK.name]["Opportunity"].tolist() == ["Deal 0"]
    assert ann[BARS.name]["Quota"].tolist() == [NOT_AVAILABLE] * 8


def test_where_the_cards_refuse_a_forecast_the_categories_do_too() -> None:
    table = frames(fill(facts_of([won(), in_play(100, None)])))[BY_CATEGORY.name]
    assert table["Cumulative"].tolist() == [100, NOT_AVAILABLE, NOT_AVAILABLE, NOT_AVAILABLE, "–"]
    assert table["Single"].tolist() == [100, 0, 0, 0, 0]


def test_a_deal_without_an_amount_is_said_to_be_left_out() -> None:
    text = str(fill(facts_of([in_play(100), in_play(None)])).names["forecast_quality"])
    assert text.endswith("Left out of categories and weighted: 1 deal without an amount.")


@pytest.mark.slow
@pytest.mark.parametrize(("day", "said"), [("2026-02-02", ", ▲ 25 % since 2 Feb"), ("2025-12-31", "")])
def test_cards_of_the_team_say_what_has_changed_since_the_last_snapshot_of_the_quarter(day: str, said: str) -> None:
    facts = facts_of([in_play(200), won()])
    mark = {"Date": dt.date.fromisoformat(day), "Taken on": dt.datetime(2026, 2, 2, 18), "Weighted forecast": 160}  # noqa: DTZ001
    cells = shown(fill(with_snapshots(facts, mark)))
    assert cells["forecast_weighted"] == 200
    assert cells["forecast_weighted_note"] == f"€100 weighted of 1 open deal{said}"
