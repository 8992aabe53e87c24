"""Where a rep loses deals: share lost in each stage, against the rest of the team."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.conversion import by_group
from xlpipeline.metrics.wilson import difference, wilson
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="stage_losses",
    title="Losses by stage, rep against the rest",
    definition=(
        "Of a rep's deals that entered a stage and have left it, the share that was lost there, less the same share of "
        "all other deals of the team."
    ),
    formula=(
        "lost ÷ (went on + lost), as in stage conversion; 95 % interval of the difference after Newcombe. Below the "
        "setting counts_only_below on either side only counts; a verdict, and a place in any list, only from 30 deals "
        "on both sides (more where the setting grey_below says so), where the interval excludes 0. The number of "
        "comparisons stands beside it: of twenty, one looks different by chance"
    ),
    why="A rep who keeps losing in one stage can be helped there; a rate over all stages does not say where.",
    what_to_do="Take the stage with a verdict, look at the reasons of these losses, and sit in on the next meeting.",
    source="requirements F93; definitions, sections 1 and 15",
)
NEVER_BELOW: Final = 30
"""Below this n nobody is ranked, whatever the settings say (definitions, section 15)."""
TOO_FEW: Final = "too few"
SMALL: Final = "too few to compare"
MORE, LESS, ALIKE = "loses more", "loses less", "as the rest"
_NAN: Final = float("nan")
_HEADS: Final = [
    "rep", "stage", "lost", "n", "rate", "low", "high", "rest_lost", "rest_n", "rest_rate", "difference",
    "difference_low", "difference_high", "verdict",
]  # fmt: skip


@once
def stage_losses(facts: Facts) -> pd.DataFrame:
    """One row per rep with deals and open stage, in the order of the report: columns ``_HEADS``.

    ``n``: deals that left the stage; ``lost``: of these lost or derailed there; ``rest_…``: of everybody else, deals
    without an owner included. NaN where nothing is given; ``verdict``: "loses more", "loses less", "as the rest",
    "too few to compare" (below ``least_ranked``), or "too few" (below ``counts_only_below``: counts only).
    """
    groups = by_group(facts, "rep")
    left = groups["advanced"] + groups["lost"]
    team = groups.assign(n=left).groupby("stage", sort=False)[["lost", "n"]].sum()
    rows = []
    for rep, stage, lost, n in zip(groups["group"], groups["stage"], groups["lost"], left, strict=True):
        if rep != NO_OWNER:
            rest = (int(team.loc[stage, "lost"] - lost), int(team.loc[stage, "n"] - n))
            rows.append((rep, stage, *compared(facts, (int(lost), int(n)), rest)))
    return pd.DataFrame(rows, columns=_HEADS)


def compared(facts: Facts, own: tuple[int, int], rest: tuple[int, int]) -> tuple[object, ...]:
    """Two counts (hits, n) side by side: the columns of ``_HEADS`` from ``lost`` on."""
    (hits, n), (rest_hits, rest_n), smaller = own, rest, min(own[1], rest[1])
    rate, bounds = (hits / n, wilson(hits, n)) if n >= _least(facts) else (_NAN, (_NAN, _NAN))
    rest_rate = rest_hits / rest_n if rest_n >= _least(facts) else _NAN
    if smaller < _least(facts):
        return hits, n, rate, *bounds, rest_hits, rest_n, rest_rate, _NAN, _NAN, _NAN, TOO_FEW
    low, high = difference(rate, bounds, rest_rate, wilson(rest_hits, rest_n))
    verdict = MORE if low > 0 else LESS if high < 0 else ALIKE
    verdict = SMALL if smaller < least_ranked(facts) else verdict
    return hits, n, rate, *bounds, rest_hits, rest_n, rest_rate, rate - rest_rate, low, high, verdict


def least_ranked(facts: Facts) -> int:
    """Deals that both sides need for a verdict: the setting grey_below, and never fewer than ``NEVER_BELOW``."""
    return max(NEVER_BELOW, facts.settings.grey_below)


def _least(facts: Facts) -> int:
    return max(facts.settings.counts_only_below, 1)


def comparisons(table: pd.DataFrame) -> int:
    """How many rows of such a table have a verdict."""
    return int(table["verdict"].isin([MORE, LESS, ALIKE]).sum())


def different(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are more than chance, the largest difference first: only of samples that may be ranked."""
    found = table[table["verdict"].isin([MORE, LESS])]
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order]


def stage_loss(facts: Facts, rep: str, stage: str) -> Figure:
    """Difference of one rep in one stage (share, rep less rest) with its interval; n = deals that left the stage."""
    table = stage_losses(facts)
    row = table[(table["rep"].str.casefold() == rep.casefold()) & (table["stage"].str.casefold() == stage.casefold())]
    if row.empty:
        return refused(f"No deal of {rep} is known to have entered {stage}.")
    one = row.iloc[0]
    basis = f"{one['rep']} against the rest in {one['stage']}"
    if one["verdict"] == TOO_FEW:
        told = f"{one['lost']} of {one['n']} lost, of the rest {one['rest_lost']} of {one['rest_n']}"
        return refused(f"{told}: too few for a rate.", n=int(one["n"]), basis=basis)
    low, high = float(one["difference_low"]), float(one["difference_high"])
    return Figure(float(one["difference"]), int(one["n"]), basis, low, high, note=f"{one['verdict'].capitalize()}.")
