"""An older workbook gets what newer versions have, and keeps every byte of what it had elsewhere."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from xlpipeline.hosts.file import ClosedWorkbook, read_book, write_new
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.restore import restore_file
from xlpipeline.jobs.upgrade import find_missing, upgrade_file
from xlpipeline.model.book import Book
from xlpipeline.model.schema import SCHEMA_VERSION
from xlpipeline.samples.team_year import make_team
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Block, Tab, TableBlock, Text
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

pytestmark = pytest.mark.slow

LOST_COLUMNS = {"Idle days", "Approval needed", "Days over"}
LOST_TABLES = {"Playbook", "FX"}


def older(tab: Tab) -> Tab:
    """The tab as an older version might have had it: fewer tables, columns and cells."""

    def without(block: Block) -> Block | None:
        if isinstance(block, TableBlock):
            if block.table.name in LOST_TABLES:
                return None
            if block.table.name == "Pipeline":
                kept = tuple(c for c in block.table.columns if c.name not in LOST_COLUMNS)
                formulas = {k: v for k, v in block.formulas.items() if k not in LOST_COLUMNS}
                return replace(block, table=replace(block.table, columns=kept), formulas=formulas, tints=())
        if isinstance(block, Text) and block.name == "GreyBelow":
            return None
        return block

    return replace(tab, blocks=tuple(b for b in map(without, tab.blocks) if b is not None))


@pytest.fixture(scope="module")
def old_content() -> bytes:
    tabs = tuple(older(tab) for tab in TABS if tab.name != "Velocity")
    tables = demo_tables(make_team(11, 60, AS_OF, mess=0.0))
    tables["Pipeline"] = tables["Pipeline"].drop(columns=[c for c in LOST_COLUMNS if c in tables["Pipeline"]])
    kept = {name: frame for name, frame in tables.items() if name not in LOST_TABLES}
    return build_workbook(load_recipe("eight"), now=NOW, tables=kept, tabs=tabs)


@pytest.fixture
def old_book(old_content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "old.xlsx"
    write_new(path, old_content)
    refresh_in(ClosedWorkbook(path, keep_backup=False), now=NOW, as_of=AS_OF)
    return path


def test_an_older_book_still_refreshes_and_is_told_to_upgrade(old_book: Path) -> None:
    book = read_book(old_book)
    assert "VelocityByRep" not in book.tables
    assert LOST_COLUMNS.isdisjoint(book.frame("Pipeline").columns)
    assert book.frame("Scorecard")["Open deals"].notna().all()


def test_upgrade_adds_tabs_tables_columns_and_cells_and_fills_them(old_book: Path) -> None:
    outcome = upgrade_file(old_book, now=NOW)
    book = read_book(old_book)
    assert {"VelocityByRep", "CycleTimes", *LOST_TABLES} <= set(book.tables)
    assert set(book.frame("Pipeline").columns) >= LOST_COLUMNS
    assert book.names["GreyBelow"] == 30
    assert book.names["xlp_schema"] == SCHEMA_VERSION
    assert find_missing(book) == find_missing(book).__class__((), {}, ())
    open_rows = book.frame("Pipeline")["Stage type"] == "open"
    assert book.frame("Pipeline").loc[open_rows, "Idle days"].notna().all()
    assert outcome.data["added"]["tabs"] == ["Velocity", "Process 2", "Settings 2", "Calendar 2"]
    assert outcome.data["refused"] == []


def test_upgrade_leaves_what_people_wrote(old_book: Path) -> None:
    before = read_book(old_book)
    upgrade_file(old_book, now=NOW)
    after = read_book(old_book)
    for name in ("Leads", "Activities", "Stages", "Criteria", "Reps", "Quotas", "Settings"):
        pd.testing.assert_frame_equal(after.frame(name), before.frame(name))
    shared = [c for c in before.frame("Pipeline").columns if c not in before.tables["Pipeline"].formula_columns]
    pd.testing.assert_frame_equal(after.frame("Pipeline")[shared], before.frame("Pipeline")[shared])


def test_a_second_upgrade_finds_nothing_to_do(old_book: Path) -> None:
    upgrade_file(old_book, now=NOW)
    content = old_book.read_bytes()
    outcome = upgrade_file(old_book, now=NOW)
    assert "already has everything" in outcome.sentences[0]
    assert old_book.read_bytes() == content


def test_restore_brings_the_book_before_the_upgrade_back(old_book: Path) -> None:
    content = old_book.read_bytes()
    upgrade_file(old_book, now=NOW)
    restore_file(old_book)
    assert old_book.read_bytes() == content


def test_parts_that_the_upgrade_does_not_need_stay_byte_for_byte(old_book: Path) -> None:
    with zipfile.ZipFile(old_book) as old:
        before = {name: old.read(name) for name in old.namelist()}
    upgrade_file(old_book, now=NOW)
    with zipfile.ZipFile(old_book) as new:
        for name, content in before.items():
            if "/charts/" in name or "/drawings/" in name or "/theme/" in name or "comments" in name:
                assert new.read(name) == content, name


@pytest.fixture
def book_without_history(tmp_path: Path) -> Path:
    """A book from before there was a history."""

    def without(tab: Tab) -> Tab:
        kept: list[Block] = []
        for block in tab.blocks:
            if isinstance(block, TableBlock) and block.table.name == "Pipeline":
                columns = tuple(c for c in block.table.columns if c.name not in {"Earlier days", "Last change"})
                formulas = {k: v for k, v in block.formulas.items() if k not in {"Flags", "Idle days"}}
                old = dict.fromkeys(("Flags", "Idle days"), '""')
                table = replace(block.table, columns=columns)
                kept.append(replace(block, table=table, formulas=formulas | old, tints=()))
            else:
                kept.append(block)
        return replace(tab, blocks=tuple(kept))

    path = tmp_path / "before.xlsx"
    tabs = tuple(without(tab) for tab in TABS if not tab.name.startswith(("_History", "_Snapshots", "_Edits")))
    tables = demo_tables(make_team(11, 40, AS_OF))
    write_new(path, build_workbook(load_recipe("eight"), now=NOW, tables=tables, tabs=tabs))
    refresh_in(ClosedWorkbook(path, keep_backup=False), now=NOW, as_of=AS_OF)
    return path


def test_a_book_from_before_the_history_gets_hidden_tabs_and_a_baseline(book_without_history: Path) -> None:
    upgrade_file(book_without_history, now=NOW, user="ann")
    book = read_book(book_without_history)
    events = book.frame("_History")
    assert len(events) == book.frame("Pipeline")["Deal ID"].nunique()
    assert (set(events["Kind"]), set(events["Note"]), set(events["User"])) == ({"created"}, {"baseline"}, {"ann"})
    with zipfile.ZipFile(book_without_history) as package:
        sheets = re.findall(r'<sheet [^>]*name="(_\w+)"[^>]*state="(\w+)"', package.read("xl/workbook.xml").decode())
    assert dict(sheets) == dict.fromkeys(("_Cards", "_History", "_Snapshots", "_Edits"), "hidden")
    assert "Earlier days" in book.tables["Pipeline"].formulas["Flags"]
    assert refresh_in(ClosedWorkbook(book_without_history), now=NOW).data["written"] is False


def test_a_new_sentence_on_a_dashboard_makes_no_tab_of_its_own(small_book: Path) -> None:
    book = read_book(small_book)
    fewer = Book(book.tables, {n: v for n, v in book.names.items() if n != "won_says"}, "team.xlsx")
    assert find_missing(fewer).tabs == ()
    without_cell = Book(book.tables, {n: v for n, v in book.names.items() if n != "GreyBelow"}, "team.xlsx")
    assert [tab.name for tab in find_missing(without_cell).tabs] == ["Settings 2"]
