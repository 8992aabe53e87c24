"""Landmark chances: of past deals that still stood in a stage at an age, the share that was won within N days after.

Aalen-Johansen on the days after the landmark; lost and derailed compete, open deals are censored. Everything is
counted from the stays of ``stage_paths`` as they were known on a day, so a back-test sees nothing of what came later.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.stage_paths import StagePaths

Floats = npt.NDArray[np.floating[Any]]
Whole = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Source = Literal["same age", "age band", "whole stage", "stage default"]

LEAST_AT_AGE: Final = 30
"""Risk set below which ages are pooled into bands."""
LEAST_IN_BAND: Final = 10
"""Risk set below which the whole stage is taken, and below which even that tells nothing."""
_BANDS: Final = 5
_SOURCES: Final = np.array(["same age", "age band", "whole stage", "stage default"], dtype=object)
GONE: Final = -3
"""Where a stay of a deleted deal went to: nobody knows."""
_CENSORED, _WON, _ENDED = 0, 1, 2
_CAUSES: Final = 3


def chances(paths: StagePaths, day: dt.date, days: int) -> pd.DataFrame:
    """The chance to be won within ``days`` of every deal that stood in an open stage at the end of ``day``.

    Columns: row (of the paths), stage (0-based), age (days in it), p (NaN = not known), n (risk set), source.
    """
    stays = _stays(paths, day)
    asked = np.flatnonzero(stays.standing)
    p, n, source = (
        np.full(len(asked), np.nan),
        np.zeros(len(asked), dtype=np.int64),
        np.zeros(len(asked), dtype=np.int64),
    )
    of = stays.stage[asked]
    by_stage = stays.only(np.argsort(stays.stage.astype(np.int16), kind="stable"))  # short: many times faster
    for stage in np.unique(of).tolist():
        mine = of == stage
        here = by_stage.only(slice(*np.searchsorted(by_stage.stage, [stage, stage + 1]).tolist()))
        p[mine], n[mine], source[mine] = _answers(here, stays.left_after[asked[mine]], days)
    # A deal stands in one stage; should history say two, the later stay holds.
    rows, first = np.unique(stays.row[asked][::-1], return_index=True)
    last = len(asked) - 1 - first
    columns = {"row": rows, "stage": of[last], "age": stays.left_after[asked][last], "p": p[last], "n": n[last]}
    return pd.DataFrame(columns | {"source": _SOURCES[source[last]]})


@dataclass(frozen=True)
class Stays:
    """Stays in stages as known on a day, an array element each; times in whole days after the stay began.

    ``left_after``: when it ended, or the age on the day where it goes on (``standing``); ``ended_after``: when the deal
    ended (``cause`` 1 won, 2 lost or derailed), or was seen last (0); ``seen_after``: when history began to see it.
    """

    row: Whole
    stage: Whole
    left_after: Whole
    ended_after: Whole
    seen_after: Whole
    cause: Whole
    standing: Flags

    def only(self, which: npt.NDArray[Any] | slice) -> Stays:
        """Some of the stays."""
        return Stays(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def _stays(paths: StagePaths, day: dt.date) -> Stays:
    at = np.datetime64(day, "s")
    row, stage, to, entered, left = known_stints(paths, at)
    end, cause = known_ends(paths, row, left, to, at)
    left = np.where(np.isnat(left) | (end < left), end, left)
    goes_on = np.isnat(left) | (left > at)
    has_ended = ~np.isnat(end)
    return Stays(
        row=row,
        stage=stage,
        left_after=_days(np.where(goes_on, at, left), entered),
        ended_after=_days(np.where(has_ended, end, _seen_until(row, left, to, at, len(paths.told))), entered),
        # Of stays that began before history did, only those that lasted are known: they count from then on.
        seen_after=_days(np.fmax(paths.seen_from, entered), entered),
        cause=cause,
        standing=goes_on & ~has_ended,
    )


def _seen_until(row: Whole, left: Days, to: Whole, at: np.datetime64, deals: int) -> Days:
    """For each stay, the day up to which its deal was in the table: a deleted one is not followed any further."""
    gone_on = np.full(deals, np.datetime64("NaT", "s"))
    gone_on[row[to == GONE]] = left[to == GONE]
    return np.fmin(gone_on[row], at)


def known_stints(paths: StagePaths, at: np.datetime64) -> tuple[Whole, Whole, Whole, Days, Days]:
    """row, stage, to, entered_on and left_on of the stays that had begun by the end of a day."""
    stints = paths.stints
    entered = stints["entered_on"].to_numpy().astype("datetime64[s]")
    begun = entered <= at
    row, stage, to = (stints[head].to_numpy(dtype=np.int64)[begun] for head in ("row", "stage", "to"))
    return row, stage, to, entered[begun], stints["left_on"].to_numpy().astype("datetime64[s]")[begun]


def known_ends(paths: StagePaths, row: Whole, left: Days, to: Whole, at: np.datetime64) -> tuple[Days, Whole]:
    """For each stay, how its deal had ended by the end of a day (NaT and 0 = not yet): day and cause.

    A deal that was closed and is open again had ended for as long as nobody had reopened it.
    """
    closes = paths.entered[:, -1]
    final, won = np.where(np.isnat(closes), paths.ended_on, closes), ~np.isnat(closes)
    end, cause = final[row], np.where(won[row], _WON, _ENDED)
    # The last stay known by then decides; earlier ones of the same deal follow it.
    last = np.full(len(closes), -1, dtype=np.int64)
    last[row] = np.arange(len(row))
    of_last = last[row]
    stages = len(paths.stages)
    closed_then = ((to == -1) | (to == stages)) & (left <= at)
    then = closed_then[of_last] & ~(end <= at)
    end = np.where(then, left[of_last], end)
    cause = np.where(then, np.where(to[of_last] == stages, _WON, _ENDED), cause)
    unknown = np.isnat(end) | (end > at)
    return np.where(unknown, np.datetime64("NaT", "s"), end), np.where(unknown, _CENSORED, cause)


def _answers(stays: Stays, ages: Whole, days: int) -> tuple[Floats, Whole, Whole]:
    """p, n and source (place in _SOURCES) for each age in one stage: the same age, its band, or the whole stage."""
    distinct, place = np.unique(ages, return_inverse=True)
    edges = _bands(stays)
    band = edges[np.maximum(np.searchsorted(edges, distinct, side="right") - 1, 0)]
    asked = np.unique(np.concatenate([[-1], distinct, band]))
    share, at_risk = landmark_shares(stays, asked, days)
    whole, every = share[0], at_risk[0]
    own, pooled = np.searchsorted(asked, distinct), np.searchsorted(asked, band)
    same = np.ones(len(own), dtype=np.int64)
    enough = [at_risk[own] >= LEAST_AT_AGE, at_risk[pooled] >= LEAST_IN_BAND, every * same >= LEAST_IN_BAND]
    p = np.select(enough, [share[own], share[pooled], whole * same], np.nan)
    n = np.select(enough, [at_risk[own], at_risk[pooled], every * same], at_risk[own])
    source = np.select(enough, [0, 1, 2], 3)
    return p[place], n[place], source[place]


def landmark_shares(stays: Stays, ages: Whole, days: int) -> tuple[Floats, Whole]:
    """Per age (whole days, ascending; -1 = from entry), the share won within ``days`` and the risk set behind it.

    The risk set at an age: stays that still went on after it, and that history had seen by then. A stay that goes on
    today has no more than its own age behind it, so at its own age a deal never informs its own chance.
    """
    counts = _ends_after(stays, ages, days)
    at_risk = counts.sum(axis=(1, 2))
    leaving = counts.sum(axis=2)
    before = at_risk[:, None] - np.cumsum(leaving, axis=1) + leaving  # at risk just before each day
    hazard = counts[:, :, 1:] / np.maximum(before, 1.0)[:, :, None]
    surviving = np.cumprod(1.0 - hazard.sum(axis=2), axis=1)
    surviving = np.concatenate([np.ones((len(ages), 1)), surviving[:, :-1]], axis=1)
    share = (hazard[:, :, 0] * surviving)[:, : days + 1].sum(axis=1)
    return np.where(at_risk > 0, share, np.nan), at_risk.astype(np.int64)


def _ends_after(stays: Stays, ages: Whole, days: int) -> Floats:
    """Per age (ascending), days after it (the last: later) and cause, how many of its risk set ended so.

    A stay comes into the risk set at the first age that history saw it at, and leaves it where it ended. So one table
    of who comes and goes at each age, added up, holds every risk set by the day of its ends.
    """
    begin = np.maximum(ages, 0)
    comes = np.searchsorted(begin, stays.seen_after, side="left")
    goes = np.searchsorted(ages, stays.left_after, side="left")  # the first age that it did not outlast
    inside = comes < goes
    last = int(begin[-1]) + days + 1
    size = (last + 1) * _CAUSES
    end = np.minimum(stays.ended_after[inside], last) * _CAUSES + stays.cause[inside]
    change = np.bincount(comes[inside] * size + end, minlength=(len(ages) + 1) * size).astype(float)
    change -= np.bincount(goes[inside] * size + end, minlength=(len(ages) + 1) * size)
    every = change.reshape(len(ages) + 1, last + 1, _CAUSES)[:-1].cumsum(axis=0)
    window = begin[:, None] + np.arange(days + 1)
    near = every[np.arange(len(ages))[:, None], window]
    later = every.sum(axis=1) - near.sum(axis=1)
    return np.concatenate([near, later[:, None, :]], axis=1)


def _bands(stays: Stays) -> Whole:
    """Lower edges of the age bands: fifths of the stays that have ended."""
    over = stays.left_after[~stays.standing]
    edges = np.quantile(over, np.arange(_BANDS) / _BANDS) if len(over) else np.zeros(1)
    edges[0] = 0.0
    return np.unique(np.floor(edges).astype(np.int64))


def _days(end: Days | np.datetime64, start: Days) -> Whole:
    """Whole days, never below 0 (a close before the stay began is a fault in the data)."""
    gap = (end - start).astype("timedelta64[s]").astype(np.int64) // 86_400
    return np.maximum(gap, 0)
