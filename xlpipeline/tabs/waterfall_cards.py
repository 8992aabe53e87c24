"""The cards of the tab Waterfall: what happened to the pipeline of the quarter, and how much of it slipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xlpipeline.metrics.slippage import Slippage
from xlpipeline.metrics.waterfall import Story
from xlpipeline.metrics.waterfall_moves import Waterfall
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.tabs.cards import Shown, cards_table, following, shown
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.waterfall_lines import CAME_IN, FILTER, OUT
from xlpipeline.tabs.wording import counted, first_sentence, interval_text, money_text, n_text

_CARDS: Final = (
    Card("B6", "waterfall_opening", "Opening", "money", "waterfall"),
    Card("D6", "waterfall_in", "Came in", "money", "waterfall", across=3),
    Card("G6", "waterfall_won", "Won", "money", "waterfall", across=3),
    Card("J6", "waterfall_lost", "Lost, no decision", "money", "waterfall", across=3),
    Card("M6", "waterfall_out", "Left without a result", "money", "waterfall", across=3),
    Card("P6", "waterfall_closing", "Closing", "money", "waterfall", across=3),
    Card("B11", "slip_rate", "Slip rate", "share", "slippage"),
    Card("D11", "slip_value", "Slip rate by value", "share", "slippage", across=3),
    Card("G11", "slip_out", "Pushed out or overdue", "money", "slippage", across=3),
    Card("J11", "slip_pushed", "Open deals put off", "share", "slippage", across=3),
    Card("M11", "slip_days", "Days put off, mean", "whole", "slippage", across=3),
    Card("P11", "slip_stalled", "Stall rate", "share", "slippage", across=3),
)
CARDS_TABLE: Final = cards_table("WaterfallCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def card_rows(fall: Waterfall | None, slip: Slippage, story: Story, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    unit = facts.money_unit
    return (*_fall_cards(fall, story, facts), *_slip_cards(slip, unit, facts))


def _fall_cards(fall: Waterfall | None, story: Story, facts: Facts) -> Iterable[Shown]:
    if fall is None or story.opening is None:
        return [Shown(None, first_sentence(story.reason), n_text(0, "waterfall"))] * 6
    unit = facts.money_unit

    def card(amount: float, deals: int, note: str) -> Shown:
        return Shown(amount / unit, note, n_text(deals, "waterfall"))

    came, out = ("new", *CAME_IN), OUT
    new, pushed = money_text(fall.amount("new"), facts), money_text(fall.amount("pushed_out"), facts)
    lost = money_text(fall.amount("lost"), facts)
    share = f" ({fall.closing / fall.opening - 1:+.0%} on opening)" if fall.opening else ""
    return [
        card(fall.opening, fall.opening_n, f"on {story.opening.day.isoformat()}"),
        card(fall.amount(*came), fall.deals(*came), f"{new} of it new"),
        card(fall.amount("won"), fall.deals("won"), f"won in {story.period.name}"),
        card(fall.amount("lost", "derailed"), fall.deals("lost", "derailed"), f"{lost} of it lost"),
        card(fall.amount(*out), fall.deals(*out), f"{pushed} of it pushed out"),
        card(fall.closing, fall.closing_n, f"on {facts.as_of.isoformat()}{share}".replace("%", " %")),
    ]


def _slip_cards(slip: Slippage, unit: int, facts: Facts) -> Iterable[Shown]:
    sums = {name: (n, amount) for name, n, amount in slip.counts.itertuples(index=False)}
    if sums:
        (pushed_n, pushed), (overdue_n, overdue) = sums["pushed out"], sums["overdue"]
        note = f"{money_text(overdue, facts)} of it overdue"
        out = Shown((pushed + overdue) / unit, note, n_text(pushed_n + overdue_n, "slippage"))
    else:
        out = shown(slip.base, "slippage", unit)
    days = "" if slip.push_days.value is None else f"{counted(slip.push_days.n, 'deal')} put off"
    pushes = f"{counted(slip.pushes, 'time')}, {slip.pushes_in_period:,} within a quarter"
    return [
        shown(slip.slip_rate, "slippage", note=_so_far(slip.slip_rate), instead=_counts(slip.slip_rate)),
        shown(slip.slip_value, "slippage", note=_base(slip.base, facts)),
        out,
        shown(slip.pushed, "slippage", note=pushes, instead=_counts(slip.pushed)),
        shown(slip.push_days, "slippage", note=days),
        shown(slip.stalled, "slippage", note="over time-bound or no touch", instead=_counts(slip.stalled)),
    ]


def _so_far(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"so far · 95 %: {text}" if text else ""


def _base(base: Figure, facts: Facts) -> str:
    return "" if base.value is None else f"of {money_text(base.value, facts)} at the start"


def _counts(rate: Figure) -> str:
    """Counts in the place of a rate that is withheld because there are too few deals."""
    return " ".join(rate.reason.split(" ")[:3]) if rate.value is None and rate.reason.endswith("rate.") else ""
