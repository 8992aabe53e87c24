"""Days of a refresh: in the past, in the future, and after spellings were decided."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from xlpipeline.cli import main
from xlpipeline.errors import BookError
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, open_book, read_book
from xlpipeline.jobs.refresh import refresh, refresh_in
from xlpipeline.jobs.upgrade import upgrade_file
from xlpipeline.model.book import Book, ChangeSet, TableChange
from xlpipeline.tabs import dashboard, issues


@pytest.fixture
def few_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh that fills Issues and Dashboard alone, because these tests look at no other tab."""
    monkeypatch.setattr("xlpipeline.jobs.refresh.TABS", (issues.TAB, dashboard.TAB))


@pytest.mark.slow
@pytest.mark.usefixtures("few_tabs")
def test_a_day_to_come_does_not_bar_the_plain_refreshes_until_then(small_book: Path) -> None:
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF + dt.timedelta(days=200))
    assert read_book(small_book).names["AsOf"] == AS_OF + dt.timedelta(days=200)
    outcome = refresh_in(ClosedWorkbook(small_book), now=NOW)
    assert read_book(small_book).names["AsOf"] == AS_OF
    assert not [note for note in outcome.data["notes"] if "figures only" in note]


@pytest.mark.usefixtures("few_tabs")
def test_a_past_day_says_which_figures_it_cannot_know(small_book: Path) -> None:
    outcome = refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF - dt.timedelta(days=90))
    told = " ".join(outcome.data["notes"])
    assert "created or closed after 2026-02-14" in told
    assert "as they are now" in str(read_book(small_book).names["refreshed_on_dashboard"])


@pytest.mark.slow
@pytest.mark.usefixtures("few_tabs")
def test_a_decided_spelling_is_no_move_of_the_deal(small_book: Path) -> None:
    opened = open_book(small_book)
    frame = opened.book.frame("Pipeline")
    row = frame.index[frame["Stage type"] == "open"][0]
    since = frame.at[row, "Stage since"]
    spelled = TableChange("Pipeline", {"Stage seen": pd.Series(["Ongoing talks"], index=[row], dtype=object)})
    apply_changes(small_book, ChangeSet((spelled,)))
    refresh_in(ClosedWorkbook(small_book), now=NOW + dt.timedelta(days=3))
    after = read_book(small_book).frame("Pipeline")
    assert str(after.at[row, "Stage since"]) == str(since)
    assert str(after.at[row, "Stage seen"]) == str(after.at[row, "Stage"])


@pytest.mark.slow
def test_a_book_without_pipeline_is_refused_with_one_sentence(small_book: Path) -> None:
    book = read_book(small_book)
    rest = Book({n: t for n, t in book.tables.items() if n != "Pipeline"}, book.names, "team.xlsx")
    with pytest.raises(BookError, match=r"team\.xlsx has no table Pipeline"):
        refresh(rest, now=NOW)


@pytest.mark.slow
def test_an_upgrade_does_not_make_an_empty_pipeline(small_book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_book(small_book)
    rest = Book({n: t for n, t in opened.book.tables.items() if n != "Pipeline"}, opened.book.names, "team.xlsx")
    monkeypatch.setattr("xlpipeline.jobs.upgrade.open_book", lambda path: type(opened)(path, rest, opened.hash))
    before = small_book.read_bytes()
    with pytest.raises(BookError, match="no table Pipeline"):
        upgrade_file(small_book, now=NOW)
    assert small_book.read_bytes() == before


@pytest.mark.usefixtures("few_tabs")
def test_a_missing_table_is_named(small_book: Path) -> None:
    book = read_book(small_book)
    rest = Book({n: t for n, t in book.tables.items() if n != "Settings"}, book.names, "team.xlsx")
    assert any("Missing in this workbook: the table Settings" in note for note in refresh(rest, now=NOW).notes)


@pytest.mark.slow
def test_a_demo_replaces_no_file_of_yours_unasked(small_book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = small_book.read_bytes()
    assert main(["demo", str(small_book)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert small_book.read_bytes() == before


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    script = "from xlpipeline.cli import main; import sys; sys.exit(main(['explain']))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.returncode == 0
    assert done.stderr == ""
