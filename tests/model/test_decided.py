"""History told in the spelling that Mappings has decided; the table itself stays as it is."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.model.ledger import Ledger, Row, table
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.decided import in_decided_spelling, listed_values, spelling_key
from xlpipeline.model.history import History, extend
from xlpipeline.model.history_table import ENTERED, HISTORY
from xlpipeline.model.replay import replay
from xlpipeline.model.stints import last_change, stage_entries

MONDAY = dt.datetime(2026, 5, 4, 18)  # noqa: DTZ001 - cells know no time zone
WEEK = dt.timedelta(days=7)


def lived(*stages: str, **cells: object) -> Ledger:
    """A deal refreshed once a week, in one stage after the other."""
    told = Ledger(rows=[{"Deal ID": "D1", "Opportunity": "Acme", "Owner": "Ann", **cells}])
    for week, stage in enumerate(stages):
        told.rows[0]["Stage"] = stage
        told.refresh(MONDAY + week * WEEK)
    return told


def book(told: Ledger, *decided: tuple[str, str, str]) -> Book:
    rows: list[Row] = [{"Kind": kind, "From": source, "To": to} for kind, source, to in decided]
    frames = {
        "Pipeline": told.frame,
        "Stages": table([{"Stage": name} for name in ("Discovery", "Proposal", "Won")], ("Stage",)),
        "Reps": table([{"Rep": "Ann"}], ("Rep",)),
        "Mappings": table(rows, ("Kind", "From", "To")),
    }
    return Book({name: BookTable(name, name, 1, 1, frame) for name, frame in frames.items()})


def ways(history: History) -> list[tuple[str, str]]:
    entries = stage_entries(history)
    return [(stage, f"{day:%m-%d}") for stage, day in zip(entries["stage"], entries["entered_on"], strict=True)]


def test_a_decided_stage_is_entered_once_and_on_its_first_day() -> None:
    told = lived("Value Proposition", "Discovery", "Proposal")
    assert ways(told.history) == [("Value Proposition", "05-04"), ("Discovery", "05-11"), ("Proposal", "05-18")]
    heard = in_decided_spelling(told.history, book(told, ("Stage", "value  PROPOSITION", "discovery")))
    assert ways(heard) == [("Discovery", "05-04"), ("Proposal", "05-18")]
    assert heard.events.index.tolist() == [0, 1]
    assert heard.event_ids == told.history.event_ids


def test_bringing_in_the_decided_spelling_is_no_change_of_the_deal() -> None:
    told = lived("Value Proposition", "Discovery")
    heard = in_decided_spelling(told.history, book(told, ("Stage", "Value Proposition", "Discovery")))
    assert last_change(told.history).tolist() == [pd.Timestamp(MONDAY + WEEK)]
    assert last_change(heard).empty


def test_a_way_back_to_a_stage_of_two_names_is_still_a_way_back() -> None:
    told = lived("Value Proposition", "Proposal", "Discovery")
    heard = in_decided_spelling(told.history, book(told, ("Stage", "Value Proposition", "Discovery")))
    assert ways(heard) == [("Discovery", "05-04"), ("Proposal", "05-11"), ("Discovery", "05-18")]


def test_what_an_import_told_is_woven_in_under_the_decided_name() -> None:
    told = lived("Discovery")
    entry = {"Event ID": "e9", "Deal ID": "D1", "Kind": ENTERED, "Column": "Stage", "New": "Value Proposition"}
    moment = {"Not before": MONDAY - 2 * WEEK, "Not after": MONDAY - 2 * WEEK}
    row = pd.DataFrame([{head: {**entry, **moment}.get(head) for head in HISTORY.heads}], dtype=object)
    history = extend(told.history, row)
    assert ways(history) == [("Value Proposition", "04-20"), ("Discovery", "05-04")]
    heard = in_decided_spelling(history, book(told, ("Stage", "Value Proposition", "Discovery")))
    assert ways(heard) == [("Discovery", "04-20")]


def test_an_owner_whose_id_begins_with_a_digit_is_known_again() -> None:
    told = lived("Discovery", Owner="005A0000001abcd")
    told.rows[0]["Owner"] = "Ann"
    told.refresh(MONDAY + WEEK)
    heard = in_decided_spelling(told.history, book(told, ("Owner", "005A0000001abcd", "Ann")))
    assert replay(told.history, MONDAY)["Owner"].tolist() == ["005A0000001abcd"]
    assert replay(heard, MONDAY)["Owner"].tolist() == ["Ann"]
    assert len(heard.events) == 1


@pytest.mark.parametrize(
    ("decided", "first"),
    [
        (("Stage", "Somewhere", "Discovery"), "Discovery"),
        (("Stage", "Somewhere", "No such stage"), "Somewhere"),
        (("Owner", "Somewhere", "Discovery"), "Somewhere"),
        (("Stage", "Somewhere", ""), "Somewhere"),
    ],
)
def test_only_a_decision_for_the_stage_and_on_its_list_translates(decided: tuple[str, str, str], first: str) -> None:
    told = lived("Somewhere", "Proposal")
    assert ways(in_decided_spelling(told.history, book(told, decided))) == [(first, "05-04"), ("Proposal", "05-11")]


def test_a_name_on_the_list_is_nobodys_other_spelling() -> None:
    told = lived("Discovery", "Proposal")
    heard = in_decided_spelling(told.history, book(told, ("Stage", "Discovery", "Won")))
    assert ways(heard) == [("Discovery", "05-04"), ("Proposal", "05-11")]


def test_what_pipeline_still_says_is_not_translated() -> None:
    told = lived("Somewhere")
    assert ways(in_decided_spelling(told.history, book(told, ("Stage", "Somewhere", "Discovery")))) == [
        ("Somewhere", "05-04")
    ]


def test_without_decisions_history_is_given_as_it_is() -> None:
    told = lived("Somewhere", "Proposal")
    history = told.history
    assert in_decided_spelling(history, book(told)) is history
    assert in_decided_spelling(history, Book({}, {})) is history


def test_a_real_change_from_a_decided_name_keeps_its_translated_sides() -> None:
    told = lived("Somewhere", "Proposal")
    heard = in_decided_spelling(told.history, book(told, ("Stage", "Somewhere", "Discovery")))
    assert heard.events["old"].tolist()[1:] == ["Discovery"]
    assert heard.events["new"].tolist()[1:] == ["Proposal"]
    assert told.history.events["row"].iloc[0]["Stage"] == "Somewhere"


def test_keys_and_lists_know_neither_case_nor_spaces() -> None:
    assert spelling_key("  Value \t Proposition ") == "value proposition"
    assert listed_values(book(lived("Discovery")), "Stage") == ("Discovery", "Proposal", "Won")
    assert listed_values(Book({}), "Stage") == ()
