"""The computed columns of one workbook: those that every book has, and those that its own set-up tables decide.

The formulas are compiled anew at every refresh, so they follow an edited table; a host writes those that differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, ChangeSet, TableChange, whole_table
from xlpipeline.model.computed import COMPUTED, LIVE_NAMES, ComputedColumn
from xlpipeline.model.criteria_evaluate import evaluate_furthest, evaluate_missing
from xlpipeline.model.criteria_formula import furthest_formula, missing_formula
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import Facts
from xlpipeline.model.mark_scores import score_columns
from xlpipeline.model.schema import STAGE_LIST


def criteria_columns(book: Book) -> tuple[ComputedColumn, ...]:
    """Missing criteria and Furthest stage, compiled from the book's Criteria and Stages.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    (criteria, _), path = read_criteria(book), read_path(book)
    return (
        ComputedColumn(
            "Missing criteria",
            missing_formula(criteria, path),
            lambda facts: evaluate_missing(facts, criteria, path),
        ),
        ComputedColumn(
            "Furthest stage",
            furthest_formula(criteria, path),
            lambda facts: evaluate_furthest(facts, criteria, path),
        ),
    )


def compiled_columns(book: Book) -> tuple[ComputedColumn, ...]:
    """The columns whose formulas the book's own Criteria, Stages and Scoring decide.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    return (*criteria_columns(book), *score_columns(book))


def computed_columns(book: Book) -> tuple[ComputedColumn, ...]:
    """All computed columns of Pipeline, in the order of evaluation.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    return (*COMPUTED, *compiled_columns(book))


def stage_list(book: Book) -> pd.DataFrame:
    """Body of StageList, which the drop-down of stages is cut from: lost and derailed, then the way of a deal.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    return pd.DataFrame({STAGE_LIST.heads[0]: pd.Series(read_path(book).listed, dtype=object)})


def computed_changes(facts: Facts) -> ChangeSet:
    """Fresh values and formulas of the computed columns, and the list that the drop-down of stages is cut from.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    columns = computed_columns(facts.book)
    formulas = usable_formulas(facts.book, {column.name: column.formula for column in columns})
    values = {column.name: column.evaluate(facts) for column in columns}
    return ChangeSet(
        (TableChange("Pipeline", values, formulas=formulas), whole_table(STAGE_LIST.name, stage_list(facts.book)))
    )


_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')
_CELL: Final = re.compile(r"(\w+)\[\[#This Row\],\[((?:'.|[^'\]])*)\]\]")
_COLUMN: Final = re.compile(r"(\w+)\[((?:'.|[^'\[\]])+)\]")


def usable_formulas(book: Book, formulas: Mapping[str, str]) -> dict[str, str]:
    """The formulas that read only what the book has: Excel takes one that names a lost column for damage."""
    heads = {name.casefold(): {str(h).casefold() for h in t.frame.columns} for name, t in book.tables.items()}
    return {
        name: text
        for name, text in formulas.items()
        if all(head in heads.get(table, ()) for table, head in _columns_read(text))
        and all(one in book.names for one in LIVE_NAMES if re.search(rf"\b{one}\b", _TEXT.sub("", text)))
    }


def _columns_read(formula: str) -> Iterator[tuple[str, str]]:
    """Table and head of each column that a formula names, in lower case."""
    bare = _TEXT.sub('""', formula)
    for found in (*_CELL.finditer(bare), *_COLUMN.finditer(_CELL.sub("", bare))):
        yield found[1].casefold(), re.sub("'(.)", r"\1", found[2]).casefold()
