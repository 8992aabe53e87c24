"""Win rate on its named bases: a rate without its base cannot be compared with anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.cycle import p90_of_won
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.last_open import last_open_amounts
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="win_rate",
    title="Win rate",
    definition="Of the qualified deals that were closed in the window, the share that was won.",
    formula=(
        "closed-broad (headline): won ÷ (won + lost + derailed); closed-narrow: won ÷ (won + lost); "
        "created: won ÷ all created in the window; value: Σ won amount ÷ (Σ won + Σ lost amount), a lost deal with its "
        "last amount while it was open; the curve by days is win_curve. Left-truncated: the window begins less than "
        "one 90 % cycle after the first creation, so that only fast deals can have closed early in it"
    ),
    why=(
        "It says how much of the work that reaches a decision pays; the interval says how far chance alone could "
        "move it."
    ),
    what_to_do=(
        "Compare only figures of the same base and look at the interval first; then look for the stage in which "
        "deals are lost."
    ),
    source="definitions, sections 2 and 15",
)

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Basis = Literal["closed-broad", "closed-narrow", "created"]
Base = Literal["qualified", "all"]
MOST_QUARTERS = 40


@dataclass(frozen=True)
class Counts:
    """What a win rate is made of; ``base`` says in words which deals count."""

    won: int
    lost: int
    derailed: int
    undecided: int
    unknown: int
    """Closed deals of which nobody knows whether they were qualified; they count in."""
    assumed: bool
    """Whether expected close stands in for actual close."""
    base: str


@once
def win_rate(
    facts: Facts,
    *,
    basis: Basis = "closed-broad",
    window: Period | None = None,
    base: Base | None = None,
    undated: Literal["exclude", "include"] = "exclude",
) -> Figure:
    """Share of deals won, in [0, 1] with Wilson bounds; n = deals in the denominator.

    Args:
        facts: the deals.
        basis: closed-broad and closed-narrow take deals closed in ``window``, created those created in it.
        window: None = all time up to the as-of date.
        base: None = the setting; "qualified" falls back to all deals when no open stage counts as qualified.
        undated: whether deals without a created date count in (created basis only).

    Returns:
        Refused when nothing was closed (created), or less than the setting ``counts_only_below``.
    """
    when = window.name if window else "all time"
    if basis == "created":
        counts, left_out = _created_counts(facts, window, base, undated), 0
        n = counts.won + counts.lost + counts.derailed + counts.undecided
    else:
        counts = closed_counts(facts, window, base)
        left_out = _closed_without_date(facts) if window else 0
        n = counts.won + counts.lost + (counts.derailed if basis == "closed-broad" else 0)
    named = f"{basis}, {counts.base}, {when}"
    if n == 0:
        verb = "created" if basis == "created" else "closed"
        return refused(f"No deal that counts was {verb} in this window ({when}).", basis=named)
    if n < facts.settings.counts_only_below:
        return refused(f"{counts.won} of {n} won: too few for a rate.", n=n, basis=named)
    low, high = wilson(counts.won, n)
    notes = [*_notes(counts, left_out, n, facts)]
    if basis == "created":
        notes += _created_notes(counts, n, facts, undated)
    elif window is not None and is_left_truncated(facts, window):
        notes.append("Left-truncated: early in this window only fast deals can have closed.")
    return Figure(counts.won / n, n, named, low, high, note=" ".join(notes))


@once
def closed_counts(facts: Facts, window: Period | None = None, base: Base | None = None) -> Counts:
    """Won, lost and derailed deals of the base that were closed in ``window`` (None = all time)."""
    return _counts(facts, facts.closed_within(window).to_numpy(dtype=bool), base)


@once
def value_win_rate(facts: Facts, window: Period | None = None) -> Figure:
    """Won amount ÷ (won + lost amount) in [0, 1], without an interval; n = won and lost deals.

    A lost deal counts with its last amount while it was open, which is often zeroed later. Refused when more lost deals
    than the setting ``blank_lost_amount_share`` have no amount even so: it would read too high.
    """
    counted, named = _in_base(facts, None)
    closed = (facts.closed_within(window) & counted).to_numpy(dtype=bool)
    won, lost = (amounts[closed & own] for own, amounts in _amounts_at_stake(facts))
    n = len(won) + len(lost)
    basis = f"value, {named}, {window.name if window else 'all time'}"
    if n == 0:
        return refused("No deal was won or lost in this window.", basis=basis)
    blank = int((~(lost > 0)).sum())
    if len(lost) and blank / len(lost) > facts.settings.blank_lost_amount_share:
        return refused(
            f"Lost deals have no amount ({blank:,} of {len(lost):,}), so a rate by value would read too high; "
            "please keep the amount when a deal is lost.",
            n=n,
            basis=basis,
        )
    if n < facts.settings.counts_only_below:
        return refused(f"{len(won)} of {n} won: too few for a rate.", n=n, basis=basis)
    won_amount, lost_amount = float(won[won > 0].sum()), float(lost[lost > 0].sum())
    if won_amount + lost_amount == 0:
        return refused("No won or lost deal has an amount; please fill Amount in Pipeline.", n=n, basis=basis)
    note = f"{blank:,} lost deals without an amount count as 0." if blank else ""
    return Figure(won_amount / (won_amount + lost_amount), n, basis, note=note)


@once
def _amounts_at_stake(facts: Facts) -> tuple[tuple[Flags, Floats], tuple[Flags, Floats]]:
    """Which deals were won and what they brought, and which were lost and what they would have brought."""
    amounts = facts.deals["amount"].to_numpy(dtype=float)
    is_won, is_lost = (facts.deals[head].to_numpy(dtype=bool) for head in ("is_won", "is_lost"))
    missed = amounts.copy()
    missed[is_lost] = last_open_amounts(facts, is_lost)
    return (is_won, amounts), (is_lost, missed)


@once
def by_close_quarter(facts: Facts) -> pd.DataFrame:
    """Closed-broad win rate per fiscal quarter of the close, oldest first, at most the last 40.

    Columns: period, start, won, n, rate, low, high, left_truncated. A quarter is left-truncated when it begins less
    than one 90 % cycle after the first creation: only fast deals can have closed in it, so its rate is not comparable.
    """
    heads = ["period", "start", "won", "n", "rate", "low", "high", "left_truncated"]
    counted, _ = _in_base(facts, None)
    deals = facts.deals.loc[facts.closed_within(None) & counted, ["closed_on", "is_won"]].dropna()
    if deals.empty:
        return pd.DataFrame({head: [] for head in heads})
    closed_on, is_won = deals["closed_on"].to_numpy(), deals["is_won"].to_numpy(dtype=bool)
    rows = []
    for period in _quarters(facts, deals["closed_on"].min().date()):
        inside = (closed_on >= np.datetime64(period.start)) & (closed_on < np.datetime64(period.end))
        n, won = int(np.count_nonzero(inside)), int(np.count_nonzero(inside & is_won))
        rate, low, high = _rate(won, n, facts.settings.counts_only_below)
        rows.append((period.name, period.start, won, n, rate, low, high, is_left_truncated(facts, period)))
    return pd.DataFrame(rows, columns=heads)


@once
def by_created_quarter(facts: Facts) -> pd.DataFrame:
    """What became of the deals of the base by the fiscal quarter in which they were created, oldest first (40 at most).

    Columns: period, start, created, won, lost (derailed included), open, rate (won / created, which the open ones can
    only raise), low, high (Wilson), upper_bound, immature.
    """
    heads = ["period", "start", "created", "won", "lost", "open", "rate", "low", "high", "upper_bound", "immature"]
    counted, _ = _in_base(facts, None)
    created = facts.deals["created"]
    inside = counted & (created < pd.Timestamp(facts.as_of) + pd.Timedelta(days=1))
    if not inside.any():
        return pd.DataFrame({head: [] for head in heads})
    decided = facts.closed_within(None)
    rows = []
    for period in _quarters(facts, created[inside].min().date()):
        own = inside & (created >= pd.Timestamp(period.start)) & (created < pd.Timestamp(period.end))
        n, won = int(own.sum()), int((own & decided & facts.deals["is_won"]).sum())
        lost = int((own & decided).sum()) - won
        enough = n >= max(facts.settings.counts_only_below, 1)
        upper = (n - lost) / n if enough else float("nan")
        immature = n > 0 and (n - won - lost) / n > facts.settings.immature_share
        rate = _rate(won, n, facts.settings.counts_only_below)
        rows.append((period.name, period.start, n, won, lost, n - won - lost, *rate, upper, immature))
    return pd.DataFrame(rows, columns=heads)


@once
def all_bases(facts: Facts) -> pd.DataFrame:
    """Every basis side by side: basis, window, won, n, rate, low, high, note (the reason where there is no rate)."""
    rows = []
    bases: tuple[Basis, ...] = ("closed-broad", "closed-narrow", "created")
    for basis in bases:
        for window in (facts.window, None):
            figure = win_rate(facts, basis=basis, window=window)
            rows.append(_row(basis, window, _won(facts, basis, window, "exclude"), figure))
    figure = win_rate(facts, basis="created", undated="include")
    rows.append(_row("created, undated included", None, _won(facts, "created", None, "include"), figure))
    rows.append(_row("value", None, closed_counts(facts).won, value_win_rate(facts)))
    return pd.DataFrame(rows, columns=["basis", "window", "won", "n", "rate", "low", "high", "note"])


def _row(basis: str, window: Period | None, won: int, figure: Figure) -> tuple[object, ...]:
    rate, low, high = (float("nan") if v is None else v for v in (figure.value, figure.low, figure.high))
    return basis, window.name if window else "all time", won, figure.n, rate, low, high, figure.reason or figure.note


def _won(facts: Facts, basis: Basis, window: Period | None, undated: Literal["exclude", "include"]) -> int:
    if basis == "created":
        return _created_counts(facts, window, None, undated).won
    return closed_counts(facts, window).won


def _rate(won: int, n: int, least: int) -> tuple[float, float, float]:
    if n < least or n == 0:
        return float("nan"), float("nan"), float("nan")
    return won / n, *wilson(won, n)


@once
def _in_base(facts: Facts, base: Base | None) -> tuple[pd.Series, str]:
    """Which deals count (bool), and that in words."""
    deals = facts.deals
    if (base or facts.settings.win_rate_base) == "all":
        return deals["stage_type"] != "", "all deals"
    if not facts.has_qualified_stage:
        return deals["stage_type"] != "", "all deals (no stage counts as qualified)"
    return deals["qualified"] | deals["qualified_unknown"], "qualified deals"


def _created_counts(facts: Facts, window: Period | None, base: Base | None, undated: str) -> Counts:
    created = facts.deals["created"].to_numpy()
    inside = created < np.datetime64(facts.as_of + dt.timedelta(days=1))
    if window is not None:
        inside &= (created >= np.datetime64(window.start)) & (created < np.datetime64(window.end))
    if undated == "include":
        inside |= np.isnat(created)
    return _counts(facts, inside, base)


def _counts(facts: Facts, chosen: Flags, base: Base | None) -> Counts:
    in_base, named = _in_base(facts, base)
    counted = chosen & in_base.to_numpy(dtype=bool)
    decided = counted & facts.closed_within(None).to_numpy(dtype=bool)
    marks = _marks(facts)

    def number(head: str, among: npt.NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(marks[head] & among))

    return Counts(
        won=number("is_won", decided),
        lost=number("is_lost", decided),
        derailed=number("is_derailed", decided),
        undecided=int(np.count_nonzero(counted)) - int(np.count_nonzero(decided)),
        unknown=number("qualified_unknown", counted) if named == "qualified deals" else 0,
        assumed=number("close_assumed", decided) > 0,
        base=named,
    )


@once
def _marks(facts: Facts) -> dict[str, Flags]:
    """The columns that ``_counts`` counts by, as arrays: it is asked for every rep and period."""
    heads = ("is_won", "is_lost", "is_derailed", "qualified_unknown", "close_assumed")
    return {head: facts.deals[head].to_numpy(dtype=bool) for head in heads}


def _notes(counts: Counts, left_out: int, n: int, facts: Facts) -> Iterator[str]:
    if n < facts.settings.grey_below:
        yield f"Only {n} deals: read the interval."
    if counts.unknown:
        yield f"{counts.unknown:,} closed deals count in although nobody knows whether they were qualified."
    if counts.assumed:
        yield "Expected close is taken as actual close (assumed)."
    if left_out:
        yield f"{left_out:,} closed deals without an actual close are left out."


def _created_notes(counts: Counts, n: int, facts: Facts, undated: Literal["exclude", "include"]) -> Iterator[str]:
    still, without = counts.undecided, _undated(facts)
    if still:
        word = "Immature: " if still / n > facts.settings.immature_share else ""
        low, high = counts.won / n, (counts.won + still) / n
        yield f"{word}{still:,} of {n:,} are not decided yet; in the end the rate is between {low:.0%} and {high:.0%}."
    if without:
        yield f"{without:,} deals without a created date {'count in' if undated == 'include' else 'are left out'}."


@once
def _closed_without_date(facts: Facts) -> int:
    counted, _ = _in_base(facts, None)
    return int((facts.deals["is_closed"] & facts.deals["closed_on"].isna() & counted).sum())


@once
def _undated(facts: Facts) -> int:
    counted, _ = _in_base(facts, None)
    return int((facts.deals["created"].isna() & counted).sum())


@once
def mature_from(facts: Facts) -> pd.Timestamp:
    """Moment from which slow deals too can have closed; the beginning of time where that is not known."""
    first, p90 = facts.deals["created"].min(), p90_of_won(facts).value
    if pd.isna(first) or p90 is None:
        return pd.Timestamp.min
    return pd.Timestamp(first + pd.Timedelta(days=p90))


def is_left_truncated(facts: Facts, window: Period) -> bool:
    """Whether a window begins so early that only fast deals can have closed in its first days."""
    return pd.Timestamp(window.start) < mature_from(facts)


def _quarters(facts: Facts, first: dt.date) -> list[Period]:
    """Quarters from the one of ``first`` to the one of the as-of date, at most the last 40."""
    quarters = [facts.quarter]
    while quarters[0].start > first and len(quarters) < MOST_QUARTERS:
        quarters.insert(0, facts.fiscal.quarter(quarters[0].start - dt.timedelta(days=1)))
    return quarters
