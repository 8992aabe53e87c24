"""Tables that follow a rep filter: keys and empty cells by hand, and LibreOffice sees what the engine wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.recalculate import recalculated
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_file
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import ChangeSet, Formula
from xlpipeline.model.facts import read_facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs import aging, behind, forecast, leads_summary
from xlpipeline.tabs.followed_tables import following, ranks, row_formulas, rows_behind, shown_rows, table_behind
from xlpipeline.tabs.forecast_quarter import BARS
from xlpipeline.tabs.layout import TableBlock
from xlpipeline.tabs.wording import result

LIST = Table(
    "Top", "Aging", "The top",
    (following("Deal", "text", "Name."), following("Value", "money", "Amount."), result("Rank", "whole", "Place.")),
    key="Rank",
)  # fmt: skip
TEAM = pd.DataFrame({"Deal": ["A", "B"], "Value": [5.0, None], "Rank": [1, 2]}, dtype=object)
ANN = TEAM.iloc[:1]


def test_the_table_behind_has_a_row_per_name_and_place_and_no_blank_cell() -> None:
    rows = rows_behind(LIST, "Rank", [("Team", TEAM), ("Ann", ANN), ("Bob", TEAM.iloc[:0])])
    assert rows.to_numpy().tolist() == [["Team|1", "A", 5.0], ["Team|2", "B", "–"], ["Ann|1", "A", 5.0]]
    assert table_behind(LIST, "Rank").heads == ("Key", "Deal", "Value")


@pytest.mark.parametrize(
    ("chosen", "deals"), [("Team", ["A", "B"]), ("ann", ["A", ""]), ("Bob", ["", ""]), ("Nobody", ["", ""])]
)
def test_the_shown_table_has_the_rows_of_the_chosen_name_and_no_text_below_them(chosen: str, deals: list[str]) -> None:
    rows = rows_behind(LIST, "Rank", [("Team", TEAM), ("Ann", ANN)])
    body = shown_rows(LIST, "Rank", ranks(TEAM), rows, chosen)
    assert body["Deal"].tolist() == deals
    assert body["Rank"].tolist() == [1, 2]


def test_a_team_without_a_row_still_has_a_table() -> None:
    nobody = TEAM.iloc[:0]
    rows = rows_behind(LIST, "Rank", [("Team", nobody)])
    assert rows.to_numpy().tolist() == [["–", "–", "–"]]
    assert shown_rows(LIST, "Rank", ranks(nobody), rows, "Team").to_numpy().tolist() == [["", "", None]]


def test_a_column_looks_up_the_chosen_name_and_the_place_of_its_row() -> None:
    row = 'MATCH(who&"|"&Top[[#This Row],[Rank]],TopRows[Key],0)'
    assert row_formulas(LIST, "Rank", "who")["Value"] == f'IF(ISNA({row}),"",INDEX(TopRows[Value],{row}))'


MODULES = (forecast, aging, leads_summary)
CHARTS = {forecast: (BARS,), leads_summary: leads_summary.CHARTS}


@pytest.mark.libreoffice
def test_the_sheet_shows_for_a_chosen_rep_what_the_engine_says(tmp_path: Path) -> None:
    """As generated for the team, recalculated for a rep, and again as the next refresh writes it."""
    path, now = tmp_path / "team.xlsx", dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
    demo_file(path, now=now, deals=200)
    rep = str(read_book(path).frame("Reps")["Rep"].iloc[4])
    choice = ChangeSet(names={module.FILTER: rep for module in MODULES})
    apply_changes(path, choice, expected_hash=file_hash(path))
    seen = read_book(recalculated(path, tmp_path / "out"))
    facts = read_facts(read_book(path), now.date())
    refresh_in(ClosedWorkbook(path), now=now)
    written, compared = read_book(path), 0
    for module in MODULES:
        changes = module.TAB.fill(facts)
        following_tables = [
            block.table for block in module.TAB.blocks if isinstance(block, TableBlock) and block.formulas
        ]
        for name, wanted in changes.names.items():
            if isinstance(wanted, Formula):
                assert seen.names[name] == pytest.approx(wanted.cached), name
                compared += 1
        for table in (*following_tables, *CHARTS.get(module, ())):
            body = next(change for change in changes.tables if change.table == table.name)
            for column in (column.name for column in table.columns if column.writer == "formula"):
                wanted_cells = [_plain(cell) for cell in body.columns[column]]
                for book in (seen, written):
                    assert [_plain(cell) for cell in book.frame(table.name)[column]] == wanted_cells, (
                        table.name,
                        column,
                    )
                compared += 1
    assert compared == 3 * (6 + 5 + 6) + (8 + 4 + 2) + (3 + 6 + 10 + 6) + (10 + 9 + 10 + 5 + 5 + 9 + 2 + 2)


def _plain(cell: object) -> object:
    """Sums of a recalculation may differ in the last bit; an empty text is a blank."""
    return round(cell, 6) if isinstance(cell, float) else None if cell == "" else cell


def test_no_column_behind_has_a_letter_that_a_reference_to_it_would_have_to_escape() -> None:
    heads = {head for table in behind.TABLES for head in table.heads}
    assert not [head for head in heads if set(head) & set("[]#'")]
