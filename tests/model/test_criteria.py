"""The criteria engine by hand: what each kind asks, deadlines, skips, and rows that cannot be used."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.criteria_book import AS_OF, COLUMNS, STAGES, book, criterion, facts
from xlpipeline.model.book import CellError
from xlpipeline.model.criteria import StagePath
from xlpipeline.model.criteria_evaluate import evaluate_furthest, evaluate_missing, met
from xlpipeline.model.criteria_formula import LONGEST_FORMULA, furthest_formula, literal, missing_formula, row_cell
from xlpipeline.model.criteria_table import read_criteria, read_path

DAY = dt.date(2026, 5, 7)
Row = tuple[object, ...]


def met_by(row: Row, cells: list[object], column: str = "Text", **others: object) -> list[bool]:
    """Whether a deal with each of the cells meets the criterion of one row."""
    deals = [{"Stage": "A", column: cell} | others for cell in cells]
    measured = facts(deals, [row])
    (one,), faults = read_criteria(measured.book)
    assert faults == ()
    return [bool(value) for value in met(one, measured)]


def shown(rows: list[Row], deals: list[dict[str, Any]], **other: Any) -> list[tuple[str | None, int]]:  # noqa: ANN401
    """Missing criteria and Furthest stage of each deal."""
    measured = facts(deals, rows, **other)
    path, (criteria, _) = read_path(measured.book), read_criteria(measured.book)
    missing = evaluate_missing(measured, criteria, path)
    return list(zip(missing, evaluate_furthest(measured, criteria, path), strict=True))


@pytest.mark.parametrize(
    ("row", "yes", "no"),
    [
        (
            criterion("A", "filled", "Text"),
            ["x", 0, DAY, False, "\n"],
            [None, "", "  ", float("nan"), CellError("#N/A")],
        ),
        (criterion("A", "tick", "text"), ["Y", "y", " Y "], ["N", "Yes", None, 1, CellError("#N/A")]),
        (criterion("A", "value", "Text", ">", 5), [5.01, 6], [5, "6", None, "x", CellError("#N/A"), True]),
        (criterion("A", "value", "Text", ">=", "5"), [5, 5.01], [4.99, "5"]),
        (criterion("A", "value", "Text", "<", 0), [-0.01], [0, None, ""]),
        (criterion("A", "value", "Text", "<=", 0), [0, -1], [0.01, None, ""]),
        (criterion("A", "value", "Text", "=", 0), [0, 0.0], [0.01, None, "", "0", False]),
        (criterion("A", "value", "Text", "<>", 0), [1, -1], [0, None, "", "x"]),
        (criterion("A", "value", "Text", ">", DAY), [DAY + dt.timedelta(1), dt.datetime(2026, 5, 7, 1)], [DAY, None]),  # noqa: DTZ001
        (criterion("A", "value", "Text", "<=", "2026-05-07"), [DAY], [DAY + dt.timedelta(1), "2026-05-07"]),
        (criterion("A", "value", "Text", "=", "Big  deal"), ["big deal", " BIG   DEAL "], ["bigdeal", None, 3]),
        (criterion("A", "value", "Text", "<>", "big"), ["small", 7], ["BIG", " big ", None, "", CellError("#REF!")]),
        (criterion("A", "value", "Text", "=", "a*"), ["A*"], ["ab", "a"]),
        (criterion("A", "value", "Text", "in", "r|g"), ["R", "g"], ["b"]),
        (
            criterion("A", "list", "Text", "red; light  green;2|3.5"),
            ["RED", "light green", "2", 2, 3.5],
            ["re", "green", 3, None, "", 0],
        ),
        (criterion("A", "list", "Text", 4.0), [4, "4"], [5, "4.0"]),
    ],
)
def test_what_a_kind_asks_of_a_cell(row: Row, yes: list[object], no: list[object]) -> None:
    assert met_by(row, yes) == [True] * len(yes)
    assert met_by(row, no) == [False] * len(no)


@pytest.mark.slow
def test_two_dates_in_order() -> None:
    """The same day is in order whatever the hour; a text, a blank or the number 0 is no date."""
    row = criterion("A", "date_order", "Sent", "Back")
    later_that_day = dt.datetime(2026, 5, 7, 18)  # noqa: DTZ001
    assert met_by(row, [DAY, later_that_day, DAY - dt.timedelta(1)], "Sent", Back=DAY) == [True, True, True]
    assert met_by(row, [DAY + dt.timedelta(1), None, "2026-05-01", 0, 0.5], "Sent", Back=DAY) == [False] * 5
    assert met_by(row, [DAY], "Sent", Back=None) == [False]


def test_activities_count_from_the_entry_into_the_stage_to_the_as_of_date() -> None:
    log = [
        (DAY, "d0", "CALL"),
        (AS_OF, "D0", "Call"),
        (DAY - dt.timedelta(1), "D1", "Call"),
        (AS_OF + dt.timedelta(1), "D1", "Call"),
        (DAY, "D2", "Call"),
        (DAY, "D2", "Mail"),
        (None, "D2", "Call"),
        ("soon", "D2", "Call"),
        (DAY, None, "Call"),
        (dt.date(2001, 1, 1), "D4", "Call"),
        (AS_OF, "D4", "Call"),
    ]
    deals: list[dict[str, Any]] = [{"Stage": "A", "Stage since": DAY} for _ in range(3)]
    deals += [{"Stage": "A", "Deal ID": None}, {"Stage": "A"}]
    for least, expected in ((1, [True, False, True, False, True]), (2, [True, False, False, False, True])):
        measured = facts(deals, [criterion("A", "activity", "call", least)], activities=log)
        (one,), _ = read_criteria(measured.book)
        assert met(one, measured).tolist() == expected


def test_a_deadline_is_missing_until_it_passes_and_late_from_then_on() -> None:
    """Five business days after Thursday 7 May, Monday 11 being off, end on Friday 15 May: the as-of date."""
    row = [criterion("A", "filled", "Sent", Within_business_days=5)]
    entered = dt.date(2026, 5, 7)
    in_time, day_before = {"Stage": "A", "Stage since": entered}, {"Stage": "A", "Stage since": dt.date(2026, 5, 6)}
    assert shown(row, [in_time, day_before]) == [("x", 2), ("x (late)", 2)]


def test_a_date_within_the_deadline_meets_it_and_one_after_never_does() -> None:
    row = [criterion("A", "filled", "Sent", Within_business_days=3)]
    deal = {"Stage": "A", "Stage since": dt.date(2026, 5, 7)}  # due on Wednesday 13 May
    sent = [dt.date(2026, 5, 13), dt.date(2026, 5, 14), dt.date(2026, 5, 1), "yes"]
    assert [missing for missing, _ in shown(row, [deal | {"Sent": day} for day in sent])] == [
        None,
        "x (late)",
        None,
        "x (late)",
    ]


def test_what_is_planned_is_not_done() -> None:
    row = [criterion("A", "filled", "Sent", Within_business_days=9)]
    deal = {"Stage": "A", "Stage since": DAY}
    planned = [{"Sent": AS_OF}, {"Sent": AS_OF + dt.timedelta(1)}]
    assert [missing for missing, _ in shown(row, [deal | day for day in planned])] == [None, "x"]


def test_without_a_known_entry_no_deadline_runs() -> None:
    row = [criterion("A", "date_order", "Sent", "Back", Within_business_days=1)]
    dates = {"Sent": dt.date(2001, 1, 1), "Back": dt.date(2002, 1, 1)}
    assert shown(row, [{"Stage": "A"}, {"Stage": "A"} | dates]) == [("x", 2), (None, 6)]


def test_activities_within_a_deadline() -> None:
    row = [criterion("A", "activity", "Call", 1, Within_business_days=1)]
    deals: list[dict[str, Any]] = [{"Stage": "A", "Stage since": dt.date(2026, 5, 7)} for _ in range(2)]
    log = [(dt.date(2026, 5, 8), "D0", "Call"), (dt.date(2026, 5, 9), "D1", "Call")]
    assert [missing for missing, _ in shown(row, deals, activities=log)] == [None, "x (late)"]


def test_a_skip_needs_the_criteria_of_every_stage_between() -> None:
    rows = [
        criterion("A", "filled", "Text", ID="need"),
        criterion("B", "tick", "Text", ID="tick"),
        criterion("Won", "filled", "Sent", ID="sent", Direction="entry"),
    ]
    deals: list[dict[str, Any]] = [
        {"Stage": "A"},
        {"Stage": "A", "Text": "n"},
        {"Stage": "A", "Text": "y"},
        {"Stage": "a", "Text": "y", "Sent": DAY},
        {"Stage": "B", "Sent": DAY},
        {"Stage": "C"},
        {"Stage": "Won"},
        {"Stage": "Post"},
    ]
    assert shown(rows, deals) == [
        ("need", 2),
        (None, 3),
        (None, 4),
        (None, 6),
        ("tick", 3),
        ("sent", 4),
        (None, 6),
        (None, 6),
    ]


def test_a_deal_in_no_stage_of_the_path_starts_before_the_first_step() -> None:
    rows = [criterion("B", "filled", "Text")]
    deals: list[dict[str, Any]] = [{"Stage": "Lost"}, {"Stage": None}, {"Stage": "?"}, {"Stage": "Lost", "Text": "x"}]
    blank = dict.fromkeys(COLUMNS)
    assert shown(rows, [*deals, blank]) == [(None, 3), (None, 3), (None, 3), (None, 6), (None, 3)]


def test_a_reminder_holds_nobody_back() -> None:
    assert shown([criterion("A", "filled", "Text", Blocking="N")], [{"Stage": "A"}]) == [(None, 6)]


def test_several_missing_criteria_are_listed_in_the_order_of_the_table() -> None:
    rows = [criterion("A", "filled", "Text", ID=name) for name in ("b", "a", "c")]
    assert shown(rows, [{"Stage": "A"}]) == [("b, a, c", 2)]


def test_a_computed_column_is_read_as_it_is_now() -> None:
    """Days in stage in the table is stale; the criterion sees that of the as-of date."""
    columns = (*COLUMNS, "Days in stage")
    deal = {"Stage": "A", "Stage since": DAY, "Days in stage": 1}
    assert shown([criterion("A", "value", "Days in stage", "=", 8)], [deal], columns=columns) == [(None, 6)]


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (criterion("A", "filled", "Nope"), "Argument 1", "x reads the column 'Nope', which Pipeline does not have"),
        (criterion("A", "filled"), "Argument 1", "x reads the column '', which Pipeline does not have"),
        (criterion("A", "wish", "Text"), "Kind", "the kind of x is 'wish'; please choose one of filled, value"),
        (criterion("Z", "filled", "Text"), "Stage", "x guards 'Z'; please choose one of A, B, C, Won, Post."),
        (criterion("Lost", "filled", "Text"), "Stage", "x guards 'Lost'"),
        (criterion("Post", "filled", "Text"), "Stage", "the last stage; please make it an entry criterion"),
        (criterion("A", "filled", "Text", Direction="entry"), "Stage", "the first stage; please make it an exit"),
        (criterion("A", "filled", "Text", Direction="up"), "Direction", "is 'up'; please choose exit or entry."),
        (criterion("A", "filled", "Text", ID=None), "ID", "the criterion has no ID"),
        (criterion("A", "filled", "Text", ID="x" * 201), "ID", "longer than 200 letters"),
        (criterion("A", "value", "Text", "~", 1), "Argument 2", "x compares with '~'; please choose one of = <>"),
        (
            criterion("A", "value", "Text", ">", "big"),
            "Argument 3",
            "with the text 'big'; please enter a number or a date",
        ),
        (criterion("A", "value", "Text", "="), "Argument 3", "Argument 3 of x is blank"),
        (criterion("A", "value", "Text", "=", CellError("#N/A")), "Argument 3", "Argument 3 of x is an error"),
        (criterion("A", "value", "Text", "=", "z" * 201), "Argument 3", "is too long"),
        (criterion("A", "list", "Text", " ; "), "Argument 2", "x allows nothing"),
        (criterion("A", "date_order", "Sent", "Nope"), "Argument 2", "reads the column 'Nope'"),
        (criterion("A", "activity", "Call", "many"), "Argument 2", "asks for 'many' activities"),
        (criterion("A", "activity", "Call", 0), "Argument 2", "from 1 to 1000"),
        (criterion("A", "activity", None), "Argument 1", "Argument 1 of x is blank"),
        (criterion("A", "tick", "Text", Within_business_days=3), "Within business days", "has no date"),
        (criterion("A", "filled", "Sent", Within_business_days=0), "Within business days", "from 1 to 10,000"),
        (criterion("A", "filled", "Sent", Within_business_days="3"), "Within business days", "within '3'"),
        (
            criterion("B", "filled", "Sent", Direction="entry", Within_business_days=3),
            "Within business days",
            "is entered",
        ),
        (criterion("A", "filled", "Opportunity", Within_business_days=3), "Argument 1", "Opportunity is not a date"),
    ],
)
def test_a_row_that_cannot_be_used_is_one_sentence_and_the_rest_works(row: Row, column: str, sentence: str) -> None:
    """The faulty row stands in row 2 of Process, the good one in row 3."""
    criteria, (fault,) = read_criteria(book([], [row, criterion("A", "tick", "Text", ID="good")]))
    assert [c.id for c in criteria] == ["good"]
    assert (fault.position, fault.column) == (0, column)
    assert fault.wrong.startswith("Process, row 2: ")
    assert sentence in fault.wrong


def test_an_id_given_twice_keeps_the_first() -> None:
    criteria, (fault,) = read_criteria(
        book([], [criterion("A", "filled", "Text"), criterion("B", "filled", "Text", ID="X")])
    )
    assert [c.stage for c in criteria] == ["A"]
    assert "the ID X is there twice" in fault.wrong


def test_blank_rows_are_no_faults() -> None:
    assert read_criteria(book([], [(None,) * 10])) == ((), ())


def test_a_criterion_may_not_read_what_is_made_from_it() -> None:
    columns = (*COLUMNS, "Missing criteria", "Two\nlines")
    rows = [criterion("A", "filled", "Missing criteria"), criterion("A", "filled", "two\nlines")]
    faults = read_criteria(book([], rows, columns=columns))[1]
    assert "made from the criteria" in faults[0].wrong
    assert "line break" in faults[1].wrong


def test_activities_need_their_table() -> None:
    with_table = book([], [criterion("A", "activity", "Call", 1)])
    without = type(with_table)({name: t for name, t in with_table.tables.items() if name != "Activities"})
    assert "no table Activities" in read_criteria(without)[1][0].wrong


def test_the_order_of_rows_in_stages_is_of_no_matter() -> None:
    """Lost stands below Won; a stage was added at the end with an Order between A and B."""
    stages = (STAGES[1], STAGES[2], STAGES[4], STAGES[0], (1.5, "New", "open"), (8, "Dead", "derailed"))
    measured = facts([{"Stage": "A"}], [criterion("New", "filled", "Text")], stages=stages)
    criteria, faults = read_criteria(measured.book)
    path = read_path(measured.book)
    assert faults == ()
    assert path.listed == ("Dead", "Lost", "A", "New", "B", "Won")
    assert evaluate_furthest(measured, criteria, path).tolist() == [4]
    assert furthest_formula(criteria, path).startswith('2+FIND("0","1"&IF(AND(')


def test_blank_rows_below_the_stages_do_no_harm() -> None:
    path = read_path(book([], [], stages=(*STAGES, (None, None, None))))
    assert path == StagePath(("A", "B", "C", "Won", "Post"), ("Lost",))


def test_a_day_is_compared_with_the_as_of_date_whatever_its_hour() -> None:
    this_evening, tomorrow = dt.datetime(2026, 5, 15, 22), AS_OF + dt.timedelta(1)  # noqa: DTZ001
    no_days = [None, "2026-05-01", 0, 0.5, CellError("#N/A")]
    held = criterion("A", "value", "Sent", "<=", "Today")
    assert met_by(held, [DAY, AS_OF, this_evening, tomorrow, *no_days], "Sent") == [True] * 3 + [False] * 6
    ahead = criterion("A", "value", "Sent", ">", "today")
    assert met_by(ahead, [AS_OF, this_evening, tomorrow, *no_days], "Sent") == [False, False, True] + [False] * 5


def test_today_is_no_text_to_compare_an_amount_with() -> None:
    (fault,) = read_criteria(book([], [criterion("A", "value", "Amount", ">", "today")]))[1]
    assert "Amount is not a date; please choose a date column" in fault.wrong


def test_without_criteria_nothing_is_missing_and_all_is_open() -> None:
    path = read_path(book([], []))
    assert missing_formula((), path) == '""'
    assert furthest_formula((), path).startswith('1+FIND("0","1"&"1"&"1"&"1"&"0",IFERROR(MAX(1,')
    assert shown([], [{"Stage": "B"}]) == [(None, 6)]


def test_the_formula_of_one_criterion() -> None:
    path = read_path(book([], []))
    criteria, _ = read_criteria(book([], [criterion("B", "filled", "Text", ID='say "hi"')]))
    stage, text = "Pipeline[[#This Row],[Stage]]", "Pipeline[[#This Row],[Text]]"
    assert missing_formula(criteria, path) == (
        f'IFERROR(MID(IF({stage}="B",IF(IFERROR(TRIM({text})<>"",FALSE),"",", say ""hi"""),""),3,8000),"")'
    )


