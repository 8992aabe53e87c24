"""Win:loss ratio by hand."""

from __future__ import annotations

from tests.metrics.small_team import Q1, derailed, facts_of, in_play, lost, won
from xlpipeline.metrics.win_loss import win_loss


def test_three_won_for_two_lost() -> None:
    figure = win_loss(facts_of([won(), won(), won(), lost(), lost(), derailed()]))
    assert (figure.value, figure.n, figure.note) == (1.5, 5, "3 won, 2 lost.")


def test_without_a_loss_it_says_all_won() -> None:
    figure = win_loss(facts_of([won()] * 6))
    assert (figure.value, figure.n) == (None, 6)
    assert figure.reason == "All won (6 : 0), so there is no ratio."


def test_four_deals_are_too_few_and_five_are_enough() -> None:
    assert win_loss(facts_of([won(), won(), lost(), lost()])).reason == "2 won, 2 lost: too few for a ratio."
    assert win_loss(facts_of([won(), won(), won(), lost(), lost()])).value == 1.5


def test_all_lost_is_zero() -> None:
    assert win_loss(facts_of([lost()] * 5)).value == 0


def test_a_window_without_closes_has_no_ratio() -> None:
    assert (
        win_loss(facts_of([in_play(), won(closed="2025-12-31")]), Q1).reason
        == "No deal was won or lost in this window."
    )
