"""Whatever is wrong with an argument gives #VALUE! and one sentence, and never an exception."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest

from tests.addin.given_tables import BY_NAME, EPOCH, NOT_AVAILABLE, OMITTED, Cells, ask, com_tables, serial, value
from tests.metrics.small_team import AS_OF, facts_of, in_play, lost, won
from xlpipeline.addin.functions import FUNCTIONS, VALUE_ERROR, WorksheetFunction, answer
from xlpipeline.addin.functions._cells import read_cell, read_day, read_moments, write_cell
from xlpipeline.addin.functions._tables import MARKS
from xlpipeline.hosts.live.values import ERROR_CODES
from xlpipeline.model.book import CellError

TABLES = com_tables(
    facts_of([*[won()] * 3, *[lost()] * 2, in_play()], quotas=[("Ann", "2026-01-01", "2026-03-31", 100)]).book
)
PIPELINE, STAGES = TABLES["Pipeline"], TABLES["Stages"]
WHOLE = "The first argument must be a whole table with its head, such as Pipeline[#All]."


def why(name: str, *given: object) -> str:
    """The sentence of a refused call; the cell shows #VALUE!."""
    found = answer(BY_NAME[name], given, FUNCTIONS)
    assert found.cells == ((VALUE_ERROR,),)
    return found.why


@pytest.mark.parametrize(
    "pipeline",
    [
        pytest.param(PIPELINE[1:], id="without its head"),
        pytest.param(PIPELINE[:1], id="the head alone"),
        pytest.param(PIPELINE[0], id="one row, flat"),
        pytest.param((*STAGES[:1], (None,) * 5), id="rows of unequal length"),
        pytest.param((("Stage", None), ("Won", 1.0)), id="a column without a head"),
        pytest.param((("Stage", 7.0), ("Won", 1.0)), id="a number as head"),
        pytest.param((("Stage", "Stage"), ("Won", "Won")), id="one head twice"),
        pytest.param((("Owner", "Amount"), ("Ann", 1.0)), id="another table"),
        pytest.param("Pipeline", id="a text"),
        pytest.param(7.0, id="a number"),
        pytest.param(NOT_AVAILABLE, id="an error"),
        pytest.param(None, id="a blank cell"),
        pytest.param(OMITTED, id="left out"),
        pytest.param((), id="nothing"),
    ],
)
def test_what_is_no_whole_table_is_refused(pipeline: object) -> None:
    assert why("XLP_WIN_RATE", pipeline, STAGES, serial(AS_OF)) == WHOLE


def test_the_sentence_says_which_argument_and_which_table() -> None:
    say = "argument must be a whole table with its head, such as"
    assert why("XLP_WIN_RATE", PIPELINE, PIPELINE, serial(AS_OF)) == f"The second {say} Stages[#All]."
    assert why("XLP_COVERAGE", PIPELINE, STAGES, serial(AS_OF)) == f"The fourth {say} Quotas[#All]."
    quotas_last = (PIPELINE, STAGES, serial(AS_OF), TABLES["Quotas"], None, None, None, TABLES["Quotas"])
    assert why("XLP_COVERAGE", *quotas_last) == f"The eighth {say} Settings[#All]."


@pytest.mark.parametrize(
    "as_of",
    [
        "soon",
        "",
        None,
        OMITTED,
        0.0,
        -5.0,
        3e6,
        1e300,
        True,
        NOT_AVAILABLE,
        "31.3.2026",
        "0001-01-01",
        "9999-12-31",
        math.inf,
    ],
)
def test_a_day_must_be_a_day(as_of: object) -> None:
    assert "AsOf" in why("XLP_WIN_RATE", PIPELINE, STAGES, as_of)


@pytest.mark.parametrize(
    "as_of", [serial(AS_OF), serial(AS_OF) + 0.7, AS_OF, "2026-03-31", " 2026-03-31 ", ((46112.0,),)]
)
def test_a_day_may_come_in_each_form(as_of: object) -> None:
    assert value(answer(BY_NAME["XLP_WIN_RATE"], [PIPELINE, STAGES, as_of], FUNCTIONS)) == 0.6


def test_an_error_in_an_argument_is_named() -> None:
    assert why("XLP_WIN_RATE", PIPELINE, STAGES, NOT_AVAILABLE) == (
        "The third argument (AsOf) is #N/A; please mend that cell first."
    )


def test_a_range_where_one_cell_is_wanted_is_refused() -> None:
    assert why("XLP_WIN_RATE", PIPELINE, STAGES, ((1.0,), (2.0,))) == (
        "The third argument (AsOf) must be one cell or value, not a range."
    )


def test_a_word_that_is_no_choice_is_answered_with_the_choices() -> None:
    assert why("XLP_WIN_RATE", PIPELINE, STAGES, serial(AS_OF), "won") == (
        "The fourth argument (Basis) is 'won'; please use closed-broad, closed-narrow, created, value, curve or "
        "curve-qualified."
    )
    assert why("XLP_CYCLE", PIPELINE, STAGES, serial(AS_OF), 75.0).startswith("The fourth argument (Measure) is '75';")


@pytest.mark.parametrize("window", ["2026 Q5", "last year", 0.5, "Q1"])
def test_a_window_that_is_not_known_is_answered_with_what_is(window: object) -> None:
    told = why("XLP_WIN_RATE", PIPELINE, STAGES, serial(AS_OF), None, window)
    assert told.startswith(f"The window '{window}' is not known; please use trailing, all, quarter, a quarter's name")


def test_velocity_has_no_window_of_all_time() -> None:
    assert "cannot be all" in why("XLP_VELOCITY", PIPELINE, STAGES, serial(AS_OF), None, "all")


