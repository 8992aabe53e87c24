"""Checklist and Coaching live by formulas: LibreOffice computes the same cells as the engine, whoever is chosen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.recalculate import recalculated
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_file
from xlpipeline.jobs.refresh import refresh
from xlpipeline.jobs.review import review_in
from xlpipeline.model.book import ChangeSet, Formula, TableChange, canonical
from xlpipeline.tabs import checklist, coaching

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
SUNDAY = dt.date(2026, 11, 22)
LIVE = ("Checklist", "ChecklistByRep", "CoachingLosses", "CoachingCauses")


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("place", [5])
def test_the_sheet_shows_for_who_is_chosen_what_the_engine_says(place: int, tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    demo_file(path, now=NOW, deals=200)
    book = read_book(path)
    rep = str(book.frame("Reps")["Rep"].iloc[place])
    notes, days = book.frame("Review")["Rep"].head(9) == rep, book.frame("ChecklistByRep")["Rep"] == rep
    at, row = notes.index[:2], days.index[days]
    mine = days.loc[row]
    dates = {"Notes written": NOW.date(), "Forecast checked": SUNDAY, "Week planned": SUNDAY + dt.timedelta(days=1)}
    by_hand = {head: mine.map(lambda _, day=day: day).astype(object) for head, day in dates.items()}
    last = book.frame("ReviewNotes")["Rep"] == rep
    unanswered = {"Rep reply": last[last].iloc[:1].map(lambda _: None).astype(object)}
    typed = (
        TableChange("Review", {"Manager note": notes.loc[at].map(lambda _: "Please call").astype(object)}),
        TableChange("ChecklistByRep", by_hand),
        TableChange("ReviewNotes", unanswered),
    )
    names = {"checklist_rep": rep, "coaching_rep": rep, "AsOf": NOW.date()}  # a fixed day: the live cell is today
    apply_changes(path, ChangeSet(typed, names), expected_hash=file_hash(path))
    facts = refresh(ClosedWorkbook(path).read(), now=NOW, as_of=NOW.date()).facts
    shown = read_book(recalculated(path, tmp_path / "out"))
    wanted = checklist.TAB.fill(facts) + coaching.TAB.fill(facts)
    for change in wanted.tables:
        for head, cells in change.columns.items() if change.table in LIVE else ():
            found = shown.frame(change.table)[head].tolist()
            assert [_plain(cell) for cell in found] == [_plain(cell) for cell in cells.tolist()], (change.table, head)
    live = {name: value for name, value in wanted.names.items() if isinstance(value, Formula)}
    assert {name: _plain(shown.names.get(name)) for name in live} == {n: _plain(v.cached) for n, v in live.items()}


@pytest.mark.slow
def test_a_review_of_a_file_is_idle_the_second_time_and_so_is_the_refresh_after_it(tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    demo_file(path, now=NOW, deals=200)  # it ends with a review
    bytes_before = path.read_bytes()
    again = review_in(ClosedWorkbook(path), now=NOW)
    assert again.data["again"]
    assert again.sentences[-1].startswith("Nothing had changed")
    assert not refresh(ClosedWorkbook(path).read(), now=NOW).changes
    assert path.read_bytes() == bytes_before
    week = review_in(ClosedWorkbook(path), "weekly", now=NOW + dt.timedelta(days=7))
    assert not week.data["again"]
    assert week.data["since"].startswith("2026-11-20T10:30")


def _plain(cell: object) -> object:
    cell = canonical(cell)
    return round(cell, 6) if isinstance(cell, float) else cell
