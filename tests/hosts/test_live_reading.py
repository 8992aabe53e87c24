"""The live host reads what the file host reads: tables, formulas, names, odd cells. Needs LibreOffice."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.live_books import differences, with_rows, worked_in
from tests.live.call_count import counted
from tests.ooxml.books import rich_book
from xlpipeline.hosts.file import read_book
from xlpipeline.hosts.live import LiveWorkbook
from xlpipeline.model.book import CellError

if TYPE_CHECKING:
    import xlwings as xw

    from tests.live.engine import LiveApp
    from tests.live.fixtures import OpenCopy

pytestmark = pytest.mark.libreoffice


@pytest.mark.parametrize("name", ["small_book", "messy_book"])
def test_a_team_workbook_reads_as_it_does_closed(
    name: str, request: pytest.FixtureRequest, open_copy: OpenCopy
) -> None:
    path: Path = request.getfixturevalue(name)
    live = LiveWorkbook(open_copy(path))
    assert differences(read_book(path), live.read()) == []
    assert live.title == path.name
    assert live.place.endswith(path.name)


def test_texts_that_excel_would_parse_read_as_texts(small_book: Path, open_copy: OpenCopy) -> None:
    worked_in(small_book)
    given = read_book(small_book).frame("Pipeline")
    found = LiveWorkbook(open_copy(small_book)).read().frame("Pipeline")
    for head in ("Opportunity", "Account"):
        assert found[head].tolist() == given[head].tolist()
        assert {type(cell) for cell in found[head] if cell is not None} == {str}


@pytest.mark.parametrize("totals", [False, True])
def test_any_workbook_reads_as_it_does_closed(totals: bool, tmp_path: Path, open_copy: OpenCopy) -> None:
    path = rich_book(tmp_path / "rich.xlsx", totals=totals)
    found = LiveWorkbook(open_copy(path)).read()
    found_otherwise = differences(read_book(path), found)
    assert {one[1] for one in found_otherwise} == {"Double"}  # the file holds no results of its formulas
    assert found.frame("Deals")["Double"].tolist() == [200.0, 401.0, 0.0]
    assert found.names["xlp_schema"] == 3.0


def opened_with_formulas(path: Path, open_copy: OpenCopy) -> tuple[xw.Book, xw.Range]:
    """The workbook and the cells of its calculated column "Weighted amount"."""
    book = open_copy(path)
    table: Any = book.sheets["Pipeline"].tables["Pipeline"]
    column = list(table.header_row_range.value).index("Weighted amount")
    return book, table.data_body_range[:, column]


def test_a_formula_column_is_known_though_its_first_cells_were_cleared_and_typed_over(
    small_book: Path, open_copy: OpenCopy
) -> None:
    book, column = opened_with_formulas(small_book, open_copy)
    column[0].value, column[1].value, column[7].value = None, 5.0, "x"
    given = read_book(small_book).tables["Pipeline"].formulas
    table = LiveWorkbook(book).read().tables["Pipeline"]
    assert table.formulas == given
    assert table.without_formula == {"Weighted amount": frozenset({0, 1, 7})}
    assert table.constants("Weighted amount") == [1, 7]


def test_a_filled_column_of_ones_own_is_calculated_and_a_lone_formula_is_not(
    small_book: Path, open_copy: OpenCopy
) -> None:
    book = open_copy(small_book)
    table: Any = book.sheets["Leads"].tables["Leads"]
    right, rows = table.range.last_cell.column, table.range.rows.count
    sheet = book.sheets["Leads"]
    sheet.range((table.range.row, right + 1)).value = "Mine"
    sheet.range((table.range.row, right + 2)).value = "Once"
    table.resize(sheet.range((table.range.row, table.range.column), (table.range.row + rows - 1, right + 2)))
    top = table.range.row + 1
    sheet.range((top, right + 1), (top + rows - 2, right + 1)).formula = f"=ROW(A{top})*2"
    sheet.range((top, right + 2)).formula = "=1+1"
    found = LiveWorkbook(book).read().tables["Leads"]
    assert found.formulas == {"Mine": f"ROW(A{top})*2"}
    assert found.frame["Once"].iloc[0] == 2.0


def test_a_text_that_reads_like_an_error_is_told_from_the_error(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    cells: Any = book.sheets["Pipeline"].tables["Pipeline"].data_body_range
    cells[0, 2].value = "'#N/A"
    cells[1, 2].formula = "=NA()"
    found = LiveWorkbook(book).read().frame("Pipeline").iloc[:, 2]
    assert (type(found[0]), type(found[1])) == (str, CellError)


def test_amounts_with_a_currency_format_keep_all_their_digits(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    table: Any = book.sheets["Pipeline"].tables["Pipeline"]
    amount = table.data_body_range[0, list(table.header_row_range.value).index("Amount")]
    amount.value, amount.number_format = 1234.56789, "[$$-409]#,##0.00"
    card = book.names["average_deal"].refers_to_range
    card.sheet.api.Unprotect("")
    card.value, card.number_format = 0.123456789, "[$$-409]#,##0.00"
    found = LiveWorkbook(book).read()
    assert found.frame("Pipeline")["Amount"].iloc[0] == 1234.56789
    assert found.names["average_deal"] == 0.123456789


def test_a_table_on_a_hidden_tab_is_read(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    assert not book.sheets["_History"].visible
    assert len(LiveWorkbook(book).read().frame("_History")) == len(read_book(small_book).frame("_History"))


def test_reading_writes_nothing_and_switches_nothing(small_book: Path, open_copy: OpenCopy, live_app: LiveApp) -> None:
    live = LiveWorkbook(open_copy(small_book))
    with counted(live_app) as calls:
        live.read()
    assert [member for member in calls if member.endswith("=") or member.startswith("App.")] == []


def calls_of_reading(path: Path, live_app: LiveApp) -> int:
    live = LiveWorkbook(live_app.open(path))
    with counted(live_app) as calls:
        live.read()
    return calls.total()


def counts_of_reading(original: Path, rows: tuple[int, ...], live_app: LiveApp, folder: Path) -> set[int]:
    books = [with_rows(Path(shutil.copy(original, folder / f"{n}.xlsx")), n) for n in rows]
    return {calls_of_reading(book, live_app) for book in books}


@pytest.mark.slow
def test_the_number_of_calls_is_the_same_whatever_the_rows(small_book: Path, live_app: LiveApp, tmp_path: Path) -> None:
    assert len(counts_of_reading(small_book, (100, 2_000), live_app, tmp_path)) == 1
