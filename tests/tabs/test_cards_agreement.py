"""Cards that follow a rep filter: LibreOffice computes the same cells as the engine, for whoever is chosen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.recalculate import recalculated
from xlpipeline.hosts.file import apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_file
from xlpipeline.model.book import ChangeSet, Formula
from xlpipeline.model.facts import read_facts
from xlpipeline.tabs import coverage, dashboard, velocity, waterfall
from xlpipeline.tabs.waterfall_lines import CHART, LINES_TABLE

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
FOLLOWING = (dashboard, coverage, velocity, waterfall)


@pytest.mark.libreoffice
@pytest.mark.parametrize("rep", [4])
def test_the_sheet_shows_for_a_chosen_rep_what_the_engine_says(rep: int, tmp_path: Path) -> None:
    path = tmp_path / "team.xlsx"
    demo_file(path, now=NOW, deals=200)
    name = str(read_book(path).frame("Reps")["Rep"].iloc[rep])
    choice = ChangeSet(names={module.FILTER: name for module in FOLLOWING})
    apply_changes(path, choice, expected_hash=file_hash(path))
    recalculated_book = read_book(recalculated(path, tmp_path / "out"))
    shown = recalculated_book.names
    facts = read_facts(read_book(path), NOW.date())
    compared = 0
    for module in FOLLOWING:
        for cell, wanted in module.TAB.fill(facts).names.items():
            if isinstance(wanted, Formula):
                found = shown[cell]
                assert found == (pytest.approx(wanted.cached) if isinstance(wanted.cached, float) else wanted.cached), (
                    cell
                )
                compared += 1
    assert compared == 3 * (6 + 12 + 6 + 12)
    wanted_tables = {change.table: change.columns for change in waterfall.TAB.fill(facts).tables}
    for table in (LINES_TABLE.name, CHART.name):
        found_rows = recalculated_book.frame(table)
        for head, cells in wanted_tables[table].items():
            assert found_rows[head].tolist() == [pytest.approx(c) if isinstance(c, float) else c for c in cells], head
