"""Scores of deals by their marks, one cell per row of Pipeline: XLP_QUAL and XLP_DEAL_SCORE."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.addin.functions._answers import of_rows
from xlpipeline.addin.functions._arguments import AS_OF, PIPELINE, SCORING, SETTINGS, STAGES, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics import deal_score, qualification
from xlpipeline.model.marks import deal_marks, qualification_marks

_MEASURE: Final = choice("Measure", "What to give:", "score", "share")


def _qual(asked: Asked) -> Answer:
    marks = qualification_marks(asked.book)
    if not marks:
        raise RequestError("Pipeline has no column for a mark of BANT, MEDDIC or CHAMP in Scoring.")
    return _per_row(asked, qualification.of_deals(asked.facts), marks[0].framework)


def _deal_score(asked: Asked) -> Answer:
    if not deal_marks(asked.book):
        raise RequestError("Pipeline has no column for a mark of the framework Deal in Scoring, such as Deal budget.")
    return _per_row(asked, deal_score.of_deals(asked.facts), "Deal")


def _per_row(asked: Asked, found: pd.DataFrame, framework: str) -> Answer:
    column = found[asked.text("Measure")].reindex(asked.book.frame("Pipeline").index)
    rows = [(None,) if pd.isna(value) else (float(value),) for value in column.tolist()]
    scored = int(found["score"].notna().sum())
    return of_rows(rows, f"Given: n = {scored:,} of {len(found):,} deals have a mark, framework {framework}.")


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_QUAL",
        description="Gives one cell per row of Pipeline with its qualification by the team's framework, from 0 to 100.",
        arguments=(PIPELINE, STAGES, AS_OF, SCORING, _MEASURE, SETTINGS),
        gives="one number per row of Pipeline, empty where no mark is given",
        example="=XLP_QUAL(Pipeline[#All],Stages[#All],AsOf,Scoring[#All])",
        metric="qualification",
        give=_qual,
    ),
    WorksheetFunction(
        name="XLP_DEAL_SCORE",
        description="Gives one cell per row of Pipeline with its score by budget, timing, authority and interest.",
        arguments=(PIPELINE, STAGES, AS_OF, SCORING, _MEASURE, SETTINGS),
        gives="one number from 0 to 100 per row of Pipeline, empty where it is not scored",
        example="=XLP_DEAL_SCORE(Pipeline[#All],Stages[#All],AsOf,Scoring[#All])",
        metric="deal_score",
        give=_deal_score,
    ),
)
