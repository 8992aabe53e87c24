"""Leads and what they did come in by their Lead ID; a blank in the file clears nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.metrics.small_leads import frame_of
from xlpipeline.errors import BookError, SourceError
from xlpipeline.importers.leads import LeadPlan, plan_leads
from xlpipeline.importers.source import read_source
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.schema import LEADS

KNOWN = {"Lead ID": "L-1", "Lead": "Pia Roe", "Owner": "Ann", "Page views": 3.0, "Status": "new"}


def book(*rows: dict[str, object]) -> Book:
    return Book({"Leads": BookTable("Leads", "Leads", 4, 2, frame_of(LEADS, rows or (KNOWN,)))})


def planned(tmp_path: Path, text: str, one: Book | None = None) -> tuple[LeadPlan, Book]:
    path = tmp_path / "leads.csv"
    path.write_text(text, encoding="utf-8")
    one = one or book()
    plan = plan_leads(one, read_source(path))
    return plan, applied(one, plan.changes)


def test_behaviour_is_brought_up_to_date_and_the_rest_stays(tmp_path: Path) -> None:
    plan, after = planned(tmp_path, "Lead ID,Page views,Emails answered\nl-1,12,2\n")
    row = after.frame("Leads").iloc[0]
    assert (row["Page views"], row["E-mails answered"], row["Lead"], row["Lead ID"]) == (12, 2, "Pia Roe", "L-1")
    assert (plan.added, plan.updated, plan.unchanged) == (0, 1, 0)


def test_new_leads_stand_below_the_known_ones(tmp_path: Path) -> None:
    plan, after = planned(tmp_path, "ID,Name,Company,Created\nL-2,Sam Poe,Acme,2026-03-02\n", book(KNOWN, {}, {}))
    row = after.frame("Leads").iloc[1]
    assert (row["Lead ID"], row["Lead"], row["Account"], row["Created"]) == (
        "L-2",
        "Sam Poe",
        "Acme",
        dt.date(2026, 3, 2),
    )
    assert (plan.added, len(after.frame("Leads"))) == (1, 3)


def test_a_blank_clears_nothing_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    text = "Lead ID,Lead,Page views\nL-1,,3\n"
    plan, after = planned(tmp_path, text)
    assert (plan.unchanged, bool(plan.changes)) == (1, False)
    assert after.frame("Leads").at[0, "Lead"] == "Pia Roe"


def test_what_is_no_number_is_told_with_its_row_and_left_out(tmp_path: Path) -> None:
    plan, after = planned(tmp_path, "Lead ID,Page views,Downloads\nL-1,many,4\n,5,6\n")
    assert plan.faults == ((2, "Page views: 'many' was not read."), (3, "There is no Lead ID."))
    assert after.frame("Leads").iloc[0][["Page views", "Downloads"]].tolist() == [3, 4]


def test_of_one_lead_twice_the_last_row_counts(tmp_path: Path) -> None:
    plan, after = planned(tmp_path, "Lead ID,Page views\nL-1,5\nL-1,7\n")
    assert after.frame("Leads").at[0, "Page views"] == 7
    assert plan.faults == ((2, "The same lead stands further down."),)


def test_scores_are_never_imported_and_other_columns_are_named(tmp_path: Path) -> None:
    plan, after = planned(tmp_path, "Lead ID,Score,Shoe size,Page views\nL-1,99,44,4\n")
    assert plan.ignored == ("Score", "Shoe size")
    assert after.frame("Leads").at[0, "Score"] is None


def test_a_file_without_lead_ids_and_a_book_without_leads_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no column Lead ID"):
        planned(tmp_path, "Name,Page views\nPia,4\n")
    with pytest.raises(BookError, match="has no table Leads"):
        planned(tmp_path, "Lead ID,Page views\nL-1,4\n", Book({}))