def test_criteria_that_do_not_fit_into_a_formula_are_faults_with_their_row() -> None:
    rows = [criterion("A", "value", "Text", "=", f"{'q' * 190}{n}", ID=f"c{n}") for n in range(60)]
    measured = book([], rows)
    criteria, faults = read_criteria(measured)
    path = read_path(measured)
    assert 20 < len(criteria) < 60
    assert len(criteria) + len(faults) == 60
    assert max(len(missing_formula(criteria, path)), len(furthest_formula(criteria, path))) <= LONGEST_FORMULA
    assert faults[0].wrong.startswith(f"Process, row {faults[0].position + 2}: c{faults[0].position} makes the formula")


def test_heads_are_escaped_as_files_write_them() -> None:
    assert row_cell("It's [a] #1 @x") == "Pipeline[[#This Row],[It''s '[a'] '#1 '@x]]"


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_literal_never_ends_early(text: str) -> None:
    """Law: between the outer quotes every quote is doubled, so undoubling gives the text back."""
    inner = literal(text)[1:-1]
    assert inner.replace('""', '"') == text
    assert '"' not in inner.replace('""', "")


CELLS = st.sampled_from([None, "", " ", "x", "Y", "n", 0, 3, -1.5, DAY, AS_OF, CellError("#N/A")])
DEAL = st.fixed_dictionaries(
    {
        "Stage": st.sampled_from(["A", "b", "C", "Won", "Post", "Lost", None, "?"]),
        "Text": CELLS,
        "Sent": CELLS,
        "Back": CELLS,
        "Stage since": st.sampled_from([None, DAY, AS_OF]),
    }
)
GUARD = st.builds(
    lambda stage, made, direction, within: criterion(stage, *made, Direction=direction, Within_business_days=within),
    st.sampled_from(["A", "B", "C", "Won", "Post"]),
    st.sampled_from(
        [
            ("filled", "Text"),
            ("tick", "Text"),
            ("value", "Text", ">", 0),
            ("date_order", "Sent", "Back"),
            ("filled", "Sent"),
        ]
    ),
    st.sampled_from(["exit", "entry"]),
    st.sampled_from([None, 2]),
)


