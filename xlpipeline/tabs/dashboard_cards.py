"""The cards of the Dashboard: the first figures of the team or of one rep, each with the way it has gone.

A direction compares with the end of the last quarter: the open pipeline as history knows it, rates and means of the
trailing window as it was then. Where those quarters begin before the first deal was created, none is shown.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from xlpipeline.metrics import open_pipeline
from xlpipeline.metrics.average_deal import average_deal, median_deal
from xlpipeline.metrics.coverage import REACHED, Coverage
from xlpipeline.metrics.cycle import median_of_won
from xlpipeline.metrics.velocity import velocity
from xlpipeline.metrics.win_rate import win_rate
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once_per_book
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.past_deals import deals_at, start_of
from xlpipeline.tabs.cards import Person, Shown, cards_table, following, shown, trend
from xlpipeline.tabs.coverage_reps import STATUS_WORDS
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.wording import (
    TEAM,
    change_text,
    counted,
    counts_of,
    interval_text,
    money_text,
    points_text,
    ratio_text,
)

FILTER: Final = "dashboard_rep"
_CARDS: Final = (
    Card("B6", "dashboard_open_pipeline", "Open pipeline", "money", "open_pipeline"),
    Card("D6", "dashboard_coverage_to_go", "Coverage to go", "ratio", "coverage", across=3),
    Card("G6", "dashboard_win_rate", "Win rate", "share", "win_rate", across=3),
    Card("J6", "dashboard_average_deal", "Average deal", "money", "average_deal", across=3),
    Card("M6", "dashboard_cycle_median", "Sales cycle, median days", "whole", "cycle", across=3),
    Card("P6", "dashboard_velocity_per_day", "Velocity per day", "money", "velocity", across=3),
)
CARDS_TABLE: Final = cards_table("DashboardCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def card_rows(one: Person, cover: Coverage) -> tuple[Shown, ...]:
    """What the cards show of these deals, in their order; the last four of the trailing window."""
    facts = one.facts
    unit, window, before = facts.money_unit, facts.window, _window_before(facts)
    total, weighted = open_pipeline.total(facts), open_pipeline.weighted(facts)
    speed, days = velocity(facts, stale=one.stale), median_of_won(facts, window)
    rate, average, median = speed.win_rate, speed.average, median_deal(facts, window)
    mean = "" if speed.cycle_days.value is None else f"mean {speed.cycle_days.value:,.0f} days"
    on, least = _last_quarter(facts), facts.settings.counts_only_below
    rate_way = average_way = days_way = ""
    if before is not None:
        rate_way = trend(rate, win_rate(facts, window=before), on, points_text, least)
        average_way = trend(average, average_deal(facts, before), on, change_text, least)
        days_way = trend(days, median_of_won(facts, before), on, _days_text, least)
    open_way = trend(total, _open_before(facts).get(one.name, refused("")), on, change_text, 1)
    return (
        shown(total, "open_pipeline", unit, note=_both(_money(weighted, facts, "weighted"), open_way)),
        _coverage_shown(cover),
        shown(rate, "win_rate", note=_both(_interval(rate), rate_way), instead=counts_of(rate)),
        shown(average, "average_deal", unit, note=_both(_money(median, facts, "median"), average_way)),
        shown(days, "cycle", note=_both(mean, days_way)),
        shown(speed.per_day, "velocity", unit, note=_money(speed.realised_per_day, facts, "really won")),
    )


def _window_before(facts: Facts) -> Period | None:
    """The trailing window as it was at the end of the last quarter; None where the data begin later than it does."""
    last_day = facts.quarter.start - dt.timedelta(days=1)
    window = facts.fiscal.trailing(last_day, facts.settings.window_quarters)
    return window if _first_created(facts) <= pd.Timestamp(window.start) else None


@once_per_book
def _first_created(facts: Facts) -> pd.Timestamp:
    """The whole team's first day: the first to ask are the team's facts."""
    first = facts.deals["created"].min()
    return pd.Timestamp.max if pd.isna(first) else first


@once_per_book
def _open_before(facts: Facts) -> dict[str, Figure]:
    """Open amount of the team and of every rep at the end of the last quarter; none where history does not know it."""
    began = start_of(facts, facts.quarter.start)
    if began is None:
        return {}
    then = deals_at(facts, began, facts.quarter.start)
    then = then[then["is_open"] & then["amount"].notna()]
    amounts = then.groupby("rep")["amount"].agg(["sum", "size"])
    by_rep = {str(rep): (float(amount), int(n)) for rep, amount, n in amounts.itertuples()}
    every = {TEAM: (float(then["amount"].sum()), len(then))} | by_rep
    return {
        name: Figure(amount, n, f"open at the start of {facts.quarter.name}") for name, (amount, n) in every.items()
    }


def _last_quarter(facts: Facts) -> str:
    return facts.fiscal.quarter(facts.quarter.start - dt.timedelta(days=1)).name


def _days_text(now: float, before: float) -> str:
    """How far a number of days has moved, as ``▼ 3 days``."""
    days = round(now - before)
    return f"{'▲' if days > 0 else '▼' if days < 0 else '='} {counted(abs(days), 'day')}"


def _both(first: str, second: str) -> str:
    return ", ".join(filter(None, (first, second)))


def _coverage_shown(cover: Coverage) -> Shown:
    word = STATUS_WORDS[cover.status]
    note = f"{cover.quarter.name} · {word}: required {ratio_text(cover.required.value or 0)}"
    return shown(cover.to_go, "coverage", note=note, instead="reached" if cover.to_go.reason == REACHED else "")


def _money(figure: Figure, facts: Facts, what: str) -> str:
    return "" if figure.value is None else f"{money_text(figure.value, facts)} {what}"


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""
