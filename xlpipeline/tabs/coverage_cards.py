"""The cards of the tab Coverage."""

from __future__ import annotations

from typing import Final

from xlpipeline.metrics.coverage import REACHED, Coverage
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.tabs.cards import Shown, cards_table, following, shown
from xlpipeline.tabs.coverage_past import range_of
from xlpipeline.tabs.coverage_reps import STATUS_WORDS
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.wording import money_text, ratio_text, share_text

FILTER: Final = "coverage_rep"
_CARDS: Final = (
    Card("B6", "coverage_quota", "Quota", "money", "coverage"),
    Card("D6", "coverage_won", "Won in quarter", "money", "coverage", across=3),
    Card("G6", "coverage_remaining", "Still to win", "money", "coverage", across=3),
    Card("J6", "coverage_to_go", "Coverage to go", "ratio", "coverage", across=3),
    Card("M6", "coverage_weighted_to_go", "Weighted to go", "ratio", "coverage", across=3),
    Card("P6", "coverage_required", "Required", "ratio", "required_coverage", across=3),
    Card("B11", "coverage_open", "Open in quarter", "money", "coverage"),
    Card("D11", "coverage_gross", "Gross coverage", "ratio", "coverage", across=3),
    Card("G11", "coverage_incl_won", "Won + open to quota", "ratio", "coverage", across=3),
    Card("J11", "coverage_overdue", "Overdue, left out", "money", "coverage", across=3),
    Card("M11", "coverage_undated", "Undated, left out", "money", "coverage", across=3),
    Card("P11", "coverage_remaining_net", "Still to win, netted", "money", "coverage", across=3),
)
CARDS_TABLE: Final = cards_table("CoverageCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)


def card_rows(one: Coverage, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    unit, quarter = facts.money_unit, one.quarter.name
    attained = (
        f"{share_text(one.won.value / one.quota.value)} of quota"
        if one.won.value is not None and one.quota.value
        else ""
    )
    word = STATUS_WORDS[one.status]
    against = (
        f"{word}: required {ratio_text(one.required.value or 0)}" if one.status in {"green", "amber", "red"} else ""
    )
    return (
        shown(one.quota, "coverage", unit, note=quarter),
        shown(one.won, "coverage", unit, note=attained or quarter),
        shown(one.remaining, "coverage", unit, note="each rep's own quota − won"),
        shown(one.to_go, "coverage", note=against, instead=_instead(one.to_go)),
        shown(one.weighted_to_go, "coverage", note="amount × probability", instead=_instead(one.weighted_to_go)),
        shown(one.required, "required_coverage", note=range_of(one.required)),
        shown(one.open_amount, "coverage", unit, note=_weighted(one, facts)),
        shown(one.gross, "coverage", note="open ÷ quota"),
        shown(one.incl_won, "coverage", note="(won + open) ÷ quota"),
        shown(one.overdue_amount, "coverage", unit, note="expected close has passed"),
        shown(one.undated_amount, "coverage", unit, note="no expected close"),
        shown(one.remaining_net, "coverage", unit, note="reps over quota help the others"),
    )


def _instead(figure: Figure) -> str:
    return "reached" if figure.reason == REACHED else ""


def _weighted(one: Coverage, facts: Facts) -> str:
    return "" if one.weighted_open.value is None else f"{money_text(one.weighted_open.value, facts)} weighted"
