"""Activity and Deal guide live by formulas: LibreOffice computes the same cells as the engine, whatever is chosen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.recalculate import recalculated
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_file
from xlpipeline.jobs.refresh import refresh
from xlpipeline.model.book import Book, ChangeSet, Formula, canonical
from xlpipeline.tabs import activity, deal_guide
from xlpipeline.tabs.activity_tables import FILTER
from xlpipeline.tabs.guide_formulas import DEAL

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
LIVE = ("DueList", "ActivityWeeks", *deal_guide.TABLE_FORMULAS)


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.parametrize("place", [9])
def test_the_sheet_shows_for_what_is_chosen_what_the_engine_says(place: int, tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    demo_file(path, now=NOW, deals=200)
    book = read_book(path)
    rep = str(book.frame("Reps")["Rep"].iloc[place % 8])
    deal = str(book.frame("GuideDeals")["Deal"].iloc[place])
    choice = ChangeSet(names={FILTER: rep, DEAL: deal, "AsOf": NOW.date()})  # a fixed day: the live cell is today
    apply_changes(path, choice, expected_hash=file_hash(path))
    facts = refresh(ClosedWorkbook(path).read(), now=NOW, as_of=NOW.date()).facts
    shown = read_book(recalculated(path, tmp_path / "out"))
    assert _differing_names(shown, activity.TAB.fill(facts) + deal_guide.TAB.fill(facts)) == {}
    wanted = {change.table: change.columns for change in (activity.TAB.fill(facts) + deal_guide.TAB.fill(facts)).tables}
    for table in LIVE:
        for head, cells in wanted[table].items():
            found = shown.frame(table)[head].tolist()
            assert [_plain(cell) for cell in found] == [_plain(cell) for cell in cells.tolist()], (table, head)


def _differing_names(shown: Book, wanted: ChangeSet) -> dict[str, tuple[object, object]]:
    live = {name: value for name, value in wanted.names.items() if isinstance(value, Formula)}
    pairs = {name: (_plain(shown.names.get(name)), _plain(value.cached)) for name, value in live.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(cell: object) -> object:
    cell = canonical(cell)
    return round(cell, 6) if isinstance(cell, float) else cell
