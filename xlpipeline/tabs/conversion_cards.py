"""The cards of the tab Conversion and the sentence above its chart, for whomever and whichever period is chosen."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.average_deal import average_deal, median_bounds, median_deal
from xlpipeline.metrics.win_curve import won_within
from xlpipeline.metrics.win_loss import win_loss
from xlpipeline.metrics.win_rate import closed_counts, is_left_truncated, value_win_rate, win_rate
from xlpipeline.model.book import Formula
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.tabs.cards import (
    Shown,
    cards_frame,
    cards_table,
    followed,
    following,
    lookup,
    shown,
    trend,
)
from xlpipeline.tabs.conversion_choice import KEY, WHO_CELL, Span, chosen_key, cohorts, groups, spans
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.wording import (
    EMPTY,
    change_text,
    counts_of,
    interval_text,
    is_missing,
    money_text,
    points_text,
    result,
    share_text,
)

_CARDS: Final = (
    Card("B6", "win_rate", "Win rate", "share", "win_rate"),
    Card("D6", "won_within", "Won within N days of creation", "share", "win_curve", across=3),
    Card("G6", "win_rate_created", "Win rate of all created", "share", "win_rate", across=3),
    Card("J6", "value_win_rate", "Win rate by value", "share", "win_rate", across=3),
    Card("M6", "win_loss", "Won : lost", "ratio", "win_loss", across=3),
    Card("P6", "average_deal", "Average deal", "money", "average_deal", across=3),
)
_PLAIN: Final = cards_table("ConversionCards", "_Cards", _CARDS)
CARDS_TABLE: Final = replace(
    _PLAIN, columns=(*_PLAIN.columns, result("Says", "text", "What stands above the chart of stage conversion."))
)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, KEY)


def cards(facts: Facts) -> pd.DataFrame:
    """Body of the table behind the cards, one row for each of ``groups`` and ``spans``."""
    found = cohorts(facts)
    rows = [(f"{name}|{span.name}", _shown(own, span, facts)) for name, own in groups(facts) for span in spans(facts)]
    frame = cards_frame(CARDS, rows)
    return frame.assign(Says=[_says(found.get(key, [])) for key, _ in rows])


def named_cells(frame: pd.DataFrame, facts: Facts) -> dict[str, object]:
    """The cells that follow the choice: those of the cards, and the sentence above the chart."""
    row = frame[frame["Name"].str.casefold() == chosen_key(facts).casefold()].head(1)
    says = Formula(lookup(CARDS_TABLE.name, "Says", KEY), EMPTY if row.empty else row["Says"].iloc[0])
    return {"conversion_says": says, **followed(CARDS, frame, WHO_CELL, facts, name=chosen_key(facts))}


def _says(stages: list[Mapping[Hashable, Any]]) -> str:
    known = [row for row in stages if not is_missing(row["rate"])]
    if known:
        worst = min(known, key=lambda row: float(row["rate"]))
        return f"Most deals drop out in {worst['stage']}: {share_text(worst['rate'])} go on."
    unknown = max((int(row["unknown"]) for row in stages), default=0)
    if unknown and any(not is_missing(row["lower_bound"]) for row in stages):
        return f"Bars show the least possible: {unknown:,} lost deals do not say in which stage they were lost."
    return "Too few decided deals for a conversion rate." if stages else "No deal entered a stage in this period."


def _shown(own: Facts, span: Span, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show of these deals in this period, in their order."""
    window, limit = span.window, facts.settings.conversion_days
    counts, ratio = closed_counts(own, window), win_loss(own, window)
    soon, created = won_within(own, limit, window=window), win_rate(own, window=window, basis="created")
    broad, value, average = win_rate(own, window=window), value_win_rate(own, window), average_deal(own, window)
    trends = _trends(own, span, (broad, value, average))
    bounds = _median(own, window, facts)
    return (
        shown(broad, "closed-broad", note=_joined(trends[0], _interval(broad)), instead=counts_of(broad)),
        shown(soon, "win_curve", note=_joined(f"within {limit} days", _interval(soon))),
        shown(created, "created", note=_open_says(created), instead=counts_of(created)),
        shown(value, "value", note=_joined(trends[1], "Σ won ÷ (Σ won + Σ lost)")),
        shown(ratio, "win_loss", instead=f"{counts.won} : {counts.lost}" if ratio.n else ""),
        shown(average, "average_deal", facts.money_unit, note=_joined(trends[2], bounds)),
    )


def _trends(own: Facts, span: Span, now: tuple[Figure, Figure, Figure]) -> tuple[str, ...]:
    """How win rate, win rate by value and average deal moved; nothing where the period before is left-truncated."""
    old, least = span.before, own.settings.counts_only_below
    if old is None or is_left_truncated(own, old):
        return ("",) * 3
    before = (win_rate(own, window=old), value_win_rate(own, old), average_deal(own, old))
    words = (points_text, points_text, change_text)
    each = zip(now, before, words, strict=True)
    return tuple(trend(figure, earlier, span.before_name, in_words, least) for figure, earlier, in_words in each)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _open_says(created: Figure) -> str:
    """The first sentence of the note that says what is not decided yet, else the interval."""
    undecided = next((one for one in created.note.split(". ") if "not decided yet" in one), "")
    return undecided or _interval(created)


def _median(own: Facts, window: Period | None, facts: Facts) -> str:
    median = median_deal(own, window)
    if median.value is None:
        return ""
    low, high = median_bounds(own, window)
    text = f"median {money_text(median.value, facts)}"
    if is_missing(low):
        return text
    top = " or more" if math.isinf(high) else f"–{money_text(high, facts)}"
    return f"{text} (95 %: {money_text(low, facts)}{top})"


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""
