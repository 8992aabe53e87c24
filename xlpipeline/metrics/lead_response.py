"""Lead response: how long a lead waits for the first answer."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.kaplan_meier import kaplan_meier
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="lead_response",
    title="Lead response",
    definition=(
        "The time by which half of the leads have had their first outbound answer, those still waiting counted as far "
        "as known."
    ),
    formula=(
        "Kaplan-Meier median of first response − created, in business days, days, business hours or hours by the "
        "setting response_unit; unanswered leads censored at the as-of date (in hours: at its beginning, or when they "
        "came in), converted ones at Converted on, disqualified ones at a column Disqualified on; share in time = "
        "answered within response_target ÷ (answered + known to have waited for longer), with Wilson 95 %. The first "
        "response is the date in Leads, else the first outbound activity of the lead: no note, nothing missed or "
        "inbound by its name. Left out and told: a response or a decision before the lead came in, leads decided on an "
        "unknown day without a response, leads without a day (or, in hours, a time of day)"
    ),
    why="A lead that waits asks somebody else.",
    what_to_do="Answer those who wait longest first; where a rep's leads wait, look at the rep's load.",
    source="requirement F37; definitions, section 16",
)
Floats = npt.NDArray[np.float64]
_DAY: Final = np.timedelta64(1, "D")
_HOUR: Final = 3600.0


@dataclass(frozen=True)
class Waits:
    """``time``, ``answered`` and ``rep`` have one row per lead that counts, ``left_out`` one per lead that does not.

    ``time``: in ``unit``; where it is not answered, it is known to have waited so long.
    """

    time: Floats
    answered: npt.NDArray[np.bool_]
    rep: npt.NDArray[np.object_]
    unit: str
    left_out: pd.DataFrame
    """rep, why."""

    def of(self, rep: str) -> Waits:
        """Those of one rep."""
        own, out = self.rep == rep, self.left_out
        return Waits(self.time[own], self.answered[own], self.rep[own], self.unit, out[out["rep"] == rep])

    def told(self) -> str:
        """What does not count, as a sentence; "" where everything does."""
        counts = sorted(Counter(self.left_out["why"].tolist()).items())
        return f"Left out: {', '.join(f'{n:,} {why}' for why, n in counts)}." if counts else ""


@once
def waits(facts: Facts, window: Period | None = None) -> Waits:
    """How long each lead waited that came in within ``window`` (None = at any time).

    Nothing knows what time it is on the as-of date. So in hours an unanswered lead is known to have waited up to the
    beginning of that date, and one that came in on it not at all yet: it is censored at its start and neither in time
    nor late.
    """
    leads, unit = read_leads(facts), facts.settings.response_unit
    if window is not None:
        within = (leads["created"] >= pd.Timestamp(window.start)) & (leads["created"] < pd.Timestamp(window.end))
        leads = leads[within]
    in_hours = unit.endswith("hours")
    start = leads["created_at" if in_hours else "created"]
    answer = leads["responded_at" if in_hours else "responded_on"]
    has_answer = leads["responded_on"].notna()
    undated = start.isna() | (has_answer & answer.isna())
    until = leads["decided_on"].where(~leads["is_open"], pd.Timestamp(facts.as_of))
    why = np.select(
        [
            ~has_answer & until.isna(),
            undated,
            has_answer & (answer < start),
            ~has_answer & (until < leads["created"]),
        ],
        ["decided without a response", "without the day or time", "answered before they came in",
         "decided before they came in"],
        "",
    )  # fmt: skip
    counts = why == ""
    end = answer.where(has_answer, until.where(until > start, start))
    return Waits(
        _between(facts, start[counts], end[counts], unit),
        has_answer[counts].to_numpy(dtype=bool),
        leads.loc[counts, "rep"].to_numpy(dtype=object),
        unit,
        pd.DataFrame({"rep": leads.loc[~counts, "rep"].to_numpy(dtype=object), "why": why[~counts]}),
    )


def _between(facts: Facts, start: pd.Series, end: pd.Series, unit: str) -> Floats:
    begins, ends = start.to_numpy().astype("datetime64[s]"), end.to_numpy().astype("datetime64[s]")
    if unit == "days":
        return np.asarray((ends - begins) / _DAY, dtype=np.float64)
    if unit == "hours":
        return np.asarray((ends - begins).astype(np.int64) / _HOUR, dtype=np.float64)
    if unit == "business days":
        free = facts.calendar.free_days()
        counted = np.busday_count(
            begins.astype("datetime64[D]") + _DAY, ends.astype("datetime64[D]") + _DAY, busdaycal=free
        )
        return np.maximum(counted, 0).astype(float)
    return _worked(facts, ends) - _worked(facts, begins)


def _worked(facts: Facts, moments: npt.NDArray[np.datetime64]) -> Floats:
    """Business hours from a fixed day up to each moment."""
    free = facts.calendar.free_days()
    opens, closes = (_hour(part) for part in facts.settings.working_hours.split("-"))
    days = moments.astype("datetime64[D]")
    hour = (moments - days).astype("timedelta64[s]").astype(np.int64) / _HOUR
    full = np.busday_count(np.datetime64("1990-01-01"), days, busdaycal=free)
    today = np.where(np.is_busday(days, busdaycal=free), np.clip(hour - opens, 0, closes - opens), 0.0)
    return np.asarray(full * (closes - opens) + today, dtype=np.float64)


def _hour(text: str) -> float:
    time = dt.time.fromisoformat(text.strip())
    return time.hour + time.minute / 60 + time.second / _HOUR


@once
def median(facts: Facts, window: Period | None = None, rep: str = "") -> Figure:
    """Kaplan-Meier median of the wait; low and high: its 95 % bounds (high may be infinite); n = leads that count."""
    found = _asked(facts, window, rep)
    left_out = found.told()
    basis, n = f"{found.unit}, {_words(window)}", len(found.time)
    few = facts.settings.counts_only_below
    if not n:
        return refused(f"No lead came in that counts. {left_out}".strip(), basis=basis)
    if n < few:
        answered = int(found.answered.sum())
        return refused(f"{answered} of {n} leads answered: too few for a median. {left_out}".strip(), n=n, basis=basis)
    stays = kaplan_meier(found.time, found.answered)
    waiting = n - stays.ended
    note = " ".join(filter(None, (f"{waiting:,} still wait." if waiting else "", left_out)))
    value = stays.quantile()
    if value != value:  # noqa: PLR0124 - NaN
        return refused(f"Fewer than half of {n:,} leads have been answered so far. {note}".strip(), n=n, basis=basis)
    low, high = stays.bounds()
    return Figure(value, n, basis, low, high, note=note)


@once
def in_time(facts: Facts, window: Period | None = None, rep: str = "") -> Figure:
    """Share answered within the target, of leads that were answered or have waited for longer; with Wilson bounds."""
    found, target = _asked(facts, window, rep), facts.settings.response_target
    decided = found.answered | (found.time > target)
    hits, n = int((found.answered & (found.time <= target)).sum()), int(decided.sum())
    basis = f"within {span_text(target, found.unit)}, {_words(window)}"
    if n < facts.settings.counts_only_below:
        return refused(f"{hits} of {n} leads answered in time: too few for a share.", n=n, basis=basis)
    low, high = wilson(hits, n)
    return Figure(hits / n, n, basis, low, high, note=found.told())


def span_text(time: float, unit: str) -> str:
    """``1 business day``, ``2.5 hours``."""
    return f"{time:g} {unit.removesuffix('s') if time == 1 else unit}"


def _asked(facts: Facts, window: Period | None, rep: str) -> Waits:
    found = waits(facts, window)
    return found.of(rep) if rep else found


def left_out(facts: Facts, window: Period | None = None, rep: str = "") -> int:
    """How many leads the response leaves out, because it cannot be known how long they waited."""
    return len(_asked(facts, window, rep).left_out)


def _words(window: Period | None) -> str:
    return "leads created at any time" if window is None else f"leads created in {window.name}"


@once
def unanswered(facts: Facts) -> pd.DataFrame:
    """Open leads without a response: rep, lead_id, lead, source, time (in response_unit, NaN without Created).

    The time is how long a lead is known to have waited, as in ``waits``; in hours, one without a time of day from the
    end of its day on.
    """
    leads, unit = read_leads(facts), facts.settings.response_unit
    leads = leads[leads["is_open"] & leads["responded_on"].isna()]
    start, now = leads["created"], pd.Timestamp(facts.as_of)
    if unit.endswith("hours"):
        start = leads["created_at"].where(leads["created_at"].notna(), start + pd.Timedelta(days=1))
    dated = start.notna()
    until = start.where(start > now, now)
    time = pd.Series(np.nan, index=leads.index)
    time[dated] = _between(facts, start[dated], until[dated], unit)
    return leads.assign(time=time)[["rep", "lead_id", "lead", "source", "time"]]


@once
def waiting(facts: Facts) -> pd.DataFrame:
    """Those of ``unanswered`` that have waited beyond the target, the longest first."""
    found = unanswered(facts)
    late = found[found["time"] > facts.settings.response_target]
    return late.sort_values(["time", "lead_id"], ascending=[False, True])
