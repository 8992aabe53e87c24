# ruff: noqa: DTZ001 - cells know no time zone
"""A rep's month, told event by event, and what history says when it is damaged."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest

from tests.model.ledger import TYPES, Ledger
from xlpipeline.model.book import CellError
from xlpipeline.model.history import appended, event_rows, extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import DRAFT, HISTORY, Stamp
from xlpipeline.model.history_values import LONGEST_TEXT, SHORTENED, length, pack, to_cell
from xlpipeline.model.identity import logged_columns
from xlpipeline.model.replay import replay

MAY = [dt.datetime(2026, 5, day, 17, 30) for day in range(1, 32)]


def told(events: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Deal, kind, column, old, new of each event."""
    return list(events[["Deal ID", "Kind", "Column", "Old", "New"]].itertuples(index=False, name=None))


def faults(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(found[["position", "fault", "deal_id"]].itertuples(index=False, name=None))


@pytest.fixture
def month() -> Ledger:
    """Two deals, seen for the first time on 1 May."""
    ledger = Ledger()
    ledger.rows = [
        {"Deal ID": "D-00001", "Opportunity": "Roof", "Account": "Acme", "Owner": "Ann", "Stage": "Discovery",
         "Amount": 5000.0, "Expected close": dt.date(2026, 5, 20)},
        {"Deal ID": "D-00002", "Opportunity": "Gate", "Account": "Bolt", "Owner": "Ann", "Stage": "Proposal",
         "Amount": 900.0, "Expected close": dt.date(2026, 5, 10), "Notes": "=call()"},
    ]  # fmt: skip
    ledger.refresh(MAY[0])
    return ledger


def test_the_first_refresh_is_a_baseline(month: Ledger) -> None:
    first, second = month.body.to_dict("records")
    stamp = [first[head] for head in ("Kind", "Note", "Not before", "Not after")]
    assert stamp == ["created", "baseline", None, MAY[0]]
    assert json.loads(str(second["New"])) == {
        "Opportunity": "Gate", "Account": "Bolt", "Owner": "Ann", "Stage": "Proposal", "Amount": 900,
        "Expected close": "|2026-05-10", "Notes": '|"=call()',
    }  # fmt: skip


def test_a_reps_month(month: Ledger) -> None:
    roof, gate = month.rows
    roof.update({"Stage": "Proposal", "Amount": 5500.0, "Expected close": dt.date(2026, 6, 1)})
    month.rows.append({"Opportunity": "Shed", "Stage": "Discovery"})
    found = month.refresh(MAY[7], "Ann")
    assert told(found.events) == [
        ("D-00001", "stage", "Stage", "Discovery", "Proposal"),
        ("D-00001", "amount", "Amount", "|5000", "|5500"),
        ("D-00001", "expected_close", "Expected close", "|2026-05-20", "|2026-06-01"),
        ("D-00003", "id_given", "Deal ID", None, "D-00003"),
        ("D-00003", "created", None, None, '{"Opportunity":"Shed","Stage":"Discovery"}'),
    ]
    assert found.ids_given.to_dict() == {2: "D-00003"}
    assert set(found.events["Not before"]) == {MAY[0]}
    assert set(found.events["Not after"]) == {MAY[7]}
    assert set(found.events["User"]) == {"Ann"}

    gate["Stage"] = "Lost"
    month.rows.reverse()
    month.rows.remove(roof)
    assert told(month.refresh(MAY[14]).events) == [
        ("D-00001", "deleted", None, None, None),
        ("D-00002", "stage", "Stage", "Proposal", "Lost"),
    ]

    gate.update({"Stage": "Discovery", "Owner": "Bob", "Notes": None})
    month.rows.insert(0, roof)
    found = month.refresh(MAY[21])
    assert told(found.events)[1:] == [
        ("D-00002", "owner", "Owner", "Ann", "Bob"),
        ("D-00002", "reopened", "Stage", "Lost", "Discovery"),
        ("D-00002", "changed", "Notes", '|"=call()', None),
    ]
    assert told(found.events)[0][:2] == ("D-00001", "returned")
    assert found.faults.empty

    back_then = replay(month.history, until=MAY[14])
    assert back_then.index.tolist() == ["D-00002", "D-00003"]
    assert back_then.loc["D-00002", "Stage"] == "Lost"
    assert replay(month.history, until=MAY[0] - dt.timedelta(seconds=1)).empty


def test_a_removed_id_is_given_back_and_a_changed_one_is_told(month: Ledger) -> None:
    month.rows[0]["Deal ID"] = None
    month.rows[1]["Deal ID"] = "GATE-1"
    found = month.refresh(MAY[3])
    assert faults(found.faults) == [(0, "id_removed", "D-00001"), (1, "edited_id", "GATE-1")]
    assert found.faults["detail"].tolist() == [
        "The Deal ID D-00001 was removed; it was given back.",
        "The Deal ID D-00002 was changed to GATE-1.",
    ]
    assert [event[:2] for event in told(found.events)] == [
        ("D-00001", "id_given"), ("D-00002", "deleted"), ("GATE-1", "created"),
    ]  # fmt: skip
    assert month.rows[0]["Deal ID"] == "D-00001"


def test_of_two_rows_with_one_id_the_one_most_like_the_deal_stands_for_it(month: Ledger) -> None:
    month.rows.insert(0, {**month.rows[0], "Opportunity": "Roof II", "Amount": 1.0, "Deal ID": " d-00001"})
    month.rows[1]["Amount"] = 6000.0
    found = month.refresh(MAY[3])
    assert told(found.events) == [("D-00001", "amount", "Amount", "|5000", "|6000")]
    assert faults(found.faults) == [(0, "duplicate_id", "d-00001")]
    assert found.positions["d-00001"] == 1


def test_a_column_of_ids_sorted_alone_is_found(month: Ledger) -> None:
    month.rows[0]["Deal ID"], month.rows[1]["Deal ID"] = "D-00002", "D-00001"
    assert faults(month.refresh(MAY[3]).faults) == [(0, "reused_id", "D-00002"), (1, "reused_id", "D-00001")]


def test_a_deleted_deals_id_on_another_deal_is_found(month: Ledger) -> None:
    del month.rows[0]
    month.refresh(MAY[3])
    month.rows.append({"Deal ID": "D-00001", "Opportunity": "Fence", "Account": "Cole", "Stage": "Discovery"})
    found = month.refresh(MAY[4])
    assert faults(found.faults) == [(1, "reused_id", "D-00001")]
    assert [event[:2] for event in told(found.events)] == [("D-00001", "returned")]


def test_a_renamed_opportunity_is_no_other_deal(month: Ledger) -> None:
    month.rows[0]["Opportunity"] = "Roof and gutter"
    assert month.refresh(MAY[3]).faults.empty


def test_an_error_value_is_no_id(month: Ledger) -> None:
    month.rows[0]["Deal ID"] = CellError("#REF!")
    found = month.refresh(MAY[3])
    assert faults(found.faults) == [(0, "unreadable_id", "")]
    assert found.ids_given.empty
    assert [event[:2] for event in told(found.events)] == [("D-00001", "deleted")]


def test_without_an_id_column_nothing_is_compared(month: Ledger) -> None:
    found = diff(month.history, month.frame.drop(columns="Deal ID"), stage_types=TYPES, stamp=Stamp(None, MAY[3]))
    assert found.events.empty
    assert faults(found.faults) == [(-1, "no_id_column", "")]


def test_a_history_that_lost_a_column_is_not_compared_and_not_replaced(month: Ledger) -> None:
    history = read_history(month.body.drop(columns="Kind"))
    assert history.is_broken
    assert history.faults["detail"].tolist() == ["The table _History has lost the column Kind."]
    assert diff(history, month.frame, stage_types=TYPES, stamp=Stamp(None, MAY[3])).events.empty


def test_what_formulas_and_refresh_write_is_not_logged() -> None:
    heads = ["Rival", "Deal ID", "Days over", "Stage seen", "Score", "Stage", "Opportunity"]
    assert logged_columns(heads, {"Score"}) == ["Opportunity", "Stage", "Rival"]


def test_damaged_rows_are_listed_and_healed_by_the_next_refresh(month: Ledger) -> None:
    month.rows[1]["Amount"] = 950.0
    month.refresh(MAY[3])
    month.body.loc[0, "New"] = "{oops"
    month.body.loc[2, "Not after"] = "yesterday"
    assert faults(month.history.faults) == [(0, "history_damaged", "D-00001"), (2, "history_damaged", "D-00002")]
    assert month.history.faults["detail"].tolist() == [
        "New does not hold the row as it was.",
        "Not after is no date and time.",
    ]
    found = month.refresh(MAY[4])
    assert [event[:3] for event in told(found.events)] == [
        ("D-00001", "returned", None), ("D-00002", "amount", "Amount"),
    ]  # fmt: skip
    assert replay(month.history)["Amount"].to_dict() == {"D-00001": 5000.0, "D-00002": 950.0}


def test_two_new_deals_that_got_one_id_in_two_copies_are_found(month: Ledger) -> None:
    other = Ledger(rows=[*month.rows], body=month.body)
    month.rows.append({"Opportunity": "Shed"})
    other.rows.append({"Opportunity": "Barn"})
    month.refresh(MAY[3])
    other.refresh(MAY[4])
    merged = read_history(appended(month.body, other.body))
    assert merged.faults["detail"].tolist() == ["Two copies of this workbook each began a deal D-00003."]


def test_a_change_undone_and_made_again_is_three_events(month: Ledger) -> None:
    for amount in (1.0, 5000.0, 1.0):
        month.rows[0]["Amount"] = amount
        month.refresh(MAY[5])
    assert len(month.history.events) == 5


def test_a_reverted_stage_stands_and_an_override_only_tells(month: Ledger) -> None:
    month.rows[0]["Stage"] = "Won"
    month.refresh(MAY[3])
    drafts = pd.DataFrame(
        [
            ("D-00001", "reverted", "Stage", "Won", "Discovery", "criteria not met"),
            ("D-00002", "override", "Stage", "Proposal", "Won", "the boss said so"),
        ],
        columns=DRAFT,
    )
    rows = event_rows(month.history, drafts, Stamp(MAY[0], MAY[3]))
    history = extend(month.history, rows)
    assert replay(history)["Stage"].to_dict() == {"D-00001": "Discovery", "D-00002": "Proposal"}
    assert extend(history, rows).events.equals(history.events)


def test_a_row_too_long_for_a_cell_goes_on_in_further_events() -> None:
    ledger = Ledger(rows=[{"Deal ID": "D-1", "Opportunity": "Ж" * 20_000, "Notes": "🚀" * 12_000, "Stage": "Won"}])
    found = ledger.refresh(MAY[0])
    assert found.events["Kind"].tolist() == ["created", "changed"]
    assert found.events["Column"].tolist() == [None, "Notes"]
    assert max(length(text) for text in found.events["New"]) <= LONGEST_TEXT
    kept = replay(ledger.history)
    assert (kept["Opportunity"].tolist(), kept["Notes"].tolist()) == (["Ж" * 20_000], ["🚀" * 12_000])


def test_a_text_that_its_mark_makes_too_long_is_cut_and_says_so() -> None:
    kept = to_cell(pack("=" * LONGEST_TEXT))
    assert kept is not None
    assert length(kept) == LONGEST_TEXT
    assert kept.endswith(SHORTENED)
    ledger = Ledger(rows=[{"Deal ID": "D-1", "Notes": "=" * LONGEST_TEXT}])
    ledger.refresh(MAY[0])
    assert ledger.refresh(MAY[1]).events.empty


def test_the_blank_row_of_a_fresh_table_is_no_event() -> None:
    blank = pd.DataFrame({head: pd.Series([None], dtype=object) for head in HISTORY.heads})
    assert read_history(blank).is_empty
    assert read_history(blank).faults.empty
