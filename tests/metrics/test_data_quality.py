"""Data quality by hand."""

from __future__ import annotations

import pytest

from tests.checks.small_book import CLOSED, facts_of
from xlpipeline.checks import find_faults
from xlpipeline.metrics.data_quality import by_rep, data_quality
from xlpipeline.metrics.wilson import wilson


def test_one_of_four_open_deals_has_an_error() -> None:
    """A closed deal with an error does not count; a warning is no error; two errors in a row count once."""
    facts = facts_of(
        [
            {"Amount": 100},
            {"Amount": 200, "Account": None},
            {"Amount": 300, "Expected close": None, "Probability": 2},
            {"Amount": 400},
            CLOSED | {"Amount": None},
        ]
    )
    figure = data_quality(facts)
    assert (figure.value, figure.n, figure.note) == (0.75, 4, "1 of 4 open deals have an error.")


def test_a_deal_of_unknown_stage_counts_as_open_and_wrong() -> None:
    assert data_quality(facts_of([{}, {"Stage": "?"}])).value == 0.5


def test_all_well_is_one_without_a_note() -> None:
    figure = data_quality(facts_of([{}, {}]))
    assert (figure.value, figure.note) == (1.0, "")


def test_without_open_deals_there_is_no_figure() -> None:
    figure = data_quality(facts_of([CLOSED]))
    assert (figure.value, figure.reason) == (None, "No deal is open.")


def test_a_rep_is_measured_with_the_faults_of_all() -> None:
    facts = facts_of([{"Owner": "Bob", "Amount": None}, {}, {"Owner": "Bob"}])
    faults = find_faults(facts)
    assert data_quality(facts.of_owner("bob"), faults).value == 0.5
    assert data_quality(facts.of_owner("Ann"), faults).value == 1


@pytest.mark.slow
def test_by_rep_gives_rates_from_five_deals_on_and_counts_below() -> None:
    """Ann: one of five has an error (amount 100 of 500); Bob: one of four; Cid owns only a closed deal."""
    wrong = {"Expected close": None}
    ann = [{"Amount": 100, "Owner": "Ann"} for _ in range(5)]
    bob = [{"Amount": 100, "Owner": "Bob"} for _ in range(4)]
    deals = [ann[0] | wrong, *ann[1:], bob[0] | wrong, *bob[1:], CLOSED | {"Owner": "Cid"}]
    rows = by_rep(facts_of(deals)).set_index("rep")
    assert rows[["open_n", "error_n"]].to_numpy().tolist() == [[5, 1], [4, 1], [0, 0]]
    assert rows.loc[["Ann"], ["quality", "value_quality", "reason"]].to_numpy().tolist() == [[0.8, 0.8, ""]]
    assert (rows.loc["Ann", "low"], rows.loc["Ann", "high"]) == wilson(4, 5)
    assert (rows.loc["Ann", "amount"], rows.loc["Ann", "wrong_amount"]) == (50_000, 10_000)
    assert rows.loc[["Bob", "Cid"], ["quality", "low", "high", "value_quality"]].isna().all().all()
    assert rows.loc["Bob", "reason"] == "3 of 4 without an error: too few for a rate."
    assert rows.loc["Cid", "reason"] == "No deal is open."


def test_by_rep_without_amounts_gives_the_count_and_a_reason() -> None:
    row = by_rep(facts_of([{"Amount": -1.0}] * 5)).iloc[0]
    assert (row["quality"], row["reason"]) == (0.0, "No open deal has an amount, so nothing can be weighed.")
