"""Waterfall: what led from the pipeline of a period as it opened to the same pipeline as it stands now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pandas as pd

from xlpipeline.metrics.waterfall_moves import Waterfall, by_rep, moves_of, paired, summed
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at, deals_now, first_told, snapshots, start_of
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="waterfall",
    title="Pipeline waterfall",
    definition=(
        "What was added to and taken from the open pipeline of a period between two days, so that opening plus all "
        "lines is closing, to the last cent."
    ),
    formula=(
        "opening + new + pulled in + carried over + reopened + transferred in + increased - decreased ± exchange rates "
        "- won - lost - derailed - pushed out - pulled out - transferred out - deleted = closing"
    ),
    why="Two sums tell that the pipeline shrank; the lines tell whether it was won, lost, or only moved away.",
    what_to_do=(
        "Compare pushed out with won: a pipeline that is pushed rather than closed needs the close dates questioned "
        "first."
    ),
    source="definitions, section 11",
)

NO_HISTORY: Final = (
    "There is no history to compare with; please refresh, and take a snapshot at the start of every quarter."
)
STARTS_NOW: Final = (
    "History begins today; please look again after the next refresh, and take a snapshot at the start of every quarter."
)

GONE: Final = ("pushed_out", "pulled_out", "deleted")
"""Lines of deals that left the pipeline of the period without a result."""
_NAMING: Final = ("id", "name", "rep")


@dataclass(frozen=True)
class Opening:
    """From which state a waterfall starts: the moment, its day, and what a sentence calls it.

    ``late``: it lies inside the period, so that what happened before it is not told.
    """

    moment: dt.datetime
    day: dt.date
    name: str
    late: bool


@dataclass(frozen=True)
class Story:
    """The waterfall of the quarter of the as-of date, of the team and of every rep; or ``reason``, why there is none.

    ``gone``: the team's deals behind pushed out, pulled out and deleted, the largest first: deal_id, opportunity, rep,
    line, was (expected close then), due (expected close now, or day of the close; NaT = none), amount (minor units).
    """

    period: Period
    opening: Opening | None
    team: Waterfall | None
    reps: dict[str, Waterfall]
    gone: pd.DataFrame
    reason: str = ""


def waterfall(then: Facts, now: Facts, period: Period, *, rep: str = "") -> Waterfall:
    """From the facts of an earlier day to those of a later one.

    Args:
        then: the facts at the opening (of a snapshot, by replay).
        now: the facts at the closing.
        period: whose pipeline: open deals with an expected close in it.
        rep: only what is in this rep's hands (name as in Reps); "" = the team.
    """
    return summed(paired(deals_now(then), deals_now(now), then.as_of, now, period), period, rep)


@once
def quarter_story(facts: Facts) -> Story:
    """The waterfall from the opening of the as-of date's quarter (see ``opening_of``) to the as-of date."""
    quarter = facts.quarter
    opening = opening_of(facts)
    empty = pd.DataFrame(columns=["deal_id", "opportunity", "rep", "line", "was", "due", "amount"])
    if opening is None or opening.moment >= end_of(facts.as_of):
        reason = NO_HISTORY if first_told(facts) is None else STARTS_NOW
        return Story(quarter, None, None, {}, empty, reason)
    before = deals_at(facts, opening.moment, opening.day)
    pairs = paired(before, deals_now(facts), opening.day, facts, quarter)
    reps = {rep: summed(rows, quarter, rep) for rep, rows in by_rep(pairs, facts.rep_names()).items()}
    return Story(quarter, opening, summed(pairs, quarter, ""), reps, _gone(pairs))


def opening_of(facts: Facts) -> Opening | None:
    """The latest snapshot at or before the start of the as-of date's quarter (or before the setting waterfall_from).

    Without one the state of that day by history, else the first snapshot inside the quarter, else the first refresh.
    """
    start = facts.settings.waterfall_from or facts.quarter.start
    marks = snapshots(facts)
    before = [mark for mark in marks if mark.day <= start and (start < facts.as_of or mark.day < start)]
    if before:
        mark = before[-1]
        return Opening(mark.taken_on, mark.day, mark.name, late=mark.day > facts.quarter.start)
    moment = start_of(facts, start) if start <= facts.as_of else None
    if moment is not None:
        day = min(moment.date(), start)
        return Opening(moment, day, f"the history of {start.isoformat()}", late=start > facts.quarter.start)
    inside = [mark for mark in marks if mark.day < facts.as_of]
    if inside:
        return Opening(inside[0].taken_on, inside[0].day, inside[0].name, late=True)
    first = first_told(facts)
    if first is None or first.date() >= facts.as_of:
        return None
    return Opening(first, first.date(), f"the first refresh ({first.date().isoformat()})", late=True)


def _gone(pairs: pd.DataFrame) -> pd.DataFrame:
    """The deals that left the team's pipeline of the period without a result."""
    moves = moves_of(pairs, "")
    parts = []
    for line in GONE:
        told, amount = moves[line]
        told = told & ~pairs["rate_missing"].to_numpy(dtype=bool)
        rows = pairs[told]
        now = {name: rows[name + "1"].where(rows["where1"] != "absent", rows[name + "0"]) for name in _NAMING}
        parts.append(
            pd.DataFrame({**now, "line": line, "was": rows["due0"], "due": rows["due1"], "amount": amount[told]})
        )
    gone = pd.concat(parts).rename(columns={"id": "deal_id", "name": "opportunity"})
    return gone.sort_values(["amount", "deal_id"], ascending=[False, True]).reset_index(drop=True)
