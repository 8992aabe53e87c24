# ruff: noqa: DTZ001 - cells know no time zone
"""Forgetting a person in the history and in Pipeline."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.model.ledger import HEADS, Ledger
from xlpipeline.errors import RequestError
from xlpipeline.model.forgetting import Forgetting, forget, name_pattern
from xlpipeline.model.history import read_history
from xlpipeline.model.history_table import Stamp
from xlpipeline.model.history_values import LONGEST_TEXT, length

NOW = dt.datetime(2026, 5, 4, 12)


@pytest.fixture
def ledger() -> Ledger:
    kept = Ledger(
        (*HEADS, "Decision maker"),
        [
            {"Deal ID": "D-1", "Opportunity": "Roof", "Decision maker": 'Ann "Sun"  Lee', "Notes": "=ann \"sun\" lee!"},
            {"Deal ID": "Ann \"Sun\" Lee-7", "Opportunity": "Ann \"Sun\" Leeds", "Amount": 5.0},
        ],
    )  # fmt: skip
    kept.refresh(NOW)
    kept.rows[0].update({"Decision maker": "Bo", "Amount": 7.0})
    kept.refresh(NOW, 'Ann "Sun" Lee')
    return kept


def forgotten(ledger: Ledger, contact: str = 'Ann "Sun" Lee') -> Forgetting:
    return forget(ledger.body, ledger.frame, contact, Stamp(NOW, NOW, "Kim", "test"))


def test_the_name_is_gone_from_every_text_but_ids(ledger: Ledger) -> None:
    done = forgotten(ledger)
    pattern = name_pattern('Ann "Sun" Lee')
    texts = done.history.drop(columns="Deal ID").stack().astype(str).str.replace('\\"', '"')
    assert not texts.str.contains(pattern).any()
    assert done.history_rows == [1, 2, 3]
    assert done.cells == [(0, "Notes")]
    assert done.current.loc[0, "Notes"] == "=(forgotten)!"
    assert done.current.loc[1, "Opportunity"] == 'Ann "Sun" Leeds'
    assert done.ids_left == ['Ann "Sun" Lee-7']


def test_that_it_was_forgotten_is_recorded_without_the_name(ledger: Ledger) -> None:
    last = forgotten(ledger).history.iloc[-1]
    assert (last["Kind"], last["Deal ID"], last["User"]) == ("forgotten", None, "Kim")
    assert last["Note"] == "A name was removed: 3 events and 1 cells of other tables."


def test_nothing_is_left_to_tell_after_forgetting(ledger: Ledger) -> None:
    done = forgotten(ledger)
    ledger.body = done.history
    ledger.rows = [{str(k): v for k, v in row.items()} for row in done.current.to_dict("records")]
    assert ledger.refresh(NOW).events.empty
    assert ledger.history.faults.empty


def test_a_name_that_stands_nowhere_changes_nothing(ledger: Ledger) -> None:
    done = forgotten(ledger, "Ann Le")
    assert not done.found
    assert done.history.equals(ledger.body)


def test_a_damaged_row_forgets_too(ledger: Ledger) -> None:
    ledger.body.loc[0, "New"] = "{oops Bo Li"
    done = forgotten(ledger, "bo  LI")
    assert done.history.loc[0, "New"] == "{oops (forgotten)"


def test_both_ways_to_write_an_accent_are_one_name() -> None:
    assert name_pattern("José").search("jose\u0301")
    assert name_pattern("Jose\u0301").search("JOSÉ,")
    assert not name_pattern("Jose").search("jose\u0301")


def test_a_row_that_grows_too_long_is_cut() -> None:
    ledger = Ledger(rows=[{"Deal ID": "D-1", "Notes": "x Al " * 6_500}])
    ledger.refresh(NOW)
    done = forgotten(ledger, "Al")
    kept = str(done.history.loc[0, "New"])
    assert length(kept) <= LONGEST_TEXT
    assert read_history(done.history).faults.empty
    assert "Al" not in kept


@pytest.mark.parametrize("contact", ["", "  ", "?!", "42"])
def test_a_name_needs_a_letter(contact: str) -> None:
    with pytest.raises(RequestError, match=r"^Please give the name of the person to forget\.$"):
        name_pattern(contact)
