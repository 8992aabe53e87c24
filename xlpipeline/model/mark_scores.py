"""Scores from marks, 0 to 100: the weighted mean of mark / highest mark over the marks that are given.

A blank mark is not asked yet and never a 0: it lowers how much is known, not the score. What is no number from 0 to
the highest mark is no mark. The live columns of Pipeline and the engine's figures come from the same marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.book import Book
from xlpipeline.model.cells import numbers
from xlpipeline.model.computed import ComputedColumn
from xlpipeline.model.facts import Facts
from xlpipeline.model.marks import Mark, deal_marks, qualification_marks
from xlpipeline.model.schema import DEAL_MARKS

LONGEST_FORMULA: Final = 8000
"""Letters; Excel takes 8,192."""
_NOTHING: Final = '""'
_NO_DEAL: Final = f'IFERROR(TRIM({"&".join(f"Pipeline[[#This Row],[{head}]]" for head in DEAL_MARKS)})="",FALSE)'
"""True in a row that is no deal (SEMANTICS 0); an error value is something."""
Floats = npt.NDArray[np.float64]


def given_marks(frame: pd.DataFrame, marks: Sequence[Mark], *, capped: bool = False) -> Floats:
    """One row per row of ``frame`` and one column per mark: the mark, NaN where it is not given or not allowed.

    ``capped``: a number above the highest counts as the highest (of counts, such as page views).
    """
    out = np.full((len(frame), len(marks)), np.nan)
    for place, mark in enumerate(marks):
        cells = numbers(frame, mark.column)[0].to_numpy()
        cells = np.minimum(cells, mark.highest) if capped else cells
        out[:, place] = np.where((cells >= 0) & (cells <= mark.highest), cells, np.nan)
    return out


def scores(given: Floats, marks: Sequence[Mark]) -> tuple[Floats, Floats]:
    """Score 0-100 (NaN: no mark of weight above 0 is given) and share of the weight that is given, per row."""
    top, weight, everything = np.zeros(len(given)), np.zeros(len(given)), 0.0
    for place, mark in enumerate(marks):  # in this order the formula adds up, too
        known = ~np.isnan(given[:, place])
        top = top + np.where(known, given[:, place] * mark.weight / mark.highest, 0.0)
        weight = weight + np.where(known, mark.weight, 0.0)
        everything += mark.weight
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(weight > 0, 100 * top / weight, np.nan)
    return score, weight / everything if everything > 0 else np.zeros(len(given))


def marked(facts: Facts, marks: Sequence[Mark]) -> Floats:
    """The marks of the deals, in the order of ``facts.deals``."""
    return given_marks(facts.book.frame("Pipeline").reindex(facts.deals.index), marks)


def score_formula(marks: Sequence[Mark]) -> str:
    """The live column's formula (without ``=``); an empty text where there is no mark, or too many for one formula."""
    if not marks:
        return _NOTHING
    top, weight = [], []
    for mark in marks:
        cell = _cell(mark.column)
        is_given = f"IFERROR(AND(ISNUMBER({cell}),{cell}>=0,{cell}<={_plain(mark.highest)}),FALSE)"
        top.append(f"IF({is_given},{cell}*{_plain(mark.weight)}/{_plain(mark.highest)},0)")
        weight.append(f"IF({is_given},{_plain(mark.weight)},0)")
    whole, part = "+".join(weight), "+".join(top)
    formula = f'IF({_NO_DEAL},"",IFERROR(100*({part})/({whole}),""))'
    return formula if len(formula) <= LONGEST_FORMULA else _NOTHING


def _cell(head: str) -> str:
    return f"Pipeline[[#This Row],[{_escaped(head)}]]"


def _plain(number: float) -> str:
    return f"{number:.15g}"


def _escaped(head: str) -> str:
    return "".join(f"'{letter}" if letter in "[]#'@" else letter for letter in head)


def score_columns(book: Book) -> tuple[ComputedColumn, ...]:
    """Qualification and Deal score, compiled from the book's Scoring and the columns of its Pipeline."""
    return tuple(
        ComputedColumn(name, score_formula(marks), lambda facts, marks=marks: _cells(facts, marks))  # type: ignore[misc]
        for name, marks in (("Qualification", qualification_marks(book)), ("Deal score", deal_marks(book)))
    )


def _cells(facts: Facts, marks: Sequence[Mark]) -> pd.Series:
    if score_formula(marks) == _NOTHING:
        return pd.Series([None] * len(facts.deals), index=facts.deals.index, dtype=object)
    found = scores(marked(facts, marks), marks)[0].tolist()
    cells = [None if one != one else one for one in found]  # noqa: PLR0124 - NaN
    return pd.Series(cells, index=facts.deals.index, dtype=object)
