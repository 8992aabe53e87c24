"""What is written where: pure plans for small tables, by hand, and laws of the grouping."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.errors import BookError
from xlpipeline.hosts.live.orders import Plan
from xlpipeline.hosts.live.places import LiveTable, Place, Seen, boxes, constant_of, place_of
from xlpipeline.hosts.live.plan import plan_writes
from xlpipeline.hosts.live.runs import adjacent, joined, rows_per_call, runs
from xlpipeline.model.book import Book, BookTable, ChangeSet, Formula, TableChange
from xlpipeline.ooxml.tables import Area

HEADS = ("Severity", "Check", "Go to", "Decision", "Mine", "Key")
"""Of the table Issues: a refresh owns the first two and the last, people the rest; "Go to" is a formula."""


def seen(
    rows: list[tuple[Any, ...]], *, without: dict[str, frozenset[int]] | None = None, heads: tuple[str, ...] = HEADS
) -> Seen:
    frame = pd.DataFrame(rows, columns=list(heads), dtype=object)
    live = LiveTable("Issues", "Issues", Area(5, 2, 4 + len(rows), 1 + len(heads)), heads)
    formulas = {"Go to": "1+1"} if "Go to" in heads else {}
    table = BookTable("Issues", "Issues", 4, 2, frame, formulas, without or {})
    places = {"line": Place("Start", 1, 1), "below": Place("Start", 2, 1), "far": Place("Start", 9, 4)}
    names = {"line": "old", "below": 1.0, "far": None, "constant": 3.0}
    return Seen(Book({"Issues": table}, names, "team.xlsx"), {"Issues": live}, places)


FIVE = [(f"s{i}", f"c{i}", 2.0, None, f"m{i}", f"k{i}") for i in range(5)]


def change(rows: int | None = None, formulas: dict[str, str] | None = None, **columns: dict[int, object]) -> ChangeSet:
    series = {
        head.replace("_", " "): pd.Series(list(cells.values()), index=list(cells), dtype=object)
        for head, cells in columns.items()
    }
    return ChangeSet((TableChange("Issues", series, rows, formulas or {}),))


def areas(plan: Plan) -> list[str]:
    return [block.area.text() for block in plan.blocks]


def test_adjacent_owned_columns_are_one_block_from_the_first_changed_row_to_the_last() -> None:
    plan = plan_writes(change(Severity={1: "new"}, Check={3: "new"}), seen(FIVE))
    assert areas(plan) == ["B6:C8"]
    assert plan.blocks[0].new == (("new", "c1"), ("s2", "c2"), ("s3", "new"))
    assert plan.blocks[0].old == (("s1", "c1"), ("s2", "c2"), ("s3", "c3"))
    assert plan.cells == 2


def test_an_unchanged_owned_column_between_changed_ones_is_written_along() -> None:
    heads = ("Severity", "Check", "Deal ID", "Mine", "Key")
    rows = [(f"s{i}", f"c{i}", f"d{i}", f"m{i}", f"k{i}") for i in range(3)]
    plan = plan_writes(change(Severity={1: "new"}, Deal_ID={1: "new"}, Key={0: "x"}), seen(rows, heads=heads))
    assert [(b.area.text(), b.new) for b in plan.blocks] == [("B6:D6", (("new", "c1", "new"),)), ("F5", (("x",),))]


def test_in_columns_of_people_only_the_changed_cells_are_written() -> None:
    plan = plan_writes(change(Decision={0: "a", 1: "b", 4: "c"}, Mine={0: "x", 1: "y"}), seen(FIVE))
    assert areas(plan) == ["E5:F6", "E9"]
    assert plan.blocks[0].new == (("a", "x"), ("b", "y"))


def test_gaps_in_blank_rows_and_new_rows_are_written_over() -> None:
    blank = [(None, None, 2.0, None, None, None)] * 3
    plan = plan_writes(change(rows=9, Mine={2: "m", 4: "n", 8: "o"}), seen([*FIVE[:1], *blank, *FIVE[:1]]))
    assert areas(plan) == ["F7:F13"]
    whole = plan_writes(change(rows=7, Mine={1: "m", 3: "n"}), seen([*FIVE[:1], *blank, *FIVE[:1]]))
    assert areas(whole) == ["F6:F8"]
    assert whole.blocks[0].new == (("m",), (None,), ("n",))


def test_a_filled_row_between_two_changes_parts_them() -> None:
    plan = plan_writes(change(Mine={0: "m", 2: "n"}), seen(FIVE))
    assert areas(plan) == ["F5", "F7"]


def test_values_of_calculated_columns_are_left_to_excel() -> None:
    plan = plan_writes(change(Go_to={0: 7.0, 1: 8.0}), seen(FIVE))
    assert not plan
    assert not plan.tables


def test_a_cleared_cell_gets_its_formula_back_and_a_constant_stays() -> None:
    rows = [*FIVE[:3], ("s", "c", None, None, "m", "k"), ("s", "c", 99.0, None, "m", "k")]
    plan = plan_writes(change(Go_to={3: 2.0}), seen(rows, without={"Go to": frozenset({3, 4})}))
    assert [(write.area.text(), write.formula) for write in plan.formulas] == [("D8", "=1+1")]


def test_a_formula_that_differs_goes_into_the_whole_column_but_not_over_a_constant() -> None:
    plan = plan_writes(change(formulas={"Go to": "1 + 1"}), seen(FIVE))
    assert not plan
    plan = plan_writes(change(formulas={"Go to": "1+2"}), seen(FIVE))
    assert [(write.area.text(), write.formula) for write in plan.formulas] == [("D5:D9", "=1+2")]
    constant = [*FIVE[:2], ("s", "c", 99.0, None, "m", "k"), *FIVE[3:]]
    plan = plan_writes(change(formulas={"Go to": "1+2"}), seen(constant, without={"Go to": frozenset({2})}))
    assert [write.area.text() for write in plan.formulas] == ["D5:D6", "D8:D9"]


def test_a_new_formula_reaches_the_new_rows_too() -> None:
    plan = plan_writes(change(rows=7, formulas={"Go to": "1+2"}), seen(FIVE))
    assert [write.area.text() for write in plan.formulas] == ["D5:D11"]
    assert plan.resizings[0].rows == 7
    assert plan.resizings[0].formulas == {"Go to": "1+2"}


def test_a_shrinking_table_remembers_what_it_loses_and_keeps_one_row() -> None:
    plan = plan_writes(change(rows=0), seen(FIVE))
    assert plan.resizings[0].rows == 1
    assert plan.resizings[0].lost == tuple(FIVE[1:])
    assert plan_writes(change(rows=2, Severity={3: "x"}), seen(FIVE)).resizings[0].rows == 4


def test_named_cells_below_each_other_are_one_block_and_formulas_are_apart() -> None:
    changes = ChangeSet(names={"below": 2.0, "far": Formula("TODAY()", dt.date(2026, 1, 1)), "line": "new"})
    plan = plan_writes(changes, seen(FIVE))
    assert [(b.area.text(), b.new, b.old) for b in plan.blocks] == [("A1:A2", (("new",), (2.0,)), (("old",), (1.0,)))]
    assert [(f.area.text(), f.formula) for f in plan.formulas] == [("D9", "=TODAY()")]
    assert plan.sheets == ("Start",)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        (ChangeSet((TableChange("Gone", {}, 3),)), "table called Gone"),
        (change(Gone={0: 1}), "column called Gone in its table Issues"),
        (ChangeSet(names={"gone": 1}), "single cell called gone"),
        (ChangeSet(names={"constant": 1}), "single cell called constant"),
    ],
)
def test_what_the_workbook_lacks_is_refused_by_name(changes: ChangeSet, lacks: str) -> None:
    with pytest.raises(BookError) as refused:
        plan_writes(changes, seen(FIVE))
    assert str(refused.value) == (f"team.xlsx has no {lacks}; please undo its renaming, or upgrade the workbook.")


@given(st.sets(st.integers(0, 30)))
def test_runs_hold_each_position_once_and_no_other(positions: set[int]) -> None:
    found = runs(sorted(positions))
    assert [p for first, last in found for p in range(first, last + 1)] == sorted(positions)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from("abcde"), st.sets(st.integers(0, 8), min_size=1)))
def test_joined_blocks_cover_each_cell_once(cells: dict[str, set[int]]) -> None:
    spans = {head: runs(sorted(rows)) for head, rows in cells.items()}
    found = [
        (head, p) for heads, (first, last) in joined(spans, "abcde") for head in heads for p in range(first, last + 1)
    ]
    assert sorted(found) == sorted((head, p) for head, rows in cells.items() for p in rows)


def test_columns_with_one_between_them_are_not_adjacent() -> None:
    assert adjacent("abcde", ["d", "a", "b"]) == [["a", "b"], ["d"]]


def test_a_million_cells_cross_at_once_and_more_in_rows() -> None:
    assert rows_per_call(Area(1, 1, 100_000, 10)) is None
    assert rows_per_call(Area(1, 1, 100_001, 10)) == 100_000


SHEETS = ("Start here", "Data")


@pytest.mark.parametrize(
    ("refers_to", "place"),
    [
        ("='Start here'!$B$5", Place("Start here", 5, 2)),
        ("=data!$AB$12", Place("Data", 12, 28)),
        ("=Data!$B$5:$B$9", None),
        ("=Gone!$B$5", None),
        ("=#REF!", None),
        ("=Stages[Stage]", None),
        ("=3", None),
        (None, None),
    ],
)
def test_a_name_stands_for_one_cell_or_for_none(refers_to: str | None, place: Place | None) -> None:
    assert place_of(refers_to, SHEETS) == place


@pytest.mark.parametrize(
    ("refers_to", "constant"),
    [("=3", 3.0), ("=-2.5E+3", -2500.0), ('="a ""b"""', 'a "b"'), ("=TRUE", True), ("=A1", None), (None, None)],
)
def test_a_name_may_hold_a_constant(refers_to: str | None, constant: object) -> None:
    found = constant_of(refers_to)
    assert found == constant
    assert type(found) is type(constant)


def test_names_are_read_as_one_block_per_sheet_unless_that_is_absurd() -> None:
    near = [Place("A", 3, 2), Place("A", 9, 5), Place("B", 1, 1)]
    assert boxes(near) == [("A", Area(3, 2, 9, 5)), ("B", Area(1, 1, 1, 1))]
    far = [Place("A", 1, 1), Place("A", 100_000, 3), Place("A", 1, 1)]
    assert boxes(far) == [("A", Area(1, 1, 1, 1)), ("A", Area(100_000, 3, 100_000, 3))]
