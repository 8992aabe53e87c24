"""Next issue, by hand: the order of Issues, around the end, past decisions, and to where a deal has been sorted."""

from __future__ import annotations

import datetime as dt

from tests.checks.small_book import pipeline, table
from xlpipeline.jobs import next_issue
from xlpipeline.jobs.next_issue import Place, Stop, next_stop
from xlpipeline.model.book import Book

DAY = dt.date(2026, 5, 15)
HEADS = ("Severity", "Check", "Deal ID", "Owner", "What is wrong", "What to do", "Cell", "Decision", "Until", "Reason")
DEALS = ("D0", "D1", "D2")
Row = tuple[object, ...]


def issue(check: str, deal: str | None, cell: str | None, *decision: object) -> Row:
    until_reason = (*decision, None, None, None)[:3]
    return ("error", check, deal, "Ann", f"{check} is wrong", "Mend it.", cell, *until_reason)


def book(*issues: Row, deals: tuple[str, ...] = DEALS) -> Book:
    """Pipeline's head stands in B4, so D0 is in row 5."""
    rows = [{"Deal ID": deal} for deal in deals]
    tables = (pipeline(rows), table("Issues", HEADS, issues, "Issues"), table("Quotas", ("Rep",), [("Ann",)], "Team"))
    return Book({one.name: one for one in tables})


def stops(of: Book, as_of: dt.date, hidden: tuple[str, ...] = ()) -> tuple[Stop, ...]:
    return next_issue.stops(of, as_of, {"Pipeline", "Issues", "Team"} - set(hidden))


AMOUNT, STAGE = "'Pipeline'!G5", "'Pipeline'!F6"
THREE = (issue("Amount", "D0", AMOUNT), issue("Stage", "D1", STAGE), issue("Quota", None, "'Team'!B5"))


def walk(all_stops: tuple[Stop, ...], clicks: int, at: Place | None = None) -> list[Place | None]:
    seen: list[Place | None] = []
    for _ in range(clicks):
        stop = next_stop(all_stops, at)
        at = stop.place if stop else None
        seen.append(at)
    return seen


def test_the_issues_come_in_their_order_and_around_the_end() -> None:
    places = [Place("Pipeline", 5, 7), Place("Pipeline", 6, 6), Place("Team", 5, 2)]
    assert walk(stops(book(*THREE), DAY), 4) == [*places, places[0]]


def test_each_says_which_it_is_what_is_wrong_and_what_to_do() -> None:
    told = stops(book(*THREE), DAY)[1].told
    assert told == ("Issue 2 of 3 · error · Stage · D1, Ann\nStage is wrong\nWhat to do: Mend it.",)


def test_two_issues_of_one_cell_are_one_stop() -> None:
    both = stops(book(issue("Amount", "D0", AMOUNT), issue("Stage", "D1", STAGE), issue("Huge", "D0", AMOUNT)), DAY)
    assert [stop.positions for stop in both] == [(0, 2), (1,)]
    assert [told.split(" · ")[0] for told in both[0].told] == ["Issue 1 of 3", "Issue 3 of 3"]
    assert walk(both, 3) == [Place("Pipeline", 5, 7), Place("Pipeline", 6, 6), Place("Pipeline", 5, 7)]


def test_accepted_and_snoozed_issues_are_passed_by_while_their_decision_holds() -> None:
    tomorrow = DAY + dt.timedelta(days=1)
    rows = (
        issue("Amount", "D0", AMOUNT, "accept", None, "It is so."),
        issue("Stage", "D1", STAGE, "accept", None, None),
        issue("Close", "D2", "'Pipeline'!J7", "snooze", tomorrow, "Later."),
    )
    assert [stop.positions for stop in stops(book(*rows), DAY)] == [(1,)]
    assert [stop.positions for stop in stops(book(*rows), tomorrow)] == [(1,), (2,)]


def test_a_deal_that_was_sorted_since_the_refresh_is_followed() -> None:
    assert stops(book(*THREE, deals=("D2", "D1", "D0")), DAY)[0].place == Place("Pipeline", 7, 7)
    gone = stops(book(*THREE, deals=("D2", "D1", "D9")), DAY)
    assert gone[0].place == Place("Pipeline", 5, 7)
    doubled = stops(book(*THREE, deals=("d0 ", "D1", "D0")), DAY)
    assert doubled[0].place == Place("Pipeline", 5, 7)


def test_from_a_row_of_issues_its_own_issue_is_next() -> None:
    all_stops = stops(book(*THREE), DAY)
    on_list = Place("Issues", 6, 3)
    assert next_stop(all_stops, on_list, 1) is all_stops[1]
    assert next_stop(all_stops, on_list, 2) is all_stops[2]


def test_from_a_row_of_issues_that_does_not_count_the_next_one_that_does_is_next() -> None:
    rows = (THREE[0], issue("Stage", "D1", STAGE, "accept", None, "It is so."), THREE[2])
    all_stops = stops(book(*rows), DAY)
    assert next_stop(all_stops, None, 1) is all_stops[1]
    last = stops(book(THREE[0], issue("Stage", "D1", STAGE, "accept", None, "so")), DAY)
    assert next_stop(last, None, 1) is last[0]


def test_a_cell_that_was_left_by_enter_or_tab_counts_as_selected() -> None:
    all_stops = stops(book(*THREE), DAY)
    assert next_stop(all_stops, Place("Pipeline", 6, 7)) is all_stops[1]
    assert next_stop(all_stops, Place("Pipeline", 5, 8)) is all_stops[1]
    assert next_stop(all_stops, Place("Pipeline", 9, 9)) is all_stops[0]


def test_an_issue_without_a_cell_is_shown_in_its_row_and_passed_on_the_next_click() -> None:
    all_stops = stops(book(issue("Broken", None, None), *THREE), DAY)
    assert (all_stops[0].place, all_stops[0].on_list) == (Place("Issues", 5, 6), True)
    assert next_stop(all_stops, Place("Issues", 5, 6), 0) is all_stops[1]


def test_a_hidden_tab_is_never_a_target() -> None:
    hidden = stops(book(*THREE), DAY, ("Team",))
    assert (hidden[2].place, hidden[2].on_list) == (Place("Issues", 7, 6), True)
    nowhere = stops(book(*THREE), DAY, ("Team", "Issues", "Pipeline"))
    assert {stop.place for stop in nowhere} == {None}
    assert next_stop(nowhere, None) is nowhere[0]


def test_a_tab_that_is_gone_is_no_target() -> None:
    assert stops(book(issue("Quota", None, "'Teams of old'!B5")), DAY)[0].on_list


def test_no_issues_no_stop() -> None:
    assert stops(book((None,) * len(HEADS)), DAY) == ()
    assert stops(Book({"Pipeline": pipeline([{}])}), DAY) == ()
    assert next_stop((), None) is None


def test_numbers_as_deal_ids_are_followed_too() -> None:
    numbered = book(issue("Amount", "17", AMOUNT), deals=("4", "5", "6"))
    numbered.tables["Pipeline"].frame["Deal ID"] = [4.0, 5.0, 17.0]
    assert stops(numbered, DAY)[0].place == Place("Pipeline", 7, 7)
