"""Files become plain tables whatever their encoding, delimiter and dressing."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.table import Table

from xlpipeline.errors import SourceError
from xlpipeline.importers.source import Source, read_source

LETTERS = st.characters(codec="utf-8", exclude_characters="\0\ufeff")
WESTERN = st.characters(codec="cp1252", exclude_characters="\0")
HEADS = st.lists(st.text("abcdefghij", min_size=3, max_size=8), min_size=2, max_size=5, unique=True)


def read(folder: Path, raw: bytes, name: str = "deals.csv") -> Source:
    path = folder / name
    path.write_bytes(raw)
    return read_source(path)


def rows(source: Source) -> list[list[object]]:
    return [[None if cell is None else cell for cell in row] for row in source.rows.to_numpy(dtype=object).tolist()]


@st.composite
def tables(draw: st.DrawFn, letters: st.SearchStrategy[str]) -> tuple[list[str], list[list[str]]]:
    heads = draw(HEADS)
    cell = st.text(letters, max_size=12).filter(
        lambda text: not text.strip().lower().endswith(("total", "totals", "sum"))
    )
    body = draw(st.lists(st.lists(cell, min_size=len(heads), max_size=len(heads)), max_size=6))
    return heads, [row for row in body if "".join(row).strip()]


def written(table: tuple[list[str], list[list[str]]], delimiter: str, quoting: int) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([table[0], *table[1]])  # type: ignore[arg-type]
    return out.getvalue()


def same(source: Source, table: tuple[list[str], list[list[str]]]) -> bool:
    return list(source.columns) == table[0] and rows(source) == [[c or None for c in row] for row in table[1]]


def table_is_read_back(table: tuple[list[str], list[list[str]]], encoding: str, delimiter: str, quoting: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = read(Path(folder), written(table, delimiter, quoting).encode(encoding))
    assert same(source, table)
    assert source.delimiter == delimiter


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    tables(LETTERS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_table_of_texts_is_read_back_the_same(
    table: tuple[list[str], list[list[str]]], encoding: str, delimiter: str, quoting: int
) -> None:
    table_is_read_back(table, encoding, delimiter, quoting)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(
    tables(LETTERS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_table_of_texts_is_read_back_the_same_over_many(
    table: tuple[list[str], list[list[str]]], encoding: str, delimiter: str, quoting: int
) -> None:
    table_is_read_back(table, encoding, delimiter, quoting)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(tables(WESTERN), st.sampled_from([",", ";", "\t", "|"]))
def test_a_western_table_without_a_mark_is_read_back_the_same(
    table: tuple[list[str], list[list[str]]], delimiter: str
) -> None:
    raw = written(table, delimiter, csv.QUOTE_MINIMAL).encode("cp1252")
    try:
        raw.decode("utf-8")
        assume(raw.isascii())  # such bytes are rightly taken for UTF-8
    except UnicodeDecodeError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        assert same(read(Path(folder), raw), table)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, found: str) -> None:
    source = read(tmp_path, "Name;Größe\r\nMüller & Söhne;1,5 €\r\n".encode(encoding))
    assert source.encoding == found
    assert source.columns == ("Name", "Größe")
    assert rows(source) == [["Müller & Söhne", "1,5 €"]]


def test_an_encoding_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes("Name;Stage\nŁódź;Won\n".encode("cp1250"))
    assert rows(read_source(path, encoding="cp1250")) == [["Łódź", "Won"]]
    with pytest.raises(SourceError, match=r"not in the encoding utf-8; please name another in the mapping file"):
        read_source(path, encoding="utf-8")


def test_commas_in_amounts_do_not_beat_the_semicolon(tmp_path: Path) -> None:
    source = read(tmp_path, b"Name;Amount;Stage\nA;1,50;Won\nB;2,50;Lost\n")
    assert source.delimiter == ";"
    assert rows(source) == [["A", "1,50", "Won"], ["B", "2,50", "Lost"]]


def test_excels_separator_line_is_obeyed_and_dropped(tmp_path: Path) -> None:
    source = read(tmp_path, b"sep=|\r\nName|Stage\r\nA;B|Won\r\n")
    assert source.columns == ("Name", "Stage")
    assert rows(source) == [["A;B", "Won"]]


def test_totals_imprints_blank_lines_and_titles_of_a_report_are_left_out(tmp_path: Path) -> None:
    text = (
        "Open opportunities\n\nOpportunity Name,Stage,Amount,Close Date\n"
        "Total Energies,Won,5,2024-01-31\n\n,,,\nBeta,Lost,7,2024-01-31\n"
        '"Grand Totals (2 records)",,12,\n\n"Copyright © 2000-2024 salesforce.com, inc. All rights reserved."\n'
        '"Confidential Information - Do Not Distribute"\nGenerated By: Jo Doe 3/2/2024\n'
    )
    source = read(tmp_path, text.encode())
    assert source.columns == ("Opportunity Name", "Stage", "Amount", "Close Date")
    assert [row[0] for row in rows(source)] == ["Total Energies", "Beta"]
    assert list(source.rows.index) == [4, 7]
    assert sum("footer" in note for note in source.notes) == 4
    assert any("row 3" in note for note in source.notes)


def test_a_head_that_stands_twice_gets_a_number(tmp_path: Path) -> None:
    source = read(tmp_path, b"Name,Amount,Amount,,Stage\nA,1,2,3,Won\n")
    assert source.columns == ("Name", "Amount", "Amount (2)", "Column D", "Stage")
    assert source.notes == ("The head “Amount” stands there twice; the later column is called “Amount (2)” here.",)


def test_a_head_is_cut_to_what_excel_allows(tmp_path: Path) -> None:
    source = read(tmp_path, b"Name," + b"(a" * 60_000 + b"\nA,Won\n")
    assert [len(head) for head in source.columns] == [4, 255]


def test_short_rows_are_filled_and_surplus_cells_are_a_fault(tmp_path: Path) -> None:
    source = read(tmp_path, b"Name,Stage,Amount\nA\nB,Won,1,000\nC,Won,1,\n")
    assert rows(source) == [["A", None, None], ["B", "Won", "1"], ["C", "Won", "1"]]
    assert [(fault.row, fault.wrong) for fault in source.faults] == [
        (3, "The row has 1 more cell than there are column heads.")
    ]


def test_an_open_quotation_mark_costs_its_own_row_only(tmp_path: Path) -> None:
    source = read(tmp_path, b'Name,Stage\n"A,Won\nB "x" y,Lost\n"C ""c""",Won\n"say "hi"",Won\nD,Lost\n')
    assert [row[0] for row in rows(source)] == ['"A', 'B "x" y', 'C "c"', 'say "hi"', "D"]
    assert [fault.row for fault in source.faults] == [2, 5]


