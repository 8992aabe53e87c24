"""Traps of single systems: totals, groups, archived wins, brackets in names, IDs instead of names, epoch stamps."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.importers.books import after
from tests.importers.exports import salesforce
from tests.importers.exports.told import brought, by_id, plan_of, previews, team_book, told

DAY = dt.date
Rows = list[list[object]]

# ---------------------------------------------------------------- Odoo

ODOO: list[object] = [
    "External ID", "Opportunity", "Stage", "Expected Revenue", "Expected Closing", "Closed Date", "Active",
    "Lost Reason", "Probability",
]  # fmt: skip


def odoo(active: str, odds: object, stage: str = "Proposal", reason: str = "") -> Rows:
    return [ODOO, ["x", "A", stage, 100, "2026-12-01", "2026-02-01", active, reason, odds]]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("False", 100, "Won", ""), "Won"),
        (("False", "100.0", "Proposal", ""), "Won"),
        (("True", 100, "Proposal", ""), "Won"),
        (("False", 0, "Proposal", ""), "Lost"),
        (("False", "0.00", "Proposal", "Price"), "Lost"),
        (("False", 40, "Proposal", "Price"), "Lost"),
        (("False", "", "Won", ""), "Won"),
        (("False", "", "Proposal", ""), "Lost"),
        (("True", 40, "Proposal", ""), "Proposal"),
    ],
)
def test_odoo_tells_a_certain_win_before_the_archive(
    tmp_path: Path, row: tuple[str, object, str, str], expected: str
) -> None:
    plan = plan_of(tmp_path, odoo(*row), team_book())
    assert by_id(after(team_book(), plan))["x"]["Stage"] == expected
    assert plan.faults == ()


def test_a_deal_that_odoo_archived_undecided_is_asked_for(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, odoo("False", 40), team_book())
    assert by_id(after(team_book(), plan))["x"]["Stage"] == "Proposal"
    assert [(one.row, one.column, one.deal_id) for one in plan.faults] == [(2, "Active", "x")]
    assert "neither at 0 % nor with a lost reason" in plan.faults[0].wrong


def test_groups_of_odoos_view_are_no_deals(tmp_path: Path) -> None:
    heads: list[object] = ["Opportunity", "Salesperson", "Stage", "Expected Revenue", "Expected Closing", "Active"]
    rows: Rows = [
        heads,
        ["Qualification (2)", "", "", "3000", "", ""],
        ["OA", "Ann", "Qualification", "1000", "2026-12-01", "True"],
        ["OB (2)", "Ann", "Qualification", "2000", "2026-12-01", "True"],
        ["    Proposal (1,000)", "", "", "500", "", ""],
        ["OC (2)", "Ann", "", "500", "", "True"],
    ]
    plan = plan_of(tmp_path, rows, team_book())
    assert plan.added == 3
    notes = [note for note in plan.notes if "group" in note]
    assert notes == [
        "2 rows are groups of the view with their sums and were left out: “Qualification (2)”, “Proposal (1,000)”."
    ]


# ---------------------------------------------------------------- any table


def test_an_amount_alone_is_no_deal(tmp_path: Path) -> None:
    rows: Rows = [["Name", "Stage", "Owner", "Amount (USD)", "Probability"], ["A", "Proposal", "Ann", 5, 10],
                  ["", "", "", 5, 10], ["", "", "Ann", 7, ""], ["", "", "Ann", "", ""]]  # fmt: skip
    plan = plan_of(tmp_path, rows, team_book())
    assert plan.added == 2
    assert [(one.row, one.wrong) for one in plan.faults] == [
        (3, "The row has an amount and nothing else: it is probably a total."),
        (5, "The row has neither a name, account, amount, stage nor ID."),
    ]


def test_bitrix24s_opportunity_is_an_amount_and_its_title_the_name(tmp_path: Path) -> None:
    rows: Rows = [
        ["ID", "TITLE", "DATE_CREATE", "STAGE", "OPPORTUNITY", "CURRENCY_ID"],
        ["1", "A", "2026-01-05 10:00:00", "Proposal", "1000.00", "EUR"],
        ["2", "B", "2026-01-06 10:00:00", "Won", "2000.00", "EUR"],
    ]
    assert by_id(brought(tmp_path, rows))["1"] == {
        "Deal ID": "1", "Opportunity": "A", "Created": DAY(2026, 1, 5), "Stage": "Proposal", "Amount": 1000.0,
        "Currency": "EUR",
    }  # fmt: skip


def test_opportunities_that_are_called_by_numbers_keep_their_names_beside_an_amount(tmp_path: Path) -> None:
    rows: Rows = [["Opportunity", "Stage", "Amount"], ["1001", "Proposal", 5], ["1002", "Proposal", 6]]
    names = {(deal["Opportunity"], deal["Amount"]) for deal in by_id(brought(tmp_path, rows)).values()}
    assert names == {("1001", 5.0), ("1002", 6.0)}


def test_a_plain_history_with_short_ids_of_salesforce_finds_the_deals(tmp_path: Path) -> None:
    long, short = salesforce.LONG_IDS[0], salesforce.SHORT_IDS[0]
    for held, given in ((long, short), (short, long)):
        book = team_book({"Deal ID": held, "Opportunity": "A", "Stage": "Proposal"})
        rows: Rows = [["deal_id", "stage", "stage_date"], [given, "Qualification", "2026-01-05"]]
        assert told(brought(tmp_path, rows, book)) == [(held, "Qualification", "01-05 00:00")]


# ---------------------------------------------------------------- Salesforce


def test_owners_that_are_only_ids_wait_in_mappings_for_a_name(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, salesforce.data_loader(), team_book())
    done = after(team_book(), plan)
    asked = done.frame("Mappings")
    waiting = asked[asked["Kind"] == "Owner"]
    assert waiting["From"].tolist() == ["0055g00000PPPPPAAA"]
    assert waiting["To"].isna().all()
    assert any(note.startswith("1 owner came as an ID; it waits in the table Mappings") for note in plan.notes)
    asked.loc[waiting.index, "To"] = "Ann Lee"
    named = brought(tmp_path, salesforce.data_loader(), done)
    assert {deal["Owner"] for deal in by_id(named).values()} == {"Ann Lee"}


# ---------------------------------------------------------------- HubSpot


def test_brackets_in_a_stage_or_a_pipeline_are_part_of_its_name(tmp_path: Path) -> None:
    book = team_book()
    stages = book.tables["Stages"].frame
    stages.loc[stages["Stage"] == "Proposal", "Stage"] = "Proposal (final)"
    heads: list[object] = [
        "Record ID", "Deal Name", "Deal Stage", "Pipeline", 'Date entered "Proposal (final) (Sales (EU))"',
        'Date entered "Qualification (Sales (EU))"', 'Date entered "Talks (Partners)"',
        'Date entered "Prospecting"',
    ]  # fmt: skip
    rows: Rows = [
        heads,
        ["1", "A", "Proposal (final)", "Sales (EU)", "2026-02-01", "2026-01-10", "", "2026-01-05"],
        ["2", "B", "Talks", "Partners", "", "", "2026-01-07", ""],
    ]
    plan = plan_of(tmp_path, rows, book, pipeline="Sales (EU)")
    assert told(after(book, plan)) == [
        ("1", "Proposal (final)", "02-01 00:00"),
        ("1", "Prospecting", "01-05 00:00"),
        ("1", "Qualification", "01-10 00:00"),
    ]
    assert plan.faults == ()


def test_a_pipeline_with_brackets_behind_every_stage_is_read_whole(tmp_path: Path) -> None:
    rows: Rows = [["Record ID", "Deal Name", "Deal Stage", 'Date entered "Proposal (Sales (EU))"'],
                  ["1", "A", "Proposal (Sales (EU))", "2026-01-05"]]  # fmt: skip
    plan = plan_of(tmp_path, rows, team_book())
    assert (plan.pipeline, plan.faults, plan.entries) == ("Sales (EU)", (), 1)


def test_where_only_ids_of_companies_come_the_preview_asks_for_the_name(tmp_path: Path) -> None:
    rows: Rows = [["Record ID", "Deal Name", "Deal Stage", "Associated Company (IDs)"], ["1", "A", "Proposal", "11"]]
    plan = plan_of(tmp_path, rows, team_book())
    assert previews(plan)["Associated Company (IDs)"] == ""
    assert any("please export the company's name too" in line.reason for line in plan.preview)
    both: Rows = [[*rows[0], "Associated Company"], [*rows[1], "Acme"]]
    reasons = [line.reason for line in plan_of(tmp_path, both, team_book()).preview]
    assert "an ID, not a name; the column beside it has the names" in reasons


def test_milliseconds_since_1970_are_moments_in_utc(tmp_path: Path) -> None:
    book = team_book({"Deal ID": "1001", "Opportunity": "A", "Stage": "Proposal"})
    rows: Rows = [["deal_id", "timestamp", "source", "name", "source_id", "value"],
                  ["1001", "1767607200000", "CRM", "dealstage", "u", "Qualification"]]  # fmt: skip
    assert told(brought(tmp_path, rows, book)) == [("1001", "Qualification", "01-05 10:00")]
