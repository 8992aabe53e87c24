"""The worksheet functions ``XLP_*``, in the order of the documentation; each group is one file.

A figure of its own kind brings its own: one file with ``FUNCTIONS`` and one line below. The VBA wrappers, the Function
Wizard's texts, what xlwings' server loads, the documentation and most tests are made from this register.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions import (
    activities,
    coaching,
    comparisons,
    days,
    deals,
    forecasts,
    leads,
    marks,
    moves,
    pace,
    quarters,
    rates,
    risks,
    rows,
    scores,
    stages,
    stays,
    stock,
    words,
)
from xlpipeline.addin.functions._answers import answer
from xlpipeline.addin.functions._cells import ERROR_MARK, write_cell
from xlpipeline.addin.functions._record import VALUE_ERROR, Answer, Argument, WorksheetFunction

__all__ = [
    "ERROR_MARK",
    "FUNCTIONS",
    "VALUE_ERROR",
    "Answer",
    "Argument",
    "WorksheetFunction",
    "answer",
    "examples",
    "listing",
    "write_cell",
]

FUNCTIONS: Final[tuple[WorksheetFunction, ...]] = (
    *rates.FUNCTIONS,
    *deals.FUNCTIONS,
    *pace.FUNCTIONS,
    *stock.FUNCTIONS,
    *quarters.FUNCTIONS,
    *forecasts.FUNCTIONS,
    *scores.FUNCTIONS,
    *risks.FUNCTIONS,
    *moves.FUNCTIONS,
    *stages.FUNCTIONS,
    *stays.FUNCTIONS,
    *comparisons.FUNCTIONS,
    *rows.FUNCTIONS,
    *marks.FUNCTIONS,
    *leads.FUNCTIONS,
    *activities.FUNCTIONS,
    *coaching.FUNCTIONS,
    *days.FUNCTIONS,
    *words.FUNCTIONS,
)


def listing() -> tuple[str, ...]:
    """All functions for a terminal: signature, text, the words of each choice, example."""
    return tuple(line for one in FUNCTIONS for line in _lines(one))


def _lines(function: WorksheetFunction) -> tuple[str, ...]:
    choices = (f"    {one.name}: {', '.join(one.choices)}" for one in function.arguments if one.choices)
    told = f"    {function.description} In the cell: {function.gives}."
    return signature(function), told, *choices, f"    {function.example}"


def examples(metric: str) -> tuple[str, ...]:
    """How a cell asks for the figures of a metric (or check); none where it has no function."""
    return tuple(one.example for one in FUNCTIONS if one.metric and one.metric == metric)


def signature(function: WorksheetFunction) -> str:
    """``XLP_CYCLE(Pipeline, Stages, AsOf, [Measure] …)``; optional arguments stand in brackets."""
    names = [f"[{one.name}]" if one.optional else one.name for one in function.arguments]
    return f"{function.name}({', '.join(names)}{', ...' if function.takes_more else ''})"
