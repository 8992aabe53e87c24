"""The engine plays Excel: each of Excel's surprises, on both sides."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.styles import Protection
from openpyxl.worksheet.table import Table

from tests.live.call_count import ComError, counted, failing

if TYPE_CHECKING:
    import xlwings as xw
    from xlwings.main import Table as XlTable

    from tests.live.engine import LiveApp
    from tests.live.fixtures import OpenCopy

pytestmark = pytest.mark.libreoffice

DEALS: list[list[str | int | None]] = [
    ["Deal", "Stage", "Amount", "Half"],
    ["a", "won", 10, None],
    ["b", "lost", 30, None],
    ["c", "won", 50, None],
]


@pytest.fixture
def deals_file(tmp_path: Path) -> Path:
    """A sheet Deals with the table Deals in B2:E5, whose last column is computed; names; a protected sheet Board."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Deals"
    for row, cells in enumerate(DEALS, start=2):
        for column, cell in enumerate(cells, start=2):
            sheet.cell(row, column, cell)
    for row in (3, 4, 5):
        sheet.cell(row, 5, "=Deals[[#This Row],[Amount]]/2")
    table = Table(displayName="Deals", ref="B2:E5")
    sheet.add_table(table)
    board = book.create_sheet("Board")
    board["A1"], board["A2"] = "locked", "open"
    board["A2"].protection = Protection(locked=False)
    board.protection.sheet = True
    board.protection.autoFilter = False
    book.create_sheet("Hidden").sheet_state = "hidden"
    names = openpyxl.workbook.defined_name.DefinedName
    book.defined_names["Limit"] = names("Limit", attr_text="Board!$A$2")
    book.defined_names["Two"] = names("Two", attr_text="2")
    book.defined_names["Stages"] = names("Stages", attr_text="Deals[Stage]")
    path = tmp_path / "deals.xlsx"
    book.save(path)
    return path


def body_of(table: XlTable) -> xw.Range:
    body: xw.Range | None = table.data_body_range
    assert body is not None
    return body


def selected(app: xw.App) -> str:
    selection = app.selection
    assert selection is not None
    return f"{selection.sheet.name}!{selection.address}"


@pytest.fixture
def book(open_copy: OpenCopy, deals_file: Path) -> xw.Book:
    return open_copy(deals_file)


@pytest.fixture
def sheet(live_app: LiveApp) -> xw.Sheet:
    return live_app.books.add().sheets[0]


# -- writing and reading values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00123", 123.0),
        ("12%", 0.12),
        ("2026-05-01", dt.datetime(2026, 5, 1)),  # noqa: DTZ001
        ("10:30", dt.datetime(1899, 12, 30, 10, 30)),  # noqa: DTZ001
        ("TRUE", True),
        ("=1+1", 2.0),
        ("+1", 1.0),
        ("$5.50", Decimal("5.5")),
        ("'00123", "00123"),
        ("'=1+1", "=1+1"),
        ("D-00123", "D-00123"),
        ("", None),
    ],
)
def test_a_text_is_typed_into_the_cell(sheet: xw.Sheet, text: str, value: object) -> None:
    sheet["A1"].value = text
    found = sheet["A1"].value
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["=1+1", "00123", "1/2", "TRUE", "#N/A", "+1"])
def test_in_a_cell_of_text_format_texts_stay_texts(sheet: xw.Sheet, text: str) -> None:
    sheet["A1"].number_format = "@"
    sheet["A1"].value = text
    assert sheet["A1"].value == text
    assert sheet["A1"].formula == text
    assert sheet["A1"].api.HasFormula is False


def test_a_text_that_was_prefixed_leaves_the_format_alone(sheet: xw.Sheet) -> None:
    sheet["A2"].number_format = "0.00"
    sheet["A1:A2"].value = [["'=1"], ["'=1"]]
    assert (sheet["A1"].number_format, sheet["A2"].number_format) == ("General", "0.00")
    sheet["A1:A2"].value = "5"
    assert sheet["A1:A2"].value == [5.0, 5.0]


