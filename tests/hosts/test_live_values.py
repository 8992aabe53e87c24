"""Cells between Excel and the contract, without Excel: texts stay texts, and what is read is what was there."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live.typed_text import typed as what_excel_makes
from xlpipeline.hosts.live.values import cell_read, cell_written, cells_read, could_be_more, needs_formula_call, typed
from xlpipeline.model.book import CellError, Formula

NA = -2146826246
SPILL = -2146826243


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - cells know no time zone


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+41 79 123", "-5 %", "@SUM(A1)", "00123", "1/2", "Jan 5", "5 Mai", "TRUE", "wahr", "Falsch", "1e5",
     "1E+05", "#N/A", "#NV", "'quoted", "12:30", "(5)", "$5", "5 €", " 7", "٣", "lunes, 5 de enero de 2026", "＝1",
     "MAR-12", "=cmd|' /C calc'!A0", "\t=1", "3-4"],
)  # fmt: skip
def test_a_text_that_excel_could_read_as_something_else_gets_an_apostrophe(text: str) -> None:
    assert typed(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    ["Acme", "Call the buyer again", "Ann O'Neill", "e-mail", "Refreshed on the fifteenth; all is well", "Zürich",
     "n/a", "The deal was pushed 3 times since it was created", "", "  ", "–", "…", "May", "What is wrong = nothing"],
)  # fmt: skip
def test_plain_words_and_sentences_are_written_as_they_are(text: str) -> None:
    assert typed(text) == text


@given(st.text(max_size=60))
def test_whatever_the_text_excel_makes_just_this_text_of_it(text: str) -> None:
    made = what_excel_makes(typed(text))
    assert (made.value, made.formula, made.error) == (text, False, False)


@pytest.mark.slow
@given(st.from_regex(r"[-+=@(]?[0-9 ,.]{1,8}([-/: ](jan|feb|mar|1|22|pm|%|e5))?", fullmatch=True))
def test_whatever_looks_like_a_number_or_a_date_stays_text(text: str) -> None:
    assert what_excel_makes(typed(text)).value == text


def test_what_excel_gives_becomes_the_contracts_cells() -> None:
    given_ = [1.5, 3, True, "", None, "x", NA, SPILL, decimal.Decimal("7.25"), moment(2026, 5, 1)]
    wanted = [1.5, 3.0, True, None, None, "x", CellError("#N/A"), CellError("#SPILL!"), 7.25, dt.date(2026, 5, 1)]
    found = cells_read(given_)
    assert found == wanted
    assert [type(cell) for cell in found] == [type(cell) for cell in wanted]


def test_a_moment_keeps_its_milliseconds_and_a_time_of_day_is_a_part_of_a_day() -> None:
    assert cell_read(moment(2026, 5, 1, 9, 30, 0, 1499)) == moment(2026, 5, 1, 9, 30, 0, 1000)
    assert cell_read(moment(2026, 5, 1, 23, 59, 59, 999_800)) == dt.date(2026, 5, 2)
    assert cell_read(moment(1899, 12, 30, 6)) == 0.25


def test_a_time_zone_of_pywin32_is_dropped_and_not_converted() -> None:
    found = cell_read(dt.datetime(2026, 5, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=5))))
    assert found == moment(2026, 5, 1, 9)


def test_a_typed_text_that_reads_like_an_error_is_a_text_but_not_on_macos() -> None:
    assert type(cells_read(["#N/A", "x"])[0]) is str
    assert type(cells_read(["#N/A", "x"], errors_are_texts=True)[0]) is CellError


KINDS = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=3), st.just(NA))


@given(st.lists(KINDS, max_size=8))
def test_the_fast_roads_give_what_the_slow_one_gives(cells: list[object]) -> None:
    for errors_are_texts in (False, True):
        fast = cells_read(cells, errors_are_texts=errors_are_texts)
        slow = [cell_read(cell, errors_are_texts=errors_are_texts) for cell in cells]
        assert fast == slow
        assert [type(cell) for cell in fast] == [type(cell) for cell in slow]


def test_cells_are_written_as_the_file_host_writes_them() -> None:
    assert cell_written(float("nan")) is None
    assert cell_written(float("inf")) == "#NUM!"
    assert cell_written(10**400) == "#NUM!"
    assert cell_written(True) is True
    assert cell_written(dt.timedelta(hours=12)) == 0.5
    assert cell_written(dt.date(2026, 5, 1)) == moment(2026, 5, 1)
    assert cell_written(dt.date(1850, 5, 1)) == "'1850-05-01"
    assert cell_written(CellError("#N/A")) == "#N/A"
    assert cell_written(CellError("#ODD!")) == "'#ODD!"
    assert cell_written("a\ud800b\0c") == "abc"


def test_a_text_of_32767_letters_is_whole_and_one_more_is_cut_with_an_ellipsis() -> None:
    assert cell_written("x" * 32_767) == "x" * 32_767
    assert cell_written("x" * 32_768) == "x" * 32_766 + "…"


def test_in_a_block_of_formulas_dates_are_day_numbers() -> None:
    assert cell_written(dt.date(2026, 5, 1), as_formula=True) == 46143
    assert cell_written(dt.date(2026, 5, 1), as_formula=True, is_1904=True) == 46143 - 1462
    assert cell_written(Formula("A1*2", 4.0), as_formula=True) == "=A1*2"
    assert cell_written(Formula("=A1*2", 4.0)) == 4.0


def test_only_errors_and_formulas_need_the_call_for_formulas() -> None:
    assert needs_formula_call([["x", CellError("#N/A")]])
    assert needs_formula_call([[Formula("A1")]])
    assert needs_formula_call([["x"], [float("-inf")]])
    assert not needs_formula_call([["#N/A", 1.0, None, dt.date(2026, 5, 1), CellError("#ODD!")]])


@given(st.text(max_size=30))
def test_white_space_around_a_text_changes_no_doubt(text: str) -> None:
    assert could_be_more(text) == could_be_more(f"  {text} ")
