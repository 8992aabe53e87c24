"""Pipeline velocity: what the open pipeline should bring per day, beside what was really won per day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import pandas as pd

from xlpipeline.metrics.average_deal import average_deal, won_amounts
from xlpipeline.metrics.cycle import mean_of_won
from xlpipeline.metrics.win_rate import closed_counts, win_rate
from xlpipeline.model.calendar import Period
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="velocity",
    title="Pipeline velocity",
    definition=(
        "The amount per day that the open qualified deals would bring if they were won at the usual rate, size "
        "and pace."
    ),
    formula=(
        "V = open qualified deals × win rate × average won deal ÷ mean cycle in days; per month = V × 30. Options for "
        "the number of deals: clean (no stale flag), closed in the window, created in the window"
    ),
    why=(
        "It names the four levers: more deals, a better win rate, larger deals, a shorter cycle. Deals nobody "
        "works inflate it."
    ),
    what_to_do=(
        "Read it beside the realised value per day; when it is far above, clear out stale deals before believing it."
    ),
    source="definitions, section 6",
)

DAYS_PER_MONTH = 30
Stock = Literal["open", "closed", "created"]
"""What N counts: deals open at the as-of date (the definition), or closed or created in the window (options)."""


@dataclass(frozen=True)
class Velocity:
    """Velocity with its parts; money in minor units."""

    window: Period
    n_open: Figure
    win_rate: Figure
    average: Figure
    cycle_days: Figure
    per_day: Figure
    per_month: Figure
    clean_per_day: Figure
    """The same with only those open deals that carry no stale flag."""
    realised_per_day: Figure
    """Won amount in the window ÷ days of the window."""
    note: str


def velocity(facts: Facts, window: Period | None = None, *, stale: pd.Series | None = None) -> Velocity:
    """Velocity of the open deals at the as-of date, with parts from ``window`` (None = the trailing window).

    ``stale``: whether each deal carries a stale flag (bool), where the caller knows it already.
    """
    span = window or facts.window
    return facts.remember(("velocity", span), lambda: _measured(facts, span, stale))


STOCKS: Final[tuple[Stock, ...]] = ("open", "closed", "created")


@once
def alternative(facts: Facts, stock: Stock, window: Period | None = None) -> Figure:
    """Velocity per day in minor units with another N: an option beside the definition, for comparison with other tools.

    n = N. "closed" and "created" are flows of the window, so they say what such a window would bring per day of a
    cycle and not what the open pipeline will bring.
    """
    span = window or facts.window
    if stock == "open":
        return velocity(facts, span).per_day
    parts = (win_rate(facts, window=span), average_deal(facts, span), mean_of_won(facts, span))
    basis = "qualified deals" if _only_qualified(facts) else "all deals"
    n = _flow_n(facts, stock, span)
    named = f"{basis} {stock} in the window, {span.name}"
    if n == 0:
        return refused(f"No deal that counts was {stock} in this window.", basis=named)
    return _times(_each_per_day(*parts), n, named)


@once
def options(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """Velocity with each N: stock, n, per_day (minor units, NaN with the reason in the note), note."""
    rows = []
    for stock in STOCKS:
        found = alternative(facts, stock, window)
        rows.append((stock, found.n, float("nan") if found.value is None else found.value, found.reason or found.note))
    return pd.DataFrame(rows, columns=["stock", "n", "per_day", "note"])


def _flow_n(facts: Facts, stock: Stock, window: Period) -> int:
    if stock == "closed":
        counts = closed_counts(facts, window)
        return counts.won + counts.lost + counts.derailed
    created = facts.deals["created"]
    until = min(pd.Timestamp(window.end), pd.Timestamp(facts.as_of) + pd.Timedelta(days=1))
    inside = (created >= pd.Timestamp(window.start)) & (created < until)
    counted = facts.deals["qualified"] | facts.deals["qualified_unknown"] if _only_qualified(facts) else True
    return int((inside & counted).sum())


def _measured(facts: Facts, window: Period, stale: pd.Series | None) -> Velocity:
    counted = _open_deals(facts)
    stale = stale_flags(facts).any(axis=1) if stale is None else stale
    n_open, n_clean = int(counted.sum()), int((counted & ~stale).sum())
    basis = "qualified deals" if _only_qualified(facts) else "all deals"
    rate, average, days = win_rate(facts, window=window), average_deal(facts, window), mean_of_won(facts, window)
    each = _each_per_day(rate, average, days)
    per_day = _times(each, n_open, f"open {basis}, {window.name}")
    clean = _times(each, n_clean, f"open {basis} without a stale flag, {window.name}")
    stock = Figure(n_open, n_open, f"open {basis} at the as-of date")
    if n_open == 0:
        stock = per_day = clean = refused(
            "No deal that counts is open, so nothing moves; please enter open deals in Pipeline."
        )
    elif n_clean == 0 and clean.value is not None:
        clean = replace(clean, note="Every open deal carries a stale flag.")
    realised = _realised(facts, window)
    return Velocity(
        window=window,
        n_open=stock,
        win_rate=rate,
        average=average,
        cycle_days=days,
        per_day=per_day,
        per_month=per_day if per_day.value is None else replace(per_day, value=per_day.value * DAYS_PER_MONTH),
        clean_per_day=clean,
        realised_per_day=realised,
        note=_note(facts, per_day, realised),
    )


def _only_qualified(facts: Facts) -> bool:
    return facts.settings.win_rate_base == "qualified" and facts.has_qualified_stage


def _open_deals(facts: Facts) -> pd.Series:
    deals = facts.deals
    return deals["is_open"] & deals["qualified"] if _only_qualified(facts) else deals["is_open"]


def _each_per_day(rate: Figure, average: Figure, days: Figure) -> Figure:
    """What one open deal brings per day: average × win rate ÷ cycle."""
    if rate.value is None or average.value is None or days.value is None:
        return refused(next(part.reason for part in (rate, average, days) if part.value is None))
    if days.value == 0:
        return refused("Every win closed on the day it was created; please enter deals when they begin.")
    return Figure(average.value * rate.value / days.value, 1, "")


def _times(each: Figure, n: int, basis: str) -> Figure:
    return replace(each, value=None if each.value is None else n * each.value, n=n, basis=basis)


def _realised(facts: Facts, window: Period) -> Figure:
    amounts = won_amounts(facts, window).dropna()
    basis = f"won amount per day, {window.name}"
    if amounts.empty:
        return refused("No deal with an amount was won in this window.", basis=basis)
    return Figure(float(amounts.sum()) / window.days, len(amounts), basis)


def _note(facts: Facts, per_day: Figure, realised: Figure) -> str:
    if per_day.value is None or not realised.value or realised.value < 0:
        return ""
    ratio = per_day.value / realised.value
    limits = facts.settings
    if ratio > limits.velocity_high:
        return f"Velocity is {ratio:.1f} times the realised value per day: open deals that nobody works may inflate it."
    if ratio < limits.velocity_low:
        return f"Velocity is only {ratio:.1f} times the realised value per day: the pipeline may run dry."
    return ""
