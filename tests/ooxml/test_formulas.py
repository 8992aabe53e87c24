"""A calculated column gets another formula: in its definition and in every cell, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.ooxml.books import changed_parts, part, replace_in, rich_book, twins
from tests.ooxml.test_patch import DEALS_SHEET, own_chart, with_chain, written_cell
from xlpipeline.errors import BookError
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import ChangeSet, TableChange, needed_changes

TABLE = "xl/tables/table1.xml"
OLD = "Deals[[#This Row],[Amount]]*2"
NEW = 'IF(Deals[[#This Row],[Amount]]>5,"a & ""b""","<no>")'
NEW_XML = NEW.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def formulas(rows: int | None = None, /, **values: dict[int, Any]) -> ChangeSet:
    """Double gets the new formula, and columns new values."""
    columns = {head: pd.Series(cells, dtype=object) for head, cells in values.items()}
    return ChangeSet((TableChange("Deals", columns, rows, {"Double": NEW}),))


def test_the_definition_and_every_cell_get_the_formula_and_keep_their_values(tmp_path: Path) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx"))
    old = [written_cell(path, f"G{row}") for row in (5, 6, 7)]
    apply_changes(path, formulas())
    assert [written_cell(path, f"G{row}") for row in (5, 6, 7)] == [cell.replace(OLD, NEW_XML) for cell in old]
    assert f"<calculatedColumnFormula>{NEW_XML}</calculatedColumnFormula>" in part(path, TABLE)
    assert read_book(path).tables["Deals"].formulas == {"Double": NEW}
    assert changed_parts(before, path) == {DEALS_SHEET, TABLE} | own_chart(before)
    assert part(path, DEALS_SHEET).replace(NEW_XML, OLD) == part(before, DEALS_SHEET)


def test_values_that_come_along_are_what_the_formula_shows(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, formulas(Double={0: "x", 2: None}))
    assert written_cell(path, "G5") == f'<c r="G5" t="str"><f>{NEW_XML}</f><v>x</v></c>'
    assert written_cell(path, "G6") == f'<c r="G6"><f>{NEW_XML}</f><v>0</v></c>'
    assert written_cell(path, "G7") == f'<c r="G7" t="str"><f>{NEW_XML}</f><v></v></c>'


def test_a_formula_that_the_table_has_is_not_needed_whatever_its_case_and_spaces(tmp_path: Path) -> None:
    book = read_book(rich_book(tmp_path / "a.xlsx"))
    for text in (OLD, "=" + OLD, OLD.replace("*", " * "), OLD.replace("Deals", "DEALS")):
        assert not needed_changes(ChangeSet((TableChange("Deals", {}, formulas={"Double": text}),)), book)
    other = ChangeSet((TableChange("Deals", {}, formulas={"Double": OLD.replace("2", "3"), "Gone": "1"}),))
    assert needed_changes(other, book).tables[0].formulas == {"Double": OLD.replace("2", "3")}


def test_texts_in_a_formula_count_by_every_letter(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, formulas())
    book = read_book(path)
    assert not needed_changes(formulas(), book)
    for text in (NEW.replace("no", "No"), NEW.replace("a &", "a&")):
        assert needed_changes(ChangeSet((TableChange("Deals", {}, formulas={"Double": text}),)), book)


def test_a_second_time_changes_nothing_more(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, formulas())
    sheet, table = part(path, DEALS_SHEET), part(path, TABLE)
    apply_changes(path, formulas())
    assert (part(path, DEALS_SHEET), part(path, TABLE)) == (sheet, table)


def test_a_constant_that_was_typed_over_the_old_formula_stays(tmp_path: Path) -> None:
    """It is an issue, and people say what becomes of it; a cleared cell gets the formula."""
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, f'<c r="G5"><f>{OLD}</f><v>0</v></c>', '<c r="G5" s="1"><v>12</v></c>')
    replace_in(path, DEALS_SHEET, f'<c r="G6"><f>{OLD}</f><v>0</v></c>', '<c r="G6" s="1"/>')
    apply_changes(path, formulas())
    assert written_cell(path, "G5") == '<c r="G5" s="1"><v>12</v></c>'
    assert written_cell(path, "G6") == f'<c r="G6" s="1"><f>{NEW_XML}</f></c>'


