"""Sales cycle: how long deals take from first contact to their close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.kaplan_meier import kaplan_meier
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="cycle",
    title="Sales cycle",
    definition="Calendar days from first contact (where it is blank, from Created) to the day the deal was won.",
    formula=(
        "Actual close − First contact (else Created), over deals won in the window: mean, median, 75 % and 90 % point"
    ),
    why=(
        "It says when a deal opened today turns into money, and which open deals are older than deals that were "
        "ever won."
    ),
    what_to_do=(
        "Compare open deals with the 90 % point: what is older needs a decision. Many wins with 0 days mean that "
        "deals are entered late."
    ),
    source="definitions, section 3",
)

Floats = npt.NDArray[np.floating[Any]]
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Cycle:
    """Days from start to close.

    The first four are of won deals; ``any_close_median`` takes open deals as not yet closed.
    """

    mean: Figure
    median: Figure
    p75: Figure
    p90: Figure
    all_closed_mean: Figure
    lost_median: Figure
    any_close_median: Figure
    late_entry_share: Figure
    """Share of wins closed on the day they were created."""
    start: str
    """Which date the days count from."""
    negative_n: int
    """Closed deals left out because they closed before they began."""
    median_low_days: float
    """95 % bounds of the median (Brookmeyer and Crowley); NaN with too few deals."""
    median_high_days: float
    """Infinite where the bound is not reached."""
    reopened_n: int
    """Won deals that had been closed before: their cycle runs from the first creation to the final close."""
    note: str


@once
def cycle(facts: Facts, window: Period | None = None) -> Cycle:
    """Cycle figures in days of deals closed in ``window`` (None = all time).

    Deals without a start or an actual close, and those that closed before they began, are left out and counted in the
    note. The Kaplan-Meier median is over all time, because open deals have no close to lie in a window.
    """
    deals = facts.deals
    closed = facts.closed_within(window)
    days = cycle_days(facts)
    kept = closed & (days >= 0)
    negative_n = int((closed & (days < 0)).sum())
    reopened_n = int((stage_paths(facts).reopened & (kept & deals["is_won"]).to_numpy()).sum())
    start = _start(deals.loc[kept, "first_contact"])
    named = f"{window.name if window else 'all time'}, {start}"
    won = days[kept & deals["is_won"]].to_numpy()
    lost = days[kept & deals["is_lost"]].to_numpy()
    basis = _won_basis(window, start)
    low, high = _between(won, facts.settings.counts_only_below)
    return Cycle(
        mean=_mean(won, basis, "won"),
        median=_quantile(won, 0.5, basis, "won"),
        p75=_quantile(won, 0.75, basis, "won"),
        p90=_quantile(won, 0.9, basis, "won"),
        all_closed_mean=_mean(days[kept].to_numpy(), f"all closed deals, {named}", "closed"),
        lost_median=_quantile(lost, 0.5, f"lost deals, {named}", "lost"),
        any_close_median=any_close_median(facts),
        late_entry_share=_late_entry(_same_day(facts)[kept & deals["is_won"]], basis),
        start=start,
        negative_n=negative_n,
        median_low_days=low,
        median_high_days=high,
        reopened_n=reopened_n,
        note=" ".join(filter(None, (_note(facts, closed, days, negative_n), _reopened_note(reopened_n)))),
    )


@once
def mean_of_won(facts: Facts, window: Period | None = None) -> Figure:
    """Mean cycle in days of deals won in ``window``; the same as ``cycle(…).mean``."""
    days, basis = _won_days(facts, window)
    return _mean(days, basis, "won")


@once
def median_of_won(facts: Facts, window: Period | None = None) -> Figure:
    """Median cycle in days of deals won in ``window``; the same as ``cycle(…).median``."""
    days, basis = _won_days(facts, window)
    return _quantile(days, 0.5, basis, "won")


@once
def p90_of_won(facts: Facts, window: Period | None = None) -> Figure:
    """Days within which nine of ten of the deals won in ``window`` were won; the same as ``cycle(…).p90``."""
    days, basis = _won_days(facts, window)
    return _quantile(days, 0.9, basis, "won")


@once
def _won_days(facts: Facts, window: Period | None) -> tuple[Floats, str]:
    deals, days = facts.deals, cycle_days(facts).to_numpy()
    closed = facts.closed_within(window).to_numpy(dtype=bool) & (days >= 0)
    won = days[closed & deals["is_won"].to_numpy(dtype=bool)]
    return won, _won_basis(window, _start(deals["first_contact"][closed]))


def _won_basis(window: Period | None, start: str) -> str:
    return f"won deals, {window.name if window else 'all time'}, {start}"


@once
def cycle_days(facts: Facts) -> pd.Series:
    """Calendar days from start to close per deal (float; NaN without a date; negative = closed before it began)."""
    lasted = facts.deals["closed_on"].to_numpy() - _begun(facts)
    return pd.Series(lasted / _DAY, index=facts.deals.index)


@once
def any_close_median(facts: Facts) -> Figure:
    """Kaplan-Meier median of the days to any close, open deals censored at the as-of date."""
    deals, begun = facts.deals, _begun(facts)
    closed = facts.closed_within(None)
    end = deals["closed_on"].where(closed, pd.Timestamp(facts.as_of).as_unit("s"))
    days = (end - begun).dt.days.astype(float)
    kept = (deals["is_open"] | closed) & (days >= 0)
    basis = "time to any close, all time, open deals as not yet closed"
    n = int(kept.sum())
    if n == 0:
        return refused("No deal has both a start and an end; please fill Created and Actual close.", basis=basis)
    median = kaplan_meier(days[kept].to_numpy(dtype=np.float64), closed[kept].to_numpy()).quantile()
    if np.isnan(median):
        return refused("More than half of the deals are not closed yet, so half-time is not known.", n=n, basis=basis)
    return Figure(median, n, basis)


def _begun(facts: Facts) -> npt.NDArray[np.datetime64]:
    contact = facts.deals["first_contact"].to_numpy()
    return np.where(np.isnat(contact), facts.deals["created"].to_numpy(), contact)


def _start(first_contact: pd.Series) -> str:
    contacted = int(np.count_nonzero(~np.isnat(first_contact.to_numpy())))
    if contacted == 0:
        return "from Created"
    if contacted == len(first_contact):
        return "from First contact"
    return f"from First contact ({contacted:,} deals), else Created ({len(first_contact) - contacted:,})"


def _mean(days: Floats, basis: str, what: str) -> Figure:
    if days.size == 0:
        return _none(basis, what)
    return Figure(float(days.mean()), days.size, basis)


def _quantile(days: Floats, share: float, basis: str, what: str) -> Figure:
    if days.size == 0:
        return _none(basis, what)
    return Figure(float(np.quantile(days, share)), days.size, basis)


def _between(won: Floats, least: int) -> tuple[float, float]:
    if len(won) < max(least, 1):
        return float("nan"), float("nan")
    return kaplan_meier(won, np.ones(len(won), dtype=bool)).bounds()


def _reopened_note(reopened_n: int) -> str:
    if not reopened_n:
        return ""
    deals = "1 won deal was" if reopened_n == 1 else f"{reopened_n:,} won deals were"
    return f"{deals} reopened on the way and counted to the final close."


def _none(basis: str, what: str) -> Figure:
    return refused(
        f"No {what} deal here has both Created and Actual close; please fill these columns in Pipeline.", basis=basis
    )


def _same_day(facts: Facts) -> pd.Series:
    """Which deals were entered on the day they closed, whenever the first contact was (bool)."""
    return facts.deals["created"] == facts.deals["closed_on"]


def _late_entry(entered_late: pd.Series, basis: str) -> Figure:
    if entered_late.empty:
        return _none(basis, "won")
    return Figure(float(entered_late.mean()), len(entered_late), basis)


def _note(facts: Facts, closed: pd.Series, days: pd.Series, negative_n: int) -> str:
    parts = []
    undated = int((closed & days.isna()).sum())
    if negative_n:
        parts.append(f"{negative_n:,} closed deals are left out: they closed before they began.")
    if undated:
        parts.append(f"{undated:,} closed deals are left out: a date is blank.")
    if facts.deals.loc[closed, "close_assumed"].any():
        parts.append("Expected close is taken as actual close (assumed).")
    late = _late_reps(facts, closed & facts.deals["is_won"] & (days >= 0))
    if late:
        parts.append(f"Late entry (wins created on the day they closed): {', '.join(late)}.")
    return " ".join(parts)


def _late_reps(facts: Facts, wins: pd.Series) -> list[str]:
    """Reps with more same-day wins than the setting allows, with their share; few wins tell nothing."""
    shares = _same_day(facts)[wins].groupby(facts.deals.loc[wins, "rep"]).agg(["mean", "size"])
    late = (shares["mean"] > facts.settings.late_entry_share) & (shares["size"] >= facts.settings.counts_only_below)
    return [f"{rep} {share:.0%}" for rep, share in shares.loc[late, "mean"].items()]
