"""Book and change sets: which cells are the same, and what of a change is needed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.model.book import (
    NOT_AVAILABLE,
    Book,
    BookTable,
    CellError,
    ChangeSet,
    Formula,
    TableChange,
    canonical,
    column_letters,
    filled_positions,
    is_blank,
    needed_changes,
    quoted_sheet,
    same_cell,
    whole_table,
)

MOMENT = dt.datetime(2026, 3, 31, 12, 30, 15, 999)  # noqa: DTZ001 - as a cell holds it


def cells(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def book_of(**columns: list[object]) -> Book:
    frame = pd.DataFrame({name: cells(*values) for name, values in columns.items()}, dtype=object)
    return Book({"T": BookTable("T", "It's", 4, 27, frame)}, {"Stamp": 5})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (None, ""),
        (None, float("nan")),
        (None, pd.NaT),
        (1, 1.0),
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.bool_(True), True),
        (dt.date(2026, 3, 31), dt.datetime(2026, 3, 31)),  # noqa: DTZ001
        (pd.Timestamp("2026-03-31"), dt.date(2026, 3, 31)),
        (MOMENT, MOMENT.replace(microsecond=0)),
        (NOT_AVAILABLE, CellError("#N/A")),
    ],
)
def test_cells_that_hold_the_same(left: object, right: object) -> None:
    assert same_cell(left, right)
    assert same_cell(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (None, 0),
        (None, False),
        (True, 1),
        ("1", 1),
        ("a", "A"),
        ("a", "a "),
        (NOT_AVAILABLE, "#N/A"),
        (dt.date(2026, 3, 31), MOMENT),
        (dt.date(2026, 3, 31), 46112),
        (" ", None),
    ],
)
def test_cells_that_differ(left: object, right: object) -> None:
    assert not same_cell(left, right)
    assert not same_cell(right, left)


@given(
    st.one_of(
        st.none(), st.text(), st.booleans(), st.floats(), st.integers(-(10**15), 10**15), st.dates(), st.datetimes()
    )
)
def test_a_cell_is_the_same_as_itself_and_canonical_is_final(cell: object) -> None:
    assert same_cell(cell, cell)
    assert same_cell(canonical(canonical(cell)), canonical(cell))


def test_blank_is_nothing_or_white_space() -> None:
    assert all(is_blank(cell) for cell in (None, "", "  \n", float("nan"), pd.NaT))
    assert not any(is_blank(cell) for cell in (0, False, "x", NOT_AVAILABLE, dt.date(2026, 1, 1)))


def test_filled_positions_look_only_at_the_columns_asked_for() -> None:
    frame = book_of(a=[None, 1, ""], b=[2, None, " "]).frame("T")
    assert filled_positions(frame, ["a", "missing"]) == [1]
    assert filled_positions(frame, ["a", "b"]) == [0, 1]
    assert filled_positions(frame, ["missing"]) == []


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_letters_of_a_column(number: int, letters: str) -> None:
    assert column_letters(number) == letters


def test_an_address_has_its_sheet_in_quotes() -> None:
    assert quoted_sheet("It's") == "'It''s'"
    assert book_of(a=[1], b=[2]).tables["T"].address(0, "b") == "'It''s'!AB5"


def test_a_change_that_changes_nothing_is_not_needed() -> None:
    book = book_of(a=[1, "x", None])
    same = ChangeSet((TableChange("T", {"a": cells(1.0, "x", "")}, rows=3),), {"Stamp": 5.0})
    assert not needed_changes(same, book)


def test_only_cells_that_differ_are_needed_at_their_position() -> None:
    book = book_of(a=[1, 2, 3], b=["x", "y", "z"])
    change = ChangeSet((TableChange("T", {"a": cells(1, 9, 3), "b": cells("x", "y", "z")}),))
    (left,) = needed_changes(change, book).tables
    assert {name: column.to_dict() for name, column in left.columns.items()} == {"a": {1: 9}}
    assert left.rows is None


def test_emptying_a_cell_is_a_change() -> None:
    (left,) = needed_changes(ChangeSet((TableChange("T", {"a": cells(None)}),)), book_of(a=[1])).tables
    assert left.columns["a"].to_dict() == {0: None}


def test_rows_beyond_the_table_are_needed_and_so_is_a_new_length() -> None:
    book = book_of(a=[1])
    (longer,) = needed_changes(ChangeSet((TableChange("T", {"a": cells(1, 2)}, rows=2),)), book).tables
    assert (longer.rows, longer.columns["a"].to_dict()) == (2, {1: 2})
    (shorter,) = needed_changes(ChangeSet((TableChange("T", {}, rows=1),)), book_of(a=[1, 2])).tables
    assert (shorter.rows, dict(shorter.columns)) == (1, {})


def test_what_an_older_book_lacks_drops_out() -> None:
    change = ChangeSet((TableChange("U", {"a": cells(1)}), TableChange("T", {"c": cells(1)})), {"New": 1})
    assert not needed_changes(change, book_of(a=[1]))


def test_a_formula_of_a_name_compares_by_the_value_it_has_now() -> None:
    book = book_of(a=[1])
    assert not needed_changes(ChangeSet(names={"Stamp": Formula("2+3", 5)}), book)
    assert needed_changes(ChangeSet(names={"Stamp": Formula("2+4", 6)}), book).names == {"Stamp": Formula("2+4", 6)}


def test_a_whole_table_keeps_one_blank_row_when_empty() -> None:
    change = whole_table("T", pd.DataFrame({"a": [], "b": []}))
    assert (change.rows, change.columns["a"].tolist()) == (1, [None])


def test_a_whole_table_counts_its_rows_from_zero() -> None:
    change = whole_table("T", pd.DataFrame({"a": [1, 2]}, index=[7, 8]))
    assert (change.rows, change.columns["a"].to_dict()) == (2, {0: 1, 1: 2})


def test_the_later_change_wins_where_names_meet() -> None:
    both = ChangeSet(names={"a": 1, "b": 1}) + ChangeSet(names={"b": 2})
    assert both.names == {"a": 1, "b": 2}
    assert not ChangeSet()


def test_a_column_that_gets_its_first_formula_keeps_what_it_shows() -> None:
    change = ChangeSet((TableChange("T", {"a": cells(1, 2)}), TableChange("T", {}, formulas={"a": "1+1"})))
    values, formula = needed_changes(change, book_of(a=[1, 3])).tables
    assert values.columns["a"].tolist() == [1, 2]
    assert formula.formulas == {"a": "1+1"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([None, "", 0, 1, "x", True, dt.date(2026, 1, 1)]), min_size=1, max_size=8), st.data())
def test_after_the_needed_changes_nothing_is_needed_any_more(before: list[object], data: Any) -> None:  # noqa: ANN401
    after = data.draw(st.lists(st.sampled_from([None, 0, 1, "x", True]), min_size=len(before), max_size=12))
    change = ChangeSet((whole_table("T", pd.DataFrame({"a": cells(*after)})),))
    now = list(before)
    for table in needed_changes(change, book_of(a=before)).tables:
        now = now[: table.rows] + [None] * ((table.rows or len(now)) - len(now))
        for position, cell in table.columns.get("a", cells()).items():
            now[int(str(position))] = cell
    assert not needed_changes(change, book_of(a=now))
