"""Won value by month on the Dashboard: table and sentence."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.growth import first_day
from xlpipeline.metrics.won_trend import by_month
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import all_given, all_known, counted, money_text, month_text, result, share_text

TREND_MONTHS: Final = 12
WON_BY_MONTH: Final = Table(
    "WonByMonth",
    "Dashboard",
    "Won by month",
    (
        result("Month", "text", "Calendar month of the actual close; the last one runs to the as-of date."),
        result("Won deals", "whole", "Deals won in the month.", "deals"),
        result("Won value", "money", "Their amount.", "currency"),
        result(
            "Year before",
            "money",
            "Value won in the same month a year before; blank where the data do not reach back.",
            "currency",
        ),
        result("Growth", "share", "Won value / year before - 1; blank in the first two years of the data."),
    ),
)


def months_of(facts: Facts) -> pd.DataFrame:
    """The last months with the same months of the year before; columns month, won_n, won_amount, before, growth.

    Nothing is known of months before the first win: the team may not have kept its deals here yet. growth: share, NaN
    in the first two years of the data (SEMANTICS 16).
    """
    months = by_month(facts, months=TREND_MONTHS * 2).set_index("month")
    before = months["won_amount"].where(months["won_n"].cumsum() > 0)
    before.index = before.index + pd.DateOffset(years=1)
    months = months.assign(before=before.reindex(months.index))
    growth = months["won_amount"] / months["before"].where(months["before"] > 0) - 1
    third_year = pd.Timestamp(first_day(facts) or facts.as_of) + pd.DateOffset(years=2)
    return months.assign(growth=growth.where(months.index >= third_year)).tail(TREND_MONTHS).reset_index()


def month_rows(months: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """The months, the earliest first."""
    won, before = months["won_amount"], months["before"]
    table = {
        "Month": [month_text(month) for month in months["month"]],
        "Won deals": months["won_n"].tolist(),
        "Won value": all_given(won, facts.money_unit),
        "Year before": all_known(before, facts.money_unit),
        "Growth": all_known(months["growth"]),
    }
    return pd.DataFrame(table, columns=list(WON_BY_MONTH.heads), dtype=object)


def won_says(months: pd.DataFrame, facts: Facts) -> str:
    """What was won in these months, and the way it has gone."""
    if months.empty or not months["won_n"].sum():
        return "No deal was won in these months."
    won = float(months["won_amount"].sum())
    text = f"{money_text(won, facts)} won in {counted(len(months), 'month')}"
    compared = months.dropna(subset=["won_amount", "growth"])
    before = float(compared["before"].sum())
    if len(compared) < len(months) or before <= 0:
        return f"{text}."
    growth = won / before - 1
    return f"{text}, {'▲' if growth >= 0 else '▼'} {share_text(abs(growth))} on the year before."
