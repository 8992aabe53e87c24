"""Moves between stages that history tells of, and which of them went against the criteria (SEMANTICS 4 and 17).

A move found by a refresh is judged by the criteria of the steps that it passes, as the drop-down judges it: from the
stage that the deal came from, and since when it stood there. What the job *advance* moved carries a reason in its event
and is not judged again. What is seen for the first time is a baseline. A mended criterion, or the next move, ends it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.applied import with_frame
from xlpipeline.model.criteria import Criterion, StagePath, steps
from xlpipeline.model.criteria_evaluate import is_late, met
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, BORN_WITH, deal_key
from xlpipeline.model.history_values import Packed, unpack
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.tracking import history_of

MOVE_HEADS: Final = ("position", "event_id", "kind", "start", "end", "since", "found_on", "missing", "criteria")
"""position: row of Pipeline; kind: forward, back, put back, baseline or reopened; start and end: names of stages
("" = none); since: day the deal had entered ``start`` (NaT = unknown); found_on: moment of the refresh; missing:
"a, b (late)"; criteria: the missing IDs."""


@dataclass(frozen=True)
class Move:
    """One move along the path; ``start`` and ``end`` are places on it (-1: none)."""

    kind: str
    event: int
    start: int
    end: int
    since: object
    approved: bool = False


@dataclass(frozen=True)
class _Standing:
    """Where a deal stands on the path and by which moves it came there."""

    place: int = -1
    since: object = pd.NaT
    moves: tuple[Move, ...] = ()


_NOWHERE: Final = _Standing()


@once
def stage_moves(facts: Facts) -> pd.DataFrame:
    """The moves that living deals stand by, judged: columns ``MOVE_HEADS``; approved ones are left out."""
    history, path = history_of(facts), read_path(facts.book)
    if history.is_empty:
        return _frame([])
    criteria, _ = read_criteria(facts.book)
    rows: list[tuple[object, ...]] = []
    event_ids, found = history.events["event_id"].to_numpy(), history.events["not_after"].to_numpy()
    for position, move in _standing_moves(facts, history, path):
        start, end = (path.names[at] if at >= 0 else "" for at in (move.start, move.end))
        rows.append((position, event_ids[move.event], move.kind, start, end, move.since, found[move.event], "", ()))
    return _judged(_frame(rows), facts, criteria, path)


def _frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(MOVE_HEADS), dtype=object)
    return frame.astype({"position": "int64", "since": "datetime64[s]", "found_on": "datetime64[s]"})


def _standing_moves(facts: Facts, history: History, path: StagePath) -> list[tuple[int, Move]]:
    places = {name.casefold(): at for at, name in enumerate(path.names)}
    deals = facts.deals
    row_of = {deal_key(name): position for position, name in reversed(list(deals["deal_id"].items())) if name.strip()}
    stages = deals["stage"].str.strip().str.casefold().to_dict()
    in_play = deals["is_open"].to_dict()
    out: list[tuple[int, Move]] = []
    for deal, standing in _standings(history, places, row_of.keys()).items():
        position = row_of[deal]
        if standing.place == places.get(stages[position], -1) >= 0:
            moves = [one for one in standing.moves if not one.approved]
            out += [(position, one) for one in moves if one.kind != "baseline" or in_play[position]]
    return sorted(out, key=lambda pair: (pair[0], pair[1].event))


def _standings(history: History, places: dict[str, int], wanted: Collection[str]) -> dict[str, _Standing]:
    """Per deal, what its stage events and births add up to."""
    events = history.events
    told = events["kind"].isin(BIRTHS) | (
        events["kind"].isin(["stage", "reopened", "reverted"]) & (events["column"] == "Stage")
    )
    story = events.loc[told, ["deal", "kind", "row", "new", "note"]]
    story = story[story["deal"].isin(wanted)]
    alone = story["kind"].isin(BIRTHS) & ~story["deal"].duplicated(keep=False)
    story["place"] = _places_of(story, places)
    days = events["not_after"].loc[story.index].to_numpy().astype("datetime64[D]")
    story["day"] = pd.Series(days.astype(object), index=story.index, dtype=object)  # plain days are read faster
    now: dict[str, _Standing] = {}
    before: dict[str, _Standing] = {}
    for event, deal, place in story.loc[alone & (story["place"] > 0), ["deal", "place"]].itertuples():
        now[deal] = _Standing(place, moves=(Move("baseline", event, 0, place, pd.NaT),))  # all that is asked of it
    several = story.loc[~alone, ["deal", "kind", "row", "place", "note", "day"]]
    for event, deal, kind, row, place, note, day in several.itertuples():
        known = now.get(deal, _NOWHERE)
        if kind == "reverted":
            now[deal] = _put_back(known, before.get(deal, known))
            continue
        before[deal] = known
        if kind in BIRTHS:
            baseline = (Move("baseline", event, 0, place, pd.NaT),) if place > 0 else ()
            now[deal] = _Standing(place, _born_since(row), baseline)
        else:
            now[deal] = _moved(known, Move(kind, event, known.place, place, known.since, bool(note)), day)
    return now


def _places_of(story: pd.DataFrame, places: dict[str, int]) -> list[int]:
    """Place on the path (-1: none) of the stage that each event gave."""
    cells = [new if row is None else row.get("Stage") for row, new in zip(story["row"], story["new"], strict=True)]
    known = {cell: places.get(str(unpack(cell) or "").strip().casefold(), -1) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _born_since(row: dict[str, Packed]) -> object:
    days = (unpack(row.get(head)) for head in (BORN_WITH, "Created"))
    return next((day for day in days if isinstance(day, dt.date)), pd.NaT)


def _moved(known: _Standing, move: Move, day: object) -> _Standing:
    """Where a deal stands after a stage event; lost and derailed stages are off the path and keep the place on it."""
    told = tuple([one for one in known.moves if one.kind in {"forward", "baseline"}])
    if move.end < 0:
        return replace(known, moves=told)
    came = (replace(move, kind="reopened", approved=False),) if move.kind == "reopened" else ()
    if move.start < 0:
        return _Standing(move.end, day, (*told, _called(move, "baseline"), *came))
    if move.end > move.start:
        return _Standing(move.end, day, (*told, _called(move, "forward"), *came))
    kept = tuple(replace(one, end=min(one.end, move.end)) for one in told if one.start < move.end)
    back = (_called(move, "back"),) if move.end < move.start else ()
    return _Standing(move.end, day if back else known.since, (*kept, *back, *came))


def _called(move: Move, kind: str) -> Move:
    """The move by another kind; many times faster than ``replace``, and moves are many."""
    return Move(kind, move.event, move.start, move.end, move.since, move.approved)


def _put_back(known: _Standing, before: _Standing) -> _Standing:
    """As before the move, which stays known as one that was put back."""
    undone = [one for one in known.moves if one.kind in ("forward", "back")][-1:]
    kept = tuple(one for one in before.moves if one.kind != "put back")
    return replace(before, moves=(*kept, *(replace(one, kind="put back") for one in undone)))


def _judged(moves: pd.DataFrame, facts: Facts, criteria: Sequence[Criterion], path: StagePath) -> pd.DataFrame:
    """The moves with the criteria that are missing for the steps that each passes."""
    if moves.empty or not criteria:
        return moves
    then = _facts_before(moves, facts)
    places = {name: at for at, name in enumerate(path.names)}
    start = moves["start"].map(lambda name: places.get(name, 0)).to_numpy(dtype=int)
    end = moves["end"].map(lambda name: places.get(name, 0)).to_numpy(dtype=int)
    missing: list[list[str]] = [[] for _ in range(len(moves))]
    late: list[list[bool]] = [[] for _ in range(len(moves))]
    for step, guards in enumerate(steps(criteria, path)):
        passes = (start <= step) & (step < end)
        for criterion in guards if passes.any() else ():
            too_late = is_late(criterion, then)
            for row in np.flatnonzero(passes & ~met(criterion, then)).tolist():
                missing[row].append(criterion.id)
                late[row].append(bool(too_late[row]))
    told = [
        ", ".join(f"{name} (late)" if is_too_late else name for name, is_too_late in zip(names, marks, strict=True))
        for names, marks in zip(missing, late, strict=True)
    ]
    return moves.assign(
        missing=pd.Series(told, index=moves.index, dtype=object),
        criteria=pd.Series([tuple(names) for names in missing], index=moves.index, dtype=object),
    )


def _facts_before(moves: pd.DataFrame, facts: Facts) -> Facts:
    """Facts in which each row is one move's deal, as it is now but still standing where it came from.

    Of a baseline nobody knows since when the deal stood there: no deadline runs, and every activity counts.
    """
    positions = moves["position"].to_numpy(dtype=int)
    body = facts.book.frame(PIPELINE.name).iloc[positions].reset_index(drop=True)
    stages = moves["start"].where(moves["start"] != "", None)
    body = body.assign(Stage=pd.Series(stages.to_numpy(), index=body.index, dtype=object))
    deals = facts.deals.loc[positions].reset_index(drop=True)
    since = pd.Series(moves["since"].to_numpy(), index=deals.index).astype("datetime64[s]")
    known = (moves["kind"] != "baseline").to_numpy()
    deals = deals.assign(
        stage=moves["start"].to_numpy(),
        stage_seen=moves["start"].to_numpy(),
        stage_since=since.where(known),
        created=deals["created"].where(known),
        is_open=True,
    )
    return replace(facts, deals=deals, book=with_frame(facts.book, PIPELINE.name, body))


def against_criteria(moves: pd.DataFrame) -> pd.DataFrame:
    """Of ``stage_moves`` those that nobody may make by typing: forward without criteria, back without reason."""
    forward = (moves["kind"] == "forward") & (moves["missing"] != "")
    return moves[forward | (moves["kind"] == "back")]


def to_put_back(moves: pd.DataFrame, found: frozenset[str]) -> pd.DataFrame:
    """Moves that this refresh found (``found``: IDs of its events) and that the policy *revert* puts back.

    Columns: position, event_id, why.
    """
    wrong = against_criteria(moves)
    wrong = wrong[wrong["event_id"].isin(found)]
    why = [
        "Moved back without a reason." if kind == "back" else f"Criteria were missing: {missing}."
        for kind, missing in zip(wrong["kind"], wrong["missing"], strict=True)
    ]
    return wrong[["position", "event_id"]].assign(why=why)
