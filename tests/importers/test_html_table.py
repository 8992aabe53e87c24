"""Web pages that are called .xls: their largest table is read as text, and nothing in them runs or is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpipeline.errors import SourceError
from xlpipeline.importers import html_table
from xlpipeline.importers.html_table import html_records
from xlpipeline.importers.source import read_source


def records(page: str, charset: str = "utf-8") -> list[list[str]]:
    return html_records(page.encode(charset), "report.xls")


def test_cells_are_texts_with_entities_as_letters_and_breaks_as_spaces() -> None:
    page = "<table><tr><th>A&amp;B<th>C</tr><tr><td>x<br>y</td><td>&nbsp;1&#44;5 </td></tr></table>"
    assert records(page) == [["A&B", "C"], ["x y", "1,5"]]


def test_rows_and_cells_that_are_not_closed_are_read() -> None:
    assert records("<table><tr><td>a<td>b<tr><td>c<td>d") == [["a", "b"], ["c", "d"]]
    assert records("<table><tr><td>a<td>b<tr><td>c<td>d</table>") == [["a", "b"], ["c", "d"]]


def test_a_cell_over_columns_leaves_blanks_behind_it() -> None:
    assert records('<table><tr><td colspan="3">a</td><td>b</td></tr></table>') == [["a", "", "", "b"]]
    assert records('<table><tr><td colspan="x">a</td><td colspan=0>b</td></tr></table>') == [["a", "b"]]


def test_scripts_and_styles_are_no_text() -> None:
    page = "<script>document.write('<table>')</script><table><tr><td><style>td{}</style>a</td><td>b</td></tr></table>"
    assert records(page) == [["a", "b"]]


def test_the_largest_of_several_tables_is_taken_and_a_table_in_a_cell_is_its_own() -> None:
    inner = "<table><tr><td>x</td></tr></table>"
    rows = f"<tr><td>a</td><td>b{inner}</td></tr><tr><td>c</td><td>d</td></tr>"
    page = f"<table><tr><td>logo</td></tr></table><table>{rows}</table>"
    assert records(page) == [["a", "b"], ["c", "d"]]


def test_a_declared_entity_is_never_expanded_or_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    page = (
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt"><!ENTITY a "&a;&a;">]>'
        "<html><table><tr><td>Name</td><td>&x;</td></tr><tr><td>&a;</td><td>2</td></tr></table></html>"
    )
    assert "secret" not in str(records(page))
    assert records(page)[1] == ["&a;", "2"]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16"])
def test_the_encoding_is_the_pages_own(charset: str) -> None:
    page = f'<html><meta charset="{charset}"><table><tr><td>Müller</td><td>€</td></tr></table>'
    page = page if charset != "iso-8859-1" else page.replace("€", "£")
    assert records(page, charset)[0][0] == "Müller"


def test_a_page_that_lies_about_its_encoding_is_read_all_the_same() -> None:
    assert records('<meta charset="no-such-thing"><table><tr><td>a</td><td>b</td></tr></table>') == [["a", "b"]]


def test_pages_without_a_table_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "login.xls"
    path.write_text("<html><body>Please log in</body></html>", encoding="utf-8")
    with pytest.raises(SourceError, match="is a web page without a table"):
        read_source(path)


def test_xml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_text('<?xml version="1.0"?><Workbook/>', encoding="utf-8")
    with pytest.raises(SourceError, match="is XML"):
        read_source(path)


def test_what_is_larger_than_a_worksheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = "<tr><td>a</td><td>b</td></tr>"
    monkeypatch.setattr(html_table, "_MOST_ROWS", 3)
    assert len(records(f"<table>{row * 3}</table>")) == 3
    with pytest.raises(SourceError, match="larger than a worksheet"):
        records(f"<table>{row * 4}</table>")
    monkeypatch.setattr(html_table, "_MOST_BYTES", 10)
    with pytest.raises(SourceError, match="please export it as CSV"):
        records(f"<table>{row}</table>")


def test_tables_within_tables_end_somewhere() -> None:
    with pytest.raises(SourceError, match="tables within tables"):
        records("<table><tr><td>" * 60)
    with pytest.raises(SourceError, match="larger than a worksheet"):
        records("<table><tr>" + '<td colspan="16384">a</td>' * 3 + "</tr></table>")
