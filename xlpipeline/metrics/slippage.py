"""Slippage: how much of what a quarter began with missed its date, how often deals are put off, and what stalls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.pushes import in_play, pushes_of, rows_of_reps
from xlpipeline.metrics.slip_base import OUTCOMES, SLIPPED, base_of, past_quarters, still_in
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.past_deals import first_told, start_of
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="slippage",
    title="Slippage",
    definition=(
        "Of the deals that were open at the start of a quarter and should have closed in it, the share that was "
        "neither won nor lost in it."
    ),
    formula=(
        "slip rate = base deals neither won, lost nor derailed in the quarter ÷ base deals (by count and by value); "
        "while the quarter runs: those pushed out, overdue, closed outside it or deleted so far ÷ base deals; pushes = "
        "increases of expected close; stall rate = open deals over their time-bound or without a touch ÷ open deals"
    ),
    why="A forecast is only as good as its close dates: a third that slips every quarter will slip in this one, too.",
    what_to_do=(
        "Ask of every deal pushed twice or more what must happen until the new date; without an answer take it out of "
        "the quarter."
    ),
    source="definitions, section 8",
)

NO_BASE: Final = "No deal was open at the start of the quarter with an expected close in it."

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Slippage:
    """Slippage of the as-of date's quarter, of the team or one rep; amounts in minor units.

    ``counts``: outcome, deals, amount of the base, in the order of OUTCOMES (empty without a base).
    """

    quarter: Period
    began: dt.datetime | None
    base: Figure
    slip_rate: Figure
    slip_value: Figure
    counts: pd.DataFrame
    pushed: Figure
    """Share of open deals that were put off at least once."""
    pushes: int
    pushes_in_period: int
    """Those that stayed within one fiscal quarter."""
    push_days: Figure
    """Mean days by which the pushed ones lie behind their first date."""
    stalled: Figure


@once
def slippage(facts: Facts, rep: str = "") -> Slippage:
    """Slippage of the quarter so far; ``rep``: deals that were this rep's at the start (pushes, stalls: are now)."""
    quarter = facts.quarter
    base = base_of(facts, quarter)
    own = base if base is None or not rep else base[base["rep"] == rep]
    rate, value, amount = _rates(facts, quarter, own)
    deals = in_play(facts)
    deals = deals.iloc[rows_of_reps(facts).get(rep, [])] if rep else deals
    pushed, stalls = deals[["pushes", "pushes_in_period", "push_days"]], deals["stalls"]
    moved = pushed[pushed["pushes"] > 0]
    no_deal = "No deal is open; please enter open deals in Pipeline."
    days = (
        Figure(float(moved["push_days"].mean()), len(moved), "mean of open deals that were put off")
        if len(moved)
        else refused("No open deal was put off.")
    )
    return Slippage(
        quarter=quarter,
        began=start_of(facts, quarter.start),
        base=amount,
        slip_rate=rate,
        slip_value=value,
        counts=_counts(own),
        pushed=_share(facts, len(moved), len(pushed), "put off", "open deals", no_deal),
        pushes=int(pushed["pushes"].sum()),
        pushes_in_period=int(pushed["pushes_in_period"].sum()),
        push_days=days,
        stalled=_share(facts, int(stalls.sum()), len(stalls), "stalled", "open deals", no_deal),
    )


@once
def by_quarter(facts: Facts) -> pd.DataFrame:
    """The latest past quarters whose start history knows, the latest first.

    Columns: quarter, base_n, base_amount, slipped_n, slip_rate, low, high, slip_value (NaN with too few deals), reason.
    """
    rows = []
    for quarter in past_quarters(facts):
        base = base_of(facts, quarter)
        if base is None:
            break
        slipped = base["outcome"].isin(SLIPPED)
        rate, value, amount = _rates(facts, quarter, base)
        figures = (rate.value, rate.low, rate.high, value.value)
        cells = (np.nan if one is None else one for one in figures)
        sums = (len(base), 0.0 if amount.value is None else amount.value, int(slipped.sum()))
        rows.append((quarter.name, *sums, *cells, rate.reason))
    heads = ["quarter", "base_n", "base_amount", "slipped_n", "slip_rate", "low", "high", "slip_value", "reason"]
    return pd.DataFrame(rows, columns=heads)


