"""What the live host refuses, keeps and puts back: protection, room, settings, faults half-way. Needs LibreOffice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.hosts.live_books import cells, differences
from tests.hosts.test_live_writing import refreshed, typed_into
from tests.live.app import App
from tests.live.call_count import ComError, failing
from tests.live.excel_api import Worksheet
from tests.live.ranges import Range
from tests.ooxml.books import rich_book
from xlpipeline.errors import BookError, BusyError, GrowthError
from xlpipeline.hosts.live import LiveWorkbook, excel_calls
from xlpipeline.model.book import BookTable, ChangeSet, TableChange

if TYPE_CHECKING:
    from tests.live.engine import LiveApp
    from tests.live.fixtures import OpenCopy

pytestmark = pytest.mark.libreoffice

SETTINGS = ("screen_updating", "enable_events", "display_alerts", "calculation", "status_bar", "cut_copy_mode")


def settings_of(app: LiveApp) -> list[object]:
    return [getattr(app, name) for name in SETTINGS]


def test_protected_tabs_are_protected_again_with_the_same_options(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    before = {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets}
    assert before["Dashboard"] is not None
    assert before["Dashboard"].arguments["AllowFiltering"] is True
    assert before["Dashboard"].arguments["AllowInsertingRows"] is False
    live = LiveWorkbook(book)
    assert live.apply(refreshed(live.read())).written
    assert {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets} == before


def test_a_password_is_named_before_anything_is_written(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    book.sheets["Velocity"].api.Unprotect("")
    book.sheets["Velocity"].api.Protect("secret")
    live = LiveWorkbook(book)
    given = live.read()
    before = {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets}
    with pytest.raises(BookError) as refused:
        live.apply(refreshed(given))
    assert str(refused.value) == (
        "The tab Velocity is protected with a password, so nothing was written; please choose Review > Unprotect "
        "Sheet on it and try again."
    )
    assert differences(given, live.read()) == []
    assert {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets} == before


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("is_read_only", "small.xlsx is open read-only; please open it for editing, or save a copy, and try again."),
        ("is_shared", "small.xlsx is a shared workbook; please unshare it (Review > Unshare Workbook) and try again."),
    ],
)
def test_a_workbook_that_may_not_be_written_is_refused(
    mark: str, sentence: str, small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    setattr(book.impl, mark, True)
    live = LiveWorkbook(book)
    changes = refreshed(live.read())
    with failing(live_app, after=1) as fault, pytest.raises(BookError) as refused:
        live.apply(changes)
    assert str(refused.value) == sentence
    assert fault.writes == 0


def test_filter_selection_active_tab_and_settings_stay(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    sheet = book.sheets["Pipeline"]
    table: Any = sheet.tables["Pipeline"]
    stage = list(table.header_row_range.value).index("Stage") + 1
    table.data_body_range.api.AutoFilter(Field=stage, Criteria1="Proposal")
    hidden = [table.data_body_range[row, 0].api.EntireRow.Hidden for row in range(30)]
    sheet.activate()
    sheet.range("C9:D11").select()
    live_app.calculation = "semiautomatic"
    before = settings_of(live_app)
    live = LiveWorkbook(book)
    live.apply(refreshed(live.read()))
    assert sheet.api.FilterMode
    assert any(hidden)
    assert [table.data_body_range[row, 0].api.EntireRow.Hidden for row in range(30)] == hidden
    assert book.sheets.active.name == "Pipeline"
    assert live_app.selection is not None
    assert live_app.selection.address == "$C$9:$D$11"
    assert settings_of(live_app) == before


def test_who_calculates_by_hand_gets_one_calculation_and_keeps_the_mode(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    live_app.calculation = "manual"
    calculated: list[str] = []
    monkeypatch.setattr(App, "calculate", lambda app: calculated.append(app.calculation))
    live.apply(ChangeSet((TableChange("Pipeline", {"Amount": cells({0: 1.0})}),)))
    assert calculated == ["manual"]
    assert live_app.calculation == "manual"


def test_cells_in_the_way_of_a_growing_table_are_named(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    table = book.sheets["Pipeline"].tables["Pipeline"]
    below = table.range.last_cell.row + 3
    book.sheets["Pipeline"].range((below, 3)).value = [["my", "note"]]
    live = LiveWorkbook(book)
    rows = len(live.read().frame("Pipeline"))
    with failing(live_app, after=1) as fault, pytest.raises(GrowthError) as refused:
        live.apply(ChangeSet((TableChange("Pipeline", {"Notes": cells({0: "x", rows + 4: "y"})}),)))
    assert str(refused.value) == (
        f"The table Pipeline has no room to grow: Pipeline!C{below}:D{below} must be empty first; please move those "
        "cells."
    )
    assert fault.writes == 0
    live.apply(ChangeSet((TableChange("Pipeline", {"Notes": cells({rows + 1: "y"})}),)))
    assert len(live.read().frame("Pipeline")) == rows + 2


def test_a_table_and_merged_cells_in_the_way_are_named(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    live = LiveWorkbook(book)
    tables = live.read().tables
    issues = tables["Issues"]
    bottom = issues.first_row + len(issues.frame)
    book.sheets["Issues"].range(
        (bottom + 2, issues.first_column), (bottom + 2, issues.first_column + 1)
    ).impl.uno.merge(True)
    with pytest.raises(GrowthError, match="there are merged cells in Issues!"):
        live.apply(ChangeSet((TableChange("Issues", {}, len(issues.frame) + 4),)))
    upper, lower = next((a, b) for a in tables.values() for b in tables.values() if stands_below(b, a))
    rows = lower.first_row - upper.first_row
    with pytest.raises(GrowthError) as refused:
        live.apply(ChangeSet((TableChange(upper.name, {}, rows),)))
    assert str(refused.value).startswith(f"The table {upper.name} has no room to grow: the table {lower.name} at ")


def stands_below(lower: BookTable, upper: BookTable) -> bool:
    """Whether a table stands below another one of its tab, in the same columns."""
    is_below = lower.sheet == upper.sheet and lower.first_row > upper.first_row
    return is_below and lower.first_column < upper.first_column + upper.frame.shape[1]


@pytest.mark.parametrize("rows", [1, 2, 9])
def test_a_totals_row_survives(rows: int, tmp_path: Path, open_copy: OpenCopy) -> None:
    book = open_copy(rich_book(tmp_path / "rich.xlsx", totals=True))
    table: Any = book.sheets["Deals"].tables["Deals"]
    totals = table.totals_row_range.formula
    live = LiveWorkbook(book)
    live.read()
    live.apply(ChangeSet((TableChange("Deals", {"Amount": cells({0: 5.0})}, rows),)))
    assert table.show_totals
    assert len(live.read().frame("Deals")) == rows
    assert table.totals_row_range.formula == totals
    assert "SUBTOTAL" in str(totals)
    assert table.totals_row_range.row == 5 + rows


HALF_WAY = ChangeSet(
    (
        TableChange("Pipeline", {"Notes": cells({0: "n", 205: "m"}), "Stage seen": cells({1: "x", 3: "y"})}),
        TableChange("Pipeline", {}, formulas={"Weighted amount": "1+1"}),
        TableChange("_History", {}, 3),
        TableChange("Issues", {"Check": cells({0: "=x"})}, 400),
    ),
    {"refreshed_line": "now", "last_as_of": 5.0},
)


def refusal_of(live: LiveWorkbook, changes: ChangeSet) -> str:
    """The sentence with which a change is refused, or nothing."""
    try:
        live.apply(changes)
    except BookError as refused:
        return str(refused)
    return ""


def test_a_fault_at_any_write_leaves_the_workbook_as_it_was(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    typed_into(book, "Pipeline", {(0, "Notes"): "=1+1", (1, "Stage seen"): "=2+2", (4, "Weighted amount"): 7})
    live, settings = LiveWorkbook(book), settings_of(live_app)
    given = live.read()
    protected = {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets}
    met = 0
    for after in (2, 5, 8, 11, 14, 17):
        with failing(live_app, after=after) as fault:
            told = refusal_of(live, HALF_WAY)
        assert fault.happened == bool(told)
        if not told:
            break
        met += 1
        assert re.fullmatch("Excel refused to write .*; the workbook is as it was.", told), told
        found = live.read()
        assert differences(given, found) == [], after
        assert settings_of(live_app) == settings
        assert {sheet.name: excel_calls.protection_of(sheet) for sheet in book.sheets} == protected
    assert met > 3


def test_what_could_not_be_put_back_is_named(small_book: Path, open_copy: OpenCopy, live_app: LiveApp) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    changes = ChangeSet((TableChange("Pipeline", {"Notes": cells({0: "n"}), "Amount": cells({6: 1.0, 8: 2.0})}),))
    with failing(live_app, after=2, times=3), pytest.raises(BookError) as refused:
        live.apply(changes)
    told = str(refused.value)
    assert "these could not be put back: " in told
    assert "Pipeline row" in told
    assert told.endswith("Please close small.xlsx without saving and open it again.")


def test_settings_come_back_though_one_refuses(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    plain: Any = App.enable_events

    def stubborn(app: App, on: bool) -> None:
        if on:
            raise ComError("Unable to set the EnableEvents property")
        plain.fset(app, on)

    with monkeypatch.context() as patch:
        patch.setattr(App, "enable_events", property(plain.fget, stubborn))
        saved = live.apply(ChangeSet((TableChange("Pipeline", {"Amount": cells({0: 1.0})}),)))
    assert saved.sentence.endswith("Excel did not let events be switched back; please start Excel anew.")
    assert (live_app.screen_updating, live_app.calculation, live_app.display_alerts) == (True, "automatic", True)


@contextmanager
def a_cell_is_being_edited(kind: type, member: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every call to the member is rejected, as Excel does while somebody types."""

    def rejected(*_: object, **__: object) -> Any:  # noqa: ANN401 - it never returns
        fault = ComError("")
        fault.hresult = -2147418111
        fault.args = (-2147418111, "Call was rejected by callee.", None, None)
        fault.excepinfo = None  # type: ignore[assignment]
        raise fault

    with patch.context() as patched:
        patched.setattr(kind, member, property(rejected, rejected))
        yield