def test_a_column_without_a_formula_gets_it_in_every_cell(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    look = re.search(r's="\d+"', written_cell(path, "D5"))
    assert look is not None
    apply_changes(path, ChangeSet((TableChange("Deals", {}, formulas={"Amount": "1", "Account": "2"}),)))
    assert written_cell(path, "D5") == f'<c r="D5" {look[0]}><f>1</f><v>100</v></c>'
    assert written_cell(path, "D7") == f'<c r="D7" {look[0]}><f>1</f></c>'
    assert written_cell(path, "C5") == '<c r="C5"><f>2</f></c>'  # a shared text is no result of a formula
    assert set(read_book(path).tables["Deals"].formulas) == {"Double", "Amount", "Account"}


def test_the_other_definitions_of_the_column_stay_behind_the_formula(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", totals=True)
    assert 'totalsRowFunction="sum"' in part(path, TABLE)
    replace_in(
        path, TABLE, "</calculatedColumnFormula>", "</calculatedColumnFormula><totalsRowFormula>7</totalsRowFormula>"
    )
    total = written_cell(path, "G8")
    apply_changes(path, formulas())
    assert f"{NEW_XML}</calculatedColumnFormula><totalsRowFormula>7</totalsRowFormula></tableColumn>" in part(
        path, TABLE
    )
    assert written_cell(path, "G8") == total


def test_new_rows_of_a_growing_table_get_the_new_formula(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, formulas(5, Double={3: "x"}))
    assert written_cell(path, "G8") == f'<c r="G8" t="str"><f>{NEW_XML}</f><v>x</v></c>'
    assert written_cell(path, "G9") == f'<c r="G9"><f>{NEW_XML}</f></c>'
    assert OLD not in part(path, DEALS_SHEET)


def test_a_shrinking_table_keeps_the_new_formula_in_the_rows_that_stay(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, formulas(2))
    assert [NEW_XML in written_cell(path, f"G{row}") for row in (5, 6, 7)] == [True, True, False]


def test_a_formula_that_only_the_columns_cells_share_is_replaced(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, f'<c r="G5"><f>{OLD}</f>', '<c r="G5"><f t="shared" si="0" ref="G5:G7">D5*2</f>')
    replace_in(path, DEALS_SHEET, f'<c r="G6"><f>{OLD}</f>', '<c r="G6"><f t="shared" si="0"/>')
    apply_changes(path, formulas())
    assert part(path, DEALS_SHEET).count(f"<f>{NEW_XML}</f>") == 3
    assert "shared" not in part(path, DEALS_SHEET)


def test_a_formula_that_cells_elsewhere_share_is_refused(tmp_path: Path) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx"))
    for one in (path, before):
        replace_in(one, DEALS_SHEET, f'<c r="G5"><f>{OLD}</f>', '<c r="G5"><f t="shared" si="0" ref="G5:H7">D5*2</f>')
    with pytest.raises(BookError, match="Deals!G5 belongs to a formula that several cells share"):
        apply_changes(path, formulas())
    assert changed_parts(before, path) == set()


def test_the_calculation_chain_stays_as_it_is(tmp_path: Path) -> None:
    path = with_chain(rich_book(tmp_path / "a.xlsx"), '<c r="G5" i="1"/><c r="G6"/>')
    chain = part(path, "xl/calcChain.xml")
    apply_changes(path, formulas())
    assert part(path, "xl/calcChain.xml") == chain


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    with pytest.raises(BookError, match="no column called Gone in its table Deals"):
        apply_changes(path, ChangeSet((TableChange("Deals", {}, formulas={"Gone": "1"}),)))
