"""Refreshing after a change of the process: formulas, drop-down and issues follow; nothing else does."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from tests.recalculate import recalculated
from tests.workbooks.test_agreement import as_cell, read_tables
from xlpipeline.checks import find_issues
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.refresh import refresh, refresh_in
from xlpipeline.jobs.upgrade import upgrade_file
from xlpipeline.model.book import Book, ChangeSet, TableChange, column_letters
from xlpipeline.model.computed import COMPUTED
from xlpipeline.model.computed_columns import computed_columns, usable_formulas
from xlpipeline.model.facts import read_facts
from xlpipeline.samples.team_year import make_team
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Block, Tab, TableBlock
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

pytestmark = pytest.mark.slow


def refreshed(path: Path) -> Book:
    refresh_in(ClosedWorkbook(path), now=NOW, as_of=AS_OF)
    return read_book(path)


def edited(path: Path, table: str, **columns: dict[int, object]) -> Book:
    """The book after people changed cells (by row position) and refreshed."""
    cells = {head.replace("_", " "): pd.Series(values, dtype=object) for head, values in columns.items()}
    apply_changes(path, ChangeSet((TableChange(table, cells),)))
    return refreshed(path)


def test_an_idle_refresh_writes_no_formula(small_book: Path) -> None:
    refreshed(small_book)
    assert not refresh(read_book(small_book), now=NOW, as_of=AS_OF).changes


def test_an_edited_criterion_is_compiled_anew_and_evaluated_at_once(small_book: Path) -> None:
    before = refreshed(small_book)
    ids = before.frame("Criteria")["ID"].tolist()
    at = ids.index("amount-estimated")
    book = edited(small_book, "Criteria", ID={at: "big-enough"}, Argument_3={at: 1e12})
    assert '"' + ", big-enough" in book.tables["Pipeline"].formulas["Missing criteria"]
    assert ">1000000000000" in book.tables["Pipeline"].formulas["Furthest stage"]
    standing = book.frame("Pipeline")["Stage"] == book.frame("Criteria")["Stage"][at]
    assert standing.any()
    assert book.frame("Pipeline").loc[standing, "Missing criteria"].str.contains("big-enough").all()
    unchanged = {
        k: v for k, v in before.tables["Pipeline"].formulas.items() if k not in {"Missing criteria", "Furthest stage"}
    }
    assert unchanged.items() <= book.tables["Pipeline"].formulas.items()
    assert not refresh(book, now=NOW, as_of=AS_OF).changes


def test_every_body_row_has_its_furthest_stage_blank_ones_too(small_book: Path) -> None:
    book = refreshed(small_book)
    blank = book.frame("Pipeline")["Stage"].isna()
    assert blank.any()
    first = len(book.frame("Stages")["Type"][book.frame("Stages")["Type"].isin(["lost", "derailed"])]) + 1
    assert set(book.frame("Pipeline").loc[blank, "Furthest stage"]) == {first}
    assert book.frame("Pipeline")["Furthest stage"].notna().all()


def test_a_stage_added_below_the_others_joins_the_drop_down_at_its_order(small_book: Path) -> None:
    before = refreshed(small_book)
    rows = len(before.frame("Stages"))
    book = edited(small_book, "Stages", Order={rows: 1.5}, Stage={rows: "Nurturing"}, Type={rows: "open"})
    listed = book.frame("StageList")["Stages offered"].tolist()
    first_open = before.frame("Stages").loc[before.frame("Stages")["Order"] == 1, "Stage"].iloc[0]
    assert listed.index("Nurturing") == listed.index(first_open) + 1
    assert len(listed) == rows + 1
    assert '"Nurturing"' in book.tables["Pipeline"].formulas["Furthest stage"]


def test_a_criterion_that_cannot_be_used_is_one_issue_with_its_row_and_the_rest_works(small_book: Path) -> None:
    before = refreshed(small_book)
    at = before.frame("Criteria")["ID"].tolist().index("account-known")
    book = edited(small_book, "Criteria", Argument_1={at: "Acount"})
    issues = find_issues(read_facts(book, AS_OF))
    broken = issues[issues["Check"] == "Broken criterion"]
    assert len(broken) == 1
    row = book.tables["Criteria"].first_row + 1 + at
    assert broken["What is wrong"].iloc[0].startswith(f"Process, row {row}: account-known reads the column 'Acount'")
    formula = book.tables["Pipeline"].formulas["Missing criteria"]
    assert "account-known" not in formula
    assert "amount-estimated" in formula


def test_a_formula_that_would_name_a_lost_column_is_not_written(small_book: Path) -> None:
    """Excel takes a reference to a column that is not there for damage."""
    book = refreshed(small_book)
    formulas = dict(book.tables["Pipeline"].formulas)
    assert usable_formulas(book, formulas) == formulas
    table = book.tables["Pipeline"]
    lost = {"Needs call on": "Missing criteria", "Expected close": "Flags", "Amount": "Weighted amount"}
    for head, formula in lost.items():
        smaller = type(table)(table.name, table.sheet, 4, 2, table.frame.drop(columns=head))
        left = usable_formulas(Book({**book.tables, "Pipeline": smaller}, book.names), formulas)
        assert formula not in left
        assert "Days in stage" in left
    without_holidays = {name: t for name, t in book.tables.items() if name != "Holidays"}
    assert "Stage due" not in usable_formulas(Book(without_holidays, book.names), formulas)
    assert "Idle days" not in usable_formulas(Book(book.tables, {}), formulas)


def test_names_within_texts_are_no_references() -> None:
    text = '"Pipeline[[#This Row],[Amount]] AsOf Gone[x]"'
    assert usable_formulas(Book({}, {}), {"A": text}) == {"A": text}


def before_criteria(tab: Tab) -> Tab:
    """The tab as version 1 had it: a drop-down of all stages, and no columns of the criteria."""

    def older(block: Block) -> Block | None:
        if not isinstance(block, TableBlock) or block.table.name not in {"Pipeline", "StageList", "KindsOfCriteria"}:
            return block
        if block.table.name != "Pipeline":
            return None
        kept = tuple(
            replace(c, choices="StageChoices") if c.choices == "StageMoves" else c
            for c in block.table.columns
            if c.name not in {"Missing criteria", "Furthest stage"}
        )
        return replace(block, table=replace(block.table, columns=kept))

    return replace(tab, blocks=tuple(b for b in map(older, tab.blocks) if b is not None))


def stage_rules(path: Path) -> list[tuple[str, str]]:
    """Where the drop-downs over stages stand in Pipeline, and their formulas."""
    with zipfile.ZipFile(path) as package:
        text = package.read("xl/worksheets/sheet2.xml").decode()
    found = re.findall(r"<dataValidation ([^>]*)><formula1>([^<]*Stage[^<]*)</formula1>", text)
    return [(re.findall(r'sqref="([^"]+)"', tag)[0], formula) for tag, formula in found]


def test_upgrade_brings_the_criteria_and_cuts_the_drop_down(tmp_path: Path) -> None:
    path = tmp_path / "old.xlsx"
    tables = demo_tables(make_team(11, 40, AS_OF, mess=0.0))
    tabs = tuple(before_criteria(tab) for tab in TABS)
    path.write_bytes(build_workbook(load_recipe("eight"), now=NOW, tables=tables, tabs=tabs))
    refreshed(path)
    old_rules = stage_rules(path)
    assert [formula for _, formula in old_rules] == ["StageChoices", "StageChoices"]
    upgrade_file(path, now=NOW)
    book = read_book(path)
    assert book.frame("StageList")["Stages offered"].tolist()[:3] == ["Lost", "Derailed", "Prospecting"]
    furthest = column_letters(2 + list(book.frame("Pipeline").columns).index("Furthest stage"))
    assert stage_rules(path) == [old_rules[1], (old_rules[0][0], f"StageFirst:INDEX(StageMoves,${furthest}5)")]
    assert book.names["StageFirst"] == "Lost"
    assert book.frame("Pipeline")["Furthest stage"].notna().all()
    compiled = {c.name: c.formula for c in computed_columns(book)}
    assert dict(book.tables["Pipeline"].formulas) == compiled


def test_an_outdated_formula_is_renewed_and_the_teams_own_is_left_alone(small_book: Path) -> None:
    refreshed(small_book)
    own = TableChange("Pipeline", {}, formulas={"Idle days": "1+1", "Notes": "1+2"})
    apply_changes(small_book, ChangeSet((own,)))
    now = refreshed(small_book).tables["Pipeline"].formulas
    assert now["Idle days"] == {c.name: c.formula for c in COMPUTED}["Idle days"]
    assert now["Notes"] == "1+2"


@pytest.mark.libreoffice
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date but the serial value")
@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_formulas_that_a_refresh_wrote_give_what_the_engine_says(small_book: Path, tmp_path: Path) -> None:
    refreshed(small_book)
    rows = len(read_book(small_book).frame("Criteria"))
    new = {
        "Stage": "Qualification",
        "Direction": "exit",
        "ID": 'called "twice" & <more>',
        "Text": "Two calls.",
        "Kind": "activity",
        "Argument 1": "Call",
        "Argument 2": 2,
        "Within business days": 10,
        "Blocking": "Y",
    }
    cells = {head: pd.Series([cell], index=[rows], dtype=object) for head, cell in new.items()}
    apply_changes(small_book, ChangeSet((TableChange("Criteria", cells),)))
    stored = refreshed(small_book).frame("Pipeline")
    native = read_tables(recalculated(small_book, tmp_path / "out")).frame("Pipeline")
    assert stored["Missing criteria"].str.contains('called "twice" & <more>', regex=False).any()
    for head in (c.name for c in computed_columns(read_book(small_book))):
        is_date = head in {"In stage since", "Stage due"}
        pairs = zip(native[head], stored[head], strict=True)
        assert [at for at, pair in enumerate(pairs) if len({as_cell(c, is_date=is_date) for c in pair}) > 1] == [], head
