"""The tab Win score: its layout, what it shows of a tested model, and only a reason where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.metrics.scored_team import big_facts, fitted, scored_book
from tests.tabs.dashboard_laws import CASES, check_everything, check_formulas_are_old, frames_of, shown
from xlpipeline.metrics.win_model.kept import keep, kept
from xlpipeline.metrics.win_model.landmarks import ENTRY, HISTORY
from xlpipeline.model.applied import applied, with_frame
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Text
from xlpipeline.tabs.win_score import CARDS, MODEL_TAB, TAB
from xlpipeline.tabs.win_score_tables import test_rows as rows_of_the_test


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


@pytest.mark.slow
def test_it_writes_what_its_layout_has_for_a_tested_model() -> None:
    check_everything(TAB, lambda: big_facts(scored_book()))


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


@pytest.mark.slow
def test_the_cards_show_the_test_beside_naive_bayes_and_the_base_rate() -> None:
    changes, by = TAB.fill(big_facts(scored_book())), fitted().figures.set_index("scheme")
    n = f"n = {int(by['deals']['Model'])} · win_score"
    assert shown(changes, "score_auc") == (
        pytest.approx(by["auc"]["Model"], abs=1e-6),
        "95 %: 64–84 % · 50 % is a coin",
        n,
    )
    brier, base = by["brier"]["Model"], by["brier"]["Base rate"]
    assert shown(changes, "score_brier") == (pytest.approx(brier, abs=1e-6), f"{brier:.3f} · base rate {base:.3f}", n)
    assert shown(changes, "score_skill")[0] == pytest.approx(1 - brier / base, abs=1e-4)
    assert shown(changes, "score_naive")[0] == pytest.approx(by["auc"]["Naive Bayes"], abs=1e-6)
    assert shown(changes, "score_tested")[0] == by["deals"]["Model"]
    assert shown(changes, "score_deals")[:2] == (480, "209 won · fitted 2026-03-31")


@pytest.mark.slow
@pytest.mark.parametrize(("basis", "note"), [(ENTRY, "Without stages: there is no history."), (HISTORY, None)])
def test_naive_bayes_says_where_it_had_no_stages(basis: str, note: str | None) -> None:
    model = kept(big_facts(scored_book()))
    assert model is not None
    assert [row[-1] for row in rows_of_the_test(replace(model, basis=basis))] == [None, note, None]


@pytest.mark.slow
def test_the_tables_show_schemes_bands_factors_and_deals() -> None:
    frames = frames_of(TAB.fill(big_facts(scored_book())))
    assert frames["WinScoreTest"]["Scheme"].tolist() == ["Model", "Naive Bayes", "Base rate"]
    assert frames["WinScoreTest"]["Better than base rate"].tolist()[2] == 0
    bands = frames["WinScoreBands"]
    assert bands["Band"].tolist() == ["0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %"]
    for _, row in bands.iterrows():
        few = min(row["Deals"], row["Deals (naive Bayes)"]) < 5
        assert (row["Note"] is not None) == few
        assert (row["Won"] == NOT_AVAILABLE) == (row["Deals"] < 5)
    deals = frames["WinScores"]
    assert len(deals) == 20
    assert deals["Score"].tolist() == sorted(deals["Score"], reverse=True)
    assert deals.loc[0, "For and against"].startswith("for: Source Referral +15")
    assert set(deals["Whose"]) == {"stage default"}


@pytest.mark.slow
def test_below_the_limit_there_is_the_reason_and_nothing_else_even_where_a_model_is_kept() -> None:
    changes = TAB.fill(big_facts(scored_book(), win_score_least=209))
    reason = changes.names["score_says"]
    assert reason == (
        "A win score needs more than 209 won and more than 209 lost deals with the dates of their creation and close; "
        "there are 209 and 271."
    )
    assert changes.names["score_warns"] == "–"
    for card in CARDS:
        assert (changes.names[card.name], changes.names[f"{card.name}_note"]) == (NOT_AVAILABLE, "too few closed deals")
    for table, frame in frames_of(changes).items():
        assert frame.isna().all(axis=None), table
    assert not frames_of(TAB.fill(big_facts(scored_book(), win_score_least=208)))["WinScores"].empty


def test_why_a_test_was_not_possible_stands_on_the_tab() -> None:
    kept = applied(big_facts().book, keep("Only 0 won deals were closed before that day.", big_facts().as_of))
    changes = TAB.fill(big_facts(kept))
    assert changes.names["score_says"] == "Only 0 won deals were closed before that day."
    assert frames_of(changes)["WinScores"].isna().all(axis=None)


@pytest.mark.slow
def test_a_deal_that_the_rep_sees_otherwise_is_counted() -> None:
    book = scored_book()
    frame = book.frame("Pipeline").copy()
    frame.loc[frame["Stage"].isin(["Prospect", "Qualified", "Offer"]), "Probability"] = 0.01
    says = TAB.fill(big_facts(with_frame(book, "Pipeline", frame))).names["score_says"]
    assert isinstance(says, str)
    assert "25 points or more away from its probability: " in says


@pytest.mark.slow
def test_the_model_stands_on_a_hidden_tab_that_no_refresh_writes() -> None:
    assert MODEL_TAB in TABS
    assert MODEL_TAB.role == "hidden"
    assert not MODEL_TAB.fill(big_facts())
    assert any(isinstance(block, Text) and "xlpipeline score" in str(block.text) for block in MODEL_TAB.blocks)
