"""What past quarters needed at this day: where the required level of coverage comes from."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

from xlpipeline.metrics.required_coverage import same_day_of_past_quarters
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, given, inside, ratio_text, result

PAST: Final = Table(
    "CoveragePast",
    "Coverage",
    "What past quarters needed at this day",
    (
        result("Quarter", "text", "Past quarters whose same day is in the history, the latest first."),
        result("Day", "date", "The same day of that quarter."),
        result("Open deals", "whole", "Open then, expected to close in the rest of the quarter.", "deals"),
        result("Open amount", "money", "Their amount then.", "currency"),
        result("Won of it", "money", "Amount of these that was won in the quarter.", "currency"),
        result("Share won", "share", "Won of it / open amount: the conversion."),
        result("Won besides", "money", "Won from that day on of deals created or pulled in later.", "currency"),
        result("Share besides", "share", "Won besides / all won from that day on: the create-and-close share."),
        result("Required", "ratio", "(1 - share besides) / share won."),
        result("Note", "text", "Why a figure is not given."),
    ),
    key="Quarter",
)


def required_says(level: Figure) -> str:
    """Where the required level comes from, in a sentence."""
    value = ratio_text(level.value or 0)
    if level.low is None or level.high is None:
        return f"Required {value} is a rule of thumb: {inside(level.note)}" if level.note else f"Required {value}."
    return (
        f"Required {value} by own past: {inside(level.note)} Single quarters needed {range_of(level).split(': ')[1]}."
    )


def past_rows(facts: Facts) -> pd.DataFrame:
    """The same day of the past quarters, the latest first."""
    unit = facts.money_unit
    rows = []
    for one in same_day_of_past_quarters(facts).to_dict("records"):
        shares = [one["conversion"], one["create_and_close"], one["required"]]
        won, besides, needed = (given(share if math.isfinite(share) else None) for share in shares)
        note = EMPTY if all(map(math.isfinite, shares)) else "Nothing was open, or nothing won after that day."
        amounts = [one[head] / unit for head in ("open_amount", "won_of_open", "won_other")]
        row = (one["quarter"], one["day"], int(one["open_n"]), *amounts[:2], won, amounts[2], besides, needed, note)
        rows.append(row)
    none = (EMPTY, *[None] * 8, "The history does not reach back to this day of the past quarter.")
    return pd.DataFrame(rows or [none], columns=list(PAST.heads), dtype=object)


def range_of(level: Figure) -> str:
    """Where the required level comes from, and between what the single quarters lie."""
    if level.low is None or level.high is None:
        return level.basis
    return f"{level.basis}: {level.low:,.1f}–{ratio_text(level.high)}"
