"""Required coverage: how much open pipeline past quarters needed at this day for each unit that was still won."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once_per_book
from xlpipeline.model.figure import Figure
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at, first_told
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="required_coverage",
    title="Required coverage",
    definition=(
        "The open amount for each unit still to win that past quarters needed at the same day of the quarter, or the "
        "rule of thumb of the settings where history does not hold enough of them."
    ),
    formula=(
        "(1 − create-and-close share) ÷ conversion, where conversion = won of the amount open for the rest of the "
        "quarter ÷ that amount, and create-and-close share = won of other deals ÷ all won from that day to the end"
    ),
    why="Three times quota suits few teams: some win half of what is open, others a fifth, some close within weeks.",
    what_to_do="Compare coverage to go with this level, and look at the single quarters: they show how far it varies.",
    source="definitions, section 7",
)


@once_per_book
def required_level(facts: Facts, quarter: Period | None = None) -> Figure:
    """The coverage to go that past quarters needed at the same distance from their start, else the rule of thumb.

    ``quarter``: None = that of the as-of date; for the next one, past quarters are looked at before they began.
    (1 - c) / k, where k is the share of the amount open for the quarter that was won, and c the share of what was won
    from this day on that came from other deals (created or pulled in since): that is, open amount / what was won.
    ``low`` and ``high``: the least and the most that one of these quarters needed. n: number of quarters.
    """
    past, least = same_day_of_past_quarters(facts, quarter), facts.settings.required_from_quarters
    thumb = facts.settings.required_coverage
    if len(past) < least:
        note = f"{len(past)} of the {least} past quarters needed are known."
        return Figure(thumb, len(past), "rule of thumb", note=note)
    won = float(past["won_of_open"].sum() + past["won_other"].sum())
    opened = float(past["open_amount"].sum())
    if won <= 0 or opened <= 0:
        note = "Nothing was open or won after this day of the past quarters."
        return Figure(thumb, len(past), "rule of thumb", note=note)
    each = past["required"].replace(np.inf, np.nan).dropna()
    share = float(past["won_other"].sum()) / won
    note = (
        f"{100 * float(past['won_of_open'].sum()) / opened:.0f} % of the open amount was won; {100 * share:.0f} % of "
        "what was won came later."
    )
    return Figure(
        opened / won, len(past), f"own {len(past)} past quarters", float(each.min()), float(each.max()), note=note
    )


@once_per_book
def same_day_of_past_quarters(facts: Facts, quarter: Period | None = None) -> pd.DataFrame:
    """The same day of as many past quarters as the setting required_from_quarters asks for, the latest first.

    The same day is as far from a quarter's start as the as-of date is from the start of ``quarter`` (None = today's).
    Only quarters that are over and of which history knows that day. Columns: quarter, day, open_n, open_amount (open
    then, expected to close from that day to the end of the quarter), won_of_open (amount won of these), won_other
    (amount won in the rest of the quarter of other deals), conversion, create_and_close, required (NaN or inf where
    nothing was won).
    """
    heads = ["quarter", "day", "open_n", "open_amount", "won_of_open", "won_other"]
    rows: list[tuple[object, ...]] = []
    quarter = quarter or facts.quarter
    passed = (facts.as_of - quarter.start).days
    first, least = first_told(facts), facts.settings.required_from_quarters
    while len(rows) < least:
        quarter = facts.fiscal.quarter(quarter.start - dt.timedelta(days=1))
        if quarter.end > facts.as_of:
            continue
        day = min(quarter.start + dt.timedelta(days=passed), quarter.end - dt.timedelta(days=1))
        if first is None or first > end_of(day):
            break
        rows.append((quarter.name, day, *_what_came_of(facts, quarter, day)))
    past = pd.DataFrame(rows, columns=heads).astype(dict.fromkeys(heads[3:], float))
    won = past["won_of_open"] + past["won_other"]
    with np.errstate(divide="ignore", invalid="ignore"):
        past["conversion"] = past["won_of_open"] / past["open_amount"]
        past["create_and_close"] = past["won_other"] / won
        past["required"] = past["open_amount"] / won
    return past


def _what_came_of(facts: Facts, quarter: Period, day: dt.date) -> tuple[int, float, float, float]:
    """Deals and amount open for the rest of a past quarter at a day, and what was won of these and of others."""
    then = deals_at(facts, end_of(day), day)
    rest = then["is_open"] & (then["expected_close"] >= pd.Timestamp(max(day, quarter.start)))
    opened = then[rest & (then["expected_close"] < pd.Timestamp(quarter.end)) & then["amount"].notna()]
    # Old deals may have been taken out of the table since: what they were last is what counts.
    last = deals_at(facts, end_of(facts.as_of), facts.as_of, buried=True)
    inside = (last["closed_on"] >= pd.Timestamp(quarter.start)) & (last["closed_on"] < pd.Timestamp(quarter.end))
    known_won = then.index[then["is_won"]]
    won = last[last["is_won"] & inside & ~last.index.isin(known_won)]
    of_open = won.index.isin(opened.index)
    amounts = won["amount"].fillna(0.0)
    return len(opened), float(opened["amount"].sum()), float(amounts[of_open].sum()), float(amounts[~of_open].sum())
