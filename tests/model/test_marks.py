"""Marks: which columns they are, which framework counts, and the live formula of their score."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.metrics.small_leads import BANT, DEAL, frame_of
from xlpipeline.errors import SetupError
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.mark_scores import LONGEST_FORMULA, score_formula
from xlpipeline.model.marks import Mark, deal_marks, mark_head, pipeline_with_marks, qualification_marks
from xlpipeline.model.recipe import parse_recipe
from xlpipeline.model.recipe_rows import MarkRow
from xlpipeline.model.schema import PIPELINE, SCORING

FIVE = (ROOT / "workbook_templates" / "five.toml").read_text(encoding="utf-8")


def book(scoring: object, *heads: str) -> Book:
    frames = {
        "Scoring": frame_of(SCORING, scoring),  # type: ignore[arg-type]
        "Pipeline": pd.DataFrame([[None] * len(heads)], columns=list(heads), dtype=object),
    }
    return Book({name: BookTable(name, name, 4, 2, frame) for name, frame in frames.items()})


def test_a_mark_is_a_column_of_its_name_and_the_deals_marks_say_so() -> None:
    assert mark_head("BANT", "Budget") == "Budget"
    assert mark_head("Deal", "Budget") == "Deal budget"


def test_only_marks_with_a_column_count_whatever_its_case() -> None:
    found = qualification_marks(book(BANT, "budget", "Need"))
    assert [(mark.name, mark.column, mark.evidence) for mark in found] == [
        ("Budget", "budget", "budget evidence"),
        ("Need", "Need", "Need evidence"),
    ]
    assert deal_marks(book(BANT, "Budget")) == ()
    assert [mark.column for mark in deal_marks(book((*BANT, *DEAL), "Deal budget", "Budget"))] == ["Deal budget"]


@pytest.mark.parametrize(("highest", "weight", "counts"), [(2, 0, 1), (0, 1, 0), (None, 1, 0), (2, -1, 0), (2, "x", 0)])
def test_a_row_of_scoring_that_cannot_be_used_is_left_out(highest: object, weight: object, counts: int) -> None:
    assert len(qualification_marks(book([("BANT", "Need", "", highest, weight)], "Need"))) == counts


def test_a_book_without_scoring_has_no_marks() -> None:
    assert qualification_marks(Book({})) == ()


def test_pipeline_gets_the_marks_of_one_framework_at_its_right_end() -> None:
    rows = [
        MarkRow("BANT", "Need", "Which?"),
        MarkRow("CHAMP", "Money", "How much?"),
        MarkRow("Deal", "Timing", "When?", 5),
    ]
    own = pipeline_with_marks(rows, "CHAMP").heads[len(PIPELINE.heads) :]
    assert own == ("Money", "Money evidence", "Deal timing")


def test_a_mark_that_is_called_like_a_column_is_refused() -> None:
    text = FIVE.replace('mark = "Need"', 'mark = "Stage"')
    with pytest.raises(SetupError, match="a mark would make a second column 'stage'"):
        parse_recipe(text, "own.toml")


def test_an_unknown_framework_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(SetupError, match="allowed are BANT, MEDDIC, CHAMP"):
        parse_recipe(FIVE.replace('framework = "BANT"', 'framework = "SPIN"', 1), "own.toml")


def test_a_criterion_may_read_a_mark_of_the_framework_and_no_other() -> None:
    criterion = (
        '[[criteria]]\nstage = "Qualification"\nid = "need"\ntext = "x"\nkind = "value"\narguments = ["{}", ">=", 1]\n'
    )
    recipe = parse_recipe(FIVE + criterion.format("Need"), "own.toml")
    assert recipe.criteria[-1].arguments == ("Need", ">=", 1)
    with pytest.raises(SetupError, match="'Champion' is no column of Pipeline"):
        parse_recipe(FIVE + criterion.format("Champion"), "own.toml")


def test_the_formula_divides_by_the_weight_of_what_is_given_and_is_empty_without_marks() -> None:
    mark = Mark("BANT", "Need", "Need", 2.0, 3.0, 0)
    cell = "Pipeline[[#This Row],[Need]]"
    given = f"IFERROR(AND(ISNUMBER({cell}),{cell}>=0,{cell}<=2),FALSE)"
    score = f'IFERROR(100*(IF({given},{cell}*3/2,0))/(IF({given},3,0)),"")'
    assert score_formula([mark]).startswith("IF(IFERROR(TRIM(Pipeline[[#This Row],[Deal ID]]&")
    assert score_formula([mark]).endswith(f',"",{score})')
    assert score_formula([]) == '""'


def test_a_formula_that_excel_would_not_take_is_left_out() -> None:
    many = [Mark("BANT", "x" * 40, "x" * 40, 2.0, 1.0, n) for n in range(40)]
    assert score_formula(many) == '""'
    assert len(score_formula(many[:8])) < LONGEST_FORMULA
