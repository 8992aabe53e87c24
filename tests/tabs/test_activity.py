"""The tab Activity: its layout, its list that follows the filter, and what its cards say of small teams."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.metrics.logged_team import Log, team
from tests.metrics.small_team import Row, day, in_play
from tests.metrics.test_activity_standards import CALLS
from tests.metrics.test_activity_standards import at as ten_as_of
from tests.tabs.dashboard_laws import (
    CASES,
    check_everything,
    check_formulas_are_old,
    choosing,
    five_deals,
    frames_of,
    shown,
)
from xlpipeline.model.book import Book, column_number
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import LEADS
from xlpipeline.tabs.activity import CARDS, TAB
from xlpipeline.tabs.activity_tables import (
    DUE_FORMULAS,
    FILTER,
    LINES,
    WEEKLY_FORMULAS,
    due_rows,
    due_shown,
    shown_rows,
)
from xlpipeline.tabs.layout import split_anchor
from xlpipeline.tabs.leads import TAB as LEADS_TAB

LOG: Log = [("2026-03-30", "D0", "Call"), ("2026-03-24", "D1", "Meeting", "Bob"), ("2026-04-02", "D0", "Meeting")]


def small() -> Facts:
    late = {"Next step date": day("2026-03-26"), "Next step": "Send it"}
    return team([in_play(), in_play(Owner="Bob") | late], LOG)


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


@pytest.mark.slow
def test_cards_show_what_was_done_and_what_is_due() -> None:
    changes = TAB.fill(small())
    assert shown(changes, "activity_this_week")[:2] == (1, "1 last week · 0 per week before")
    assert shown(changes, "activity_meetings")[:2] == (1, "0 proposals · 1 meetings ahead")
    assert shown(changes, "activity_overdue") == (1, "1 next step", "n = 2 · due_list")
    assert shown(changes, "activity_today") == (1, "1 next step", "n = 2 · due_list")


@pytest.mark.slow
def test_the_list_and_the_weeks_follow_the_chosen_rep() -> None:
    facts = small()
    everyone, bob = (frames_of(TAB.fill(choosing_in(facts, name))) for name in ("Team", "bob"))
    assert everyone["DueList"]["ID"].tolist()[:3] == ["D1", "D0", None]
    assert bob["DueList"]["ID"].tolist() == ["D1", *[None] * (LINES - 1)]
    assert bob["DueList"].iloc[0][["State", "Late", "Owner", "What to do"]].tolist() == ["overdue", 3, "Bob", "Send it"]
    assert everyone["ActivityWeeks"]["All"].tolist()[-2:] == [1, 1]
    assert bob["ActivityWeeks"]["All"].tolist()[-2:] == [1, 0]


def choosing_in(facts: Facts, name: str) -> Facts:
    """The same workbook, all its tables kept, in which a reader has chosen a rep."""
    return replace(choosing(facts, FILTER, name), book=Book(facts.book.tables, {FILTER: name}))


def crowd(late: int, today: int, coming: int = 0, rep: str = "Ann") -> list[Row]:
    days = [("2026-03-30", late), ("2026-03-31", today), ("2026-04-01", coming)]
    return [in_play(Owner=rep) | {"Next step date": day(one)} for one, n in days for _ in range(n)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("due", "shown_of_each", "told"),
    [
        ((30, 0, 5), (25, 0, 0), "25 of 30 shown; choose a rep to see theirs."),
        ((30, 4, 5), (21, 4, 0), "25 of 34 shown; choose a rep to see theirs."),
        ((30, 12, 5), (15, 10, 0), "25 of 42 shown; choose a rep to see theirs."),
        ((14, 12, 5), (14, 11, 0), "25 of 26 shown; choose a rep to see theirs."),
        ((13, 12, 5), (13, 12, 0), "25 of 25 shown."),
        ((13, 11, 5), (13, 11, 1), "24 of 24 shown."),
        ((0, 0, 5), (0, 0, 5), "Nothing is overdue or due today."),
        ((0, 30, 5), (0, 25, 0), "25 of 30 shown; choose a rep to see theirs."),
    ],
)
def test_what_is_due_today_has_room_however_much_is_overdue(
    due: tuple[int, int, int], shown_of_each: tuple[int, int, int], told: str
) -> None:
    facts = team(crowd(*due))
    rows = due_rows(facts, "Team")
    states = shown_rows(rows)["state"].tolist()
    assert states == [
        state for state, n in zip(("overdue", "today", "coming"), shown_of_each, strict=True) for _ in range(n)
    ]
    assert due_shown(facts, "team") == told


def test_the_line_about_the_list_is_of_the_chosen_name() -> None:
    facts = team([*crowd(14, 12), *crowd(1, 0, rep="Bob")])
    assert due_shown(facts, "TEAM") == "25 of 27 shown; choose a rep to see theirs."
    assert due_shown(facts, "ann") == "25 of 26 shown; the others follow when these are done."
    assert (due_shown(facts, "Bob"), due_shown(facts, "Zoe")) == ("1 of 1 shown.", "Nothing is overdue or due today.")


@pytest.mark.slow
def test_cards_and_sentences_say_for_how_many_days_the_number_is() -> None:
    """Of ``test_activity_standards``: six calls are left; five a week with six days left, all of them with four."""
    changes = {one: TAB.fill(ten_as_of(one)) for one in ("2026-03-24", "2026-03-26", "2026-03-31")}
    cards = [shown(one, "activity_needed")[:2] for one in changes.values()]
    assert cards == [
        (5, "0 per week done · needed per week, 6 business days left"),
        (6, "0 per week done · needed in the 4 business days left"),
        (6, "0 per week done · needed in the 1 business day left"),
    ]
    ends = [str(one.names["activity_standards_says"]).split("and ")[-1] for one in changes.values()]
    assert ends == [
        "5 activities a week.", "6 activities in the 4 business days left.", "6 activities in the 1 business day left.",
    ]  # fmt: skip
    reps = [one.names["activity_reps_says"] for one in changes.values()]
    assert reps == [
        "1 of 1 rep did less per week than the rest of their quota takes.",
        "1 of 1 rep did less in 4 business days than the rest of their quota takes.",
        "1 of 1 rep did less in 1 business day than the rest of their quota takes.",
    ]


@pytest.mark.slow
def test_in_the_last_days_a_rep_is_compared_by_as_many_days() -> None:
    """Ann makes 15 calls a week: 6 in two days, as many as are needed, and 3 in one."""
    days = ("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")
    log = [*CALLS, *[(one, "D99", "Call", "Ann") for one in days for _ in range(15)]]
    told = [TAB.fill(ten_as_of(one, log=log)).names["activity_reps_says"] for one in ("2026-03-30", "2026-03-31")]
    assert told == [
        "0 of 1 rep did less in 2 business days than the rest of their quota takes.",
        "1 of 1 rep did less in 1 business day than the rest of their quota takes.",
    ]


def test_all_six_cards_stand_on_the_first_page() -> None:
    first, last = TAB.print_columns.split(",")[0].split(":")
    page = range(column_number(first), column_number(last) + 1)
    for card in CARDS:
        column = column_number(split_anchor(card.anchor)[0])
        assert column in page
        assert column + card.across - 1 in page


def test_its_live_formulas_look_up_the_chosen_name_and_the_rows_key() -> None:
    for table, key, formulas in (("DueList", "No", DUE_FORMULAS), ("ActivityWeeks", "Week of", WEEKLY_FORMULAS)):
        for formula in formulas.values():
            assert re.search(rf'MATCH\({FILTER}&"\|"&{table}\[\[#This Row\],\[{key}\]\]', formula)


def test_too_few_deals_give_no_standard_but_the_reason() -> None:
    changes = TAB.fill(five_deals())
    value, note, _ = shown(changes, "activity_needed")
    assert (value, note) == ("n/a", "Only 2 won deals with an amount in the window: too few for an average")
    assert str(changes.names["activity_standards_says"]).startswith("No standards: Only 2 won deals")
    assert shown(changes, "activity_create_by")[0] == "n/a"


def test_the_next_touch_of_a_lead_stands_at_the_right_end_of_its_row() -> None:
    lead = {"Lead ID": "L1", "Lead": "Kim", "Created": day("2026-03-30"), "Status": "new"}
    rows = [lead, lead | {"Lead ID": "L2", "Status": "disqualified"}]
    written = frames_of(LEADS_TAB.fill(team([], leads=rows, cadence=(("Prospect", 1, "Call", "Ask"),))))["Leads"]
    assert LEADS.heads[-2:] == ("Next touch", "Next touch by")
    assert written[list(LEADS.heads[-2:])].to_numpy().tolist() == [[day("2026-03-31"), "Call"], [None, None]]
