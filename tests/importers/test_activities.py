"""A log of calls and meetings comes into Activities: matched to deals, each once, planned ones left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.books import after, body, table
from tests.importers.exports import pipedrive
from tests.importers.exports.told import filled, plan_of, previews, source_of, team_book
from xlpipeline.errors import BookError, SourceError
from xlpipeline.importers.activity_log import is_activity_log
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.respell import respelled_activities
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable, ChangeSet
from xlpipeline.model.schema import LEADS, MAPPINGS, REPS

DAY = dt.date
HEADS = ["Date", "Deal ID", "Type", "Outcome", "By"]


def with_deals() -> Book:
    made = team_book(
        {"Deal ID": "1", "Opportunity": "Alpha", "Stage": "Proposal"},
        {"Deal ID": "2", "Opportunity": "Twin", "Stage": "Proposal"},
        {"Deal ID": "3", "Opportunity": "Twin", "Stage": "Proposal"},
        {"Deal ID": "0065g00000AbCdEAAV", "Opportunity": "Long", "Stage": "Proposal"},
    )
    kinds = [{"Activity type": name} for name in ("Call", "E-mail", "Meeting")]
    types = BookTable("ActivityTypes", "Lists", 4, 1, body(["Activity type"], kinds))
    more = {
        "ActivityTypes": types,
        "Reps": table(REPS, [{"Rep": "Ann Lee"}]),
        "Leads": table(LEADS, [{"Lead ID": "L-1"}]),
    }
    return replace(made, tables={**made.tables, **more})


def log_of(book: Book) -> list[dict[str, object]]:
    rows = book.frame("Activities").to_dict("records")
    return [row for row in filled([{str(k): v for k, v in one.items()} for one in rows]) if row]


def test_pipedrives_activities_come_to_their_deals(tmp_path: Path) -> None:
    before = with_deals()
    plan = plan_of(tmp_path, pipedrive.activities(), before)
    assert log_of(after(before, plan)) == [
        {"Date": DAY(2026, 2, 3), "Deal ID": "1", "Type": "Call", "Outcome": "=cmd|' /C calc'!A0", "By": "Ann Lee"},
        {"Date": DAY(2026, 2, 10), "Deal ID": "1", "Type": "Meeting", "Outcome": "Demo", "By": "Ann Lee"},
    ]
    assert (plan.kind, plan.added, [fault.row for fault in plan.faults]) == ("activities", 2, [5])
    assert "1 activity is only planned and was left out." in plan.notes
    assert all(line.reason for line in plan.preview)


def test_a_hubspot_call_log_is_calls_whatever_its_columns_are_called(tmp_path: Path) -> None:
    rows = [
        ["Record ID", "Call Title", "Activity date", "Call outcome", "Call duration", "Associated Deal IDs",
         "Activity assigned to"],
        ["77", "Intro", "2026-02-03 09:30", "Connected", "00:03:00", "999;1", "Ann Lee"],
        ["78", "Again", "2026-02-04 09:30", "No answer", "00:00:10", "0065g00000AbCdE", "ann lee"],
    ]  # fmt: skip
    before = with_deals()
    plan = plan_of(tmp_path, rows, before)
    assert log_of(after(before, plan)) == [
        {"Date": DAY(2026, 2, 3), "Deal ID": "1", "Type": "Call", "Outcome": "Connected", "By": "Ann Lee"},
        {"Date": DAY(2026, 2, 4), "Deal ID": "0065g00000AbCdEAAV", "Type": "Call", "Outcome": "No answer",
         "By": "Ann Lee"},
    ]  # fmt: skip
    assert previews(plan)["(made here)"] == "Type"


def test_the_direction_of_a_call_is_kept(tmp_path: Path) -> None:
    """What came in or was missed is a call, and never the team's answer."""
    told = ("Outbound", "outgoing", "Inbound", "INCOMING", "Missed", "")
    rows = [["Call start time", "Deal ID", "Call type"], *(["2026-02-03", "1", kind] for kind in told)]
    before = with_deals()
    kinds = body(["Activity type"], [{"Activity type": name} for name in ("Call", "Inbound call", "Missed call")])
    before = replace(
        before, tables={**before.tables, "ActivityTypes": BookTable("ActivityTypes", "Lists", 4, 1, kinds)}
    )
    plan = plan_of(tmp_path, rows, before)
    found = sorted(str(row["Type"]) for row in log_of(after(before, plan)))
    assert found == ["Call", "Call", "Call", "Inbound call", "Inbound call", "Missed call"]
    assert not plan.faults


def test_a_deals_name_tells_the_deal_only_if_one_has_it(tmp_path: Path) -> None:
    rows = [["Date", "Deal", "Type"], ["2026-02-03", "alpha", "Call"], ["2026-02-03", "Twin", "Call"]]
    plan = plan_of(tmp_path, rows, with_deals())
    assert (plan.added, [fault.row for fault in plan.faults]) == (1, [3])


def test_undated_activities_and_those_to_come_are_told(tmp_path: Path) -> None:
    rows = [
        HEADS,
        ["soon", "1", "Call", "", ""],
        ["2026-03-03", "1", "Call", "", ""],
        ["2026-03-02", "L-1", "Call", "", ""],
    ]
    plan = plan_of(tmp_path, rows, with_deals())
    assert [(fault.row, fault.wrong.split(" ")[2]) for fault in plan.faults] == [(2, "has"), (3, "lies")]
    assert plan.added == 1


def test_strangers_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="please import the deals first"):
        plan_of(tmp_path, [HEADS, ["2026-02-03", "999", "Call", "", ""]], with_deals())


