"""What an import could not read is kept until the same file comes in again; other files leave it alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.importers.books import book, table
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.kept_faults import kept_faults
from xlpipeline.importers.plan import ImportPlan
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, ChangeSet, is_blank
from xlpipeline.model.schema import IMPORT_FAULTS

DAY = dt.date(2026, 3, 2)


def imported(before: Book, title: str, *faults: RowFault) -> Book:
    plan = ImportPlan(ChangeSet(), (), 0, 0, 0, (), faults, ())
    return applied(before, ChangeSet((kept_faults(before, plan, title, DAY),)))


def listed(of: Book) -> list[tuple[object, object, object]]:
    frame = of.frame("ImportFaults")
    rows = zip(frame["File"], frame["Source row"], frame["What is wrong"], strict=True)
    return [row for row in rows if not is_blank(row[2])]


def fault(row: int, wrong: str, deal: str = "") -> RowFault:
    return RowFault(row, "", wrong, "Mend it.", deal)


def empty() -> Book:
    made = book()
    return replace(made, tables={**made.tables, "ImportFaults": table(IMPORT_FAULTS, ({},))})


def test_a_later_import_leaves_the_faults_of_another_file() -> None:
    first = imported(empty(), "bad.csv", fault(2, "No amount.", "Q1"), fault(3, "No date.", "Q2"))
    assert listed(imported(first, "log.csv")) == [("bad.csv", 2, "No amount."), ("bad.csv", 3, "No date.")]
    both = imported(first, "log.csv", fault(9, "No deal."))
    assert listed(both) == [*listed(first), ("log.csv", 9, "No deal.")]


def test_the_same_file_again_brings_only_what_it_still_cannot_read() -> None:
    first = imported(empty(), "bad.csv", fault(2, "No amount.", "Q1"), fault(3, "No date.", "Q2"))
    both = imported(first, "log.csv", fault(9, "No deal."))
    assert listed(imported(both, "Bad.csv", fault(3, "No date.", "Q2"))) == [
        ("log.csv", 9, "No deal."),
        ("Bad.csv", 3, "No date."),
    ]
    assert listed(imported(imported(both, "bad.csv"), "log.csv")) == []


def test_a_deals_fault_that_another_file_tells_again_is_kept_once() -> None:
    monday = imported(empty(), "monday.csv", fault(2, "No amount.", "Q1"), fault(5, "No name."))
    tuesday = imported(monday, "tuesday.csv", fault(4, "No amount.", "Q1"), fault(5, "No name."))
    assert listed(tuesday) == [
        ("monday.csv", 5, "No name."),
        ("tuesday.csv", 4, "No amount."),
        ("tuesday.csv", 5, "No name."),
    ]


def test_a_workbook_without_the_table_has_nothing_to_keep() -> None:
    assert listed(imported(empty(), "good.csv")) == []
    assert "ImportFaults" not in imported(book(), "bad.csv", fault(2, "No amount.")).tables
