"""The win score: its limits, what it may know, its reasons, and that it leaves everything else alone."""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.metrics.scored_team import AS_OF, big_book, big_facts, fitted, history_and_rows, scored_book
from tests.metrics.small_team import facts_of, in_play, lost, won
from xlpipeline.errors import RequestError, SetupError
from xlpipeline.metrics import win_score
from xlpipeline.metrics.forecast_categories import quarter_forecast
from xlpipeline.metrics.open_pipeline import by_stage
from xlpipeline.metrics.win_model import trial
from xlpipeline.metrics.win_model.features import FEATURES, features_of, levels_of
from xlpipeline.metrics.win_model.fit import auc, brier, fit, require_library, used_levels
from xlpipeline.metrics.win_model.kept import TABLES, kept
from xlpipeline.metrics.win_model.landmarks import AGES, ENTRY, HISTORY, closed_rows, open_rows
from xlpipeline.metrics.win_model.naive_bayes import count
from xlpipeline.metrics.win_model.weights import Weights, chance
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts
from xlpipeline.model.settings import read_settings_values

AFTER_THE_CLOSE = (
    "Actual close", "Lost reason", "Last stage before loss", "Signed on", "Payment received on", "Probability",
    "Notes", "Next step", "Next step date", "Last touch", "Forecast category", "Objection", "Stage seen", "Stage since",
)  # fmt: skip


def closed(won_deals: int, lost_deals: int) -> Facts:
    return facts_of([won()] * won_deals + [lost()] * lost_deals + [in_play()])


@pytest.mark.slow
@pytest.mark.parametrize(("n_won", "n_lost"), [(200, 200), (201, 200), (200, 201)])
def test_with_two_hundred_of_a_kind_there_is_no_score(n_won: int, n_lost: int) -> None:
    reason = win_score.withheld(closed(n_won, n_lost))
    assert reason == (
        "A win score needs more than 200 won and more than 200 lost deals with the dates of their creation and close; "
        f"there are {n_won} and {n_lost}."
    )
    assert win_score.scores(closed(n_won, n_lost)).empty
    assert win_score.auc(closed(n_won, n_lost)).reason == win_score.brier(closed(n_won, n_lost)).reason == reason


def test_above_two_hundred_of_each_only_the_model_is_missing() -> None:
    assert win_score.enough(closed(201, 201)) == ""
    assert win_score.withheld(closed(201, 201)).startswith("No model is kept yet: run 'xlpipeline score'")
    assert "xlpipeline[predict]" in win_score.withheld(closed(201, 201))


def test_deals_without_dates_and_derailed_ones_do_not_count_towards_the_limit() -> None:
    deals = [won()] * 201 + [lost()] * 200
    for more in (lost(Created=None), lost() | {"Stage": "No decision"}, lost() | {"Actual close": None}):
        assert win_score.enough(facts_of([*deals, more])) != ""
    assert win_score.enough(facts_of([*deals, lost()])) == ""


def test_the_limit_can_be_raised_and_never_lowered() -> None:
    assert read_settings_values({"win_score_least": 300}, "Settings").win_score_least == 300
    with pytest.raises(SetupError, match="from 200 to"):
        read_settings_values({"win_score_least": 199}, "Settings")


def test_every_feature_says_when_it_is_known_and_none_reads_what_the_close_writes() -> None:
    assert {one.known for one in FEATURES} <= {"entry", "landmark"}
    assert all(one.source for one in FEATURES)
    assert {one.column for one in FEATURES} & {*AFTER_THE_CLOSE, "won", "lost", "closed_on"} == set()
    assert {one.name for one in FEATURES if one.needs_history} >= {"Stage", "Amount", "Put off", "Expected close"}