@pytest.mark.parametrize("text", ["D-00123", "1,23", "13/5", "1.2.3", "2026-05-01T10:30", "+49 30 1234"])
def test_a_text_that_only_resembles_a_number_stays_a_text_of_general_format(sheet: xw.Sheet, text: str) -> None:
    sheet["A1"].value = f"'{text}"
    assert (sheet["A1"].value, sheet["A1"].formula, sheet["A1"].number_format) == (text, text, "General")


def test_what_excel_cannot_parse_is_refused_and_nothing_is_written(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "before"
    for bad in ("=1+", "+hello there: you"):
        with pytest.raises(ComError):
            sheet["A1:B1"].value = [[1, bad]]
    assert sheet["A1:B1"].value == ["before", None]


def test_an_unknown_name_is_a_formula_with_an_error(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "@john"
    assert sheet["A1"].value is None
    assert sheet["A1"].options(err_to_str=True).value == "#NAME?"
    assert sheet["A1"].api.HasFormula is True


def test_a_cell_takes_32767_characters_and_no_more(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "x" * 32_767
    assert len(sheet["A1"].value) == 32_767
    with pytest.raises(ComError):
        sheet["A1"].value = "x" * 32_768


def test_a_date_brings_its_format_to_a_general_cell_only(sheet: xw.Sheet) -> None:
    sheet["A2"].number_format = "0.0"
    sheet["A1:A2"].value = [[dt.date(2026, 5, 1)], [dt.date(2026, 5, 1)]]
    assert sheet["A1:A2"].value == [dt.datetime(2026, 5, 1), 46143.0]  # noqa: DTZ001
    sheet["A1"].value = 1  # the date format stays
    assert sheet["A1"].value == dt.datetime(1899, 12, 31)  # noqa: DTZ001


def test_a_number_that_is_no_date_stays_a_number_in_a_date_cell(sheet: xw.Sheet) -> None:
    sheet["A1:C1"].number_format = "yyyy-mm-dd"
    sheet["A1:C1"].value = [[-1, 2_958_465, 2_958_466]]
    assert sheet["A1:C1"].value == [-1.0, dt.datetime(9999, 12, 31), 2_958_466.0]  # noqa: DTZ001


def test_a_boolean_gives_way_to_a_number(sheet: xw.Sheet) -> None:
    sheet["A1"].value = True
    assert sheet["A1"].value is True
    assert sheet["A1"].formula == "TRUE"
    sheet["A1"].value = 1
    assert type(sheet["A1"].value) is float


def test_money_comes_as_decimal_because_com_has_a_type_for_it(sheet: xw.Sheet) -> None:
    sheet["A1"].number_format = "$#,##0.00"
    sheet["A1:A2"].value = [[1.23456], [1.23456]]
    assert sheet["A1:A2"].value == [Decimal("1.2346"), 1.23456]


def test_a_block_mixes_everything_and_a_scalar_fills(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "=A1*2", "#N/A"], [None, "a", '=""']]
    assert sheet["A1:C2"].value == [[1.0, 2.0, None], [None, "a", None]]
    assert sheet["A1:C2"].options(err_to_str=True).value[0] == [1.0, 2.0, "#N/A"]
    formulas: object = sheet["A1:C2"].formula
    assert formulas == (("1", "=A1*2", "#N/A"), ("", "a", '=""'))
    sheet["A1:B2"].value = 7
    assert sheet["A1:B2"].value == [[7.0, 7.0], [7.0, 7.0]]
    assert sheet["C1"].options(err_to_str=True).value == "#N/A"


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_is_a_value_and_no_formula(sheet: xw.Sheet, error: str) -> None:
    sheet["A1"].value = error
    assert sheet["A1"].options(err_to_str=True).value == error
    assert sheet["A1"].value is None
    assert sheet["A1"].api.HasFormula is False


@pytest.mark.parametrize(
    ("formula", "error"), [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("=SQRT(-1)", "#NUM!"), ('="a"+1', "#VALUE!")]
)
def test_a_computed_error_is_read_too(sheet: xw.Sheet, formula: str, error: str) -> None:
    sheet["A1"].formula = formula
    assert sheet["A1"].options(err_to_str=True).value == error
    assert sheet["A1"].api.HasFormula is True


# -- formulas


def test_one_formula_fills_a_range_and_its_references_move(sheet: xw.Sheet) -> None:
    sheet["A1:A3"].value = [[1], [2], [3]]
    sheet["B1:C3"].formula = "=A1+$A$1"
    formulas: object = sheet["B1:C3"].formula
    assert formulas == (
        ("=A1+$A$1", "=B1+$A$1"), ("=A2+$A$1", "=B2+$A$1"), ("=A3+$A$1", "=B3+$A$1"),
    )  # fmt: skip
    assert sheet["B1:C3"].value == [[2.0, 3.0], [3.0, 4.0], [4.0, 5.0]]


def test_structured_references_are_read_and_written_as_excel_does(book: xw.Book) -> None:
    table = book.sheets["Deals"].tables["Deals"]
    half = body_of(table)[:, 3]
    formulas: object = half.formula
    assert formulas == (("=Deals[[#This Row],[Amount]]/2",),) * 3
    assert half.value == [5.0, 15.0, 25.0]
    half.formula = '=IF(Deals[[#This Row],[Stage]]="won",Deals[[#This Row],[Amount]]*2,0)'
    assert half.value == [20.0, 0.0, 100.0]
    assert half.formula[2] == ('=IF(Deals[[#This Row],[Stage]]="won",Deals[[#This Row],[Amount]]*2,0)',)


def test_has_formula_says_all_none_or_mixed(book: xw.Book, live_app: LiveApp) -> None:
    table = book.sheets["Deals"].tables["Deals"]
    body = body_of(table)
    computed, typed_in, whole = body[:, 3].api, body[:, 2].api, body.api
    with counted(live_app) as calls:
        assert (computed.HasFormula, typed_in.HasFormula, whole.HasFormula) == (True, False, None)
    assert calls == {"RangeApi.HasFormula": 3}


def test_manual_calculation_waits(live_app: LiveApp, sheet: xw.Sheet) -> None:
    sheet["A1"].value = 1
    sheet["A2"].formula = "=A1*2"
    live_app.calculation = "manual"
    sheet["A1"].value = 5
    assert sheet["A2"].value == 2.0
    live_app.calculate()
    assert sheet["A2"].value == 10.0
    sheet["A1"].value = 6
    live_app.calculation = "automatic"
    assert sheet["A2"].value == 12.0


# -- tables


def test_a_table_grows_over_blank_cells_and_its_references_follow(book: xw.Book) -> None:
    sheet = book.sheets["Deals"]
    table = sheet.tables["Deals"]
    sheet["H1"].formula = "=SUM(Deals[Amount])"
    table.resize(sheet["B2:E6"])
    assert body_of(table).address == "$B$3:$E$6"
    sheet["D6"].value = 100
    assert sheet["H1"].value == 190.0
    table.resize(sheet["B2:E3"])
    assert sheet["H1"].value == 10.0
    assert sheet["D6"].value == 100.0  # what falls out of a table stays on the sheet


@pytest.mark.parametrize("cells", ["B2:E2", "B3:E6", "G2:H5", "B1:E5"])
def test_a_table_is_not_resized_to_where_excel_refuses(book: xw.Book, cells: str) -> None:
    sheet = book.sheets["Deals"]
    with pytest.raises(ComError):
        sheet.tables["Deals"].resize(sheet[cells])
    assert sheet.tables["Deals"].range.address == "$B$2:$E$5"


def test_a_totals_row_goes_and_comes_back(book: xw.Book) -> None:
    sheet = book.sheets["Deals"]
    table = sheet.tables["Deals"]
    assert table.api.ShowTotals is False
    table.show_totals = True
    assert table.range.address == "$B$2:$E$6"
    assert body_of(table).address == "$B$3:$E$5"
    sheet["D6"].value = "=SUM(D3:D5)"
    with pytest.raises(ComError):
        table.resize(sheet["B2:E8"])
    table.show_totals = False
    assert sheet["D6"].value is None
    table.resize(sheet["B2:E6"])
    table.show_totals = True
    assert sheet["D7"].value == 90.0
    assert table.api.ListRows.Count == 4


def test_a_filter_hides_rows_and_keeps_their_values(book: xw.Book) -> None:
    sheet = book.sheets["Deals"]
    table = sheet.tables["Deals"]
    body = body_of(table)
    assert (sheet.api.FilterMode, body.api.EntireRow.Hidden) == (False, False)
    table.range.api.AutoFilter(Field=2, Criteria1="WON")
    assert [cell.api.EntireRow.Hidden for cell in body[:, 0]] == [False, True, False]
    assert (sheet.api.FilterMode, body.api.EntireRow.Hidden) == (True, None)
    table.range.api.AutoFilter(Field=3, Criteria1=">10")
    assert [cell.api.EntireRow.Hidden for cell in body[:, 0]] == [True, True, False]
    body[:, 0].value = [["x"], ["y"], ["z"]]
    assert body[:, 0].value == ["x", "y", "z"]
    table.range.api.AutoFilter(Field=2)
    assert [cell.api.EntireRow.Hidden for cell in body[:, 0]] == [True, False, False]
    sheet.api.ShowAllData()
    assert (sheet.api.FilterMode, body.api.EntireRow.Hidden) == (False, False)
    with pytest.raises(ComError):
        sheet.api.ShowAllData()


def test_a_filter_takes_blanks_wildcards_and_lists(book: xw.Book) -> None:
    table = book.sheets["Deals"].tables["Deals"]
    body = body_of(table)
    body[1, 1].value = '=""'
    hidden = {}
    for criterion in ("<>", "=", "*O*", ("won", "lost"), "<>won"):
        table.range.api.AutoFilter(Field=2, Criteria1=criterion)
        hidden[criterion] = [cell.api.EntireRow.Hidden for cell in body[:, 0]]
    assert hidden == {
        "<>": [False, True, False],
        "=": [True, False, True],
        "*O*": [False, True, False],
        ("won", "lost"): [False, True, False],
        "<>won": [True, False, True],
    }


# -- protection


def test_a_locked_cell_of_a_protected_sheet_is_refused_and_an_open_one_is_not(book: xw.Book) -> None:
    board = book.sheets["Board"]
    assert board.api.ProtectContents is True
    assert (board.api.Protection.AllowFiltering, board.api.Protection.AllowSorting) == (True, False)
    board["A2"].value = "new"
    for refused in ("A1", "A1:A2"):
        with pytest.raises(ComError, match="Exception occurred"):
            board[refused].value = "new"
        with pytest.raises(ComError):
            board[refused].formula = "=1"
        with pytest.raises(ComError):
            board[refused].clear_contents()
    with pytest.raises(ComError):
        board["A2"].number_format = "0"
    assert board["A1:A2"].value == ["locked", "new"]
    board.api.Unprotect()
    board["A1"].value = "free"
    assert board.api.ProtectContents is False


def test_protecting_anew_keeps_only_what_is_named(book: xw.Book) -> None:
    board = book.sheets["Board"].api
    board.Unprotect()
    board.Protect(DrawingObjects=False, AllowSorting=True)
    assert (board.ProtectContents, board.ProtectDrawingObjects, board.ProtectScenarios) == (True, False, True)
    assert (board.Protection.AllowFiltering, board.Protection.AllowSorting) == (False, True)
    with pytest.raises(TypeError):
        board.Protect(AllowEverything=True)


def test_a_macro_may_write_where_only_people_are_kept_out(book: xw.Book) -> None:
    board = book.sheets["Board"]
    board.api.Unprotect()
    board.api.Protect(UserInterfaceOnly=True)
    board["A1"].value = 1
    assert board["A1"].value == 1.0
    assert board.api.ProtectContents is True


@pytest.mark.parametrize("for_people_only", [False, True])
def test_a_password_is_asked_for(book: xw.Book, for_people_only: bool) -> None:
    board, word = book.sheets["Board"].api, "secret"
    board.Unprotect()
    board.Protect(Password=word, UserInterfaceOnly=for_people_only)
    for wrong in ("", "Secret"):
        with pytest.raises(ComError):
            board.Unprotect(Password=wrong)
    assert board.ProtectContents is True
    board.Unprotect(Password=word)
    assert board.ProtectContents is False


def test_on_a_protected_sheet_a_table_neither_grows_nor_filters(book: xw.Book) -> None:
    sheet = book.sheets["Deals"]
    table = sheet.tables["Deals"]
    sheet.api.Protect(AllowFiltering=True)
    for refused in (
        lambda: table.resize(sheet["B2:E6"]),
        lambda: table.range.api.AutoFilter(Field=2, Criteria1="won"),
        sheet.api.ShowAllData,
        lambda: setattr(table, "show_totals", True),
    ):
        with pytest.raises(ComError):
            refused()
    assert table.range.address == "$B$2:$E$5"
    assert sheet.api.FilterMode is False


# -- names, sheets, selection


def test_names_mean_cells_columns_or_constants(book: xw.Book) -> None:
    names = book.names
    assert (names["Limit"].refers_to, names["Limit"].refers_to_range.value) == ("=Board!$A$2", "open")
    assert (names["Stages"].refers_to, names["Stages"].refers_to_range.address) == ("=Deals[Stage]", "$C$3:$C$5")
    assert names["Two"].refers_to == "=2"
    with pytest.raises(ComError):
        _ = names["Two"].refers_to_range
    with pytest.raises(ComError):
        _ = names["Nothing"]
    assert "Two" in names
    assert "Nothing" not in names
    assert [name.name for name in names] == ["Limit", "Stages", "Two"]


def test_a_sheet_gives_only_its_own_cells_by_name(book: xw.Book) -> None:
    assert book.sheets["Board"].range("Limit").value == "open"
    with pytest.raises(ComError):
        book.sheets["Deals"].range("Limit")
    assert book.sheets["Deals"].range("Deals[Stage]").value == ["won", "lost", "won"]


def test_cells_are_selected_on_the_active_sheet_only(book: xw.Book, live_app: LiveApp) -> None:
    deals, board = book.sheets["Deals"], book.sheets["Board"]
    deals.activate()
    deals["C3"].select()
    assert selected(live_app) == "Deals!$C$3"
    assert book.selection == live_app.selection
    with pytest.raises(ComError):
        board["A1"].select()
    live_app.api.Goto(Reference=board["A2"].api, Scroll=True)
    assert selected(live_app) == "Board!$A$2"
    deals.activate()
    assert selected(live_app) == "Deals!$C$3"  # each sheet remembers its own
    with pytest.raises(ComError):
        book.sheets["Hidden"].activate()
    assert book.sheets["Hidden"].visible is False


def test_a_macro_finds_the_book_that_called_it(book: xw.Book) -> None:
    book.set_mock_caller()
    assert type(book).caller().name == "deals.xlsx"
    assert book.app.books.active.name == "deals.xlsx"


def test_a_book_is_opened_once_and_its_name_is_taken(live_app: LiveApp, book: xw.Book, deals_file: Path) -> None:
    assert live_app.books.open(book.fullname).fullname == book.fullname
    assert len(live_app.books) == 1
    with pytest.raises(ComError):
        live_app.impl.books.open(str(deals_file))  # xlwings itself would refuse it before


# -- the person before the screen


def test_questions_are_answered_from_the_queue(live_app: LiveApp) -> None:
    live_app.answers.extend(["Closing", None, False, "deals.csv", "no"])
    ask = live_app.api
    assert ask.InputBox(Prompt="Stage?", Title="Advance", Default="Discovery", Type=2) == "Closing"
    assert ask.InputBox(Prompt="Stage?", Default="Discovery") == "Discovery"
    assert ask.InputBox(Prompt="Stage?") is False
    assert ask.GetOpenFilename(FileFilter="CSV (*.csv),*.csv", Title="Import") == "deals.csv"
    assert live_app.alert("Sure?", "Refresh", buttons="yes_no") == "no"
    assert live_app.asked[0] == ("InputBox", "Stage?", "Advance")
    assert live_app.asked[-1] == ("alert", "Sure?", "Refresh", "yes_no")


def test_without_an_answer_dialogs_are_cancelled_and_messages_read(live_app: LiveApp) -> None:
    assert live_app.api.InputBox(Prompt="Stage?") is False
    assert live_app.api.GetSaveAsFilename(InitialFileName="team.xlsx") is False
    assert live_app.alert("Done.") == "ok"
    assert live_app.alert("Sure?", buttons="yes_no_cancel") == "yes"


def test_settings_are_kept_and_the_status_bar_remembers(live_app: LiveApp) -> None:
    with live_app.properties(screen_updating=False, enable_events=False, display_alerts=False):
        assert (live_app.screen_updating, live_app.enable_events, live_app.display_alerts) == (False, False, False)
    assert (live_app.screen_updating, live_app.enable_events, live_app.display_alerts) == (True, True, True)
    live_app.status_bar = "Reading …"
    live_app.status_bar = False
    assert live_app.status_history == ["Reading …", False]
    assert live_app.status_bar is False


# -- the border


def test_a_block_costs_the_same_calls_whatever_its_rows(live_app: LiveApp, sheet: xw.Sheet) -> None:
    counts = []
    for rows in (10, 1000):
        with counted(live_app) as calls:
            sheet.range((1, 1), (rows, 3)).value = [[1.5, "text", dt.date(2026, 5, 1)]] * rows
            assert len(sheet.range((1, 1), (rows, 3)).value) == rows
        counts.append(calls)
    assert counts[0] == counts[1]
    assert counts[0]["Range.raw_value="] == counts[0]["Range.raw_value"] == 1


def test_a_block_of_more_than_100000_cells_goes_in_parts_as_on_windows(live_app: LiveApp, sheet: xw.Sheet) -> None:
    with counted(live_app) as calls:
        sheet.range((1, 1), (1000, 101)).value = [[1.0] * 101] * 1000
    assert calls["Range.raw_value="] == 2
    with counted(live_app) as calls:
        sheet.range((1, 1), (1000, 101)).options(chunksize=None).value = [[2.0] * 101] * 1000
    assert calls["Range.raw_value="] == 1
    assert sheet.range((1000, 101)).value == 2.0


def test_the_third_write_fails_and_settings_are_no_writes(live_app: LiveApp, sheet: xw.Sheet) -> None:
    with failing(live_app, after=3) as fault:
        sheet["A1"].value = 1
        live_app.status_bar = "working"
        live_app.calculation = "manual"
        sheet["A2"].clear_contents()
        with pytest.raises(ComError):
            sheet["A1"].value = 2
        live_app.calculation = "automatic"
    assert (fault.happened, sheet["A1"].value) == (True, 1.0)


# -- the real workbook


def test_a_workbook_of_ours_is_read_within_seconds(open_copy: OpenCopy, small_book: Path) -> None:
    started = time.monotonic()
    book = open_copy(small_book)
    tables = {
        table.name: table.range.options(ndim=2, err_to_str=True).value
        for sheet in book.sheets
        for table in sheet.tables
    }
    assert len(tables) > 40
    head, first = tables["Pipeline"][0], dict(zip(tables["Pipeline"][0], tables["Pipeline"][1], strict=True))
    assert head[0] == "Deal ID"
    assert isinstance(first["Created"], dt.datetime)
    assert time.monotonic() - started < 30
