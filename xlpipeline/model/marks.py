"""Qualification marks: the rows of Scoring whose mark is a column of Pipeline, and the columns that a builder gives it.

A mark's column bears the mark's name. Only the marks of the framework Deal have a word before it ("Deal budget"),
because Budget and Authority belong to other frameworks, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, once_per_book
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.recipe_rows import MarkRow
from xlpipeline.model.schema import BEHAVIOUR, DEAL_FRAMEWORK, PIPELINE, QUALIFICATION, Column, Table

EVIDENCE: Final = "evidence"
_USUAL_HIGHEST: Final = 2


@dataclass(frozen=True)
class Mark:
    """One row of Scoring. ``column``: as the table that holds the marks spells its head; ``row``: position in Scoring.

    ``highest`` is above 0, ``weight`` 0 or more.
    """

    framework: str
    name: str
    column: str
    highest: float
    weight: float
    row: int

    @property
    def evidence(self) -> str:
        """Head of the column that says what the mark rests on."""
        return f"{self.column} {EVIDENCE}"


def mark_head(framework: str, mark: str) -> str:
    """Head of a mark's column."""
    return f"{DEAL_FRAMEWORK} {mark[:1].lower()}{mark[1:]}" if framework == DEAL_FRAMEWORK else mark


@once_per_book
def scoring_rows(book: Book) -> pd.DataFrame:
    """Scoring, typed: framework, mark (texts without outer blanks), highest, weight (NaN = blank or no number).

    Rows without framework or mark are left out; index = position in the table.
    """
    frame = book.frame("Scoring")
    rows = pd.DataFrame({name: texts(frame, name.title()).str.strip() for name in ("framework", "mark")})
    rows["highest"], rows["weight"] = numbers(frame, "Highest mark")[0], numbers(frame, "Weight")[0]
    return rows[(rows["framework"] != "") & (rows["mark"] != "")]


def marks_in(book: Book, table: str, frameworks: Iterable[str]) -> tuple[Mark, ...]:
    """The marks of these frameworks that have a column in ``table``, in the order of Scoring.

    A row whose Highest mark or Weight cannot be used is left out; the check broken_mark tells of it.
    """
    heads = {str(head).strip().casefold(): str(head) for head in book.frame(table).columns}
    wanted = {name.casefold(): name for name in frameworks}
    found = []
    rows = scoring_rows(book)
    cells = (rows[name].tolist() for name in ("framework", "mark", "highest", "weight"))
    for row, given, mark, highest, weight in zip(rows.index.tolist(), *cells, strict=True):
        framework = wanted.get(given.casefold())
        column = heads.get(mark_head(framework or "", mark).casefold())
        if framework is not None and column is not None and highest > 0 and weight >= 0:
            found.append(Mark(framework, mark, column, highest, weight, row))
    return tuple(found)


@once_per_book
def qualification_marks(book: Book) -> tuple[Mark, ...]:
    """The marks of the team's framework: of BANT, MEDDIC and CHAMP the one that has most columns in Pipeline.

    Frameworks share names (Authority), so one alone counts; of equals the first in Scoring's order of frameworks.
    """
    of_each = [marks_in(book, PIPELINE.name, (name,)) for name in QUALIFICATION]
    return max(of_each, key=len)


@once_per_book
def deal_marks(book: Book) -> tuple[Mark, ...]:
    """The marks of the deal score that have a column in Pipeline."""
    return marks_in(book, PIPELINE.name, (DEAL_FRAMEWORK,))


@once_per_book
def behaviour_marks(book: Book) -> tuple[Mark, ...]:
    """What leads do, as far as Leads has a column for it."""
    return marks_in(book, "Leads", (BEHAVIOUR,))


def pipeline_with_marks(rows: Iterable[MarkRow], framework: str) -> Table:
    """Pipeline as a recipe's team has it: with the marks of its framework, their evidence, and those of the deal."""
    columns = list(PIPELINE.columns)
    for row in rows:
        if row.framework not in (framework, DEAL_FRAMEWORK):
            continue
        head = mark_head(row.framework, row.mark)
        scale = f"0 to {row.highest}; blank = not asked yet, which is not 0."
        columns.append(Column(head, "whole", f"{row.question} {scale}", 11, highest=row.highest))
        if row.framework == framework:
            note = f"What the mark {row.mark} rests on: who said it, and when."
            columns.append(Column(f"{head} {EVIDENCE}", "text", note, 24))
    return replace(PIPELINE, columns=tuple(columns))
