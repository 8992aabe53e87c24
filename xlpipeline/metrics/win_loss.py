"""Win:loss ratio: how many deals are won for each one lost."""

from __future__ import annotations

from xlpipeline.metrics.win_rate import closed_counts
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="win_loss",
    title="Won : lost",
    definition="Deals won for each deal lost in the window; derailed deals are not counted.",
    formula="won ÷ lost, of deals closed in the window (same base of deals as the win rate)",
    why="It is the win rate as people say it: three won for each one lost.",
    what_to_do="Read it with the win rate, which shows how sure it is, and look at the lost reasons when it falls.",
    source="definitions, section 2",
)


@once
def win_loss(facts: Facts, window: Period | None = None) -> Figure:
    """Ratio won to lost of deals closed in ``window`` (None = all time); n = won + lost.

    Refused when nothing was lost ("All won") or when fewer deals closed than the setting ``counts_only_below``.
    """
    counts = closed_counts(facts, window)
    won, lost = counts.won, counts.lost
    n = won + lost
    basis = f"won : lost, {counts.base}, {window.name if window else 'all time'}"
    if n == 0:
        return refused("No deal was won or lost in this window.", basis=basis)
    if lost == 0:
        return refused(f"All won ({won:,} : 0), so there is no ratio.", n=n, basis=basis)
    if n < facts.settings.counts_only_below:
        return refused(f"{won} won, {lost} lost: too few for a ratio.", n=n, basis=basis)
    return Figure(won / lost, n, basis, note=f"{won:,} won, {lost:,} lost.")