@once
def decay(facts: Facts) -> pd.DataFrame:
    """Share of the base that is still open with a close date in the quarter, by week from its start.

    Columns: week (0 = the start), n (base deals of this quarter), share (this quarter, NaN = not yet), past (of the
    past quarters together, NaN = none reaches so far), past_n.
    """
    now = still_in(facts, facts.quarter, facts.as_of)
    past = [still_in(facts, quarter, facts.as_of) for quarter in past_quarters(facts)]
    known = [one for one in past if one is not None and one[1]]
    weeks = max([0, *(len(one[0]) for one in (now, *known) if one is not None)])
    out = pd.DataFrame({"week": np.arange(weeks)})
    out["n"] = now[1] if now else 0
    out["share"] = _padded(now[0] / now[1] if now and now[1] else np.array([]), weeks)
    # Quarters differ by a week at most; beyond the shortest the base would change along the curve.
    shortest = min((len(one[0]) for one in known), default=0)
    total = sum(one[1] for one in known)
    still = sum((one[0][:shortest] for one in known), np.zeros(shortest))
    out["past"] = _padded(still / total if total else np.array([]), weeks)
    out["past_n"] = total
    return out[out["share"].notna() | out["past"].notna()].reset_index(drop=True)


@once
def often_pushed(facts: Facts) -> pd.DataFrame:
    """Open deals put off at least as often as the setting listed_pushes says, most pushes (then largest) first.

    Columns: deal_id, opportunity, rep, pushes, pushes_in_period, push_days, expected_close, amount.
    """
    found = facts.deals[["deal_id", "opportunity", "rep", "expected_close", "amount", "is_open"]].join(pushes_of(facts))
    found = found[found["is_open"] & (found["pushes"] >= facts.settings.listed_pushes)].drop(columns="is_open")
    order = ["pushes", "amount", "deal_id"]
    return found.sort_values(order, ascending=[False, False, True]).reset_index(drop=True)


def _rates(facts: Facts, quarter: Period, base: pd.DataFrame | None) -> tuple[Figure, Figure, Figure]:
    """Slip rate by count, by value, and the amount of the base."""
    running = facts.as_of < quarter.end
    basis = f"of the deals of {quarter.name} at its start, {'so far' if running else 'at its end'}"
    if base is None:
        return _unknown(facts, quarter, basis), _unknown(facts, quarter, basis), _unknown(facts, quarter, basis)
    if base.empty:
        none = refused(NO_BASE, basis=basis)
        return none, none, none
    slipped = base["outcome"].isin(SLIPPED)
    rate = _share(facts, int(slipped.sum()), len(base), "slipped", basis, NO_BASE)
    amount, lost = float(base["amount"].sum()), float(base.loc[slipped, "amount"].sum())
    if rate.value is None:
        value = refused(rate.reason, n=len(base), basis=basis)
    elif amount <= 0:
        value = refused("None of these deals had an amount at the start of the quarter.", n=len(base), basis=basis)
    else:
        value = Figure(lost / amount, len(base), basis)
    return rate, value, Figure(amount, len(base), f"open at the start of {quarter.name}, expected close in it")


def _unknown(facts: Facts, quarter: Period, basis: str) -> Figure:
    first = first_told(facts)
    if first is None:
        return refused(
            "There is no history yet; slippage comes with the first quarter that it sees begin.", basis=basis
        )
    since = f"History begins on {first.date().isoformat()}, after {quarter.name} had begun"
    return refused(f"{since}; slippage comes with the next quarter.", basis=basis)


def _share(facts: Facts, hits: int, n: int, what: str, basis: str, nothing: str) -> Figure:  # noqa: PLR0917
    if not n:
        return refused(nothing, basis=basis)
    if n < facts.settings.counts_only_below:
        return refused(f"{hits} of {n} {what}: too few for a rate.", n=n, basis=basis)
    low, high = wilson(hits, n)
    return Figure(hits / n, n, basis, low, high)


def _counts(base: pd.DataFrame | None) -> pd.DataFrame:
    if base is None:
        return pd.DataFrame(columns=["outcome", "deals", "amount"])
    grouped = base.groupby("outcome")["amount"]
    sizes, sums = grouped.size().reindex(OUTCOMES, fill_value=0), grouped.sum().reindex(OUTCOMES, fill_value=0.0)
    return pd.DataFrame({"outcome": list(OUTCOMES), "deals": sizes.to_numpy(), "amount": sums.to_numpy()})


def _padded(values: Floats, length: int) -> Floats:
    out = np.full(length, np.nan)
    out[: len(values)] = values
    return out