def way_is_open_when_nothing_is_missing(deals: list[dict[str, Any]], guards: list[Row]) -> None:
    """Law, against a naive walk: the furthest stage is where the first unmet criterion stands, seen step by step."""
    rows = [
        tuple(f"c{n}" if cell == "x" and at == 2 else cell for at, cell in enumerate(row))
        for n, row in enumerate(guards)
    ]
    measured = facts(deals, rows)
    path, (criteria, _) = read_path(measured.book), read_criteria(measured.book)
    missing = evaluate_missing(measured, criteria, path)
    furthest = evaluate_furthest(measured, criteria, path)
    passes = {c.id: met(c, measured) for c in criteria}
    for at, deal in enumerate(deals):
        names = [name.lower() for name in path.names]
        stage = str(deal["Stage"]).lower()
        place = names.index(stage) if stage in names else 0
        walked = place
        while walked < len(names) - 1 and all(passes[c.id][at] for c in criteria if c.step == walked):
            walked += 1
        assert furthest[at] == len(path.ends) + 1 + walked
        if stage in names and place < len(names) - 1:
            assert (missing[at] is None) == (walked > place)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(DEAL, min_size=1, max_size=12), st.lists(GUARD, max_size=6))
def test_the_way_is_open_exactly_when_nothing_is_missing(deals: list[dict[str, Any]], guards: list[Row]) -> None:
    way_is_open_when_nothing_is_missing(deals, guards)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.lists(DEAL, min_size=1, max_size=12), st.lists(GUARD, max_size=6))
def test_the_way_is_open_exactly_when_nothing_is_missing_over_many(
    deals: list[dict[str, Any]], guards: list[Row]
) -> None:
    way_is_open_when_nothing_is_missing(deals, guards)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    deals: list[dict[str, Any]] = [
        {"Stage": s, "Text": t} for s, t in zip("AABBC", ["", "y", "n", "y", None], strict=True)
    ]
    rows = [criterion("A", "filled", "Text", ID="a"), criterion("B", "tick", "Text", ID="b")]
    plain = shown(rows, deals)
    assert shown(rows, [deals[i] for i in order]) == [plain[i] for i in order]


def test_evaluation_leaves_the_book_as_it_was() -> None:
    measured = facts([{"Stage": "A", "Text": "x"}], [criterion("A", "activity", "Call", 1)])
    before = measured.book.frame("Pipeline").copy(deep=True)
    path, (criteria, _) = read_path(measured.book), read_criteria(measured.book)
    evaluate_missing(measured, criteria, path)
    evaluate_furthest(measured, criteria, path)
    assert measured.book.frame("Pipeline").equals(before)
    assert isinstance(met(criteria[0], measured), np.ndarray)
