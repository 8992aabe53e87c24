"""An open deal stands in a stage although exit criteria of earlier stages are not met.

For a book without history (an older one): with one, each move is judged by advanced_without_criteria, and what was
first seen so is summed up by seen_without_criteria. Only blocking criteria count, and not those about activities: these
are counted from the day a deal entered its present stage, so what was done in an earlier one cannot be told. Where no
deal at all meets a criterion, nobody keeps that column yet (a fresh import): one issue says so instead of one per deal.
"""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found
from xlpipeline.model.criteria import Criterion, steps
from xlpipeline.model.criteria_evaluate import met
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.tracking import history_of


def find(facts: Facts) -> pd.DataFrame:
    """One fault per open deal, on the first cell to fill, naming all criteria that it passed by."""
    criteria = [c for c in read_criteria(facts.book)[0] if c.kind != "activity" and c.arguments.columns]
    deals = facts.deals
    if not criteria or deals.empty or not history_of(facts).is_empty:
        return found(deals.iloc[:0], "Stage", "")
    path = read_path(facts.book)
    place = deals["stage"].str.casefold().map({name.casefold(): at for at, name in enumerate(path.names)})
    missing: dict[int, list[Criterion]] = {}
    summaries = []
    for step, guards in enumerate(steps(criteria, path)):
        past = deals[deals["is_open"] & (place > step)]
        for criterion in guards:
            here = pd.Series(met(criterion, facts), index=facts.book.frame("Pipeline").index).reindex(past.index)
            unmet = past.index[~here.to_numpy(dtype=bool)]
            if len(past) == len(unmet) >= facts.settings.counts_only_below:
                summaries.append(_nobody(criterion, past, path.names[step]))
                continue
            for position in unmet:
                missing.setdefault(position, []).append(criterion)
    rows = deals.loc[sorted(missing)]
    each = pd.DataFrame(
        {
            "position": rows.index,
            "column": [missing[position][0].arguments.columns[0] for position in rows.index],
            "wrong": [
                f"The deal stands in {stage:.40} without {_listed(missing[position])}."
                for position, stage in zip(rows.index, rows["stage"], strict=True)
            ],
        }
    )
    return pd.concat([each, *summaries], ignore_index=True)


def _nobody(criterion: Criterion, past: pd.DataFrame, stage: str) -> pd.DataFrame:
    wrong = f"None of {len(past):,} open deals past {stage:.40} meets {criterion.id}; this one stands for them."
    return found(past.iloc[:1], criterion.arguments.columns[0], wrong)


def _listed(criteria: list[Criterion]) -> str:
    *first, last = (criterion.id for criterion in criteria)
    return f"{', '.join(first)} and {last}" if first else last


CHECK = Check(
    name="missing_criteria",
    severity="warning",
    title="Missing criteria",
    what="An open deal stands in a stage, but blocking exit criteria of earlier stages are not met.",
    why="It was moved on too early, so its stage promises more than is known: forecast and coverage are too high.",
    what_to_do="Fill in what is missing (Criteria on Process says what), or put the deal back to the stage it is in.",
    find=find,
)