def test_a_workbook_without_activities_says_so(tmp_path: Path) -> None:
    book = with_deals()
    book = replace(book, tables={name: one for name, one in book.tables.items() if name != "Activities"})
    with pytest.raises(BookError, match="no table Activities"):
        plan_of(tmp_path, [HEADS, ["2026-02-03", "1", "Call", "", ""]], book)


def test_a_table_of_deals_is_no_log(tmp_path: Path) -> None:
    for heads in (["Deal ID", "Deal", "Stage", "Date"], ["Deal", "Amount", "Date", "Type"], ["Deal", "Owner", "Date"]):
        assert not is_activity_log(source_of(tmp_path, [heads, ["1", "2", "3", "4"]]))


def test_equal_rows_of_a_log_are_as_many_activities_and_stay_so(tmp_path: Path) -> None:
    row = ["2026-02-03", "1", "Call", "Mailbox", "Ann Lee"]
    once = after(with_deals(), plan_of(tmp_path, [HEADS, row], with_deals()))
    twice = after(once, plan_of(tmp_path, [HEADS, row, row], once))
    assert len(log_of(twice)) == 2
    assert plan_of(tmp_path, [HEADS, row], twice).added == 0


def test_a_decided_type_or_rep_is_the_same_activity_as_before_and_is_respelled_in_place(tmp_path: Path) -> None:
    rows = [HEADS, ["2026-02-03", "1", "Telefon", "ok", "A. Lee"], ["2026-02-04", "1", "Meetin", "ok", "Ann Lee"]]
    first = after(with_deals(), plan_of(tmp_path, rows, with_deals()))
    assert [row["Type"] for row in log_of(first)] == ["Telefon", "Meetin"]
    answers = {"Telefon": "Call", "Meetin": "Meeting", "A. Lee": "Ann Lee"}
    kinds = {"Telefon": "Activity type", "Meetin": "Activity type", "A. Lee": "Owner"}
    mapped = [{"Kind": kinds[word], "From": word, "To": to} for word, to in answers.items()]
    decided = replace(first, tables={**first.tables, "Mappings": table(MAPPINGS, mapped)})
    plan = plan_of(tmp_path, rows, decided)
    done = after(decided, plan)
    assert (plan.added, plan.unchanged, plan.faults) == (0, 2, ())
    assert [(row["Type"], row["By"]) for row in log_of(done)] == [("Call", "Ann Lee"), ("Meeting", "Ann Lee")]
    assert not plan_of(tmp_path, rows, done).changes
    refreshed_alone = applied(decided, ChangeSet(tuple(filter(None, (respelled_activities(decided),)))))
    assert log_of(refreshed_alone) == log_of(done)
    assert respelled_activities(done) is None


def test_the_mapping_file_decides_held_rows_too(tmp_path: Path) -> None:
    rows = [HEADS, ["2026-02-03", "1", "Telefon", "ok", "Ann Lee"]]
    first = after(with_deals(), plan_of(tmp_path, rows, with_deals()))
    told = MappingChoices(values={"Activity type": {"Telefon": "Call"}})
    done = after(first, plan_of(tmp_path, rows, first, choices=told))
    assert [row["Type"] for row in log_of(done)] == ["Call"]


def test_an_activity_is_dated_by_when_it_was_done_and_by_its_due_date_where_that_is_blank(tmp_path: Path) -> None:
    rows = [
        ["Activity - Done", "Activity - Type", "Activity - Due date", "Activity - Marked as done time", "Deal - ID"],
        ["Done", "Call", "2026-03-30", "2026-02-18 10:00:00", "1"],
        ["Done", "Call", "2026-02-02", "2026-02-19 10:00:00", "1"],
        ["Done", "Call", "2026-02-05", "", "1"],
        ["To do", "Call", "2026-02-06", "", "1"],
    ]
    before = with_deals()
    plan = plan_of(tmp_path, rows, before)
    days = [row["Date"] for row in log_of(after(before, plan))]
    assert days == [DAY(2026, 2, 5), DAY(2026, 2, 18), DAY(2026, 2, 19)]
    assert (plan.faults, plan.notes) == ((), ("1 activity is only planned and was left out.",))
    shown = {line.source: line.reason for line in plan.preview}
    assert shown["Activity - Due date"] == "the day where “Activity - Marked as done time” is blank"


def test_an_activity_of_several_deals_is_logged_for_each_that_is_known(tmp_path: Path) -> None:
    rows = [["Date", "Associated deals", "Type"], ["2026-02-03", "Alpha; Long; Nobody", "Call"],
            ["2026-02-04", "Alpha", "Call"]]  # fmt: skip
    before = with_deals()
    plan = plan_of(tmp_path, rows, before)
    done = after(before, plan)
    assert [(row["Deal ID"], row["Date"]) for row in log_of(done)] == [
        ("0065g00000AbCdEAAV", DAY(2026, 2, 3)),
        ("1", DAY(2026, 2, 3)),
        ("1", DAY(2026, 2, 4)),
    ]
    assert plan.notes == ("1 activity is of several deals and was logged for each of them.",)
    assert plan_of(tmp_path, rows, done).added == 0


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.dates(DAY(2026, 1, 1), DAY(2026, 3, 2)), st.sampled_from("12"), st.sampled_from(["Call", "Meeting"])
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_importing_a_log_twice_is_importing_it_once(tmp_path: Path, rows: list[tuple[DAY, str, str]]) -> None:
    cells = [[day.isoformat(), deal, kind, "", ""] for day, deal, kind in rows]
    book = with_deals()
    one = after(book, plan_of(tmp_path, [HEADS, *cells], book))
    assert len(log_of(one)) == len(rows)
    assert not plan_of(tmp_path, [HEADS, *cells[::-1]], one).changes
    assert log_of(one) == log_of(after(book, plan_of(tmp_path, [HEADS, *cells[::-1]], book)))
