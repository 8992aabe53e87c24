"""One cell per row of Pipeline, spilled beside it: XLP_STALE_FLAGS and XLP_MISSING_CRITERIA."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.addin.functions._answers import of_rows
from xlpipeline.addin.functions._arguments import ACTIVITIES, CRITERIA, DEALS, HOLIDAYS, SETTINGS
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics.aging import FLAGS
from xlpipeline.model.cells import texts
from xlpipeline.model.computed_columns import computed_columns
from xlpipeline.model.criteria_table import read_criteria

_FAULTS_TOLD: Final = 5
"""A cell holds so many letters; Issues lists them all."""


def _stale_flags(asked: Asked) -> Answer:
    letters = _column(asked, "Flags")
    n_open, stale = int(asked.facts.deals["is_open"].sum()), int(letters.notna().sum())
    meanings = ", ".join(f"{letter} = {meaning}" for letter, meaning in FLAGS.items())
    return _one_per_row(letters, f"Given: n = {n_open:,} open deals, {stale:,} of them with a flag. {meanings}.")


def _missing_criteria(asked: Asked) -> Answer:
    kinds = texts(asked.book.frame("Criteria"), "Kind").str.strip().str.casefold()
    if (kinds == "activity").any() and "Activities" not in asked.book.tables:
        raise RequestError("Some criteria count activities; please give Activities[#All] too.")
    missing = _column(asked, "Missing criteria")
    criteria, faults = read_criteria(asked.book)
    blocking = sum(criterion.blocking for criterion in criteria)
    why = f"Given: n = {blocking:,} blocking criteria, {int(missing.notna().sum()):,} rows that miss some."
    left_out = [f"Left out: {fault.wrong}" for fault in faults[:_FAULTS_TOLD]]
    more = [f"Left out: {len(faults) - _FAULTS_TOLD:,} more."] if len(faults) > _FAULTS_TOLD else []
    return _one_per_row(missing, " ".join([why, *left_out, *more]))


def _column(asked: Asked, name: str) -> pd.Series:
    """A computed column of Pipeline as the engine evaluates it, one cell per body row (None = empty)."""
    book, facts = asked.book, asked.facts
    column = next(one for one in computed_columns(book) if one.name == name)
    return column.evaluate(facts).reindex(book.frame("Pipeline").index)


def _one_per_row(cells: pd.Series, why: str) -> Answer:
    return of_rows([(cell if isinstance(cell, str) else None,) for cell in cells.tolist()], why)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_STALE_FLAGS",
        description=(
            "Gives one cell per row of Pipeline with the letters of its stale flags: T or B over the time-bound, "
            "I idle, C close date past, N next step."
        ),
        arguments=(*DEALS, SETTINGS, HOLIDAYS),
        gives="one text per row of Pipeline, empty where a deal is not stale",
        example="=XLP_STALE_FLAGS(Pipeline[#All],Stages[#All],AsOf,Settings[#All],Holidays[#All])",
        metric="aging",
        give=_stale_flags,
    ),
    WorksheetFunction(
        name="XLP_MISSING_CRITERIA",
        description="Gives one cell per row of Pipeline with the exit criteria that the deal does not meet yet.",
        arguments=(*DEALS, CRITERIA, SETTINGS, ACTIVITIES, HOLIDAYS),
        gives="one text per row of Pipeline, empty where nothing is missing",
        example=(
            "=XLP_MISSING_CRITERIA(Pipeline[#All],Stages[#All],AsOf,Criteria[#All],Settings[#All],Activities[#All],"
            "Holidays[#All])"
        ),
        metric="missing_criteria",
        give=_missing_criteria,
    ),
)
