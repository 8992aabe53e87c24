"""The cards of the tab Velocity and its table by rep: the four levers, what they bring, and what was really won."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.benchmarks import past_window
from xlpipeline.metrics.cycle import median_of_won
from xlpipeline.metrics.velocity import Velocity, velocity
from xlpipeline.metrics.win_rate import is_left_truncated
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Person, Shown, cards_table, following, shown, trend
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.wording import (
    EMPTY,
    change_text,
    counts_of,
    given,
    interval_text,
    known,
    money_text,
    points_text,
    ratio_text,
    result,
)

FILTER: Final = "velocity_rep"
_CARDS: Final = (
    Card("B6", "velocity_n", "N · open deals", "whole", "velocity", across=2),
    Card("D6", "velocity_a", "A · average deal", "money", "average_deal", across=3),
    Card("G6", "velocity_w", "W · win rate", "share", "win_rate", across=3),
    Card("J6", "velocity_c", "C · cycle days", "whole", "cycle", across=3),
    Card("M6", "velocity_day", "V per day", "money", "velocity", across=3),
    Card("P6", "velocity_realised", "Realised per day", "money", "velocity", across=3),
)
CARDS_TABLE: Final = cards_table("VelocityCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)
BY_REP: Final = Table(
    "VelocityByRep",
    "Velocity",
    "Velocity by rep",
    (
        result("Name", "text", "The team first, then every rep."),
        result("Open deals", "whole", "N: open qualified deals at the as-of date.", "deals"),
        result("Average deal", "money", "A: mean value of the deals won in the window.", "currency"),
        result("Win rate", "share", "W: won / (won + lost + derailed) of qualified deals closed in the window."),
        result("95 % interval", "text", "Wilson interval of the win rate; below 5 closed deals the counts."),
        result("Closed deals", "whole", "Number of deals behind the win rate.", "deals"),
        result("Cycle days", "whole", "C: mean days from first contact (else Created) to the win.", "days"),
        result("Per day", "money", "V = N x A x W / C.", "currency"),
        result("Per month", "money", "V x 30.", "currency"),
        result("Clean per day", "money", "V with only those open deals that carry no stale flag.", "currency"),
        result("Realised per day", "money", "Won value in the window / days in the window.", "currency"),
        result(
            "V / realised",
            "ratio",
            "Far above 1: stale deals may inflate velocity. Far below 1: the pipeline may run dry.",
        ),
        result("Note", "text", "A warning, or why a figure is not given."),
    ),
    key="Name",
)
RATED: Final = (
    "Average deal",
    "Win rate",
    "95 % interval",
    "Closed deals",
    "Cycle days",
    "Per day",
    "Per month",
    "Clean per day",
    "V / realised",
)
"""Columns that hang on the closed deals."""


def cards_of(person: Person, one: Velocity) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    facts = person.facts
    unit = facts.money_unit
    clean, days = one.clean_per_day, median_of_won(facts, one.window)
    month = "" if one.per_month.value is None else f"{money_text(one.per_month.value, facts)} per month"
    clean_says = "" if clean.value is None else f"{money_text(clean.value, facts)} with clean deals only"
    median = "" if days.value is None else f"median {days.value:,.0f} days"
    trends = _trends(person, one)
    won = trends["average"] or "won in the window"
    return (
        shown(one.n_open, "velocity", note=f"{clean.n:,} without a stale flag" if one.n_open.value else ""),
        shown(one.average, "average_deal", unit, note=won if one.average.value is not None else ""),
        shown(
            one.win_rate,
            "win_rate",
            note=_joined(trends["rate"], _interval(one.win_rate)),
            instead=counts_of(one.win_rate),
        ),
        shown(one.cycle_days, "cycle", note=_joined(trends["cycle"], median)),
        shown(one.per_day, "velocity", unit, note=_joined(month, clean_says)),
        shown(one.realised_per_day, "velocity", unit, note=_joined(trends["realised"], _against(one))),
    )


def _trends(person: Person, one: Velocity) -> dict[str, str]:
    """How the levers and the realised value moved; nothing where the window before is left-truncated."""
    facts, least = person.facts, person.facts.settings.counts_only_below
    old = past_window(facts)
    if is_left_truncated(facts, old):
        return dict.fromkeys(("average", "rate", "cycle", "realised"), "")
    past = velocity(facts, old, stale=person.stale)
    pairs = {
        "average": (one.average, past.average, change_text),
        "rate": (one.win_rate, past.win_rate, points_text),
        "cycle": (one.cycle_days, past.cycle_days, change_text),
        "realised": (one.realised_per_day, past.realised_per_day, change_text),
    }
    return {
        key: trend(now, before, "the window before", in_words, least) for key, (now, before, in_words) in pairs.items()
    }


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""


def _against(one: Velocity) -> str:
    ratio = pace_ratio(one)
    return "won value ÷ days of the window" if ratio is None else f"V is {ratio_text(ratio)} of it"


def pace_ratio(one: Velocity) -> float | None:
    """Velocity / realised value per day; None where either is not given."""
    if one.per_day.value is None or not one.realised_per_day.value:
        return None
    return one.per_day.value / one.realised_per_day.value


def rep_table(paces: list[tuple[Person, Velocity]], facts: Facts) -> pd.DataFrame:
    """Body of VelocityByRep."""
    rows = [_row(one.name, pace, facts) for one, pace in paces]
    return pd.DataFrame(rows, columns=list(BY_REP.heads), dtype=object)


def _row(name: str, one: Velocity, facts: Facts) -> tuple[object, ...]:
    unit, rate = facts.money_unit, one.win_rate
    return (
        name,
        known(one.n_open.n),
        given(one.average.value, unit),
        given(rate.value),
        interval_text(rate.low, rate.high) or counts_of(rate) or EMPTY,
        rate.n,
        given(one.cycle_days.value),
        given(one.per_day.value, unit),
        given(one.per_month.value, unit),
        given(one.clean_per_day.value, unit),
        given(one.realised_per_day.value, unit),
        given(pace_ratio(one)),
        one.note or one.per_day.reason or one.realised_per_day.reason or EMPTY,
    )
