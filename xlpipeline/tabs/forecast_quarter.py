"""What Forecast shows of the quarter in tables: the ways to look at it, categories, months, and every rep."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.forecast_categories import CATEGORIES
from xlpipeline.metrics.forecast_outcome import by_month
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.forecast_cards import NO_HISTORY, NO_OPEN, Seen, everybody
from xlpipeline.tabs.wording import (
    EMPTY,
    given,
    is_missing,
    known,
    result,
)

BY_CATEGORY: Final = Table(
    "ForecastByCategory",
    "Forecast",
    "Forecast by category",
    (
        result("Category", "text", "Closed = won in the quarter; the others as Pipeline says, the surest first."),
        following("Cumulative", "money", "The category and all that are surer.", "currency"),
        following("Cumulative deals", "whole", "Deals behind it.", "deals"),
        following("Single", "money", "Amount of the category alone.", "currency"),
        following("Deals", "whole", "Deals of the category alone.", "deals"),
    ),
    key="Category",
)
BARS: Final = Table(
    "ForecastBars",
    "_Cards",
    "Behind the chart of the quarter",
    (
        result("Forecast", "text", "Ways to look at the quarter."),
        following("Value", "money", "Won value by the end of the quarter.", "currency"),
        following("Quota", "money", "Quota of the quarter.", "currency"),
    ),
    key="Forecast",
)
MONTHS: Final = Table(
    "ForecastByMonth",
    "Forecast",
    "What the deals open today may bring from now on (team)",
    (
        result("Until", "date", "Last day; every row counts from tomorrow on."),
        result("Wins", "number", "Wins expected.", "deals"),
        result("Wins low", "whole", "Fewer in one of ten draws.", "deals"),
        result("Wins high", "whole", "More in one of ten draws.", "deals"),
        result("Value low", "money", "P10: less in one of ten draws.", "currency"),
        result("Value likely", "money", "P50: the middle of the draws.", "currency"),
        result("Value high", "money", "P90: more in one of ten draws.", "currency"),
        result("Note", "text", "Why a figure is not given."),
    ),
)
BY_REP: Final = Table(
    "ForecastByRep",
    "Forecast",
    "Forecast by rep",
    (
        result("Name", "text", "The team, then every rep."),
        result("Won", "money", "Value won in the quarter so far.", "currency"),
        result("Commit", "money", "Won and Commit.", "currency"),
        result("Best case", "money", "Won, Commit and Best case.", "currency"),
        result("Weighted", "money", "Won and amount x probability.", "currency"),
        result("P10", "money", "Simulated: less in one of ten cases.", "currency"),
        result("P50", "money", "Simulated: the middle.", "currency"),
        result("P90", "money", "Simulated: more in one of ten cases.", "currency"),
        result("N-day wins", "number", "Wins expected within N days.", "deals"),
        result("Open deals", "whole", "Open deals behind P10 to P90 and N-day wins.", "deals"),
        result("Note", "text", "Why a figure is not given."),
    ),
    key="Name",
)
_WITH_OPEN: Final = ("Commit", "Best case", "Pipeline")
WAYS: Final = (
    "Won so far", "Commit", "Won + weighted", "Best case", "With Pipeline",
    "Simulated P10", "Simulated P50", "Simulated P90",
)  # fmt: skip


def bars(one: Seen, facts: Facts) -> pd.DataFrame:
    """Ways to look at the quarter, least sure last; the quota beside each."""
    unit, quarter, likely = facts.money_unit, one.quarter, one.likely
    sums = quarter.categories.set_index("category")["cumulative"]
    values = (
        quarter.won.value, quarter.commit.value, quarter.weighted.value, quarter.best_case.value,
        None if quarter.best_case.value is None else float(sums["Pipeline"]), likely.p10, likely.p50, likely.p90,
    )  # fmt: skip
    body = [(way, given(value, unit), given(one.quota, unit)) for way, value in zip(WAYS, values, strict=True)]
    return pd.DataFrame(body, columns=list(BARS.heads), dtype=object)


def bars_still() -> pd.DataFrame:
    """The column of ``BARS`` that does not follow."""
    return pd.DataFrame({"Forecast": list(WAYS)}, dtype=object)


def category_rows(one: Seen, facts: Facts) -> pd.DataFrame:
    """Body of ``BY_CATEGORY`` for the team or a rep; where the cards refuse, so do the sums with open deals."""
    unit, refused = facts.money_unit, one.quarter.weighted.value is None
    rows = [
        (
            row["category"],
            *(
                (NOT_AVAILABLE,) * 2
                if refused and row["category"] in _WITH_OPEN
                else (known(row["cumulative"], unit), known(row["cumulative_n"]))
            ),
            known(row["amount"], unit),
            row["n"],
        )
        for row in one.quarter.categories.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(BY_CATEGORY.heads), dtype=object)


def categories_still() -> pd.DataFrame:
    """The column of ``BY_CATEGORY`` that does not follow."""
    return pd.DataFrame({"Category": list(CATEGORIES)}, dtype=object)


def month_table(facts: Facts) -> pd.DataFrame:
    """Body of ``MONTHS``."""
    unit, rows = facts.money_unit, []
    for row in by_month(facts).to_dict("records"):
        told = not is_missing(row["p50"])
        counts = (int(row["wins_low"]), int(row["wins_high"])) if told else (given(None), given(None))
        money = (given(row[head], unit) for head in ("p10", "p50", "p90"))
        note = EMPTY if told else f"{NO_HISTORY if facts.deals['is_open'].any() else NO_OPEN}."
        rows.append((row["until"], given(round(row["wins"], 1) if told else None), *counts, *money, note))
    return pd.DataFrame(rows, columns=list(MONTHS.heads), dtype=object)


def rep_table(facts: Facts) -> pd.DataFrame:
    """Body of ``BY_REP``."""
    return pd.DataFrame([_rep_row(one, facts) for one in everybody(facts)], columns=list(BY_REP.heads), dtype=object)


def _rep_row(one: Seen, facts: Facts) -> tuple[object, ...]:
    unit, quarter, days, likely = facts.money_unit, one.quarter, one.days, one.likely
    told = days.from_history > 0
    reasons = [
        quarter.weighted.reason,
        "" if told and not is_missing(likely.p50) else f"{NO_HISTORY if len(days.deals) else NO_OPEN}.",
    ]
    return (
        one.name,
        known(quarter.won.value, unit),
        given(quarter.commit.value, unit),
        given(quarter.best_case.value, unit),
        given(quarter.weighted.value, unit),
        *(given(value, unit) for value in (likely.p10, likely.p50, likely.p90)),
        given(round(days.wins, 1) if told else None),
        len(days.deals),
        " ".join(reason for reason in reasons if reason) or EMPTY,
    )
