"""Buttons that write nothing, cancelled boxes, odd selections and refusals, on one open workbook of a small team."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlwings as xw

from tests.conftest import AS_OF, NOW
from tests.live.press import cells_of, deal_rows, give_tables_filters, nothing_written, prepare, press, select, table
from xlpipeline.addin import macros
from xlpipeline.checks import CHECKS
from xlpipeline.hosts.file import read_book
from xlpipeline.model.book import Book

if TYPE_CHECKING:
    from tests.live.engine import LiveApp

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]

CSV = "Deal ID,Opportunity,Account,Stage,Amount,Created,Expected close\n"


@pytest.fixture(scope="module")
def path(built_books: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Path(shutil.copy(built_books["messy"], tmp_path_factory.mktemp("asking") / "team.xlsx"))
    prepare(made, AS_OF, NOW)
    return made


@pytest.fixture(scope="module")
def before(path: Path) -> Book:
    return read_book(path)


@pytest.fixture(scope="module")
def opened(_office: LiveApp, path: Path) -> Generator[xw.Book, None, None]:
    _office.impl.reset()
    book = _office.open(path)
    yield book
    _office.impl.reset()


@pytest.fixture
def team(opened: xw.Book, monkeypatch: pytest.MonkeyPatch) -> Generator[xw.Book, None, None]:
    """The workbook with the dashboard before it; afterwards all its tabs can be seen again."""
    monkeypatch.setattr(macros, "_now", lambda: NOW + dt.timedelta(hours=3))
    give_tables_filters(monkeypatch)
    hidden = [sheet.name for sheet in opened.sheets if not sheet.visible]
    opened.activate()
    opened.sheets["Dashboard"].activate()
    yield opened
    for sheet in opened.sheets:
        if not sheet.visible and sheet.name not in hidden:
            sheet.visible = True


def title(book: xw.Book) -> str:
    """Title of the last box."""
    return str(book.app.impl.asked[-1][2])


def at(book: xw.Book) -> str:
    """The selected cell as Issues writes it."""
    selection = book.app.selection
    assert selection is not None
    return f"'{selection.sheet.name}'!{selection.address.replace('$', '')}"


def test_a_refresh_without_a_change_says_so_and_writes_nothing(team: xw.Book) -> None:
    with nothing_written(team):
        assert "Nothing had changed, so nothing was written." in press("refresh_metrics", team)[0]


def test_a_setting_that_is_not_allowed_is_one_message_and_nothing_is_written(team: xw.Book, before: Book) -> None:
    settings = before.frame("Settings")
    cell = select(team, "Settings", "Value", int(settings.index[settings["Key"] == "weekend"][0]))
    kept = cell.formula
    cell.value = "every day"
    with nothing_written(team):
        [told] = press("refresh_metrics", team)
    cell.value = f"'{kept}"
    assert "the setting weekend is every day; please enter seven digits" in told
    assert title(team) == "Refresh metrics: please look at the set-up"


# Validate


def test_validate_counts_the_issues_writes_nothing_and_offers_to_go_to_them(team: xw.Book, before: Book) -> None:
    with nothing_written(team):
        [told] = press("validate", team, "yes")
    assert f"{before.frame('Issues')['Check'].notna().sum():,} issues" in told
    assert "nothing was written" in told
    assert "Go to the tab Issues?" in told
    assert len(told) <= 1_000
    assert team.sheets.active.name == "Issues"


def test_who_does_not_want_to_see_the_issues_stays(team: xw.Book) -> None:
    press("validate", team, "no")
    assert team.sheets.active.name == "Dashboard"


def test_validate_does_not_show_a_hidden_tab(team: xw.Book) -> None:
    team.sheets["Issues"].visible = False
    [told] = press("validate", team)
    assert "The tab Issues is hidden" in told
    assert not team.sheets["Issues"].visible


# Next issue


def test_next_issue_walks_through_the_cells_in_the_order_of_the_list(team: xw.Book, before: Book) -> None:
    issues = before.frame("Issues")
    cells = list(dict.fromkeys(issues["Cell"].dropna()))
    team.sheets["Dashboard"].range("A1").select()
    with nothing_written(team):
        for cell in cells[:4]:
            [told] = press("next_issue", team)
            first = issues[issues["Cell"] == cell].iloc[0]
            assert str(first["What is wrong"]) in told
            assert f"What to do: {first['What to do']}" in told
            assert at(team) == cell


def test_from_the_list_the_selected_issue_is_next_and_after_the_last_comes_the_first(
    team: xw.Book, before: Book
) -> None:
    cells = before.frame("Issues")["Cell"]
    last = max(i for i, cell in enumerate(cells) if list(cells).index(cell) == i)
    select(team, "Issues", "Check", last)
    press("next_issue", team)
    assert at(team) == cells.iloc[last]
    press("next_issue", team)
    assert at(team) == cells.iloc[0]


def test_a_hidden_row_is_said_and_stays_hidden(team: xw.Book) -> None:
    select(team, "Issues", "Check", 0)
    press("next_issue", team)
    cell = team.app.selection
    assert cell is not None
    cell.rows.hidden = True
    select(team, "Issues", "Check", 0)
    [told] = press("next_issue", team)
    assert f"Row {cell.row:,} is hidden by a filter or by hand" in told
    assert team.app.selection == cell
    assert cell.rows.hidden
    cell.rows.hidden = False


def test_next_issue_without_the_tab_issues_still_goes_to_the_cell(team: xw.Book, before: Book) -> None:
    team.sheets["Issues"].visible = False
    team.sheets["Dashboard"].range("A1").select()
    press("next_issue", team)
    assert at(team) == before.frame("Issues")["Cell"].iloc[0]


def test_where_every_tab_of_an_issue_is_hidden_it_is_told_and_nothing_moves(team: xw.Book) -> None:
    for name in ("Issues", "Pipeline", "Process", "Team", "Settings", "Calendar"):
        team.sheets[name].visible = False
    [told] = press("next_issue", team)
    assert "Its tab is hidden, and so is Issues" in told
    assert team.sheets.active.name == "Dashboard"


# Advance stage


@pytest.mark.parametrize("answers", [(False,), (None, "no"), (None, "yes", "  ")])
def test_a_cancelled_advance_changes_nothing(team: xw.Book, before: Book, answers: tuple[object, ...]) -> None:
    select(team, "Pipeline", "Stage", deal_rows(before, Missing_criteria="decision-maker")[0])
    with nothing_written(team):
        assert press("advance_stage", team, *answers)[-1] == "Nothing was changed."


def test_a_move_back_without_a_reason_changes_nothing(team: xw.Book, before: Book) -> None:
    select(team, "Pipeline", "Stage", deal_rows(before, Stage="Handling objections", Stage_type="open")[0])
    with nothing_written(team):
        assert press("advance_stage", team, "Prospecting", False)[-1] == "Nothing was changed."


def test_a_stage_or_a_deal_that_does_not_exist_is_refused(team: xw.Book, before: Book) -> None:
    select(team, "Pipeline", "Stage", deal_rows(before, Stage_type="open")[0])
    with nothing_written(team):
        assert press("advance_stage", team, "Nirvana")[-1].startswith("There is no stage Nirvana; the stages are ")
        assert title(team) == "Advance stage: this cannot be done"
        team.sheets["Dashboard"].activate()
        assert press("advance_stage", team, "D-none")[-1].startswith("There is no deal D-none")
        assert press("advance_stage", team, False)[-1] == "Nothing was changed."


def test_several_rows_and_the_head_are_no_deal(team: xw.Book) -> None:
    select(team, "Pipeline", "Stage", 0, rows=3)
    assert press("advance_stage", team) == ["Several rows are selected; please select the row of one deal."]
    select(team, "Pipeline", "Stage", -1)
    assert press("advance_stage", team, False)[0].startswith("Which deal?")


# Cancelled boxes


def test_a_cancelled_snapshot_is_none(team: xw.Book) -> None:
    with nothing_written(team):
        assert press("take_snapshot", team, False)[-1] == "No snapshot was taken."


def test_a_cancelled_import_changes_nothing(team: xw.Book, tmp_path: Path) -> None:
    source = tmp_path / "deals.csv"
    source.write_text(f"{CSV}N-1,New,Acme,Prospecting,1200,2026-05-01,2026-07-13\n", encoding="utf-8")
    with nothing_written(team):
        assert press("import_deals", team, False)[-1] == "Nothing was imported."
        assert press("import_deals", team, str(source), "no")[-1] == "Nothing was imported."


def test_what_cannot_be_imported_is_one_sentence(team: xw.Book, tmp_path: Path) -> None:
    junk = tmp_path / "photo.xlsx"
    junk.write_bytes(b"\x00\x01not a workbook")
    source = tmp_path / "deals.csv"
    source.write_text(f"{CSV}N-1,New,Acme,Prospecting,1200,2026-05-01,2026-07-13\n", encoding="utf-8")
    source.with_suffix(".toml").write_text("[dates]\norder = 'sideways'\n", encoding="utf-8")
    with nothing_written(team):
        told = press("import_deals", team, str(junk))[-1]
        assert "photo.xlsx" in told
        assert title(team) == "Import: the file cannot be imported"
        assert press("import_deals", team, str(source))[-1].endswith("The mapping file deals.toml beside it was used.")
        assert title(team) == "Import: please look at the set-up"


@pytest.mark.parametrize("boxes", range(4))
def test_a_cancelled_new_workbook_is_not_made(team: xw.Book, tmp_path: Path, boxes: int) -> None:
    answers = ["five", "EMEA", "EUR", str(tmp_path / "new.xlsx")][:boxes]
    assert press("new_team_workbook", team, *answers, False)[-1] == "No workbook was made."
    assert not (tmp_path / "new.xlsx").exists()


def test_an_existing_file_is_replaced_only_after_a_question(team: xw.Book, tmp_path: Path) -> None:
    target = tmp_path / "old.xlsx"
    target.write_bytes(b"precious")
    *_, question, told = press("new_team_workbook", team, "five", "EMEA", "EUR", str(target), "no")
    assert question.startswith("old.xlsx exists already. Replace it?")
    assert told == "No workbook was made."
    assert target.read_bytes() == b"precious"


def test_a_template_or_currency_that_does_not_exist_is_refused(team: xw.Book, tmp_path: Path) -> None:
    target = str(tmp_path / "new.xlsx")
    told = press("new_team_workbook", team, "six", "EMEA", "EUR", target)[-1]
    assert told.startswith("There is no template 'six'")
    told = press("new_team_workbook", team, "five", "EMEA", "Euro")[-1]
    assert told.startswith("'Euro' is not an ISO currency")
    assert not Path(target).exists()


# Explain this figure


def explained(book: xw.Book) -> str:
    with nothing_written(book):
        [told] = press("explain_figure", book)
    return told


def test_a_card_is_explained_at_its_value_its_label_and_its_note(team: xw.Book) -> None:
    value = team.names["dashboard_win_rate"].refers_to_range
    note = team.names["dashboard_win_rate_note"].refers_to_range
    for cell in (value, value.offset(-1, 0), note):
        cell.select()
        told = explained(team)
        assert told.startswith("Win rate:\n")
        assert "(metric win_rate)" in told
        assert f"Beside it: {note.value}" in told


def test_a_result_table_an_issue_and_a_column_are_explained(team: xw.Book, before: Book) -> None:
    select(team, "CoverageByRep", "To go", 0)
    assert explained(team).startswith("Coverage by rep, column To go:")
    select(team, "Issues", "Severity", 0)
    title_of_first = before.frame("Issues")["Check"].iloc[0]
    name = next(check.name for check in CHECKS if check.title == title_of_first)
    assert f"(check {name})" in explained(team)
    select(team, "Pipeline", "Flags", -1)
    assert explained(team).startswith("Pipeline, column Flags: Stale flags")
    select(team, "Pipeline", "Flags", 2, rows=5)
    assert explained(team).startswith("Pipeline, column Flags: Stale flags")
    select(team, "Settings", "Value", 0)
    assert explained(team).startswith("Setting ")
    select(team, "Sources", "Source", 0)
    assert explained(team).startswith("Source, column Source: Where opportunities come from.")


def test_a_worksheet_function_is_explained(team: xw.Book) -> None:
    cell = team.sheets["Lists"].range("Z99")
    cell.formula = "=XLP_WIN_RATE(1)"
    team.sheets["Lists"].activate()
    cell.select()
    assert explained(team).startswith("XLP_WIN_RATE: Gives the share")
    cell.clear_contents()


def test_an_empty_cell_has_nothing_to_explain(team: xw.Book) -> None:
    team.sheets["Dashboard"].range("Z99").select()
    assert "Select a card or a table on a dashboard" in explained(team)


def test_a_selection_in_another_workbook_is_none_of_this_one(team: xw.Book, tmp_path: Path, path: Path) -> None:
    other = team.app.books.open(str(shutil.copy(path, tmp_path / "other.xlsx")))
    other.activate()
    assert explained(team) == "No cell of this workbook is selected; please click on a figure and try again."
    assert press("advance_stage", team, False)[0].startswith("Which deal?")
    other.close()


# Settings / About


def test_about_goes_to_the_settings_unless_they_are_hidden(team: xw.Book) -> None:
    [told] = press("about", team)
    assert team.sheets.active.name == "Settings"
    assert f"Workbook: {team.fullname}" in told
    assert "Change the column Value on this tab" in told
    team.sheets["Dashboard"].activate()
    team.sheets["Settings"].visible = False
    assert "The tab Settings is hidden" in press("about", team)[0]


def test_no_button_has_changed_anything(team: xw.Book, before: Book) -> None:
    assert table(team, "Pipeline").range.shape == (len(before.frame("Pipeline")) + 1, len(before.frame("Pipeline").T))
    assert cells_of(team).names["refreshed_line"] == before.names["refreshed_line"]
