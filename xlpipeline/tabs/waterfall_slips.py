"""What slips, on the tab Waterfall: past quarters, the decay curve, and deals that are put off again and again."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.slip_base import SLIPPED
from xlpipeline.metrics.slippage import by_quarter, decay, often_pushed, slippage
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, counted, given, is_missing, known, rate_interval, result, share_text

BY_QUARTER: Final = Table(
    "SlipByQuarter",
    "Waterfall",
    "Slippage of past quarters",
    (
        result("Quarter", "text", "Quarters whose start is in the history, the latest first."),
        result("Base deals", "whole", "Open at the start of the quarter, expected close in it.", "deals"),
        result("Base amount", "money", "Their amount at the start.", "currency"),
        result("Slipped", "whole", "Neither won nor lost nor derailed in the quarter.", "deals"),
        result("Slip rate", "share", "Slipped / base deals."),
        result("95 % interval", "text", "Wilson interval of the slip rate; with too few deals the counts."),
        result("By value", "share", "Amount of those that slipped / base amount."),
        result("Note", "text", "Why a rate is not given."),
    ),
    key="Quarter",
)
OFTEN: Final = Table(
    "OftenPushed",
    "Waterfall",
    "Open deals that are put off again and again",
    (
        result("Deal ID", "text", "The deal; most pushes first."),
        result("Pushes", "whole", "How often its expected close was moved to a later day.", "pushes"),
        result("In quarter", "whole", "Those that stayed within one fiscal quarter.", "pushes"),
        result("Days", "whole", "Expected close now less the first one.", "days"),
        result("Now due", "date", "Expected close now."),
        result("Amount", "money", "Its amount.", "currency"),
        result("Rep", "text", "Its owner."),
        result("Opportunity", "text", "Its name."),
    ),
)
DECAY: Final = Table(
    "WaterfallDecay",
    "_Cards",
    "Behind the decay curve",
    (
        result("Week", "whole", "Weeks since the start of the quarter.", "weeks"),
        result("This quarter", "share", "Base deals still open with a close date in the quarter."),
        result("Past quarters", "share", "The same of the past quarters together."),
    ),
    key="Week",
)


def slip_says(facts: Facts) -> str:
    """How much of the quarter's start has slipped, and what past quarters ended with."""
    found, past = slippage(facts), by_quarter(facts)
    rates = past["slip_rate"].dropna()
    if len(rates) > 1:
        before = f" Past quarters ended with {100 * rates.min():.0f}–{100 * rates.max():.0f} %."
    else:
        before = f" {past['quarter'].iloc[0]} ended with {share_text(rates.iloc[0])}." if len(rates) == 1 else ""
    if found.slip_rate.value is None:
        return f"{found.slip_rate.reason}{before}"
    slipped = int(found.counts.loc[found.counts["outcome"].isin(SLIPPED), "deals"].sum())
    return (
        f"{slipped} of the {counted(found.base.n, 'deal')} that {found.quarter.name} began with have slipped so far "
        f"({share_text(found.slip_rate.value)}).{before}"
    )


def decay_says(facts: Facts) -> str:
    """Where the decay curve stands now beside the past quarters."""
    curve = decay(facts)
    known = curve[curve["share"].notna()]
    if known.empty or known["week"].iloc[-1] == 0:
        return "The curve begins a week after the start of a quarter that history knows."
    last = known.iloc[-1]
    past = "" if pd.isna(last["past"]) else f"; in past quarters it was {share_text(last['past'])}"
    return (
        f"After {counted(last['week'], 'week')} {share_text(last['share'])} of {counted(last['n'], 'deal')} is still "
        f"open in the quarter{past}."
    )


def decay_rows(facts: Facts) -> pd.DataFrame:
    """The decay curve, week by week."""
    curve = decay(facts)
    rows = [
        (int(week), known(share), known(past))
        for week, share, past in zip(curve["week"], curve["share"], curve["past"], strict=True)
    ]
    return pd.DataFrame(rows or [(0, None, None)], columns=list(DECAY.heads), dtype=object)


def quarter_rows(facts: Facts) -> pd.DataFrame:
    """The past quarters, the latest first."""
    unit = facts.money_unit
    rows: list[tuple[object, ...]] = []
    for one in by_quarter(facts).to_dict("records"):
        interval = rate_interval(one["low"], one["high"], one["slipped_n"], one["base_n"], facts.settings)
        rates = (given(one["slip_rate"]), interval, given(one["slip_value"]))
        counts = (int(one["base_n"]), one["base_amount"] / unit, int(one["slipped_n"]))
        missing = "no amounts at the start" if is_missing(one["slip_value"]) else EMPTY
        rows.append((one["quarter"], *counts, *rates, one["reason"] or missing))
    none = ("No past quarter is in the history from its start.", *[None] * 6, EMPTY)
    return pd.DataFrame(rows or [none], columns=list(BY_QUARTER.heads), dtype=object)


def often_rows(facts: Facts) -> pd.DataFrame:
    """The open deals that are put off again and again."""
    rows: list[tuple[object, ...]] = [
        (
            one["deal_id"],
            int(one["pushes"]),
            int(one["pushes_in_period"]),
            int(one["push_days"]),
            day_of(one["expected_close"]),
            known(one["amount"], facts.money_unit),
            one["rep"],
            one["opportunity"] or EMPTY,
        )
        for one in often_pushed(facts).to_dict("records")
    ]
    return pd.DataFrame(rows or [(EMPTY, *[None] * 7)], columns=list(OFTEN.heads), dtype=object)


def day_of(day: pd.Timestamp) -> object:
    """The day of a stamp; None where there is none."""
    return None if pd.isna(day) else day.date()
