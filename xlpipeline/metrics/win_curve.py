"""Win curve: of the deals that began, how many were won within N days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.aalen_johansen import Incidence, incidence
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="win_curve",
    title="Win curve",
    definition="Of the deals that were created, the share that was won within N days, and the share that was lost.",
    formula=(
        "Aalen-Johansen cumulative incidence of won, from Created (all deals) or from the first qualified stage "
        "(qualified deals whose entry history saw) to Actual close; lost and derailed compete, open deals are "
        "censored at the as-of date; 95 % interval by the effective number of deals"
    ),
    why=(
        "A win rate of closed deals says nothing of when; the curve says how much of what begins today will be won "
        "by which day, and it needs no waiting for open deals."
    ),
    what_to_do="Where the curve is flat, deals are hardly ever won any more: decide on the open ones that are older.",
    source="definitions, section 2",
)

Start = Literal["created", "qualified"]
DAYS: Final = (30, 60, 90, 120, 180, 270, 365)
WON: Final = 1
LOST: Final = 2


_NOBODY: Final[dict[Start, str]] = {
    "created": "No deal has a beginning; please fill Created in Pipeline.",
    "qualified": "History saw no deal become qualified yet, or no stage of Stages counts as qualified.",
}


@dataclass(frozen=True)
class WinCurve:
    """The curve; ``incidence`` is None where no deal counts. ``left_out``: deals that have no usable dates."""

    incidence: Incidence | None
    n: int
    basis: str
    left_out: int
    start: Start = "created"

    def longest(self) -> float:
        """Days for which the longest deal was followed."""
        return float(self.incidence.followed[-1]) if self.incidence is not None else 0.0


@once
def win_curve(facts: Facts, start: Start = "created", window: Period | None = None) -> WinCurve:
    """The curve from creation, over all deals, or from qualification, over deals seen to enter a qualified stage.

    ``window``: only deals that began in it (None = at any time). Deals that closed before they began, and closed ones
    without an actual close, are left out and counted.
    """
    lives = _lives(facts, start)
    counted, basis, begun = lives.counted, lives.basis, lives.begun
    if window is not None:
        counted = counted & (begun >= np.datetime64(window.start, "s")) & (begun < np.datetime64(window.end, "s"))
        basis = f"{basis}, begun in {window.name}"
    sound = counted & (lives.days >= 0)  # NaT gives NaN, which is not
    n = int(sound.sum())
    found = incidence(lives.days[sound], lives.cause[sound], 2) if n else None
    return WinCurve(found, n, basis, int((counted & ~sound).sum()), start)


def won_within(facts: Facts, days: int, start: Start = "created", window: Period | None = None) -> Figure:
    """Share won within ``days``, in [0, 1] with 95 % bounds; n = deals behind the curve, begun in ``window``."""
    curve = win_curve(facts, start, window)
    if window is not None and not curve.n:
        return refused("No deal that counts was created in this window.", basis=curve.basis)
    return _share(facts, curve, days, WON)


@once
def by_days(facts: Facts, start: Start = "created", days: tuple[int, ...] = DAYS) -> pd.DataFrame:
    """The curve at some days: days, won, low, high, lost, open (shares), followed (deals still known of), note."""
    curve, rows = win_curve(facts, start), []
    for limit in days:
        won, lost = _share(facts, curve, limit, WON), _share(facts, curve, limit, LOST)
        found = curve.incidence
        known = found is not None and won.value is not None
        still = found.open_at(limit) if found is not None and known else float("nan")
        followed = found.still_followed(limit) if found is not None else 0
        cells = [float("nan") if v is None else v for v in (won.value, won.low, won.high, lost.value)]
        rows.append((limit, *cells, still, followed, won.reason or won.note))
    return pd.DataFrame(rows, columns=["days", "won", "low", "high", "lost", "open", "followed", "note"])


@dataclass(frozen=True)
class _Lives:
    """Per deal: when it began, whether it counts, days until its end or the as-of date, and the cause of its end."""

    begun: npt.NDArray[np.datetime64]
    counted: npt.NDArray[np.bool_]
    days: npt.NDArray[np.float64]
    cause: npt.NDArray[np.int64]
    basis: str


@once
def _lives(facts: Facts, start: Start) -> _Lives:
    begun, basis = _begun(facts, start)
    deals, as_of = facts.deals, np.datetime64(facts.as_of, "s")
    closed_on = deals["closed_on"].to_numpy().astype("datetime64[s]")
    known = deals["stage_type"].to_numpy() != ""
    counted = known & ~(begun > as_of) & (~np.isnat(begun) if start == "qualified" else True)
    closed = deals["is_closed"].to_numpy() & ~(closed_on > as_of)
    days = np.floor((np.where(closed, closed_on, as_of) - begun) / np.timedelta64(1, "D"))
    cause = np.where(closed, np.where(deals["is_won"].to_numpy(), WON, LOST), 0)
    return _Lives(begun, counted, days, cause, basis)


def _begun(facts: Facts, start: Start) -> tuple[npt.NDArray[np.datetime64], str]:
    if start == "created":
        return facts.deals["created"].to_numpy().astype("datetime64[s]"), "curve from creation, all deals"
    paths = stage_paths(facts)
    stages = facts.stages[facts.stages["type"] == "open"]
    gates = np.flatnonzero(stages["qualified"].to_numpy())
    basis = "curve from qualification, qualified deals that history saw"
    if not len(gates):
        return np.full(len(facts.deals), np.datetime64("NaT", "s")), basis
    gate = int(gates[0])
    return np.where(paths.seen[:, gate], paths.entered[:, gate], np.datetime64("NaT", "s")), basis


def _share(facts: Facts, curve: WinCurve, days: int, cause: int) -> Figure:
    found: Any = curve.incidence
    named = f"{curve.basis}, within {days} days"
    if found is None:
        return refused(_NOBODY[curve.start], basis=named)
    if curve.n < facts.settings.counts_only_below:
        return refused(f"{curve.n} deals: too few for a curve.", n=curve.n, basis=named)
    if days > found.known_until:
        reason = f"No deal has been followed for {days} days yet; the oldest is {curve.longest():,.0f} days old."
        return refused(reason, n=curve.n, basis=named)
    low, high = found.bounds_at(days, cause)
    return Figure(found.at(days, cause), curve.n, named, low, high, note=_note(facts, curve))


def _note(facts: Facts, curve: WinCurve) -> str:
    notes = []
    if curve.n < facts.settings.grey_below:
        notes.append(f"Only {curve.n} deals: read the interval.")
    if curve.left_out:
        notes.append(f"{curve.left_out:,} deals without usable dates are left out.")
    return " ".join(notes)
