"""The callbacks of the ribbon, run in memory: when a button is grey, what a click runs, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.addin.vba_excel import VBA, Excel, RibbonUI, start_excel
from xlpipeline.addin import wrappers
from xlpipeline.addin.callbacks import command
from xlpipeline.addin.ribbon import BUTTONS, Button

OURS = [b for b in BUTTONS if b.needs_our_workbook]
ANYWHERE = [b for b in BUTTONS if not b.needs_our_workbook]
WITH_MACRO = [b for b in BUTTONS if b.macro]


@pytest.fixture
def excel(monkeypatch: pytest.MonkeyPatch) -> Excel:
    return start_excel(monkeypatch)


def close_all(excel: Excel) -> None:
    """The start screen, or a workbook in protected view: there is no active workbook."""
    excel.app.application.active_book = None


@pytest.mark.parametrize("button", WITH_MACRO, ids=lambda b: b.id)
def test_a_click_runs_exactly_the_command_of_its_button(excel: Excel, button: Button) -> None:
    excel.open_team_book()
    excel.click(button.id)
    assert excel.commands() == [command(button)]
    assert excel.told() == []


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.id)
def test_on_a_workbook_of_ours_every_button_can_be_clicked(excel: Excel, button: Button) -> None:
    excel.open_team_book()
    assert excel.is_enabled(button.id) is True


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.id)
def test_on_a_foreign_workbook_only_what_needs_none_of_ours(excel: Excel, button: Button) -> None:
    excel.open_team_book(is_ours=False)
    assert excel.is_enabled(button.id) is (button in ANYWHERE)


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.id)
def test_without_an_active_workbook_every_button_is_grey(excel: Excel, button: Button) -> None:
    close_all(excel)
    assert excel.is_enabled(button.id) is False


def test_a_workbook_is_ours_by_its_name_xlp_schema_alone(excel: Excel) -> None:
    book = excel.open_team_book(is_ours=False)
    excel.app.add_named_range("xlp_schema_2", "=Settings!$D$1")
    assert excel.is_enabled("XlpRefresh") is False
    excel.app.add_named_range("XLP_Schema", "=Settings!$D$1")
    assert excel.is_enabled("XlpRefresh") is True
    assert excel.app.run("XlpIsOurs", book) is True


@pytest.mark.parametrize("button", OURS, ids=lambda b: b.id)
def test_a_click_that_the_ribbon_let_through_is_told_kindly(excel: Excel, button: Button) -> None:
    excel.open_team_book(is_ours=False)
    excel.click(button.id)
    assert excel.commands() == []
    assert excel.told() == ["Please open the workbook of your team first, or make one with New team workbook."]


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.id)
def test_a_click_without_a_workbook_is_told_kindly(excel: Excel, button: Button) -> None:
    close_all(excel)
    excel.click(button.id)
    assert len(excel.told()) == 1
    assert excel.commands() == []


@pytest.mark.parametrize("button", ANYWHERE, ids=lambda b: b.id)
def test_what_needs_no_workbook_of_ours_runs_on_a_foreign_one(excel: Excel, button: Button) -> None:
    excel.open_team_book(is_ours=False)
    excel.click(button.id)
    assert excel.commands() == [command(button)]


@pytest.mark.parametrize("name", ["a%b%.xlsx", "a=b.xlsx", 'a"b.xlsx', "a\nb.xlsx"])
@pytest.mark.parametrize("button", ["XlpRefresh", "XlpAbout"])
def test_a_workbook_of_a_dangerous_name_is_refused(excel: Excel, name: str, button: str) -> None:
    book = excel.open_team_book(name)
    excel.type(book, "C5", "Won")
    excel.click(button)
    assert excel.commands() == []
    assert len(excel.told()) == 1
    assert excel.told()[0].startswith("Please rename this workbook")
    assert excel.waiting(book) == 1, "nothing is written for a click that is refused"


@pytest.mark.parametrize("name", ["Müller & Söhne (Q3).xlsx", "O'Brien $5m; 100% ^2!.xlsx", "案件.xlsx"])
def test_ordinary_names_are_not_refused(excel: Excel, name: str) -> None:
    excel.open_team_book(name)
    excel.click("XlpRefresh")
    assert excel.told() == []
    assert len(excel.commands()) == 1


def test_no_cell_sheet_or_name_of_a_workbook_enters_the_command(excel: Excel) -> None:
    book = excel.open_team_book("x'; import os.xlsx")
    book.add_sheet("evil.py")
    excel.type(book, "C5", "'); import os; ('")
    excel.click("XlpRefresh")
    assert excel.commands() == [command(BUTTONS[0])]


@pytest.mark.parametrize("button", [b for b in WITH_MACRO if not b.writes], ids=lambda b: b.id)
def test_a_button_that_only_looks_leaves_the_stamps_waiting_and_undo_alone(excel: Excel, button: Button) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    excel.click(button.id)
    assert excel.commands() == [command(button)]
    assert (excel.waiting(book), excel.edits(book)) == (1, [])


@pytest.mark.parametrize("button", [b for b in WITH_MACRO if b.writes], ids=lambda b: b.id)
def test_stamps_are_written_before_python_runs(excel: Excel, button: Button) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    assert excel.waiting(book) == 1
    excel.click(button.id)
    assert excel.app.run("Look", "Waited").splitlines() == ["0"]
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Stage", "Won"]]


def test_stamps_of_another_workbook_wait(excel: Excel) -> None:
    other = excel.open_team_book("other.xlsx")
    excel.type(other, "C5", "Won")
    excel.open_team_book()
    excel.click("XlpRefresh")
    assert excel.waiting(other) == 1
    assert excel.edits(other) == []


def test_settings_are_shown_without_python(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.click("XlpSettings")
    assert excel.commands() == []
    assert excel.told() == []
    assert book.active_sheet is book.sheet_named("Settings")
    assert excel.app.application.ActiveCell().vba_get("Address") == "$A$1"


def test_missing_settings_are_told(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.run("XlpTable", book, "Settings").vba_set("Name", "Other")
    excel.click("XlpSettings")
    assert excel.told() == ["This workbook has no table called Settings. 'xlpipeline upgrade' puts it back."]


def test_explain_first_says_what_a_function_could_not_say_and_only_once(excel: Excel) -> None:
    excel.open_team_book()
    excel.app.run("Blame", "XLP_WIN_RATE could not be asked.")
    excel.click("XlpExplain")
    assert excel.told() == ["XLP_WIN_RATE could not be asked."]
    assert len(excel.commands()) == 1
    excel.click("XlpExplain")
    assert len(excel.told()) == 1
    assert len(excel.commands()) == 2


def test_other_buttons_leave_that_fault_for_explain(excel: Excel) -> None:
    excel.open_team_book()
    excel.app.run("Blame", "XLP_WIN_RATE could not be asked.")
    excel.click("XlpRefresh")
    assert excel.told() == []
    assert excel.app.run("Look", "XlpLastFault") == "XLP_WIN_RATE could not be asked."


@pytest.mark.slow
def test_a_fault_in_a_click_is_one_sentence_with_what_to_do(excel: Excel) -> None:
    excel.open_team_book()
    excel.app.add_module(
        'Public Function XlpOnMac() As Boolean\n    Err.Raise 1004, , "Excel is out of sorts"\nEnd Function\n',
        name="XlpOffice",
    )
    excel.click("XlpRefresh")
    assert excel.commands() == []
    (told,) = excel.told()
    assert told.startswith("This did not work: Excel is out of sorts")
    assert "xlpipeline addin doctor" in told


@pytest.mark.parametrize(
    "event", ["WorkbookOpen", "NewWorkbook", "WorkbookActivate", "WorkbookDeactivate", "WindowActivate"]
)
def test_the_ribbon_looks_anew_when_another_workbook_comes_to_the_front(excel: Excel, event: str) -> None:
    ribbon = RibbonUI()
    excel.app.run("XlpRibbonLoaded", ribbon)
    book = excel.open_team_book()
    before = ribbon.invalidated
    window = [excel.app.application.ActiveWindow()] if event == "WindowActivate" else []
    excel.deliver(event, book, *window)
    assert ribbon.invalidated == before + 1


def test_a_lost_ribbon_is_survived(excel: Excel) -> None:
    ribbon = RibbonUI()
    excel.app.run("XlpRibbonLoaded", ribbon)
    book = excel.open_team_book()
    excel.reset_vba()
    excel.click("XlpRefresh")
    before = ribbon.invalidated
    excel.deliver("WorkbookActivate", book)
    assert ribbon.invalidated == before
    assert excel.is_enabled("XlpRefresh") is True
    assert len(excel.commands()) == 1
    assert excel.told() == []


def test_at_start_the_add_in_listens_and_registers_the_functions(excel: Excel) -> None:
    assert excel.app.run("Look", "FunctionsRegistered") is True
    book = excel.open_team_book()
    excel.deliver("WorkbookActivate", book)
    assert excel.heard[-1] == "WorkbookActivate"


def test_without_a_workbook_the_functions_are_described_when_the_first_one_is_there(excel: Excel) -> None:
    excel.reset_vba()
    close_all(excel)
    excel.start()
    assert excel.app.run("Look", "FunctionsRegistered") is False
    excel.deliver("WorkbookActivate", excel.open_team_book())
    assert excel.app.run("Look", "FunctionsRegistered") is True


def test_functions_that_cannot_be_registered_do_not_stop_the_start(excel: Excel) -> None:
    excel.reset_vba()
    excel.app.interpreter.modules["standins"].procedures["xlpregisterfunctions"] = excel.app.add_module(
        "Public Sub XlpRegisterFunctions()\n    Err.Raise 1004\nEnd Sub\n", name="Failing"
    ).procedures["xlpregisterfunctions"]
    excel.start()
    excel.open_team_book()
    assert excel.heard == ["WorkbookOpen"]


def test_what_our_vba_asks_of_the_functions_module_is_there() -> None:
    text = wrappers.module_text()
    assert "Public XlpLastFault As String\n" in text
    assert "Sub XlpRegisterFunctions()\n" in text


@pytest.mark.parametrize("path", [*VBA.glob("*.bas"), *VBA.glob("*.cls")], ids=lambda path: path.name)
def test_every_module_declares_its_variables_and_is_plain_ascii(path: Path) -> None:
    text = path.read_text("ascii")
    lines = text.splitlines()
    assert "Option Explicit" in lines[:2]
    assert max(map(len, lines)) <= 120
    assert "\t" not in text
    assert not [line for line in lines[1:] if line.lstrip().startswith("Attribute")]
    if path.suffix == ".bas":
        assert lines[0] == f'Attribute VB_Name = "{path.stem}"'