def poisoned(*, history: bool) -> Book:
    """The book in which all that is written at or after the close of a deal says something else."""
    book = big_book(history=history)
    frame = book.frame("Pipeline").copy()
    rows = [row for row, stage in enumerate(frame["Stage"]) if stage in {"Won", "Lost"}]
    was_won = [frame["Stage"].iloc[row] == "Won" for row in rows]
    day = dt.date(2031, 1, 1)
    lies: dict[str, Any] = {"Amount": 0.0, "Expected close": day, "Signed on": day, "Payment received on": day}
    texts = [head for head in AFTER_THE_CLOSE if head not in {"Actual close", *lies}]
    for row, yes in zip(rows, was_won, strict=True):
        for head in texts:
            frame.loc[row, head] = None if yes else "told after the close"
        for head, cell in lies.items():
            frame.loc[row, head] = cell if not yes else None
        if history:  # what history tells of the deal's life is not read from the table
            for head in ("Owner", "Source", "Product", "Account"):
                frame.loc[row, head] = f"after {head} {yes}"
    book = with_frame(book, "Pipeline", frame)
    return with_frame(book, "_History", _more_events(book, frame, rows)) if history else book


def _more_events(book: Book, frame: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    """Lies written into history itself, on the day of the close and after it."""
    events = book.frame("_History")
    told = []
    for number, row in enumerate(rows):
        moment = dt.datetime.combine(frame["Actual close"].tolist()[row], dt.time(9))
        for head, cell in (("Amount", 1.0), ("Owner", "Zed"), ("Source", "Zed"), ("Stage", "Offer")):
            told.append(
                {
                    "Event ID": f"lie-{head}-{number}", "Deal ID": frame["Deal ID"].tolist()[row], "Column": head,
                    "Kind": {"Amount": "amount", "Owner": "owner", "Stage": "stage"}.get(head, "changed"),
                    "New": "|1" if cell == 1.0 else cell, "Not after": moment, "Tool": "test",
                }
            )  # fmt: skip
    return pd.concat([events, pd.DataFrame(told, columns=events.columns, dtype=object)], ignore_index=True)


@pytest.mark.parametrize("history", [True, False])
def test_nothing_that_is_known_only_after_the_close_changes_what_is_learnt(history: bool) -> None:
    """Bit by bit: the same rows, so the same points, test and scores."""
    plain, lied = big_facts(big_book(history=history)), big_facts(poisoned(history=history))
    assert closed_rows(plain).attrs["basis"] == (HISTORY if history else ENTRY)
    pd.testing.assert_frame_equal(closed_rows(plain), closed_rows(lied), check_exact=True)
    learnt, tricked = levels_of(plain, closed_rows(plain)), levels_of(lied, closed_rows(lied))
    pd.testing.assert_frame_equal(learnt, tricked)
    if history:
        found = trial.try_out(lied)
        assert isinstance(found, trial.Trial)
        pd.testing.assert_frame_equal(found.weights.points, fitted().weights.points, check_exact=True)
        pd.testing.assert_frame_equal(found.figures, fitted().figures, check_exact=True)
        assert found.weights.start == fitted().weights.start


def test_without_history_nothing_is_used_that_a_close_may_have_overwritten() -> None:
    facts = big_facts(big_book(history=False))
    used = used_levels(levels_of(facts, closed_rows(facts)), closed_rows(facts)["key"])
    assert set(used) == {"Source", "Product", "Owner", "Account", "Age"}


def test_a_deal_is_seen_while_it_is_open_and_never_on_the_day_of_its_close() -> None:
    facts = facts_of(
        [won("2026-03-17", "2026-03-03"), won("2026-03-18", "2026-03-03"), won("2026-03-03", "2026-03-03")]
    )
    assert closed_rows(facts)[["key", "age"]].to_numpy().tolist() == [["d0", 0], ["d1", 0], ["d1", 14]]
    assert AGES[:2] == (0, 14)


@pytest.mark.slow
def test_a_closed_deal_is_seen_as_history_saw_it_then() -> None:
    rows, (_, table) = closed_rows(big_facts()), history_and_rows()
    own = rows[rows["key"] == "d-0000"].set_index("age")
    assert own.loc[0, "Stage"] == "Prospect"
    assert own.loc[14, "Stage"] in {"Offer", "Qualified"}
    assert set(rows["Stage"]) == {"Prospect", "Qualified", "Offer"}, "never won or lost"
    assert table["Stage"].iloc[0] in {"Won", "Lost"}
    assert (rows["day"] < rows["closed_on"]).all()


def test_earlier_wins_with_the_account_count_from_their_own_day_on() -> None:
    deals = [
        won("2026-02-10", "2026-01-05", Account="Alm"),
        won("2026-03-01", "2026-01-20", Account=" ALM "),
        in_play(Account="Alm"), in_play(Account=""),
    ]  # fmt: skip
    facts = facts_of(deals)
    rows = closed_rows(facts)
    second = rows[rows["key"] == "d1"]
    assert second["age"].tolist() == [0, 14, 30]
    assert second["customer"].tolist() == [0, 0, 1]
    assert open_rows(facts)["customer"].tolist()[0] == 2
    assert math.isnan(open_rows(facts)["customer"].tolist()[1])


@pytest.mark.slow
def test_the_tested_model_learns_only_from_what_was_closed_before_the_test_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learnt: list[set[str]] = []

    def spy(levels: pd.DataFrame, keys: pd.Series, outcome: Any) -> Weights:  # noqa: ANN401
        learnt.append(set(keys))
        return fit(levels, keys, outcome)

    monkeypatch.setattr(trial, "fit", spy)
    facts = big_facts()
    found = trial.try_out(facts)
    assert isinstance(found, trial.Trial)
    rows = closed_rows(facts)
    before = set(rows.loc[rows["closed_on"] < pd.Timestamp(found.cut), "key"])
    tried = set(rows.loc[rows["day"] >= pd.Timestamp(found.cut), "key"])
    assert learnt == [before, set(rows["key"])]
    assert not before & tried
    assert found.figures.loc[0, "deals"] == len(tried)


@pytest.mark.slow
def test_the_order_of_the_rows_and_a_second_fit_change_no_bit() -> None:
    book = big_book()
    mixed = book.frame("Pipeline").sample(frac=1, random_state=3).reset_index(drop=True)
    again = trial.try_out(big_facts(with_frame(book, "Pipeline", mixed)))
    assert isinstance(again, trial.Trial)
    pd.testing.assert_frame_equal(again.weights.points, fitted().weights.points, check_exact=True)
    pd.testing.assert_frame_equal(again.bands, fitted().bands, check_exact=True)


def test_points_add_up_to_what_the_library_says() -> None:
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 - slow to load
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    draw = np.random.default_rng(5)
    levels = pd.DataFrame(
        {"A": draw.choice(["x", "y", ""], 600, p=[0.5, 0.45, 0.05]), "B": draw.choice(["u", "v"], 600)}
    )
    keys = pd.Series([f"d{number // 2}" for number in range(600)])
    outcome = draw.random(600) < np.where(levels["A"] == "x", 0.7, 0.3)
    found = fit(levels, keys, outcome)
    hot = np.column_stack([levels[f] == level for f, some in used_levels(levels, keys).items() for level in some])
    splits = list(GroupKFold(5).split(hot, outcome, pd.factorize(keys)[0]))
    base = LogisticRegression(solver="newton-cholesky")
    model = CalibratedClassifierCV(base, method="sigmoid", cv=splits, ensemble=False).fit(hot * 1.0, outcome)
    assert found.score(levels) == pytest.approx(model.predict_proba(hot * 1.0)[:, 1], abs=1e-9)
    total = found.start + found.contributions(levels).sum(axis=1)
    assert chance(total.to_numpy()) == pytest.approx(found.score(levels), abs=1e-12)


def test_a_level_needs_twenty_deals_and_a_feature_must_be_known_of_nine_in_ten() -> None:
    keys = pd.Series([f"d{number}" for number in range(200)])
    levels = pd.DataFrame({"A": ["x"] * 160 + ["y"] * 20 + ["z"] * 19 + [""], "B": ["u"] * 90 + ["v"] * 90 + [""] * 20})
    assert used_levels(levels, keys) == {"A": ["x", "y"], "B": ["u", "v"]}
    assert "B" not in used_levels(levels.assign(B=["u"] * 90 + ["v"] * 89 + [""] * 21), keys)
    assert "B" not in used_levels(levels.assign(B="u"), keys)


def test_naive_bayes_by_hand() -> None:
    deals = pd.DataFrame(
        {
            "won": [True, True, True, False, False],
            "Source": ["a", "a", "b", "b", ""],
            "Stage": ["Talk", "Offer", "Offer", "Talk", "Offer"],
        }
    )
    model = count(deals, ("Source",), ("Talk", "Offer"))
    assert model.counts["Source"] == {"a": (2.1, 0.1), "b": (1.1, 1.1)}
    assert model.counts["Stage"] == {"Talk": (3.1, 2.1), "Offer": (3.1, 1.1)}
    asked = pd.DataFrame({"Source": ["a", "", "c"], "Stage": ["Offer", "Talk", "Talk"]})
    won_a = 3 / 5 * 2.1 / 3.2 * 3.1 / 3.1
    lost_a = 2 / 5 * 0.1 / 1.2 * 1.1 / 2.1
    assert model.score(asked) == pytest.approx([won_a / (won_a + lost_a), 0.6, 0.6])


def test_auc_and_brier_against_counting_every_pair() -> None:
    draw = np.random.default_rng(1)
    score, outcome = draw.integers(0, 6, 60) / 6, draw.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in score[outcome] for b in score[~outcome]]
    assert auc(score, outcome) == pytest.approx(np.mean(pairs))
    assert brier(score, outcome) == pytest.approx(np.mean((score - outcome) ** 2))


