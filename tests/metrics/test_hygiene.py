"""The checklist's counts, one fault each. 2026-05-15 is a Friday; the week began on Monday the 11th."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.checks.small_book import CLOSED, facts_of, table
from xlpipeline.metrics.hygiene import AUTOMATIC, open_counts
from xlpipeline.model.book import BookTable
from xlpipeline.model.review_table import REVIEW, REVIEW_NOTES
from xlpipeline.model.schema import LEADS

LOST = CLOSED | {"Stage": "Lost", "Lost reason": "Price", "Last stage before loss": "Proposal"}
TODAY, MONDAY, SUNDAY = dt.date(2026, 5, 15), dt.date(2026, 5, 11), dt.date(2026, 5, 10)


def log(*rows: tuple[object, object]) -> BookTable:
    return table("Activities", ["Date", "Deal ID", "Type", "By"], [(day, "D0", "Call", by) for day, by in rows])


def leads(*rows: tuple[str, object]) -> BookTable:
    body = [{"Lead": "L", "Owner": "Ann", "Status": status, "First response": day} for status, day in rows]
    return table("Leads", LEADS.heads, [[row.get(head) for head in LEADS.heads] for row in body])


def review(*rows: tuple[object, object]) -> BookTable:
    body = [{"Rep": "Ann", "Manager note": note, "Rep reply": reply} for note, reply in rows]
    return table("Review", REVIEW.heads, [[row.get(head) for head in REVIEW.heads] for row in body])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "head"),
    [
        ({"Expected close": dt.date(2026, 5, 14)}, "Close dates"),
        ({"Next step": None}, "Next steps"),
        ({"Last touch": dt.date(2026, 4, 30), "Stage since": dt.date(2026, 4, 30), "Stage": "Prospect",
          "Created": dt.date(2026, 4, 30)}, "Touches"),
        ({"Stage since": dt.date(2026, 5, 7)}, "Time-bounds"),
        ({"Amount": None}, "Amounts"),
        ({"Expected close": None}, "Dates"),
        (LOST | {"Lost reason": None}, "Lost reasons"),
    ],
)  # fmt: skip
def test_one_fault_is_counted_once_and_where_it_belongs(cells: dict[str, object], head: str) -> None:
    facts = facts_of([cells, {}, LOST, {"Owner": "Bob"}], others=[log((TODAY, "Ann"), (TODAY, "Bob"))])
    counts = open_counts(facts)
    assert counts[head].to_dict() == {"": 1, "Ann": 1, "Bob": 0}
    assert counts.loc["Bob"].sum() == 0


def test_one_activity_since_monday_is_enough_and_one_of_sunday_is_not() -> None:
    logged = log((MONDAY, "ann"), (SUNDAY, "Bob"), (dt.date(2026, 5, 16), "Bob"))
    counts = open_counts(facts_of([{}, {"Owner": "Bob"}], others=[logged]))
    assert counts["Activity"].to_dict() == {"": 0, "Ann": 0, "Bob": 1}


def test_leads_and_replies_that_wait() -> None:
    waiting = leads(("new", None), ("new", TODAY), ("working", None), ("New", None))
    notes = review(("Call", None), ("Call", "Done"), (None, None), (None, "Hello"))
    counts = open_counts(facts_of([{}], others=[waiting, notes]))
    assert (counts.loc["Ann", "Leads"], counts.loc["Ann", "Replies"]) == (2, 1)


def test_notes_of_the_last_review_wait_for_their_reply_too_and_older_ones_no_more() -> None:
    body: list[dict[str, object]] = [
        {"Review of": dt.date(2026, 5, 8), "Rep": "Ann", "Manager note": "Call"},
        {"Review of": dt.date(2026, 5, 8), "Rep": "Ann", "Manager note": "Call", "Rep reply": "Done"},
        {"Review of": dt.date(2026, 5, 8), "Rep": "Bob", "Rep reply": "Help"},
        {"Review of": dt.date(2026, 5, 1), "Rep": "Bob", "Manager note": "Call"},
        {},
    ]
    notes = table("ReviewNotes", REVIEW_NOTES.heads, [[row.get(head) for head in REVIEW_NOTES.heads] for row in body])
    counts = open_counts(facts_of([{}, {"Owner": "Bob"}], others=[notes, review(("Write", None))]))
    assert counts["Replies"].to_dict() == {"": 2, "Ann": 2, "Bob": 0}


@pytest.mark.slow
def test_errors_count_until_somebody_decides() -> None:
    facts = facts_of([{"Stage": "Propsal"}, {}])
    assert open_counts(facts).loc["Ann", "Issues"] == 1
    assert list(open_counts(facts).columns) == [item.head for item in AUTOMATIC]
