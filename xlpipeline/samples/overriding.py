"""Moves of a sample that were made without a criterion, with a reason: one criterion is overridden again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from xlpipeline.model.criteria import Criterion, StagePath, steps
from xlpipeline.model.history import event_rows, read_history
from xlpipeline.model.history_table import DRAFT, HISTORY, Stamp
from xlpipeline.model.history_values import from_cell, pack, to_cell, unpack

_OFTEN, _SELDOM = 6, 41
"""One move in so many is made without the criterion; often of the first that guards the middle stage."""
_REASONS: Final = (
    "The buyer decides orally", "Agreed with the manager", "Small deal, not worth the paper",
    "The champion vouched for it", "Papers follow next week",
)  # fmt: skip


def with_overrides(events: pd.DataFrame, criteria: Sequence[Criterion], path: StagePath, stamp: Stamp) -> pd.DataFrame:
    """The body of ``_History`` with an override after some of its moves; the move then bears the reason, too."""
    guards = steps(criteria, path)
    places = {name: place for place, name in enumerate(path.names)}
    guarded = [place for place, own in enumerate(guards) if own]
    middle = guarded[len(guarded) // 2] if guarded else -1
    rows: list[tuple[object, ...]] = []
    after: list[int] = []
    moves = events[events["Kind"] == "stage"]
    for number, (at, old, new) in enumerate(zip(moves.index, moves["Old"], moves["New"], strict=True)):
        start, end = (places.get(str(unpack(from_cell(cell)) or ""), -1) for cell in (old, new))
        often = start == middle and number % _OFTEN == 0
        if 0 <= start < end and guards[start] and (often or number % _SELDOM == 0):
            one = guards[start][0 if often else number % len(guards[start])]
            reason = _REASONS[number % len(_REASONS)]
            rows.append((events.at[at, "Deal ID"], "override", "Stage", old, to_cell(pack(one.id)), reason))
            after.append(at)
    if not rows:
        return events
    told = event_rows(read_history(events), pd.DataFrame(rows, columns=list(DRAFT), dtype=object), stamp)
    for head in ("Not before", "Not after"):
        told[head] = pd.Series(events.loc[after, head].tolist(), dtype=object)
    marked = events.copy()
    marked.loc[after, "Note"] = told["Note"].to_numpy()
    told.index = pd.Index([at + 0.5 for at in after])
    return pd.concat([marked, told]).sort_index()[list(HISTORY.heads)].reset_index(drop=True)
