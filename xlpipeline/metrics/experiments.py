"""Experiments: did a change of the process change how many deals go on from a stage?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import difference, wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import StagePaths, stage_paths

METRIC = Metric(
    name="experiments",
    title="Experiments",
    definition=(
        "Conversion of the deals that entered a stage since a change began, beside that of as many days before it."
    ),
    formula=(
        "went on ÷ (went on + lost) of the deals that first entered the stage in the days since the start, and in as "
        "many days before; of the earlier ones only what was known at the start counts, so that both had the same "
        "time. The p-value is that of Fisher's exact test; the interval of the change is Newcombe's"
    ),
    why="A process that is changed without being measured gets busier, not better.",
    what_to_do=(
        "Keep what made a difference and note it in the playbook's log; where none is shown, wait for more deals or "
        "stop. One change at a time: two at once cannot be told apart."
    ),
    source="definitions, sections 1 and 15; R. A. Fisher (1935)",
)

_ALIKE: Final = 1e-7
"""Two chances that differ by less, as a share, are the same but for rounding."""
LEVEL: Final = 0.05
"""Of changes that do nothing, so many look like one that does something: the complement of every 95 % interval."""
_SIDES: Final = ("n", "advanced", "lost", "open", "rate", "low", "high")
HEADS: Final = (
    "experiment", "hypothesis", "stage", "start", "days", *(f"before_{head}" for head in _SIDES),
    *(f"after_{head}" for head in _SIDES), "change", "change_low", "change_high", "p_value", "verdict", "note",
)  # fmt: skip


@dataclass(frozen=True)
class _Cohort:
    """Deals that entered a stage in some days, and what had become of them at the end of a follow-up."""

    n: int
    advanced: int
    lost: int

    @property
    def decided(self) -> int:
        return self.advanced + self.lost

    @property
    def bounds(self) -> tuple[float, float]:
        return wilson(self.advanced, self.decided)

    def cells(self, least: int) -> tuple[float, ...]:
        """In the order of ``_SIDES``; no rate of too few decided deals."""
        counts = (self.n, self.advanced, self.lost, self.n - self.decided)
        if self.decided < max(least, 1):
            return *counts, np.nan, np.nan, np.nan
        return *counts, self.advanced / self.decided, *self.bounds


@once
def results(facts: Facts) -> pd.DataFrame:
    """One row per filled row of Experiments, in its order.

    Columns: experiment, hypothesis, stage, start (datetime64), days (length of each side); before_ and after_ n,
    advanced, lost, open, rate with Wilson low and high; change (after - before) with Newcombe bounds, p_value, verdict
    ("higher", "lower", "no difference shown", "" = not tested), note. Rates are NaN below ``counts_only_below`` decided
    deals. Only deals whose entry history saw count. ``n`` of a row that cannot be measured is 0 and the note says why.
    """
    asked = read_experiments(facts)
    rows = [_row(facts, asked, place) for place in range(len(asked))]
    return pd.DataFrame(rows, columns=list(HEADS))


def read_experiments(facts: Facts) -> pd.DataFrame:
    """The filled rows of Experiments: experiment, hypothesis, stage (as typed), start (NaT = blank or no date)."""
    frame = facts.book.frame("Experiments")
    told = {"experiment": "Experiment", "hypothesis": "Hypothesis", "stage": "Stage"}
    asked = pd.DataFrame({name: texts(frame, head).str.strip() for name, head in told.items()})
    asked["start"] = dates(frame, "Start date")[0]
    filled = (asked[["experiment", "stage"]] != "").any(axis=1) | asked["start"].notna()
    return asked[filled]


def _row(facts: Facts, asked: pd.DataFrame, place: int) -> tuple[object, ...]:
    given = asked.iloc[place]
    named = (given["experiment"], given["hypothesis"], given["stage"], given["start"])
    nothing = (0, 0, 0, 0, np.nan, np.nan, np.nan)
    paths = stage_paths(facts)
    days, refusal = _length(facts, paths, given["stage"], given["start"])
    if refusal:
        return *named, 0, *nothing, *nothing, np.nan, np.nan, np.nan, np.nan, "", refusal
    start = given["start"].date()
    stage = [name.casefold() for name in paths.stages].index(given["stage"].casefold())
    span = dt.timedelta(days=days)
    before = _cohort(paths, stage, Period("before", start - span, start))
    after = _cohort(paths, stage, Period("after", start, start + span))
    least = facts.settings.counts_only_below
    sides = (*before.cells(least), *after.cells(least))
    also = _others(asked, place, days)
    if min(before.decided, after.decided) < max(least, 1):
        few = f"Decided: {before.decided} before, {after.decided} since. Too few of one to compare."
        return *named, days, *sides, np.nan, np.nan, np.nan, np.nan, "", " ".join(filter(None, (few, also)))
    return *named, days, *sides, *_compared(before, after), also


def _length(facts: Facts, paths: StagePaths, stage: str, start: Any) -> tuple[int, str]:  # noqa: ANN401 - a stamp or NaT
    """Days that both sides can have, or why there are none."""
    if stage.casefold() not in [name.casefold() for name in paths.stages]:
        return 0, f"'{stage:.40}' is no open stage; please choose one." if stage else "Please choose a stage."
    if pd.isna(start):
        return 0, "Please enter the day on which it began."
    began = start.date()
    if began > facts.as_of:
        return 0, "It has not begun yet."
    if np.isnat(paths.seen_from):
        return 0, "There is no history yet to compare with."
    known = (began - paths.seen_from.astype("datetime64[D]").astype(object)).days
    days = min((facts.as_of - began).days + 1, known)
    return days, "" if days > 0 else "History begins no earlier than the experiment: nothing to compare with."


def _cohort(paths: StagePaths, stage: int, days: Period) -> _Cohort:
    """Who first entered the stage in these days, and what was known of them when the days were over."""
    first, end = np.datetime64(days.start, "s"), np.datetime64(days.end, "s")
    entered = paths.entered[:, stage]
    inside = paths.seen[:, stage] & (entered >= first) & (entered < end)
    advanced = inside & paths.advanced[:, stage] & (paths.advanced_on[:, stage] < end)
    lost = inside & ~advanced & paths.ended & (paths.ended_on < end)
    return _Cohort(int(inside.sum()), int(advanced.sum()), int(lost.sum()))


def _compared(before: _Cohort, after: _Cohort) -> tuple[float, float, float, float, str]:
    """change, its bounds, p_value, verdict."""
    now, then = after.advanced / after.decided, before.advanced / before.decided
    p_value = fisher(before.advanced, before.lost, after.advanced, after.lost)
    verdict = "no difference shown"
    if p_value < LEVEL:
        verdict = "higher" if now > then else "lower"
    return now - then, *difference(now, after.bounds, then, before.bounds), p_value, verdict


def fisher(advanced: int, lost: int, then_advanced: int, then_lost: int) -> float:
    """Two-sided p-value of Fisher's exact test: how likely a split at least as rare is where nothing changed.

    From SciPy's logarithm of the gamma function, because ``scipy.stats`` takes half a second to import; a test holds
    both equal. Source: R. A. Fisher, Statistical methods for research workers (1934), section 21.02.
    """
    from scipy.special import gammaln  # noqa: PLC0415 - a fifth of a second, and few books have experiments

    own, other, hits = advanced + lost, then_advanced + then_lost, advanced + then_advanced
    k = np.arange(max(0, hits - other), min(own, hits) + 1)
    parts = (k, own - k, hits - k, other - hits + k)
    logs = -sum(gammaln(part + 1.0) for part in parts)
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    seen = chances[advanced - k[0]]
    return min(1.0, float(chances[chances <= seen * (1 + _ALIKE)].sum()))


def _others(asked: pd.DataFrame, place: int, days: int) -> str:
    """A warning where another experiment on the same stage began within the days that are compared."""
    own, span = asked.iloc[place], pd.Timedelta(days=days)
    same = asked["stage"].str.casefold() == own["stage"].casefold()
    near = ((asked["start"] - own["start"]).abs() < span) & same
    near.iloc[place] = False
    if not near.any():
        return ""
    return f"{asked.loc[near, 'experiment'].iloc[0]} began on this stage in the same days: they cannot be told apart."
