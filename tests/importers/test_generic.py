"""An import becomes deals in Pipeline, remembered choices in Mappings, and faults for what could not be read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.books import NOW, after, book, deals, imported, plan_text
from xlpipeline.errors import BookError, SetupError, SourceError
from xlpipeline.importers.generic import plan_import
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.source import Source, read_source
from xlpipeline.model.book import Book, CellError

HEAD = "Deal ID,Name,Stage,Amount\n"
SIX = (
    "opportunity name,opportunity revenue,create date,expected close date,close percentage,opportunity stage\n"
    "Alpha,1000,2026-01-05,2026-04-30,20%,Prospecting\nBeta,2500,2026-01-20,2026-05-15,60%,Proposal\n"
)


def test_the_six_minimum_columns_make_deals_with_ids(tmp_path: Path) -> None:
    first, second = imported(tmp_path, SIX)
    assert str(first.pop("Deal ID")).startswith("D-")
    assert first == {
        "Opportunity": "Alpha",
        "Stage": "Prospecting",
        "Amount": 1000.0,
        "Probability": 0.2,
        "Created": dt.date(2026, 1, 5),
        "Expected close": dt.date(2026, 4, 30),
    }
    assert second["Probability"] == 0.6


def test_importing_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    for text in (SIX, SIX + "Beta,2500,2026-01-20,2026-05-15,60%,Proposal\n", HEAD + "1,A,Engaging,5\n2,=B,Won,x\n"):
        before = book()
        filled = after(before, plan_text(tmp_path, text, before))
        again = plan_text(tmp_path, text, filled)
        assert not again.changes
        assert (again.added, again.updated, again.unchanged) == (0, 0, len(deals(filled)))


def test_equal_rows_without_an_id_are_counted(tmp_path: Path) -> None:
    ids = [str(deal["Deal ID"]) for deal in imported(tmp_path, "Name,Stage\nA,Won\nA,Won\nB,Won\nA,Lost\n")]
    assert ids[1] == ids[0] + "-2"
    assert ids[3] == ids[0] + "-3"
    assert len(set(ids)) == 4


def test_a_made_id_depends_on_name_account_and_created_only(tmp_path: Path) -> None:
    head = "Name,Account,Created,Stage,Amount\n"
    one = imported(tmp_path, head + "A,Acme,2026-01-05,Prospecting,5\n")[0]["Deal ID"]
    assert imported(tmp_path, head + " a ,ACME,2026-01-05 ,Won,7\n")[0]["Deal ID"] == one
    assert imported(tmp_path, head + "A,Acme,2026-01-06,Prospecting,5\n")[0]["Deal ID"] != one


def test_rows_whose_id_is_blank_get_one(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, HEAD + "1,A,Won,5\n,B,Won,6\n")
    assert plan.added == 2
    assert "1 rows have no ID; theirs was made from name, account and created date." in plan.notes


def test_known_deals_are_updated_new_ones_added_and_missing_ones_only_listed(tmp_path: Path) -> None:
    before = book(
        [
            {"Deal ID": "1", "Opportunity": "A", "Stage": "Proposal", "Amount": 5},
            {"Deal ID": 2, "Opportunity": "B", "Stage": "Won"},
            {"Deal ID": "9", "Opportunity": "Z", "Stage": "Won"},
        ]
    )
    plan = plan_text(tmp_path, HEAD + "3,C,Won,1\n1,A,Won,6\n2,B,Won,\n", before)
    assert (plan.added, plan.updated, plan.unchanged, plan.missing_ids) == (1, 1, 1, ("9",))
    assert [deal["Opportunity"] for deal in deals(after(before, plan))] == ["A", "B", "Z", "C"]
    pipeline = plan.changes.tables[0]
    assert pipeline.rows == 4
    assert {name: dict(cells.items()) for name, cells in pipeline.columns.items()} == {
        "Deal ID": {3: "3"},
        "Opportunity": {3: "C"},
        "Stage": {0: "Won", 3: "Won"},
        "Amount": {0: 6.0, 3: 1.0},
    }


def test_new_deals_fill_blank_rows_at_the_end_before_the_table_grows(tmp_path: Path) -> None:
    before = book([{"Deal ID": "1", "Opportunity": "A"}, {}, {"Notes": "keep me"}, {}, {"Flags": "T"}])
    plan = plan_text(tmp_path, HEAD + "2,B,Won,1\n3,C,Won,1\n", before)
    assert plan.changes.tables[0].rows is None
    assert list(plan.changes.tables[0].columns["Deal ID"].index) == [3, 4]
    plan = plan_text(tmp_path, HEAD + "2,B,Won,1\n3,C,Won,1\n4,D,Won,1\n", before)
    assert plan.changes.tables[0].rows == 6


def test_a_blank_erases_only_when_told(tmp_path: Path) -> None:
    before = book([{"Deal ID": "1", "Opportunity": "A", "Stage": "Won", "Amount": 5, "Notes": "mine"}])
    text = HEAD + "1,A,Won,\n"
    assert not plan_text(tmp_path, text, before).changes.tables[0].columns.get("Amount", pd.Series(dtype=object)).size
    erased = imported(tmp_path, text, before, MappingChoices(blank_erases=True))
    assert erased == [{"Deal ID": "1", "Opportunity": "A", "Stage": "Won", "Notes": "mine"}]


def test_of_one_id_twice_the_last_row_is_taken_and_the_others_are_faults(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, HEAD + "1,A,Won,5\n2,B,Won,6\n1,A,Lost,7\n")
    assert plan.added == 2
    assert [(fault.row, fault.wrong, fault.deal_id) for fault in plan.faults] == [
        (2, "Deal 1 stands in more than one row; row 4 comes later and was taken.", "1")
    ]


def test_of_one_id_twice_the_newest_update_is_taken(tmp_path: Path) -> None:
    text = (
        "Deal ID,Name,Stage,Last modified\n1,A,Won,2026-01-02 10:00:01\n1,A,Lost,2026-01-02 10:00:00\n1,A,Proposal,\n"
    )
    plan = plan_text(tmp_path, text)
    assert [fault.wrong for fault in plan.faults] == [
        "Deal 1 stands in more than one row; row 2 was updated later and was taken."
    ] * 2
    assert deals(after(book(), plan))[0]["Stage"] == "Won"


def test_ids_that_differ_in_case_are_two_deals(tmp_path: Path) -> None:
    assert len(imported(tmp_path, HEAD + "006aB,A,Won,5\n006Ab,B,Won,5\n")) == 2


def test_cells_that_cannot_be_read_leave_a_blank_and_a_fault(tmp_path: Path) -> None:
    text = (
        "Deal ID,Name,Stage,Amount,Close percentage,Created\n1,A,Won,lots,150%,2026-02-30\n2,B,Won,5,50%,2026-02-01\n"
    )
    plan = plan_text(tmp_path, text)
    assert deals(after(book(), plan))[0] == {"Deal ID": "1", "Opportunity": "A", "Stage": "Won"}
    assert [(fault.row, fault.column, fault.wrong, fault.deal_id) for fault in plan.faults] == [
        (2, "Amount", "Amount: “lots” is not an amount.", "1"),
        (2, "Close percentage", "Probability: “150%” is not a share from 0 to 100 %.", "1"),
        (2, "Created", "Created: “2026-02-30” is not a date in the order of this column.", "1"),
    ]
    assert plan.faults[0].what_to_do.endswith("the deal comes in without an amount.")


def test_rows_that_are_no_deals_are_faults(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, "Name,Stage,Notes,Source\nA,Won,x,y\n,,lonely,note\n")
    assert plan.added == 1
    assert [(fault.row, fault.wrong) for fault in plan.faults] == [
        (3, "The row has neither a name, account, amount, stage nor ID.")
    ]


def test_a_text_longer_than_a_cell_is_cut_with_a_fault(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, "Deal ID,Name,Stage\n1," + "x" * 32_768 + ",Won\n2," + "y" * 32_767 + ",Won\n")
    assert [len(str(deal["Opportunity"])) for deal in deals(after(book(), plan))] == [32_767, 32_767]
    assert [fault.row for fault in plan.faults] == [2]


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+49 30", "-A", "@SUM(A1)", '=HYPERLINK("x")', "#N/A"]
    rows = "".join(f'{i},"{text.replace(chr(34), chr(34) * 2)}",Won,5\n' for i, text in enumerate(texts))
    found = [deal["Opportunity"] for deal in imported(tmp_path, HEAD + rows)]
    assert found == texts
    assert all(type(text) is str and not isinstance(text, CellError) for text in found)


def test_signs_that_no_workbook_can_hold_are_dropped(tmp_path: Path) -> None:
    assert imported(tmp_path, HEAD + "1,A\x01\x0b b,Won,5\n")[0]["Opportunity"] == "A b"


def test_stages_are_matched_whatever_their_case_and_spaces(tmp_path: Path) -> None:
    found = imported(tmp_path, HEAD + "1,A, WON ,5\n2,B,pro\u00a0posal,5\n3,C,qualification,5\n")
    assert [deal["Stage"] for deal in found] == ["Won", "pro posal", "Qualification"]


def test_an_unknown_stage_is_proposed_for_and_never_replaced(tmp_path: Path) -> None:
    before = book()
    plan = plan_text(tmp_path, HEAD + "1,A,Qualifcation,5\n2,B,Closed Won,5\n3,C,Qualifcation,5\n4,D,Xyz,5\n", before)
    filled = after(before, plan)
    assert [deal["Stage"] for deal in deals(filled)] == ["Qualifcation", "Closed Won", "Qualifcation", "Xyz"]
    assert [fault.wrong for fault in plan.faults] == [
        "Stage “Qualifcation” is not on the workbook's list (in 2 rows, first here); perhaps Qualification is meant.",
        "Stage “Closed Won” is not on the workbook's list; perhaps Won is meant.",
        "Stage “Xyz” is not on the workbook's list.",
    ]
    remembered = filled.frame("Mappings")
    stages = remembered[remembered["Kind"] == "Stage"]
    assert stages["From"].tolist() == ["Qualifcation", "Closed Won", "Xyz"]
    assert stages["To"].isna().all()
    assert stages["Learned on"].tolist() == [NOW.date()] * 3


def test_a_decision_in_mappings_is_used_at_the_next_import(tmp_path: Path) -> None:
    before = book(
        mappings=[
            {"Kind": "Stage", "From": "closed won", "To": "won"},
            {"Kind": "Owner", "From": "AL", "To": "Ann Lee"},
        ]
    )
    found = imported(tmp_path, "Deal ID,Name,Stage,Owner\n1,A,Closed Won,al\n", before)
    assert (found[0]["Stage"], found[0]["Owner"]) == ("Won", "Ann Lee")


def test_a_decision_for_a_stage_that_is_gone_is_not_used(tmp_path: Path) -> None:
    before = book(mappings=[{"Kind": "Stage", "From": "Closed Won", "To": "Gewonnen"}])
    plan = plan_text(tmp_path, HEAD + "1,A,Closed Won,5\n", before)
    assert deals(after(before, plan))[0]["Stage"] == "Closed Won"
    assert len(plan.faults) == 1


def test_spellings_of_the_mapping_file_are_used_and_remembered(tmp_path: Path) -> None:
    before = book(mappings=[{"Kind": "Stage", "From": "Engaging"}])
    choices = MappingChoices(values={"Stage": {"engaging": "Qualification", "Elsewhere": "Won"}})
    filled = after(before, plan_text(tmp_path, HEAD + "1,A,Engaging,5\n", before, choices))
    assert deals(filled)[0]["Stage"] == "Qualification"
    assert filled.frame("Mappings").iloc[0].tolist() == ["Stage", "Engaging", "Qualification", NOW.date()]
    assert imported(tmp_path, HEAD + "1,A,Engaging,5\n", filled)[0]["Stage"] == "Qualification"


def test_a_stage_in_the_mapping_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(
        SetupError,
        match=r"maps the stage “Engaging” to “Qualify”, which the workbook lacks; its stages are Prospecting, ",
    ):
        plan_text(tmp_path, HEAD + "1,A,Engaging,5\n", None, MappingChoices(values={"Stage": {"Engaging": "Qualify"}}))


def test_entries_of_the_mapping_file_that_name_nothing_are_refused(tmp_path: Path) -> None:
    text = HEAD + "1,A,Won,5\n"
    with pytest.raises(SetupError, match=r"has \[values.Stge\]; spellings can be given for Stage, Last stage"):
        plan_text(tmp_path, text, None, MappingChoices(values={"Stge": {"a": "b"}}))
    with pytest.raises(SetupError, match=r"names the column “Closing”, which the source lacks; it has: Deal ID, Name"):
        plan_text(tmp_path, text, None, MappingChoices(date_orders={"Closing": "day-first"}))


def test_a_stage_in_the_mapping_file_may_be_written_in_any_case(tmp_path: Path) -> None:
    choices = MappingChoices(values={"Stage": {"Engaging": "qualification"}})
    assert imported(tmp_path, HEAD + "1,A,Engaging,5\n", None, choices)[0]["Stage"] == "Qualification"


def test_a_spelling_may_be_mapped_to_nothing(tmp_path: Path) -> None:
    choices = MappingChoices(values={"Owner": {"nobody": ""}})
    before = book(reps=["Ann Lee"])
    plan = plan_text(tmp_path, "Deal ID,Name,Owner\n1,A,Nobody\n", before, choices)
    assert "Owner" not in deals(after(before, plan))[0]
    assert plan.faults == ()


def test_owners_take_the_spelling_of_reps_and_near_misses_are_listed(tmp_path: Path) -> None:
    plan = plan_text(
        tmp_path, "Deal ID,Name,Owner\n1,A,ann lee\n2,B,Ann Leee\n3,C,Somebody Else\n", book(reps=["Ann Lee", "Bo Ek"])
    )
    assert [deal["Owner"] for deal in deals(after(book(), plan))] == ["Ann Lee", "Ann Leee", "Somebody Else"]
    assert [fault.wrong for fault in plan.faults] == [
        "Owner “Ann Leee” is not on the workbook's list; perhaps Ann Lee is meant."
    ]


def test_column_choices_are_remembered_and_used_again(tmp_path: Path) -> None:
    before = book()
    choices = MappingChoices(columns={"Thing": "Opportunity", "Worth": "Amount", "Name": ""})
    text = "Thing,Worth,Name,Stage\nA,5,x,Won\n"
    filled = after(before, plan_text(tmp_path, text, before, choices))
    found = filled.frame("Mappings")
    assert list(zip(found["Kind"], found["From"], found["To"], strict=True)) == [
        ("column", "Thing", "Opportunity"),
        ("column", "Worth", "Amount"),
        ("column", "Name", "not imported"),
        ("column", "Stage", "Stage"),
    ]
    again = plan_text(tmp_path, text, filled)
    assert [(line.source, line.target) for line in again.preview][:3] == [
        ("Thing", "Opportunity"),
        ("Worth", "Amount"),
        ("Name", ""),
    ]
    assert not again.changes


def test_a_single_close_date_is_split_by_the_type_of_the_stage(tmp_path: Path) -> None:
    text = "Deal ID,Name,Stage,Close Date\n1,A,won,2026-01-31\n2,B,Proposal,2026-05-31\n"
    text += "3,C,Lost,2026-02-28\n4,D,?,2026-06-30\n"
    found = imported(tmp_path, text)
    assert [(deal.get("Expected close"), deal.get("Actual close")) for deal in found] == [
        (None, dt.date(2026, 1, 31)),
        (dt.date(2026, 5, 31), None),
        (None, dt.date(2026, 2, 28)),
        (dt.date(2026, 6, 30), None),
    ]


def test_a_status_beside_the_stage_moves_decided_deals(tmp_path: Path) -> None:
    plan = plan_text(
        tmp_path,
        "Deal ID,Name,Stage,Status,Close Date\n1,A,Proposal,Won,2026-01-31\n2,B,Proposal,LOST,2026-02-28\n"
        "3,C,Proposal,open,2026-05-31\n4,D,Lost,Lost,2026-02-28\n",
    )
    found = deals(after(book(), plan))
    assert [deal["Stage"] for deal in found] == ["Won", "Lost", "Proposal", "Lost"]
    assert [deal.get("Last stage before loss") for deal in found] == [None, "Proposal", None, None]
    assert ["Actual close" in deal for deal in found] == [True, True, False, True]
    assert plan.preview[3].reason.endswith("won and lost deals go to the stage of that type")


def test_a_status_without_a_stage_is_the_stage(tmp_path: Path) -> None:
    assert [deal["Stage"] for deal in imported(tmp_path, "Name,Status\nA,won\nB,lost\n")] == ["Won", "Lost"]
    assert imported(tmp_path, "Name,Status\nA,Proposal\nB,won\n")[0]["Stage"] == "Proposal"


def test_a_reopened_deal_loses_its_actual_close(tmp_path: Path) -> None:
    before = book([{"Deal ID": "1", "Opportunity": "A", "Stage": "Lost", "Actual close": dt.date(2026, 1, 31)}])
    found = imported(tmp_path, "Deal ID,Name,Stage,Close Date\n1,A,Proposal,2026-05-31\n", before)
    assert found[0] == {"Deal ID": "1", "Opportunity": "A", "Stage": "Proposal", "Expected close": dt.date(2026, 5, 31)}


def test_a_close_date_beside_an_expected_close_is_the_actual_one(tmp_path: Path) -> None:
    found = imported(tmp_path, "Name,Stage,Close Date,Expected Close Date\nA,Won,2026-01-31,2026-02-28\n")
    assert (found[0]["Actual close"], found[0]["Expected close"]) == (dt.date(2026, 1, 31), dt.date(2026, 2, 28))


def test_a_plain_close_date_is_remembered_as_such(tmp_path: Path) -> None:
    before = book()
    filled = after(
        before, plan_text(tmp_path, "Name,Stage,Close Date,Expected Close\nA,Won,2026-01-31,2026-02-28\n", before)
    )
    alone = imported(tmp_path, "Name,Stage,Close Date\nB,Proposal,2026-05-31\n", filled)
    assert alone[1]["Expected close"] == dt.date(2026, 5, 31)
    assert "Actual close" not in alone[1]


def test_a_source_without_stages_says_so(tmp_path: Path) -> None:
    assert (
        "No column tells the stage, so new deals come in without one."
        in plan_text(tmp_path, "Name,Amount\nA,5\n").notes
    )


def test_deals_without_a_name_are_called_by_account_and_product(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, "Deal ID,Account,Product,Stage\n1,Acme,Mug,Won\n2,,Mug,Won\n3,Acme,,Won\n4,,,Won\n")
    assert [deal["Opportunity"] for deal in deals(after(book(), plan))] == ["Acme – Mug", "Mug", "Acme", "4"]
    made = next(line for line in plan.preview if line.target == "Opportunity")
    assert made.reason == "no name column: made as “Account – Product”, or the ID where both are blank"


def test_the_day_a_stage_was_entered_is_taken_from_the_source(tmp_path: Path) -> None:
    found = imported(tmp_path, "Name,Stage,last_stage_change\nA,Proposal,2026-02-03T23:30:00Z\n")
    assert found[0]["Stage since"] == dt.date(2026, 2, 4)


def test_dates_follow_the_workbooks_zone_and_the_mappings_zone(tmp_path: Path) -> None:
    text = "Name,Stage,Created\nA,Won,2026-02-03 23:30:00\n"
    there = book(settings={"time_zone": "America/New_York"})
    assert imported(tmp_path, text, there)[0]["Created"] == dt.date(2026, 2, 3)
    assert imported(tmp_path, text, book(), MappingChoices(zone="America/New_York"))[0]["Created"] == dt.date(
        2026, 2, 4
    )


def test_undecidable_dates_are_refused_until_the_mapping_file_decides(tmp_path: Path) -> None:
    text = "Name,Stage,Created\nA,Won,05/03/2026\n"
    with pytest.raises(SourceError, match=r'nothing tells the day from the month.*\[dates\] order = "day-first"'):
        plan_text(tmp_path, text)
    assert imported(tmp_path, text, None, MappingChoices(date_order="month-first"))[0]["Created"] == dt.date(2026, 5, 3)
    one = MappingChoices(date_order="month-first", date_orders={"Created": "day-first"})
    assert imported(tmp_path, text, None, one)[0]["Created"] == dt.date(2026, 3, 5)


def test_the_preview_shows_order_sample_and_range(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, 'Name,Stage,Created,Amount\nA,Won,25/12/2025,"1.234,5"\nB,Won,01/02/2026,7\n')
    created = plan.preview[2]
    assert (created.target, created.date_order, created.low, created.high) == (
        "Created",
        "day-first",
        "2025-12-25",
        "2026-02-01",
    )
    assert created.reason == "known name; 2 of 2 cells tested are a date; day-first, as 25/12/2025 shows"
    amount = plan.preview[3]
    assert (amount.sample, amount.low, amount.high) == ("1.234,5", "7", "1,234.50")


def test_currencies_come_from_their_column_the_amounts_or_the_head(tmp_path: Path) -> None:
    def currencies(text: str, **setting: object) -> list[object]:
        return [deal.get("Currency") for deal in imported(tmp_path, text, book(settings=setting))]

    assert currencies("Name,Stage,Amount,Currency\nA,Won,$ 5,usd\n") == ["USD"]
    assert currencies("Name,Stage,Amount\nA,Won,$ 5\nB,Won,7 €\nC,Won,9\n") == ["USD", "EUR", None]
    assert currencies("Name,Stage,Amount\nA,Won,$ 5\n", currency="CAD") == ["CAD"]
    assert currencies("Name,Stage,Amount (GBP)\nA,Won,5\nB,Won,\n") == ["GBP", None]


def test_users_own_columns_are_kept_when_asked(tmp_path: Path) -> None:
    text = "Name,Stage,Region,Seats,Signed at\nA,Won,North,12,2026-01-02\n"
    own = book(extra=["region", "Seats", "Signed at"])
    assert "region" not in imported(tmp_path, text, own)[0]
    found = imported(tmp_path, text, own, MappingChoices(extra=("Region", "Seats", "Signed at")))[0]
    assert (found["region"], found["Seats"], found["Signed at"]) == ("North", 12.0, dt.date(2026, 1, 2))
    with pytest.raises(SetupError, match=r"To keep “Region”, please add a column of that head to the table Pipeline"):
        plan_text(tmp_path, text, book(), MappingChoices(extra=("Region",)))
    with pytest.raises(SetupError, match=r"names the column “Rgion”, which the source lacks; it has: Name, Stage, "):
        plan_text(tmp_path, text, own, MappingChoices(extra=("Rgion",)))


def test_computed_columns_are_never_written(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, "Deal ID,Name,Stage,Flags,Days in stage,Weighted amount\n1,A,Won,T,5,9\n")
    assert set(plan.changes.tables[0].columns) == {"Deal ID", "Opportunity", "Stage"}


def test_yes_and_no_are_written_in_one_way(tmp_path: Path) -> None:
    found = imported(tmp_path, "Name,Stage,Need confirmed\nA,Won,TRUE\nB,Won,no\nC,Won,maybe\n")
    assert [deal["Need confirmed"] for deal in found] == ["Y", "N", "maybe"]


def test_deals_without_an_id_in_the_workbook_are_noted(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, HEAD + "1,A,Won,5\n", book([{"Opportunity": "typed by hand"}]))
    assert any(note.startswith("1 deals in Pipeline have no Deal ID yet") for note in plan.notes)


def test_a_workbook_without_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"the workbook has no table Pipeline with a column Deal ID"):
        plan_text(tmp_path, HEAD + "1,A,Won,5\n", Book({}))


def test_a_file_with_heads_only_adds_nothing(tmp_path: Path) -> None:
    plan = plan_text(tmp_path, HEAD)
    assert (plan.added, plan.updated, plan.faults) == (0, 0, ())


def test_typed_cells_of_a_sheet_are_taken_as_they_are() -> None:
    frame = pd.DataFrame(
        {
            "Deal ID": [1001.0, 1002.0],
            "Name": ["A", 2024.0],
            "Stage": ["Won", "Lost"],
            "Amount": [12.5, "7,5"],
            "Created": [dt.date(2026, 1, 2), 46024.0],
            "Probability": [0.25, None],
        },
        dtype=object,
        index=[2, 3],
    )
    source = Source("deals.xlsx", tuple(frame.columns), frame)
    found = deals(after(book(), plan_import(book(), source, MappingChoices(), now=NOW)))
    assert found[0]["Deal ID"] == "1001"
    assert (found[1]["Opportunity"], found[1]["Amount"], found[1]["Created"]) == ("2024", 7.5, dt.date(2026, 1, 2))


def test_a_report_saved_as_a_workbook_comes_in(tmp_path: Path) -> None:
    report = openpyxl.Workbook()
    sheet = report.worksheets[0]
    for row in (
        ["Opportunities of the quarter"],
        [],
        ["Opportunity ID", "Opportunity Name", "Stage", "Amount", "Probability (%)", "Close Date"],
        ["006A", "=cmd", "Won", "USD 1,234.00", 100, dt.date(2026, 1, 31)],
        ["006B", "Beta", "Proposal", "(USD 20.00)", 60, dt.datetime(2026, 5, 31, 12, 0)],  # noqa: DTZ001
        ["Grand Totals (2 records)", None, None, "USD 1,214.00"],
        ["Copyright © 2000-2026 salesforce.com, inc. All rights reserved."],
    ):
        sheet.append(row)
    sheet["B4"].data_type = "s"
    report.save(tmp_path / "report.xlsx")
    plan = plan_import(book(), read_source(tmp_path / "report.xlsx"), MappingChoices(), now=NOW)
    assert plan.faults == ()
    assert deals(after(book(), plan)) == [
        {
            "Deal ID": "006A",
            "Opportunity": "=cmd",
            "Stage": "Won",
            "Amount": 1234.0,
            "Currency": "USD",
            "Probability": 1.0,
            "Actual close": dt.date(2026, 1, 31),
        },
        {
            "Deal ID": "006B",
            "Opportunity": "Beta",
            "Stage": "Proposal",
            "Amount": -20.0,
            "Currency": "USD",
            "Probability": 0.6,
            "Expected close": dt.date(2026, 5, 31),
        },
    ]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def the_second_import_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    heads = ["Deal ID", "Name", "Stage", "Owner", "Notes"]
    frame = pd.DataFrame(
        {head: pd.Series([row[i] or None for row in rows], dtype=object) for i, head in enumerate(heads)}, dtype=object
    )
    source = Source("x.csv", tuple(heads), frame)
    before = book(reps=["Ann Lee"])
    plan = plan_import(before, source, MappingChoices(), now=NOW)
    again = plan_import(after(before, plan), source, MappingChoices(), now=NOW)
    assert not again.changes
    assert plan.added == again.unchanged


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=6))
def test_whatever_the_cells_hold_the_second_import_changes_nothing(rows: list[tuple[str, ...]]) -> None:
    the_second_import_changes_nothing(rows)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=6))
def test_whatever_the_cells_hold_the_second_import_changes_nothing_over_many(rows: list[tuple[str, ...]]) -> None:
    the_second_import_changes_nothing(rows)


TYPED = st.one_of(
    CELL,
    st.text("0123456789.,-/: ()%$€'+TZeE", max_size=24),
    st.none(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)


def there_is_a_plan_or_one_sentence(rows: list[tuple[object, ...]]) -> None:
    heads = ["Amount", "Probability", "Created", "Last modified", "Stage"]
    frame = pd.DataFrame({head: pd.Series([row[i] for row in rows], dtype=object) for i, head in enumerate(heads)})
    told = MappingChoices(
        columns=dict(zip(heads, ["Amount", "Probability", "Created", "Updated", "Stage"], strict=True))
    )
    try:
        plan = plan_import(book(), Source("x.xlsx", tuple(heads), frame), told, now=NOW)
    except SourceError:
        return  # an undecidable column; its own tests ask for the sentence
    for deal in deals(after(book(), plan)):
        assert 0 <= float(str(deal.get("Probability", 0))) <= 1
        assert abs(float(str(deal.get("Amount", 0)))) < 1e15
        assert type(deal.get("Created", NOW.date())) is dt.date


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(TYPED, TYPED, TYPED, TYPED, TYPED), max_size=5))
def test_whatever_the_cells_hold_there_is_a_plan_or_one_sentence(rows: list[tuple[object, ...]]) -> None:
    there_is_a_plan_or_one_sentence(rows)


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(TYPED, TYPED, TYPED, TYPED, TYPED), max_size=5))
def test_whatever_the_cells_hold_there_is_a_plan_or_one_sentence_over_many(rows: list[tuple[object, ...]]) -> None:
    there_is_a_plan_or_one_sentence(rows)