def test_a_file_of_nothing_but_open_quotes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"More than 1000 rows have quotation marks that do not close"):
        read(tmp_path, b"Name,Stage\n" + b'"A" x,Won\n' * 1100)


def test_zero_bytes_are_dropped(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b"Name,Stage\nA\0lpha,Won\n" + b"Beta,Lost\n" * 9))[0] == ["Alpha", "Won"]


def test_a_huge_field_is_read(tmp_path: Path) -> None:
    source = read(tmp_path, b"Name,Stage\n" + b"x" * 100_000 + b",Won\nB,Lost\n")
    assert len(str(rows(source)[0][0])) == 100_000
    assert rows(source)[1] == ["B", "Lost"]


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(st.one_of(st.binary(max_size=200), st.text('ab,;"\t|\n\r\0 1.', max_size=60).map(str.encode)))
def test_any_bytes_are_a_table_or_one_sentence(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            source = read(Path(folder), raw)
        except SourceError:
            return
    assert len(set(source.columns)) == len(source.columns) == source.rows.shape[1]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "is empty; please export it again"),
        (b" \r\n \n", "is empty; please export it again"),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "is a web page without a table, whatever its name"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "is XML; please open it in Excel"),
        ("<table>".encode("utf-16"), "is a web page without a table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "is an old .xls or a workbook with a password"),
        (b"%PDF-1.7 report", "is a PDF, a picture or a packed file; please export the deals as CSV"),
        (b"PK\x03\x04 half a file", "is no complete .xlsx file"),
    ],
)
def test_what_is_no_table_is_refused_with_one_sentence(tmp_path: Path, raw: bytes, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        read(tmp_path, raw, "report.xls")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file .*nothing\.csv; please check its name"):
        read_source(tmp_path / "nothing.csv")


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = "Export"
    for row in (["Name", "Stage", "Amount"], ["A", "Won", 12.5], [None, None, None], ["B", "Lost", 7]):
        first.append(row)
    second = book.create_sheet("Other")
    second.append(["Title", None])
    second.append([None, None])
    second.append(["Deal", "Phase"])
    second.append(["C", "Won"])
    second.add_table(Table(displayName="Deals", ref="A3:B4"))
    book.save(path)
    return path


def test_a_workbook_is_read_from_its_first_sheet_with_types(tmp_path: Path) -> None:
    source = read_source(workbook(tmp_path / "deals.xlsx"))
    assert rows(source) == [["A", "Won", 12.5], ["B", "Lost", 7]]
    assert list(source.rows.index) == [2, 4]


def test_a_sheet_or_a_table_can_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "deals.xlsx")
    assert rows(read_source(path, sheet="Other")) == [["C", "Won"]]
    assert read_source(path, sheet="Deals").columns == ("Deal", "Phase")
    assert list(read_source(path, sheet="Deals").rows.index) == [4]
    with pytest.raises(SourceError, match=r"has no sheet or table Deal; it has: Export, Other, Deals\."):
        read_source(path, sheet="Deal")


def test_a_report_that_begins_deep_in_a_sheet_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["B60"] = "My report"
    for column, head in enumerate(["Name", "Stage", "Amount"], start=2):
        sheet.cell(62, column, head)
        sheet.cell(63, column, head.lower())
    book.save(tmp_path / "report.xlsx")
    source = read_source(tmp_path / "report.xlsx")
    assert source.columns == ("Name", "Stage", "Amount")
    assert source.notes == ("The column heads were found in row 62; the rows above them were left out.",)
    assert list(source.rows.index) == [63]


def test_a_hidden_first_sheet_is_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path / "deals.xlsx")
    book = openpyxl.load_workbook(path)
    book["Export"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert read_source(path).columns == ("Deal", "Phase")


@pytest.mark.slow
def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    with pytest.raises(SourceError, match=r"would unpack to 60 MB, which no list of deals needs; it was not opened"):
        read_source(path)


def test_a_workbook_under_another_ending_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "deals.xlsx").rename(tmp_path / "deals.xls")
    assert rows(read_source(path)) == [["A", "Won", 12.5], ["B", "Lost", 7]]


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("readme.txt", "no workbook")
    with pytest.raises(SourceError, match=r"cannot be read as a workbook"):
        read_source(path)