def test_a_band_counts_each_deal_once_in_its_interval() -> None:
    score = np.array([0.1, 0.1, 0.1, 0.2, 1.0])
    keys = pd.Series(["a", "a", "b", "c", "d"])
    bands = pd.DataFrame(
        trial._bands("Model", score, np.array([True, True, False, True, True]), keys), columns=trial.BAND_HEADS
    )
    assert bands["deals"].tolist() == [2, 1, 0, 0, 1]
    assert bands["seen"].tolist() == [3, 1, 0, 0, 1]
    assert bands.loc[0, "share"] == pytest.approx(2 / 3)
    assert bands["high_edge"].tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_the_model_is_kept_and_read_again() -> None:
    found = kept(big_facts(scored_book()))
    assert found is not None
    assert (found.fitted_on, found.cut, found.basis) == (AS_OF, fitted().cut, HISTORY)
    assert found.figure("Model", "auc") == pytest.approx(fitted().figures.loc[0, "auc"], abs=1e-6)
    assert found.weights.points["points"].to_numpy() == pytest.approx(fitted().weights.points["points"], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_damaged_model_is_none(table: str) -> None:
    book = scored_book()
    frame = book.frame(table)
    broken = frame.drop(columns=frame.columns[1 if table == "WinModel" else 2])
    assert kept(big_facts(with_frame(book, table, broken))) is None
    assert win_score.scores(big_facts(with_frame(book, table, broken))).empty


def test_each_open_deal_has_a_score_and_the_factors_that_made_it() -> None:
    facts = big_facts(scored_book())
    found = win_score.scores(facts)
    assert len(found) == facts.deals["is_open"].sum() == 20
    assert found["score"].is_monotonic_decreasing
    first = found.iloc[0]
    assert first["factors"].startswith("for: Source Referral +15, Stage Offer +1")
    assert "against: Owner Ann −2" in first["factors"]
    levels = levels_of(facts, open_rows(facts)).set_axis(open_rows(facts)["position"])
    weights = fitted().weights
    row = levels.loc[[found.index[0]]]
    parts = weights.contributions(row).iloc[0]
    assert first["score"] == pytest.approx(weights.score(row)[0], abs=1e-5)
    without = chance(np.array([weights.start + parts.sum() - parts["Source"]]))[0]
    assert round(100 * (first["score"] - without)) == 15


def test_the_probability_stands_beside_the_score_and_says_whose_it_is() -> None:
    book = scored_book()
    frame = book.frame("Pipeline").copy()
    row = frame.index[frame["Deal ID"] == "D-0494"][0]
    frame.loc[row, "Probability"] = 0.9
    found = win_score.scores(big_facts(with_frame(book, "Pipeline", frame))).set_index("deal_id")
    assert (found["probability"]["D-0494"], found["whose"]["D-0494"]) == (0.9, "rep")
    assert found["gap"]["D-0494"] == pytest.approx(found["score"]["D-0494"] - 0.9)
    assert set(found["whose"].drop("D-0494")) == {"stage default"}


@pytest.mark.slow
def test_the_weighted_pipeline_is_the_same_with_and_without_a_model() -> None:
    with_model, without = big_facts(scored_book()), big_facts()
    assert not win_score.scores(with_model).empty
    assert win_score.scores(without).empty
    pd.testing.assert_frame_equal(by_stage(with_model), by_stage(without))
    assert quarter_forecast(with_model).weighted == quarter_forecast(without).weighted
    pd.testing.assert_frame_equal(quarter_forecast(with_model).categories, quarter_forecast(without).categories)
    pd.testing.assert_series_equal(with_model.deals["probability"], without.deals["probability"])


@pytest.mark.slow
def test_an_old_model_says_so_and_one_from_later_is_not_used() -> None:
    day = AS_OF + dt.timedelta(days=92)
    assert win_score.warnings(big_facts(scored_book(), day)) == ""
    told = win_score.warnings(big_facts(scored_book(), day + dt.timedelta(days=1)))
    assert told == "The model is 93 days old and 0 deals were closed since: run 'xlpipeline score' to renew it."
    reason = win_score.withheld(big_facts(scored_book(), AS_OF - dt.timedelta(days=1)))
    assert reason == "The model was fitted on 2026-03-31, after the as-of date; it would know too much."


def with_figures(**cells: list[float]) -> Facts:
    book = scored_book()
    return big_facts(with_frame(book, "WinModelTest", book.frame("WinModelTest").assign(**cells)))


@pytest.mark.slow
def test_a_score_that_is_not_surely_better_than_the_base_rate_is_not_given_but_its_test_is() -> None:
    worse = with_figures(Brier=[0.25, 0.2, 0.25])
    assert win_score.useless(worse).endswith("so no deal is scored.")
    assert win_score.scores(worse).empty
    assert win_score.brier(worse).value == 0.25
    chance_alone = with_figures(AUC=[0.55, 0.6, 0.5])  # 45 won and 56 others: 0.437 to 0.663
    assert win_score.useless(chance_alone) != ""
    figure = win_score.auc(chance_alone)
    assert [figure.low, figure.high] == pytest.approx([0.437, 0.663], abs=2e-3)


@pytest.mark.slow
def test_a_test_too_good_to_be_true_and_one_that_says_little_get_a_word() -> None:
    assert "suspicious" in win_score.warnings(with_figures(AUC=[0.951, 0.6, 0.5]))
    assert "suspicious" not in win_score.warnings(with_figures(AUC=[0.95, 0.6, 0.5]))
    assert "hardly better" in win_score.warnings(with_figures(Brier=[0.197, 0.2, 0.2]))
    assert "hardly better" not in win_score.warnings(with_figures(Brier=[0.195, 0.2, 0.2]))


def test_own_columns_count_only_where_the_setting_names_them() -> None:
    book = big_book()
    frame = book.frame("Pipeline").assign(Segment=["SMB", "Large"] * 250, Ended=["x"] * 500)
    book = with_frame(book, "Pipeline", frame)
    assert "Segment" not in [one.name for one in features_of(big_facts(book))]
    named = big_facts(book, win_score_columns=" segment , Lost reason, Nonsense")
    assert [one.name for one in features_of(named)][-1] == "Segment"
    assert "Lost reason" not in [one.name for one in features_of(named)]
    scored = scored_book()
    told = win_score.warnings(big_facts(scored, win_score_columns="Lost reason"))
    assert told == "win_score_columns names Lost reason: not a column of the team's own, so it does not count."


def test_too_few_deals_on_one_side_of_the_test_give_a_reason() -> None:
    facts = facts_of([won()] * 30 + [lost()] * 30, win_score_least=5)
    assert trial.try_out(facts) == (
        "Only 0 won deals were closed before 2026-02-20; a test out of time needs at least 20 won and 20 lost on both "
        "sides."
    )
    assert str(trial.try_out(facts_of([]))).startswith("No closed deal was seen open")


@pytest.mark.slow
def test_without_the_library_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = scored_book()  # while the library is there: the first to ask fits the model
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(RequestError, match=r"pip install 'xlpipeline\[predict\]'"):
        require_library()
    assert len(win_score.scores(big_facts(kept))) == 20, "a kept model needs no library"


@pytest.mark.slow
def test_a_refresh_never_loads_the_library() -> None:
    code = "import sys, xlpipeline.jobs.refresh, xlpipeline.jobs.win_score; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_amounts_are_in_the_base_currency_of_that_day() -> None:
    facts = big_facts()
    rows = closed_rows(facts)
    assert rows.loc[rows["key"] == "d-0003", "amount"].unique().tolist() == [4000]
