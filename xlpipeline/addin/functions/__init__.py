"""The worksheet functions ``XLP_*``, in the order of the documentation; each group is one file.

A figure of its own kind brings its own: one file with ``FUNCTIONS`` and one line below. The VBA wrappers, the Function
Wizard's texts, what xlwings' server loads, the documentation and most tests are made from this register.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions import days, deals, pace, quarters, rates, rows, stages, stock, words
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
    "listing",
    "markdown",
    "write_cell",
]

FUNCTIONS: Final[tuple[WorksheetFunction, ...]] = (
    *rates.FUNCTIONS,
    *deals.FUNCTIONS,
    *pace.FUNCTIONS,
    *stock.FUNCTIONS,
    *quarters.FUNCTIONS,
    *stages.FUNCTIONS,
    *rows.FUNCTIONS,
    *days.FUNCTIONS,
    *words.FUNCTIONS,
)


def markdown() -> str:
    """The table of all functions for the documentation; optional arguments stand in brackets."""
    lines = ["| function | what it does | in the cell | example |", "|---|---|---|---|"]
    lines += [f"| `{signature(one)}` | {one.description} | {one.gives} | `{one.example}` |" for one in FUNCTIONS]
    return "\n".join(lines) + "\n"


def listing() -> tuple[str, ...]:
    """The same for a terminal, three lines each."""
    lines = (
        (signature(one), f"    {one.description} In the cell: {one.gives}.", f"    {one.example}") for one in FUNCTIONS
    )
    return tuple(line for three in lines for line in three)


def signature(function: WorksheetFunction) -> str:
    """``XLP_CYCLE(Pipeline, Stages, AsOf, [Measure] …)``."""
    names = [f"[{one.name}]" if one.optional else one.name for one in function.arguments]
    return f"{function.name}({', '.join(names)}{', ...' if function.takes_more else ''})"
