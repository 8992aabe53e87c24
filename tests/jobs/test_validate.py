"""Validate says what a refresh would find, writes nothing, and can hand unknown spellings to Mappings."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from xlpipeline.cli import main
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, open_book, read_book
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.validate import validate_in
from xlpipeline.model.book import ChangeSet, TableChange, same_cell

pytestmark = pytest.mark.slow

SPELLINGS = ("closed won", "Won ", "Closed-Won", "Wn", "WON!", "won (signed)")


def typed(path: Path, table: str, head: str, cells: dict[int, object]) -> None:
    """Write cells as a person would type them."""
    opened = open_book(path)
    change = TableChange(table, {head: pd.Series(cells, dtype=object)})
    apply_changes(path, ChangeSet((change,)), expected_hash=opened.hash, keep_backup=False)


def won_rows(path: Path, n: int) -> list[int]:
    stages = read_book(path).frame("Pipeline")["Stage"]
    return [int(row) for row in stages.index[stages == "Won"][:n]]


def test_it_counts_what_the_issues_tab_counts_and_leaves_the_file_alone(messy_book: Path) -> None:
    content = messy_book.read_bytes()
    outcome = validate_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
    assert messy_book.read_bytes() == content
    issues = read_book(messy_book).frame("Issues")
    assert outcome.data["issues_by_check"] == issues["Check"].value_counts().to_dict()
    assert [one["what_is_wrong"] for one in outcome.data["issues"]] == issues["What is wrong"].tolist()
    assert outcome.errors == int((issues["Severity"] == "error").sum()) > 0
    assert outcome.sentences[0] == "messy.xlsx: 200 opportunities checked as of 2026-05-15; nothing was written."


def test_the_first_ten_rows_are_told_and_the_rest_counted(messy_book: Path) -> None:
    outcome = validate_in(ClosedWorkbook(messy_book), now=NOW, as_of=AS_OF)
    told = [line for line in outcome.sentences if line.startswith("  'Pipeline'!")]
    assert len(told) == 10
    assert f"… and {len(outcome.data['issues']) - 10:,} more;" in "\n".join(outcome.sentences)


def test_an_accepted_error_does_not_fail_strict(small_book: Path) -> None:
    typed(small_book, "Pipeline", "Probability", {0: 1.5})
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF).errors == 1
    issues = read_book(small_book).frame("Issues")
    row = issues.index[issues["Severity"] == "error"][0]
    typed(small_book, "Issues", "Decision", {int(row): "accept"})
    typed(small_book, "Issues", "Reason", {int(row): "A bet"})
    outcome = validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert outcome.errors == 0
    assert "1 more accepted or snoozed" in outcome.sentences[1]
    assert [one["counts"] for one in outcome.data["issues"]].count(False) == 1


def test_six_spellings_are_proposed_to_mappings_and_applied_by_the_next_refresh(small_book: Path) -> None:
    rows = won_rows(small_book, 6)
    typed(small_book, "Pipeline", "Stage", dict(zip(rows, SPELLINGS, strict=True)))
    found = validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert found.data["issues_by_check"]["Unknown stage"] == 6
    outcome = validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF, map_spellings=True)
    assert {m["from"]: m["to"] for m in outcome.data["mapped"]} == dict.fromkeys(SPELLINGS, "Won")
    assert read_book(small_book).frame("Pipeline")["Stage"].iloc[rows].tolist() == list(SPELLINGS)
    refreshed = refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert "Spellings that Mappings has decided were applied in Pipeline: Stage 6." in refreshed.sentences
    assert read_book(small_book).frame("Pipeline")["Stage"].iloc[rows].tolist() == ["Won"] * 6
    assert "Unknown stage" not in validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF).data["issues_by_check"]
    content = small_book.read_bytes()
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert small_book.read_bytes() == content


def test_a_spelling_near_nothing_is_listed_for_a_person_and_not_applied(small_book: Path) -> None:
    typed(small_book, "Pipeline", "Stage", {0: "Xyzzy"})
    outcome = validate_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF, map_spellings=True)
    assert outcome.data["mapped"] == [{"column": "Stage", "from": "Xyzzy", "to": ""}]
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert read_book(small_book).frame("Pipeline")["Stage"].iloc[0] == "Xyzzy"


def test_what_is_decided_already_is_not_proposed_again(small_book: Path) -> None:
    assert (
        "Every spelling is on its list"
        in validate_in(ClosedWorkbook(small_book), now=NOW, map_spellings=True).sentences[-1]
    )


def test_a_constant_in_a_computed_column_is_found_and_stays_until_it_is_cleared(small_book: Path) -> None:
    book = read_book(small_book)
    row = int(book.frame("Pipeline").index[book.frame("Pipeline")["Stage type"] == "open"][0])
    wanted = book.frame("Pipeline").at[row, "Stage due"]
    _replace_formula(small_book, book.tables["Pipeline"].address(row, "Stage due"), b"<v>7</v>")
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    refreshed = read_book(small_book)
    assert refreshed.tables["Pipeline"].constants("Stage due") == [row]
    assert "Formula typed over" in refreshed.frame("Issues")["Check"].tolist()
    content = small_book.read_bytes()
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert small_book.read_bytes() == content
    _replace_formula(small_book, book.tables["Pipeline"].address(row, "Stage due"), b"")
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    mended = read_book(small_book)
    assert mended.tables["Pipeline"].without_formula == {}
    assert same_cell(mended.frame("Pipeline").at[row, "Stage due"], wanted)
    assert "Formula typed over" not in mended.frame("Issues")["Check"].tolist()


def _replace_formula(path: Path, address: str, content: bytes) -> None:
    """Put ``content`` in the place of everything that a cell of Pipeline holds."""
    cell = address.split("!")[1].encode()
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet2.xml"  # Pipeline stands after Start here
    kind = re.compile(rb'(<c r="%s"(?: s="\d+")?)[^>]*>.*?</c>' % cell)
    parts[name], n = kind.subn(rb"\1>" + content + rb"</c>" if content else rb"\1/>", parts[name], count=1)
    assert n == 1
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part, text in parts.items():
            new.writestr(part, text)


def test_the_command_prints_json_and_strict_fails_on_errors(
    messy_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(messy_book), "--as-of", "2026-05-15", "--json", "--strict"]) == 1
    assert json.loads(capsys.readouterr().out)["issues_by_check"]["Negative amount"] == 1
    assert main(["validate", str(messy_book), "--as-of", "2026-05-15"]) == 0
    assert "Negative amount" in capsys.readouterr().out


def test_a_decided_activity_type_is_applied_in_the_log_by_the_next_refresh(small_book: Path) -> None:
    typed(small_book, "Activities", "Type", {0: "Telefon", 1: "Telefon"})
    for head, cell in (("Kind", "Activity type"), ("From", "Telefon"), ("To", "Call")):
        typed(small_book, "Mappings", head, {0: cell})
    refreshed = refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert "Spellings that Mappings has decided were applied in Activities: Type 2." in refreshed.sentences
    assert read_book(small_book).frame("Activities")["Type"].iloc[:2].tolist() == ["Call", "Call"]
    content = small_book.read_bytes()
    refresh_in(ClosedWorkbook(small_book), now=NOW, as_of=AS_OF)
    assert small_book.read_bytes() == content
