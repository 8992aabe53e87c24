"""Formulas as Excel shows them against how files spell them, and which columns are calculated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.hosts.live.formulas import as_in_file, calculated, cells_without, relative
from xlpipeline.model.computed import COMPUTED


@pytest.mark.parametrize(
    ("shown", "in_file"),
    [
        ("=[@Amount]*2", "Deals[[#This Row],[Amount]]*2"),
        ("=[@[Expected close]]-1", "Deals[[#This Row],[Expected close]]-1"),
        ("=Deals[@Amount]", "Deals[[#This Row],[Amount]]"),
        ("=SUM([Amount],[Other],Stages[Order])", "SUM(Deals[Amount],Deals[Other],Stages[Order])"),
        ("=SUM([@[a]:[b c]])", "SUM(Deals[[#This Row],[a]:[b c]])"),
        ("=COUNTA([@])", "COUNTA(Deals[#This Row])"),
        ("=[@[It''s '[here']]]", "Deals[[#This Row],[It''s '[here']]]"),
        ('=IF([@Stage]="[@x]","[y]",1)', 'IF(Deals[[#This Row],[Stage]]="[@x]","[y]",1)'),
        ("=Deals[[#This Row],[Amount]]+Deals[#All]", "Deals[[#This Row],[Amount]]+Deals[#All]"),
        ("=[Other.xlsx]Sheet1!A1+'[B]S 1'!A1", "[Other.xlsx]Sheet1!A1+'[B]S 1'!A1"),
        ("=[broken", "Deals[broken"),
    ],
)
def test_references_without_their_table_are_spelled_out(shown: str, in_file: str) -> None:
    assert as_in_file(shown, "Deals") == in_file


@pytest.mark.parametrize("formula", [column.formula for column in COMPUTED])
def test_our_own_formulas_are_the_same_in_excels_shorthand(formula: str) -> None:
    assert as_in_file("=" + formula, "Pipeline") == formula
    short = formula.replace("Pipeline[[#This Row],[", "[@[")
    assert as_in_file("=" + short, "Pipeline") == formula


@given(st.text(alphabet="aA1[]@'\"#:, (", max_size=20))
def test_spelling_out_twice_is_spelling_out_once(formula: str) -> None:
    once = as_in_file(formula, "T")
    if once.count("[") == once.count("]"):
        assert as_in_file(once, "T").count("T") >= once.count("T")
    assert isinstance(once, str)


def test_a_filled_column_has_one_relative_text() -> None:
    texts = [f"=B{row}*$C$1+SUM(B$2:B{row})+Other!A{row}+T[A1]+LOG10(5)" for row in (5, 6, 7)]
    assert len({relative(text, row) for text, row in zip(texts, (5, 6, 7), strict=True)}) == 1


def test_a_column_filled_from_its_first_cell_is_calculated_and_its_gaps_are_known() -> None:
    texts = ["=B5*2", "=B6*2", "7", "=B8*2", ""]
    assert calculated(texts, [2.0, 4.0, 7.0, 8.0, None], 5) == ("=B5*2", frozenset({2, 4}))


def test_a_column_with_other_formulas_or_constants_in_most_cells_is_not_calculated() -> None:
    assert calculated(["=B5*2", "=B6*3"], [1.0, 1.0], 5) is None
    assert calculated(["=B5*2", "1", "2"], [1.0, 1.0, 2.0], 5) is None
    assert calculated(["x", "=B6*2"], ["x", 2.0], 5) is None
    assert calculated([], [], 5) is None


def test_a_text_that_begins_with_an_equals_sign_is_no_formula() -> None:
    assert cells_without(["=5", "=5", "="], ["=5", 5.0, "="]) == frozenset({0, 2})
