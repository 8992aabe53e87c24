# ruff: noqa: DTZ001 - cells know no time zone
"""Reading closed workbooks: every kind of cell comes as the contract says."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.table import Table

from tests.ooxml.books import DEALS, HEADS, plain_book, replace_in, rewrite, rich_book
from xlpipeline.errors import BookError
from xlpipeline.hosts.file import file_hash, open_book, read_book
from xlpipeline.model.book import CellError
from xlpipeline.ooxml.archive import CHUNK_BYTES


def test_a_table_is_read_with_its_place_heads_and_formulas(tmp_path: Path) -> None:
    table = read_book(rich_book(tmp_path / "a.xlsx")).tables["Deals"]
    assert (table.sheet, table.first_row, table.first_column) == ("Deals", 4, 2)
    assert tuple(table.frame.columns) == HEADS
    assert table.formula_columns == {"Double"}
    assert table.address(0, "Amount") == "'Deals'!D5"


def test_texts_numbers_dates_and_booleans_come_as_themselves(tmp_path: Path) -> None:
    frame = read_book(rich_book(tmp_path / "a.xlsx")).frame("Deals")
    rows = [tuple(row)[:5] for row in frame.itertuples(index=False)]
    assert rows == [tuple(None if cell is None else cell for cell in deal) for deal in DEALS]
    assert type(frame["Closed"][0]) is dt.date
    assert type(frame["Hot"][0]) is bool


def test_the_totals_row_is_no_row_of_the_body(tmp_path: Path) -> None:
    assert len(read_book(rich_book(tmp_path / "a.xlsx", totals=True)).frame("Deals")) == 3


def test_names_give_their_cell_or_their_constant(tmp_path: Path) -> None:
    names = read_book(rich_book(tmp_path / "a.xlsx")).names
    assert names == {"AsOf": 7.0, "Doubled": 14.0, "Note": None, "xlp_schema": 3.0}


def test_only_the_tables_asked_for_are_read(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    assert read_book(path, tables=[]).tables == {}
    assert list(read_book(path, tables=["Deals", "Nothing"]).tables) == ["Deals"]


def test_error_cells_are_errors_and_look_alike_texts_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.add_table("A1:A4", {"name": "T", "columns": [{"header": "X"}]})
    sheet.write_formula("A2", "=NA()", None, "#N/A")
    sheet.write_string("A3", "#N/A")
    sheet.write_formula("A4", "=1/0", None, "#DIV/0!")
    book.define_name("Bad", "=Sheet1!$A$4")
    book.close()
    read = read_book(path)
    cells = read.frame("T")["X"].tolist()
    assert cells == ["#N/A", "#N/A", "#DIV/0!"]
    assert [type(cell) for cell in cells] == [CellError, str, CellError]
    assert type(read.names["Bad"]) is CellError


def test_moments_keep_their_seconds_and_midnight_is_a_date(tmp_path: Path) -> None:
    moments = [dt.datetime(2024, 1, 5, 10, 20, s) for s in range(60)]
    book = read_book(plain_book(tmp_path / "a.xlsx", ("At",), [(m,) for m in [*moments, dt.datetime(2024, 1, 5)]]))
    assert book.frame("T")["At"].tolist() == [*moments, dt.date(2024, 1, 5)]


def test_days_are_counted_from_1904_where_the_book_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_datetime("A2", dt.datetime(2024, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.add_table("A1:A2", {"name": "T", "columns": [{"header": "X"}]})
    book.close()
    assert read_book(path).frame("T")["X"].tolist() == [dt.date(2024, 1, 5)]


def test_two_tables_side_by_side_share_one_reading_of_their_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("A", None, "B"), (1, None, "x"), (2, None, "y")):
        sheet.append(row)
    sheet.add_table(Table(displayName="One", ref="A1:A3"))
    sheet.add_table(Table(displayName="Two", ref="C1:C2"))
    book.save(path)
    read = read_book(path)
    assert read.frame("One")["A"].tolist() == [1, 2]
    assert read.frame("Two")["B"].tolist() == ["x"]


def test_a_body_below_and_beside_the_used_cells_is_blank(tmp_path: Path) -> None:
    path = replace_in(
        plain_book(tmp_path / "a.xlsx", ("A", "B"), [(1, None), (None, None)], top=3),
        "xl/tables/table1.xml", 'ref="A3:B5"', 'ref="A3:B9"',
    )  # fmt: skip
    frame = read_book(path).frame("T")
    assert frame["A"].tolist() == [1, None, None, None, None, None]
    assert frame["B"].tolist() == [None] * 6


@pytest.mark.parametrize("form", ["utf-16", "prefixed", "without references", "cdata", "comments"])
def test_unusual_forms_of_a_sheet_read_the_same(tmp_path: Path, form: str) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A", "B"), [(1, "x"), (2.5, "y & z")])
    expected = read_book(path).frame("T")
    rewrite(path, lambda name, data: unusual(data, form) if name == "xl/worksheets/sheet1.xml" else data)
    assert read_book(path).frame("T").equals(expected)


def unusual(data: bytes, form: str) -> bytes:
    """A sheet's XML said in another way."""
    if form == "utf-16":
        text = re.sub(r"^<\?xml.*?\?>", "", data.decode())
        return ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")
    if form == "prefixed":
        data = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data)
        return data.replace(b'xmlns="', b'xmlns:x="')
    if form == "without references":
        return re.sub(rb'<(c|row) r="[^"]*"', rb"<\1", data)
    if form == "cdata":
        return data.replace(b"<v>2.5</v>", b"<v><![CDATA[2.5]]></v>")
    return data.replace(b"<sheetData>", b'<sheetData><!-- <c r="A2"><v>9</v></c></row> -->')


def test_the_hash_is_that_of_the_bytes_read(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    assert open_book(path).hash == file_hash(path)


def test_a_missing_file_and_a_folder_are_refused_kindly(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"^There is no file .*; please check the name and the folder\.$"):
        read_book(tmp_path / "none.xlsx")
    with pytest.raises(BookError, match=r"is a folder; please name the workbook in it\.$"):
        read_book(tmp_path)


def test_long_formulas_are_passed_over_wherever_the_sheet_is_cut_into_pieces(tmp_path: Path) -> None:
    """Formulas fill more than one piece of the sheet's bytes; among them a value typed over one, and a cleared cell."""
    rows, typed_over, cleared, long_text = 200, 70, 120, b"&lt;f&gt;never shown" * 400
    book = xlsxwriter.Workbook(str(tmp_path / "long.xlsx"))
    sheet, style = book.add_worksheet("Long"), book.add_format({"bold": True})
    sheet.add_table(
        0, 0, rows, 1, {"name": "Long", "columns": [{"header": "No"}, {"header": "Text", "formula": '="a"'}]}
    )
    for row in range(rows):
        sheet.write_number(row + 1, 0, row)
        sheet.write_formula(row + 1, 1, '="short"', None, f"row {row}")
    sheet.write_number(typed_over + 1, 1, -7)
    sheet.write_blank(cleared + 1, 1, None, style)
    book.close()
    path = rewrite(tmp_path / "long.xlsx", lambda name, data: data.replace(b"short", long_text))
    table = read_book(path).tables["Long"]
    expected: list[object] = [f"row {row}" for row in range(rows)]
    expected[typed_over], expected[cleared] = -7.0, None
    assert rows * len(long_text) > CHUNK_BYTES
    assert table.frame["No"].tolist() == list(range(rows))
    assert table.frame["Text"].tolist() == expected
    assert table.without_formula["Text"] == {typed_over, cleared}