def test_an_unknown_rep_is_no_rep_without_deals() -> None:
    assert why("XLP_WIN_RATE", PIPELINE, STAGES, serial(AS_OF), None, None, "Zoe") == (
        "No deal, quota or rep has the name 'Zoe'; please write it as Owner has it."
    )


def test_too_many_arguments_are_refused() -> None:
    assert why("XLP_DEFINITION", "coverage", "formula", 1.0) == (
        "XLP_DEFINITION takes at most 2 arguments; please remove the others."
    )


def test_a_text_that_is_needed_is_asked_for() -> None:
    assert why("XLP_DEFINITION").startswith("XLP_DEFINITION needs its first argument, Figure. Its name:")


def test_a_name_that_nothing_has_is_answered_with_near_ones() -> None:
    assert why("XLP_DEFINITION", "winrate").startswith("There is no metric or check 'winrate'; did you mean win_rate")
    assert why("XLP_WHY", "XLP_WINRATE") == "There is no worksheet function 'XLP_WINRATE'; did you mean XLP_WIN_RATE?"
    assert why("XLP_WHY", "why") == "XLP_WHY explains the other functions; please give the name of one of them."


def test_a_fault_in_a_set_up_table_is_told_with_its_row() -> None:
    wrong: Cells = (STAGES[0], *((*row[:2], "opened", *row[3:]) for row in STAGES[1:2]), *STAGES[2:])
    told = why("XLP_WIN_RATE", PIPELINE, wrong, serial(AS_OF))
    assert told.startswith("Table Stages, row 1: the type of stage Prospect is 'opened'; allowed are open,")
    settings: Cells = (("Key", "Value"), ("counts_only_below", "five"))
    told = why("XLP_WON_LOST", PIPELINE, STAGES, serial(AS_OF), None, None, settings)
    assert told.startswith("Table Settings, row 1: the setting counts_only_below is five")


def test_an_unexpected_fault_becomes_a_sentence_too() -> None:
    function = WorksheetFunction("XLP_BAD", "", (), "", "", "", give=lambda asked: 1 / 0)  # type: ignore[arg-type, return-value]
    found = answer(function, [], FUNCTIONS)
    assert found.cells == ((VALUE_ERROR,),)
    assert found.why.startswith("XLP_BAD met something unexpected (ZeroDivisionError: division by zero); please run")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_no_function_ever_raises(function: WorksheetFunction) -> None:
    for cell in (None, "", "x", 0.0, -1.0, 1e308, True, NOT_AVAILABLE, OMITTED, (), ((),), ((), ())):
        for n in range(len(function.arguments) + 2):
            found = answer(function, [cell] * n, FUNCTIONS)
            assert found.cells
            assert found.why
            assert "unexpected" not in found.why


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_no_function_ever_raises_over_tables_with_blank_rows_only(function: WorksheetFunction) -> None:
    blank = {name: (rows[0], (None,) * len(rows[0])) for name, rows in TABLES.items() if name != "Stages"}
    for name, heads in MARKS.items():
        blank.setdefault(name, (tuple(heads), (None,) * len(heads)))
    given = {one.name: cell for one in function.arguments if (cell := NEEDED.get(one.name)) is not None}
    found = ask(function.name, blank | {"Stages": STAGES}, AS_OF, **given)
    assert found.cells
    assert found.why
    assert "unexpected" not in found.why


NEEDED = {"StartDate": serial(AS_OF), "Figure": "coverage", "FunctionName": "XLP_CYCLE"}


def test_every_number_of_an_error_is_known_and_no_other() -> None:
    assert {read_cell(number) for number in ERROR_CODES} == {CellError(text) for text in ERROR_CODES.values()}
    assert [read_cell(one) for one in (7, 7.0, True, "#N/A", None, OMITTED)] == [7.0, 7.0, True, "#N/A", None, None]
    assert not isinstance(read_cell("#N/A"), CellError)


def test_dates_and_amounts_that_come_as_such_are_taken_as_such() -> None:
    utc = dt.datetime(2026, 3, 31, tzinfo=dt.UTC)
    assert read_cell(utc) == dt.date(2026, 3, 31)
    assert type(read_cell(utc)) is dt.date
    assert read_cell(utc.replace(hour=7)) == dt.datetime(2026, 3, 31, 7)  # noqa: DTZ001
    assert read_cell(Decimal("12.50")) == 12.5
    assert read_day(1.0) == (EPOCH + dt.timedelta(1)).date()
    assert read_day(0.9) is None


def test_a_moment_is_read_to_the_second_whatever_form_it_has() -> None:
    morning = dt.datetime(2026, 3, 31, 8, 0, 1)  # noqa: DTZ001
    midnight = dt.datetime(2026, 3, 31)  # noqa: DTZ001
    cells = [serial(morning), morning, serial(AS_OF), AS_OF, None, "soon", -1.0]
    assert read_moments(cells) == [morning, morning, midnight, midnight, None, "soon", -1.0]


def test_no_text_of_a_user_can_pass_for_an_error_value() -> None:
    assert write_cell(CellError("#N/A")) == "\x01#N/A"
    assert [write_cell(one) for one in ("\x01#N/A", "#N/A", 1.0, None)] == ["#N/A", "#N/A", 1.0, None]


def test_a_stage_that_bears_the_mark_is_shown_without_it() -> None:
    stages = tuple(tuple("\x01#N/A" if cell == "Offer" else cell for cell in row) for row in STAGES)
    found = ask("XLP_STAGE_CONVERSION", {"Pipeline": PIPELINE, "Stages": stages}, AS_OF)
    assert write_cell(found.cells[3][0]) == "#N/A"
