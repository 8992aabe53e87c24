"""The edit-time stamps, run in memory: what is remembered, when it is written, and that nobody is disturbed."""

from __future__ import annotations

import pytest
from pyopenvba.apps.excel import Application
from pyopenvba.interpreter._objects import MemberSpec
from pyopenvba.interpreter._values import error

from tests.addin.vba_excel import EDITS, JULY_31, NOW, Excel, start_excel
from xlpipeline.model import edits_table

STAMP_END = [NOW, 120, "Rita Rep"]


@pytest.fixture
def excel(monkeypatch: pytest.MonkeyPatch) -> Excel:
    return start_excel(monkeypatch)


def test_an_edited_stage_is_stamped_with_deal_value_time_zone_and_user(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Negotiation")
    excel.save(book)
    assert excel.edits(book) == [["D-1", "Stage", "Negotiation", *STAMP_END]]


def test_nothing_is_written_before_a_save_so_that_undo_stays(excel: Excel) -> None:
    book = excel.open_team_book()
    before = excel.cells(book)
    excel.type(book, "C5", "Negotiation")
    excel.type(book, "G6", 2500)
    after = excel.cells(book)
    pipeline = book.sheets_[0].name
    before[pipeline][1][1] = "Negotiation"
    before[pipeline][2][5] = 2500
    assert after == before
    assert excel.waiting(book) == 2
    assert excel.heard.count("SheetChange") == 2


@pytest.mark.parametrize(
    ("address", "value", "stamp"),
    [
        ("G5", 1250.5, ["D-1", "Amount", 1250.5]),
        ("G6", 0, ["D-2", "Amount", 0]),
        ("E5", JULY_31, ["D-1", "Expected close", JULY_31]),
        ("C6", None, ["D-2", "Stage", None]),
    ],
)
def test_each_watched_column_keeps_its_kind_of_value(
    excel: Excel, address: str, value: object, stamp: list[object]
) -> None:
    book = excel.open_team_book()
    excel.type(book, address, value)
    excel.save(book)
    assert excel.edits(book) == [[*stamp, *STAMP_END]]


@pytest.mark.parametrize("address", ["B5", "D5", "F5", "C4", "C9", "I5", "A1"])
def test_other_columns_the_head_and_cells_outside_the_table_are_not_stamped(excel: Excel, address: str) -> None:
    book = excel.open_team_book()
    excel.type(book, address, "x")
    assert excel.waiting(book) == 0


def test_a_paste_over_many_cells_stamps_each_of_them_once(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "B5:G6", "pasted")
    excel.save(book)
    assert sorted((row[0], row[1]) for row in excel.edits(book)) == [
        ("pasted", "Amount"),
        ("pasted", "Amount"),
        ("pasted", "Expected close"),
        ("pasted", "Expected close"),
        ("pasted", "Stage"),
        ("pasted", "Stage"),
    ]


def test_two_areas_changed_at_once_are_both_stamped(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5,G6,B7", 7)
    excel.save(book)
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Stage", 7], ["D-2", "Amount", 7]]


def test_a_row_without_an_id_is_looked_up_when_the_stamps_are_written(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C7", "Proposal")
    excel.fill(book.sheets_[0], "F7", [["D-3"]])
    excel.save(book)
    assert excel.edits(book) == [["D-3", "Stage", "Proposal", *STAMP_END]]


def test_a_row_that_never_got_an_id_leaves_no_stamp(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C7", "Proposal")
    excel.type(book, "C5", "Lost")
    excel.save(book)
    assert [row[0] for row in excel.edits(book)] == ["D-1"]
    assert excel.waiting(book) == 0


def test_a_later_id_is_not_taken_from_another_deal_after_a_sort(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C7", "Proposal")
    excel.fill(book.sheets_[0], "B7", [("n9", "Won", "Other", None, "D-9", 1)])
    excel.save(book)
    assert excel.edits(book) == []


def test_the_setting_turns_stamps_off(excel: Excel) -> None:
    book = excel.open_team_book(stamps=" Off ")
    excel.type(book, "C5", "Negotiation")
    assert excel.waiting(book) == 0


def test_a_blank_setting_means_on(excel: Excel) -> None:
    book = excel.open_team_book(stamps="")
    excel.type(book, "C5", "Negotiation")
    assert excel.waiting(book) == 1


def test_a_foreign_workbook_is_left_alone(excel: Excel) -> None:
    book = excel.open_team_book(is_ours=False)
    excel.type(book, "C5", "Negotiation")
    before = excel.cells(book)
    excel.save(book)
    assert excel.waiting(book) == 0
    assert excel.cells(book) == before


def _big_book(excel: Excel, rows: int) -> str:
    """A book whose Pipeline has that many rows; gives the address of all its stages."""
    book = excel.open_team_book()
    table = excel.app.run("XlpTable", book, "Pipeline")
    sheet = book.sheets_[0]
    table.vba_get("Resize", [sheet.vba_get("Range", [f"B4:G{4 + rows}"])])
    return f"C5:C{4 + rows}"


@pytest.mark.parametrize(("rows", "expected"), [pytest.param(5000, 5000, marks=pytest.mark.slow), (5001, 0)])
def test_above_five_thousand_cells_nothing_is_stamped(excel: Excel, rows: int, expected: int) -> None:
    address = _big_book(excel, rows)
    excel.type(excel.app.workbook, address, "Won")
    assert excel.waiting(excel.app.workbook) == expected


def test_whole_rows_are_inserted_or_deleted_not_edited(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.evaluate('Workbooks("team.xlsx").Sheets(1).Rows(6).Delete')
    assert "SheetChange" in excel.heard
    assert excel.waiting(book) == 0


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", "'quoted", "007", "1/2", "TRUE", "=HYPERLINK(1)"])
def test_texts_that_look_like_formulas_or_numbers_stay_texts(excel: Excel, text: str) -> None:
    book = excel.open_team_book()
    excel.fill(book.sheets_[0], "C5", [["'" + text]])
    excel.app.run("XlpNoteChange", book.sheets_[0], book.sheets_[0].vba_get("Range", ["C5"]))
    excel.save(book)
    (row,) = excel.edits(book)
    assert row[2] == text
    assert not book.sheet_named("_Edits").cell(5, 4).formula


def test_a_user_and_a_deal_id_that_look_like_formulas_stay_texts(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.application.user_name = "=cmd|' /C calc'!A0"
    excel.fill(book.sheets_[0], "F5", [["'=D1"]])
    excel.type(book, "C5", "Won")
    excel.save(book)
    (row,) = excel.edits(book)
    assert row[0] == "=D1"
    assert row[5] == "=cmd|' /C calc'!A0"
    assert not any(cell.formula for cell in book.sheet_named("_Edits").cells_.values())


def test_a_number_as_deal_id_stays_a_number(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.fill(book.sheets_[0], "F5", [[17]])
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert excel.edits(book)[0][0] == 17


def test_an_error_value_is_stamped_as_the_text_that_is_seen(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.evaluate('Workbooks("team.xlsx").Sheets(1).Range("G5").Select')
    excel.app.add_module(
        'Public Sub Break()\n Workbooks("team.xlsx").Sheets(1).Range("G5").Value = CVErr(2042)\nEnd Sub\n', name="Break"
    )
    excel.app.run("Break.Break")
    excel.save(book)
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Amount", "#N/A"]]


def test_a_very_long_text_is_cut(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "x" * 300)
    excel.save(book)
    assert excel.edits(book)[0][2] == "x" * 255


def test_stamps_are_added_below_earlier_ones_in_the_order_of_typing(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Negotiation")
    excel.save(book)
    excel.type(book, "C5", "Won")
    excel.type(book, "C6", "Proposal")
    excel.save(book)
    assert [row[:3] for row in excel.edits(book)] == [
        ["D-1", "Stage", "Negotiation"],
        ["D-1", "Stage", "Won"],
        ["D-2", "Stage", "Proposal"],
    ]
    assert excel.app.run("XlpTable", book, "_Edits").vba_get("Range").vba_get("Address") == "$B$4:$G$7"


def test_blank_rows_at_the_end_of_edits_are_filled_first(excel: Excel) -> None:
    book = excel.open_team_book()
    table = excel.app.run("XlpTable", book, "_Edits")
    table.vba_get("Resize", [book.sheet_named("_Edits").vba_get("Range", ["B4:G9"])])
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Stage", "Won"]]
    assert excel.app.run("XlpTable", book, "_Edits").vba_get("Range").vba_get("Address") == "$B$4:$G$9"


def test_an_amount_below_a_date_stays_a_number(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.run("XlpTable", book, "_Edits").vba_get(
        "Resize", [book.sheet_named("_Edits").vba_get("Range", ["B4:G9"])]
    )
    book.sheet_named("_Edits").vba_get("Range", ["D5:D9"]).vba_set("NumberFormat", "m/d/yyyy")
    excel.type(book, "E5", JULY_31)
    excel.type(book, "G5", 46000)
    excel.save(book)
    assert [row[2] for row in excel.edits(book)] == [JULY_31, 46000]


def test_columns_of_edits_may_stand_in_another_order_and_beside_others(excel: Excel) -> None:
    book = excel.open_team_book()
    heads = ("User", "Mine", "UTC offset", "At", "Value", "Column", "Deal ID")
    excel.fill(book.sheet_named("_Edits"), "B4", [heads])
    excel.app.run("XlpTable", book, "_Edits").vba_get(
        "Resize", [book.sheet_named("_Edits").vba_get("Range", ["B4:H5"])]
    )
    excel.fill(book.sheet_named("_Edits"), "B4", [heads])
    excel.type(book, "C5", "Won")
    excel.save(book)
    rows = excel.app.sheet("_Edits", workbook=book).value("B5:H5")
    assert rows == [["Rita Rep", None, 120, NOW, "Won", "Stage", "D-1"]]


def test_a_book_without_the_table_edits_is_not_disturbed(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.app.run("XlpTable", book, "_Edits").vba_set("Name", "SomethingElse")
    excel.type(book, "C5", "Won")
    before = excel.cells(book)
    excel.save(book)
    assert excel.cells(book) == before
    assert excel.waiting(book) == 0


def test_writing_the_stamps_is_not_heard_and_events_are_on_again(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    heard = len(excel.heard)
    excel.save(book)
    assert excel.heard[heard:] == ["WorkbookBeforeSave"]
    assert excel.app.application.enable_events is True


@pytest.mark.parametrize("events", [True, False])
def test_events_are_left_as_they_were(excel: Excel, events: bool) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    excel.app.application.enable_events = events
    excel.app.run("XlpWriteStamps", book)
    assert excel.app.application.enable_events is events


def test_a_fault_while_writing_keeps_the_stamps_and_turns_events_on(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    edits = book.sheet_named("_Edits")
    edits.vba_get("Protect")
    excel.save(book)
    assert excel.app.application.enable_events is True
    assert excel.waiting(book) == 1
    edits.vba_get("Unprotect")
    excel.save(book)
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Stage", "Won"]]


def test_a_fault_while_noting_is_swallowed(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> object:
        raise error(1004)

    book = excel.open_team_book()
    with monkeypatch.context() as faulty:
        faulty.setitem(Application._vba_members, "username", MemberSpec("UserName", "property", getter=refuse))
        excel.type(book, "C5", "Won")
    assert excel.app.sheet(1, workbook=book).value("C5") == "Won"
    assert excel.waiting(book) == 0
    assert excel.told() == []
    excel.type(book, "C5", "Lost")
    assert excel.waiting(book) == 1


def test_a_zone_that_windows_does_not_tell_is_left_blank(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.outside.utc_offset_minutes = None
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert excel.edits(book)[0][3:] == [NOW, None, "Rita Rep"]


@pytest.mark.parametrize("offset", [-570, 0, 345])
def test_the_zone_is_minutes_ahead_of_utc(excel: Excel, offset: int) -> None:
    book = excel.open_team_book()
    excel.outside.utc_offset_minutes = offset
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert excel.edits(book)[0][4] == offset


def test_closing_without_saving_drops_the_stamps(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    excel.deliver("WorkbookBeforeClose", book, False)
    excel.app.application.workbooks_.remove(book)
    again = excel.open_team_book()
    assert excel.waiting(again) == 0
    excel.save(again)
    assert excel.edits(again) == []


def test_a_cancelled_close_drops_nothing(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.type(book, "C5", "Won")
    excel.deliver("WorkbookBeforeClose", book, True)
    assert excel.waiting(book) == 1
    assert excel.edits(book) == []


def test_each_workbook_has_its_own_stamps(excel: Excel) -> None:
    first, second = excel.open_team_book("first.xlsx"), excel.open_team_book("second.xlsx")
    excel.type(first, "C5", "Won")
    excel.type(second, "C6", "Lost")
    excel.save(second)
    assert [row[:3] for row in excel.edits(second)] == [["D-2", "Stage", "Lost"]]
    assert excel.edits(first) == []
    assert excel.waiting(first) == 1


def test_autosave_does_not_write_every_few_seconds_but_closing_does(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.outside.saves_itself = True
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert excel.edits(book) == []
    excel.deliver("WorkbookBeforeClose", book, False)
    assert [row[:3] for row in excel.edits(book)] == [["D-1", "Stage", "Won"]]


def test_an_excel_without_autosave_writes_at_every_save(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.outside.saves_itself = None
    excel.type(book, "C5", "Won")
    excel.save(book)
    assert len(excel.edits(book)) == 1


def test_after_a_reset_of_vba_nothing_is_heard_until_a_click(excel: Excel) -> None:
    book = excel.open_team_book()
    excel.reset_vba()
    excel.type(book, "C5", "Won")
    assert excel.waiting(book) == 0
    excel.click("XlpAbout")
    excel.type(book, "C5", "Lost")
    assert excel.waiting(book) == 1


def test_the_heads_are_those_of_the_python_side() -> None:
    assert tuple(edits_table.EDITS.heads) == EDITS
    assert set(edits_table.STAMPED) == {"Stage", "Amount", "Expected close"}