def test_while_a_cell_is_edited_a_person_is_asked_to_finish(
    small_book: Path, open_copy: OpenCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveWorkbook(open_copy(small_book))
    changes = refreshed(live.read())
    sentence = "Excel is busy; please finish typing in the cell (press Enter or Esc) and try again."
    with a_cell_is_being_edited(Range, "raw_value", monkeypatch), pytest.raises(BusyError) as refused:
        live.read()
    assert str(refused.value) == sentence
    with a_cell_is_being_edited(Worksheet, "ProtectContents", monkeypatch), pytest.raises(BusyError) as refused:
        live.apply(changes)
    assert str(refused.value) == sentence


def test_a_table_that_was_changed_meanwhile_is_left_alone(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    live = LiveWorkbook(book)
    live.read()
    change = ChangeSet((TableChange("Reps", {"Region": cells({0: "North"})}),))
    table: Any = book.sheets["Team"].tables["Reps"]
    table.header_row_range[2].value = "Area"
    with failing(live_app, after=1) as fault, pytest.raises(BusyError) as refused:
        live.apply(change)
    assert str(refused.value) == (
        "The table Reps of small.xlsx was changed while it was being measured; please try again."
    )
    assert fault.writes == 0


def test_a_bug_of_ours_is_not_called_excels(small_book: Path, open_copy: OpenCopy) -> None:
    live = LiveWorkbook(open_copy(small_book))
    given = live.read()
    with pytest.raises(TypeError):
        live.apply(ChangeSet((TableChange("Pipeline", {"Notes": pd.Series([object()], dtype=object)}, rows="x"),)))  # type: ignore[arg-type]
    assert differences(given, live.read()) == []
