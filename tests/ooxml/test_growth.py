"""Tables that grow and shrink: what must follow them follows, what is in the way is named, and nothing is shifted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.table import Table

from tests.ooxml.books import changed_parts, part, parts, plain_book, replace_in, rewrite, rich_book, twins
from tests.ooxml.test_patch import DEALS_SHEET, with_chain, written_cell
from xlpipeline.errors import BookError, GrowthError
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import ChangeSet, TableChange, whole_table

TABLE = "xl/tables/table1.xml"


def resized(table: str, rows: int, **columns: dict[int, Any]) -> ChangeSet:
    """A table with so many rows, and new cells by column."""
    return ChangeSet((TableChange(table, {c: pd.Series(v, dtype=object) for c, v in columns.items()}, rows),))


def test_a_grown_table_takes_formats_formulas_filter_and_validation_along(tmp_path: Path) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx"))
    apply_changes(path, resized("Deals", 5, Amount={3: 7}, Double={3: 14}))
    assert 'ref="B4:G9"' in part(path, TABLE)
    assert '<autoFilter ref="B4:G9"/>' in part(path, TABLE)
    sheet = part(path, DEALS_SHEET)
    assert '<conditionalFormatting sqref="B5:G9">' in sheet
    assert '<conditionalFormatting sqref="D5:D9">' in sheet
    assert "<xm:sqref>D5:D9</xm:sqref>" in sheet
    assert 'sqref="C5:C9"' in sheet
    assert 'sqref="J1:J90"' in sheet
    assert "<xm:sqref>K5</xm:sqref>" in sheet  # a sparkline's place is no range of the body
    assert re.search(r'<dimension ref="\w+:\w+?9"/>', sheet)
    assert written_cell(path, "G8") == '<c r="G8"><f>Deals[[#This Row],[Amount]]*2</f><v>14</v></c>'
    assert written_cell(path, "G9") == '<c r="G9"><f>Deals[[#This Row],[Amount]]*2</f></c>'
    for column in "DE":
        looks = {re.search(r's="\d+"', written_cell(path, f"{column}{row}")).group() for row in (7, 8, 9)}  # type: ignore[union-attr]
        assert len(looks) == 1
    heights = re.findall(r'<row r="([89])"[^>]*ht="33"', sheet)
    assert heights == ["8", "9"]
    assert changed_parts(before, path) == {DEALS_SHEET, TABLE, "xl/workbook.xml", "xl/charts/chart1.xml"}


def test_grown_rows_are_read_back(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    frame = read_book(path).frame("Deals")
    more = pd.concat([frame, frame, frame], ignore_index=True)
    apply_changes(path, ChangeSet((whole_table("Deals", more),)))
    assert read_book(path).frame("Deals").equals(more)


def test_names_and_our_own_charts_follow_and_the_users_chart_stays(tmp_path: Path) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx"))
    apply_changes(path, resized("Deals", 5))
    assert '<definedName name="AccountChoices">Deals!$C$5:$C$9</definedName>' in part(path, "xl/workbook.xml")
    ours = part(path, "xl/charts/chart1.xml")
    assert "<c:f>Deals!$B$5:$B$9</c:f>" in ours
    assert "<c:f>Deals!$D$5:$D$9</c:f>" in ours
    assert "<c:f>Deals!$D$4</c:f>" in ours
    assert "Cache" not in ours
    assert parts(path)["xl/charts/chart2.xml"] == parts(before)["xl/charts/chart2.xml"]


def test_the_totals_row_moves_down_and_up_with_its_formula(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", totals=True)
    total = written_cell(path, "D8")
    assert "SUBTOTAL(109,[Amount])" in total
    apply_changes(path, resized("Deals", 6))
    assert written_cell(path, "D11") == total.replace("D8", "D11")
    assert "Total" not in written_cell(path, "B8")
    assert 'ref="B4:G11" totalsRowCount="1"' in part(path, TABLE)
    assert '<autoFilter ref="B4:G10"/>' in part(path, TABLE)
    apply_changes(path, resized("Deals", 2))
    assert written_cell(path, "D7") == total.replace("D8", "D7")
    assert 'ref="B4:G7"' in part(path, TABLE)
    assert written_cell(path, "D8") == ""
    assert len(read_book(path).frame("Deals")) == 2


def test_a_totals_formula_over_cells_follows_the_body(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", totals=True)
    replace_in(path, DEALS_SHEET, "SUBTOTAL(109,[Amount])", "SUM(D5:D7)+$D$5+SUM(D$5:D$7)")
    apply_changes(path, resized("Deals", 5))
    assert "<f>SUM(D5:D9)+$D$5+SUM(D$5:D$9)</f>" in written_cell(path, "D10")


def test_a_shrunk_table_leaves_no_cells_behind_and_pulls_ranges_back(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, resized("Deals", 1))
    sheet = part(path, DEALS_SHEET)
    assert not re.findall(r'<c r="[B-G][67]"', sheet)
    assert 'ref="B4:G5"' in part(path, TABLE)
    assert 'sqref="C5"' in sheet
    assert "<xm:sqref>D5</xm:sqref>" in sheet
    assert '<conditionalFormatting sqref="B5:G5">' in sheet
    assert "Deals!$C$5</definedName>" in part(path, "xl/workbook.xml")
    assert read_book(path).frame("Deals")["Deal ID"].tolist() == ["D-1"]


def test_a_table_shrunk_to_one_row_grows_again_with_everything(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, resized("Deals", 1))
    apply_changes(path, resized("Deals", 4))
    sheet = part(path, DEALS_SHEET)
    assert 'sqref="C5:C8"' in sheet
    assert "<xm:sqref>D5:D8</xm:sqref>" in sheet
    assert "Deals!$C$5:$C$8</definedName>" in part(path, "xl/workbook.xml")
    assert "<c:f>Deals!$D$5:$D$8</c:f>" in part(path, "xl/charts/chart1.xml")
    assert len(re.findall("<f>Deals", sheet)) == 4


def test_at_least_one_row_stays(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, resized("Deals", 0, Account={}))
    assert len(read_book(path).frame("Deals")) == 1


def test_growing_over_cells_is_refused_by_their_names(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", below={"C9": "x", "D9": 1, "C10": 2, "D10": 3, "G11": "z", "H8": "beside"})
    before = path.read_bytes()
    with pytest.raises(
        GrowthError, match=r"^The table Deals has no room to grow: Deals!C9:D10, Deals!G11 must be empty"
    ):
        apply_changes(path, resized("Deals", 9))
    assert path.read_bytes() == before
    assert not (tmp_path / "a.xlsx.bak").exists()
    apply_changes(path, resized("Deals", 4))
    assert len(read_book(path).frame("Deals")) == 4


def test_a_moving_totals_row_needs_room_too(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", totals=True, below={"B9": "x"})
    with pytest.raises(GrowthError, match="Deals!B9"):
        apply_changes(path, resized("Deals", 4))


def test_growing_over_merged_cells_is_refused(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(
        path, DEALS_SHEET, "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="F9:H10"/></mergeCells>'
    )
    with pytest.raises(GrowthError, match="Deals!F9:H10"):
        apply_changes(path, resized("Deals", 5))
    apply_changes(path, resized("Deals", 4))


def test_growing_over_another_table_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("A",), (1,), (None,), ("B",), (2,)):
        sheet.append(row)
    sheet.add_table(Table(displayName="Upper", ref="A1:A2"))
    sheet.add_table(Table(displayName="Lower", ref="A4:A5"))
    book.save(path)
    with pytest.raises(
        GrowthError, match=r"The table Upper has no room to grow: the table Lower at Sheet!A4:A5 is in the way"
    ):
        apply_changes(path, resized("Upper", 3))
    apply_changes(path, resized("Lower", 30))
    assert len(read_book(path).frame("Lower")) == 30


def test_growing_past_the_end_of_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match="a sheet ends at 1,048,576"):
        apply_changes(rich_book(tmp_path / "a.xlsx"), resized("Deals", 1_048_573))


def test_empty_styled_cells_are_no_hindrance(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx", below={"C8": None})
    replace_in(
        path, DEALS_SHEET, "</sheetData>", '<row r="9"><c r="C9" s="1"/><c r="I9"><v>4</v></c></row></sheetData>'
    )
    apply_changes(path, resized("Deals", 5, Account={4: "new"}))
    assert read_book(path).frame("Deals")["Account"].tolist()[3:] == [None, "new"]
    assert written_cell(path, "I9") == '<c r="I9"><v>4</v></c>'


def test_a_range_wider_than_the_table_gets_the_new_rows_of_the_table_only(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, '<conditionalFormatting sqref="B5:G7">', '<conditionalFormatting sqref="A1:Z7">')
    apply_changes(path, resized("Deals", 5))
    assert '<conditionalFormatting sqref="A1:Z7 B8:G9">' in part(path, DEALS_SHEET)


def test_hidden_last_rows_do_not_hide_new_ones(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, '<row r="7"', '<row r="7" hidden="1" outlineLevel="1"')
    apply_changes(path, resized("Deals", 4))
    row = re.search(r'<row r="8"[^>]*>', part(path, DEALS_SHEET))
    assert row is not None
    assert "hidden" not in row.group()
    assert "outline" not in row.group()


def test_tables_side_by_side_grow_and_shrink_each_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("A", None, "B"), (1, None, "x"), (2, None, "y"), (3, None, "z")):
        sheet.append(row)
    sheet.add_table(Table(displayName="One", ref="A1:A4"))
    sheet.add_table(Table(displayName="Two", ref="C1:C4"))
    book.save(path)
    apply_changes(path, resized("One", 1) + resized("Two", 5, B={4: "new"}))
    read = read_book(path)
    assert read.frame("One")["A"].tolist() == [1]
    assert read.frame("Two")["B"].tolist() == ["x", "y", "z", None, "new"]


def test_freed_formulas_leave_the_calculation_chain(tmp_path: Path) -> None:
    path = with_chain(rich_book(tmp_path / "a.xlsx"), '<c r="G7" i="1"/><c r="G6"/><c r="G5"/><c r="I3"/>')
    apply_changes(path, resized("Deals", 1))
    assert re.findall(r'<c r="(\w+)"( i="1")?/>', part(path, "xl/calcChain.xml")) == [("G5", ' i="1"'), ("I3", "")]


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ('<f t="array" ref="D8">SUM(D5:D7)</f>', "Deals!D8 belongs to a formula that several cells share"),
        ('<f t="shared" si="0"/>', "totals row of Deals holds a shared formula"),
    ],
)
def test_a_totals_row_with_a_shared_formula_does_not_move(tmp_path: Path, formula: str, sentence: str) -> None:
    path = rich_book(tmp_path / "a.xlsx", totals=True)
    replace_in(path, DEALS_SHEET, "<f>SUBTOTAL(109,[Amount])</f>", formula)
    with pytest.raises(BookError, match=sentence):
        apply_changes(path, resized("Deals", 4))


def test_array_formulas_of_a_calculated_column_name_their_own_cell(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    rewrite(
        path,
        lambda n, d: (
            d.replace(b"<calculatedColumnFormula>", b'<calculatedColumnFormula array="1">') if n == TABLE else d
        ),
    )
    apply_changes(path, resized("Deals", 4, Double={3: 1}))
    assert written_cell(path, "G8") == '<c r="G8"><f t="array" ref="G8">Deals[[#This Row],[Amount]]*2</f><v>1</v></c>'


def test_a_new_row_in_front_of_a_sheet_without_rows_is_made(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A",), [(None,)])
    rewrite(path, lambda n, d: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", d) if n == DEALS_SHEET else d)
    apply_changes(path, resized("T", 2, A={1: 5}))
    assert read_book(path).frame("T")["A"].tolist() == [None, 5]
