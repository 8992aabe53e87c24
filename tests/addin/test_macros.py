"""Every click ends in one message, whatever happens; no Excel is needed to see that."""

from __future__ import annotations

import datetime as dt
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlwings as xw

from xlpipeline import errors
from xlpipeline.addin import macros
from xlpipeline.addin.actions import importing, new_team, validating
from xlpipeline.addin.click import Click

BUTTONS = (
    "refresh_metrics", "validate", "advance_stage", "convert_lead", "colour_stale_rows", "take_snapshot", "next_issue",
    "start_review",
    "import_deals", "new_team_workbook", "explain_figure", "about",
)  # fmt: skip


class Excel:
    """An Excel that shows boxes, with one empty workbook."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.status_bar: object = "before"
        self.api = SimpleNamespace(UserName="Ann Example")
        self.selection = None
        self.version = "16.0"
        self.books: list[object] = []
        self.book = SimpleNamespace(name="Book1", app=self, sheets=[], api=SimpleNamespace(FullName="C:/Book1"))

    def alert(self, prompt: str, title: str, buttons: str, mode: str) -> str:
        del buttons
        self.told.append((title, prompt, mode))
        return "ok"


@pytest.fixture
def excel(monkeypatch: pytest.MonkeyPatch) -> Excel:
    found = Excel()
    monkeypatch.setattr(xw.Book, "caller", lambda: found.book)
    return found


def click_on(action: Callable[[Click], str]) -> None:
    macros._run("Refresh metrics", action)


def test_every_button_is_a_function_without_arguments() -> None:
    for name in BUTTONS:
        assert getattr(macros, name).__code__.co_argcount == 0


def test_what_an_action_gives_is_the_one_message(excel: Excel) -> None:
    click_on(lambda click: f"Hello {click.user}.")
    assert excel.told == [("Refresh metrics", "Hello Ann Example.", "info")]
    assert excel.status_bar is False


def test_an_action_that_told_already_ends_without_another_message(excel: Excel) -> None:
    click_on(lambda _: "")
    assert excel.told == []


def test_the_action_knows_when_it_is(excel: Excel) -> None:
    seen: list[dt.datetime] = []

    def action(click: Click) -> str:
        seen.append(click.now)
        return ""

    click_on(action)
    assert abs((dt.datetime.now(tz=dt.UTC) - seen[0]).total_seconds()) < 10
    assert excel.told == []


def test_progress_is_in_the_status_bar_and_the_bar_is_given_back(excel: Excel) -> None:
    seen: list[object] = []

    def action(click: Click) -> str:
        click.progress("measuring")
        seen.append(excel.status_bar)
        raise errors.BookError("No.")

    click_on(action)
    assert seen == ["xlpipeline: measuring …"]
    assert excel.status_bar is False


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.RequestError("x"), "this cannot be done"),
        (errors.CriteriaError("x"), "this cannot be done"),
        (errors.SetupError("x"), "please look at the set-up"),
        (errors.SourceError("x"), "the file cannot be imported"),
        (errors.BookError("x"), "this workbook will not do"),
        (errors.BusyError("x"), "the workbook is busy"),
        (errors.GrowthError("x"), "a table has no room"),
    ],
)
def test_a_refusal_is_its_sentence_under_its_kind(excel: Excel, error: Exception, kind: str) -> None:
    def action(_: Click) -> str:
        raise error

    click_on(action)
    assert excel.told == [(f"Refresh metrics: {kind}", "x", "critical")]


def test_a_fault_of_ours_is_one_sentence_and_a_private_log(excel: Excel) -> None:
    def action(click: Click) -> str:
        click.progress("measuring")
        raise KeyError("Stage")

    click_on(action)
    [(title, message, mode)] = excel.told
    assert (title, mode) == ("Refresh metrics", "critical")
    assert "Sorry, this is our fault (KeyError: 'Stage') while measuring." in message
    assert "The file on disk is as it was" in message
    assert "Traceback" not in message
    found = re.search(r"\S+xlpipeline-\S+\.log", message)
    assert found is not None
    log = Path(found[0])
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "KeyError: 'Stage'" in log.read_text(encoding="utf-8")
    assert "Refresh metrics, measuring" in log.read_text(encoding="utf-8")
    log.unlink()
    assert excel.status_bar is False


def test_an_excel_that_is_editing_a_cell_is_busy_and_not_our_fault(excel: Excel) -> None:
    class ComError(Exception):
        pass

    def action(_: Click) -> str:
        raise ComError(-2147418111, "Call was rejected by callee.", None, None)

    click_on(action)
    [(_, message, mode)] = excel.told
    assert message.startswith("Excel is busy: a cell is being edited")
    assert mode == "critical"


def test_a_status_bar_that_sticks_does_not_hide_the_message(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(_: Excel, name: str, value: object) -> None:
        raise OSError(name, value)

    monkeypatch.setattr(Excel, "__setattr__", stuck)
    click_on(lambda _: "Done.")
    assert [message for _, message, _ in excel.told] == ["Done."]


def test_no_workbook_is_one_line_for_xlwings_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def caller() -> object:
        raise KeyError("no such book")

    monkeypatch.setattr(xw.Book, "caller", caller)
    monkeypatch.setattr(macros, "_log", lambda *_: Path())
    with pytest.raises(SystemExit) as stop:
        macros.refresh_metrics()
    assert str(stop.value) == ("xlpipeline: the workbook was not found in Excel. Please click into it and try again.")


@pytest.mark.parametrize("name", sorted(set(BUTTONS) - {"new_team_workbook", "explain_figure", "about"}))
def test_a_workbook_that_is_not_ours_is_told_so(excel: Excel, name: str) -> None:
    getattr(macros, name)()
    [(title, message, mode)] = excel.told
    assert title.endswith("this workbook will not do")
    assert message.startswith("Book1 is no workbook of xlpipeline: it has no table Pipeline.")
    assert mode == "critical"


def test_about_works_in_any_workbook(excel: Excel) -> None:
    macros.about()
    [(_, message, mode)] = excel.told
    assert mode == "info"
    assert f"Python: {sys.executable}" in message
    assert "Workbook: C:/Book1" in message
    assert "xlwings " in message
    assert "choose New team workbook to begin" in message


def test_explain_without_a_selection_says_what_to_do(excel: Excel) -> None:
    macros.explain_figure()
    [(_, message, _)] = excel.told
    assert message == "No cell of this workbook is selected; please click on a figure and try again."


def test_the_user_is_excels_name_else_the_login(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    assert macros._user(excel) == "Ann Example"  # type: ignore[arg-type]
    excel.api.UserName = "  "
    assert macros._user(excel) == "login"  # type: ignore[arg-type]
    excel.api = SimpleNamespace()
    assert macros._user(excel) == "login"  # type: ignore[arg-type]

    def unknown() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", unknown)
    assert macros._user(excel) == ""  # type: ignore[arg-type]


def test_what_validate_says_fits_into_a_box() -> None:
    issue = {"counts": True, "cell": "'Pipeline'!F5", "check": "A", "deal_id": "D-1", "what_is_wrong": "wrong"}
    quiet = issue | {"counts": False}
    kinds = {f"Check {i}": 2 for i in range(10)}
    data = {"opportunities": 12, "as_of": "2026-05-15", "issues": [issue] * 20 + [quiet], "issues_by_check": kinds}
    lines = validating.found("team.xlsx", data).split("\n")
    assert lines[:3] == [
        "team.xlsx: 12 opportunities checked as of 2026-05-15; nothing was written.",
        "20 issues (1 more accepted or snoozed):",
        "  2  Check 0",
    ]
    assert lines[10:13] == ["  … and 2 more kinds", "The first:", "  'Pipeline'!F5 (D-1): wrong"]
    assert len(lines) == 17
    none = validating.found("team.xlsx", data | {"issues": [quiet], "issues_by_check": {}})
    assert none.endswith("No issues (1 more accepted or snoozed).")


def test_a_preview_says_what_an_import_would_do(tmp_path: Path) -> None:
    columns = [{"source": f"c{i}", "target": f"T{i}", "reason": ""} for i in range(14)]
    plan = {
        "added": 1, "updated": 2, "unchanged": 3,
        "columns": [*columns, {"source": "junk", "target": "", "reason": ""}],
        "faults": [{"row": i, "wrong": "No date."} for i in range(6)],
    }  # fmt: skip
    lines = importing.preview(tmp_path / "deals.csv", tmp_path / "deals.toml", plan).split("\n")
    assert lines[0] == "deals.csv: 1 new, 2 updated, 3 unchanged."
    assert lines[1] == "The mapping file deals.toml beside it is used."
    assert lines[2].startswith("Columns: c0 → T0, c1 → T1")
    assert lines[3:6] == ["  … and 2 more", "Not imported: junk", "To decide or to mend (6):"]
    assert lines[6:] == [f"  row {i}: No date." for i in range(4)]


@pytest.mark.parametrize(
    ("team", "name"),
    [("EMEA", "EMEA"), ('A/B: "x"?', "A B x"), ("..", "team"), ("", "team"), ("x" * 200, "x" * 80)],
)
def test_a_teams_name_becomes_a_name_that_any_disk_takes(team: str, name: str) -> None:
    assert new_team.file_name(team) == name


def test_the_ending_of_a_new_workbook_is_xlsx() -> None:
    assert new_team.with_ending(Path("a/team")).name == "team.xlsx"
    assert new_team.with_ending(Path("a/team.XLSX")).name == "team.XLSX"
    assert new_team.with_ending(Path("a/team.v2")).name == "team.v2.xlsx"


@pytest.mark.parametrize("text", ["", "EURO", "€", "E1R"])
def test_a_currency_is_three_letters(text: str) -> None:
    assert new_team.currency_code(" eur ") == "EUR"
    with pytest.raises(errors.RequestError, match="please enter one such as EUR"):
        new_team.currency_code(text)


def test_a_mapping_file_is_one_of_the_same_name(tmp_path: Path) -> None:
    assert importing.mapping_beside(tmp_path / "deals.csv") is None
    (tmp_path / "deals.toml").write_text("", encoding="utf-8")
    assert importing.mapping_beside(tmp_path / "deals.csv") == tmp_path / "deals.toml"
