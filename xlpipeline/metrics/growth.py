"""Growth: what was won, against the period before and the same period a year ago."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from xlpipeline.metrics.win_rate import mature_from
from xlpipeline.model.calendar import Period, year_before
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="growth",
    title="Growth",
    definition="Won value of a quarter against the quarter before and against the same quarter a year ago.",
    formula=(
        "Σ won amount of the period ÷ Σ won amount of the earlier one − 1, by actual close; a running quarter is "
        "compared with as many first days of the others; n/a where the earlier period began before the first deal, "
        "and against a year ago in the first two years of the data, whose first year is not complete"
    ),
    why="One good quarter says little; against the same quarter of last year, seasons drop out.",
    what_to_do="Read number and value together: growth by one large deal is no growth.",
    source="definitions, section 16",
)

QUARTERS_A_YEAR: Final = 4
_QUARTERS: Final = 8
_HEADS: Final = [
    "period", "start", "end", "won_n", "won_amount", "prior_amount", "prior_growth", "year_amount", "year_growth",
    "note",
]  # fmt: skip


@once
def growth(facts: Facts) -> pd.DataFrame:
    """One row per fiscal quarter, oldest first, at most the last eight; the running one up to the as-of date.

    Columns: period, start, end (exclusive), won_n, won_amount, prior_amount, year_amount (minor units), prior_growth,
    year_growth (shares; NaN = n/a, and the note says why), note. Quarters before the team's first deal are left out.
    """
    first = first_day(facts)
    if first is None:
        return pd.DataFrame({head: [] for head in _HEADS})
    quarters = _quarters(facts)
    begins = facts.fiscal.quarter(first).start
    after = facts.as_of + dt.timedelta(days=1)
    rows = []
    for place in range(len(quarters) - _QUARTERS, len(quarters)):
        if quarters[place].start < begins:
            continue
        running = min(quarters[place].end, after)
        days = (running - quarters[place].start).days if running < quarters[place].end else None
        own, prior, year = (_span(quarters[at], days) for at in (place, place - 1, place - QUARTERS_A_YEAR))
        rows.append(_row(facts, own, prior, year, first))
    return pd.DataFrame(rows, columns=_HEADS)


def _row(facts: Facts, own: Period, prior: Period, year: Period, first: dt.date) -> tuple[object, ...]:
    n, amount = _won(facts, own)
    notes, cells = [], []
    for earlier, word, since in (
        (prior, "Quarter before", prior.start),
        (year, "Year ago", year_before(year.start)),
    ):
        base = _won(facts, earlier)[1] if since >= first else float("nan")
        grown = amount / base - 1 if base > 0 else float("nan")
        cells += [base, grown]
        if earlier.start < first:
            notes.append(f"{word}: before the first deal.")
        elif since < first:
            notes.append(f"{word}: first year of the data.")
        elif not base > 0:
            notes.append(f"{word}: nothing was won.")
        elif pd.Timestamp(earlier.start) < mature_from(facts):
            notes.append(f"{word}: left-truncated.")
    return own.name, own.start, own.end, n, amount, *cells, " ".join(notes)


def _won(facts: Facts, period: Period) -> tuple[int, float]:
    """Number and amount (minor units) of the deals won in a period."""
    amounts = facts.deals.loc[facts.closed_within(period) & facts.deals["is_won"], "amount"]
    return len(amounts), float(amounts.sum())


def _quarters(facts: Facts) -> list[Period]:
    """The running quarter last, and as many before it as the oldest row's year ago needs."""
    quarters = [facts.quarter]
    while len(quarters) < _QUARTERS + QUARTERS_A_YEAR:
        quarters.insert(0, facts.fiscal.quarter(quarters[0].start - dt.timedelta(days=1)))
    return quarters


def _span(quarter: Period, days: int | None) -> Period:
    """The first ``days`` of a quarter (None = all of it), never more than it has."""
    end = quarter.end if days is None else min(quarter.end, quarter.start + dt.timedelta(days=days))
    return Period(quarter.name if days is None else f"{quarter.name} to date", quarter.start, end)


def first_day(facts: Facts) -> dt.date | None:
    """Day of the first deal that was created or closed by the as-of date."""
    days = facts.deals[["created", "closed_on"]].min().min()
    return None if pd.isna(days) or days > pd.Timestamp(facts.as_of) else days.date()
