"""Why deals are lost: the reasons of a rep's losses by stage, against those of the rest of the team."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import pandas as pd

from xlpipeline.metrics.stage_losses import compared
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="loss_causes",
    title="Causes of losses, rep against the rest",
    definition="Of the deals that a rep lost in a stage, the share with each reason, beside that of all others.",
    formula=(
        "lost and derailed deals closed in the trailing window, by the stage in which they ended (Last stage before "
        "loss, else history) and Lost reason; share of the rep's losses there less share of the rest's, 95 % interval "
        "after Newcombe; a verdict only from 30 losses on both sides"
    ),
    why="Where a rep loses is half of the answer; the reason says what to train, or what to ask for.",
    what_to_do="Read three lost deals with the most frequent reason together with the rep: what would have helped?",
    source="requirements F93, F72 and F73",
)
EVERYWHERE: Final = "All stages"
UNKNOWN_STAGE: Final = "(stage not known)"
NO_REASON: Final = "(no reason given)"
_HEADS: Final = [
    "rep", "stage", "reason", "lost", "n", "share", "low", "high", "rest_lost", "rest_n", "rest_share", "difference",
    "difference_low", "difference_high", "verdict",
]  # fmt: skip


@once
def losses(facts: Facts) -> pd.DataFrame:
    """The lost and derailed deals of the trailing window: rep, stage in which they ended, reason; index as deals."""
    deals, paths = facts.deals, stage_paths(facts)
    stages = np.array([*paths.stages, UNKNOWN_STAGE], dtype=object)
    last = paths.reached[:, :-1].sum(axis=1) - 1
    at = np.where(paths.unknown | (last < 0), len(paths.stages), last)
    reasons = deals["lost_reason"].str.strip()
    found = pd.DataFrame({"rep": deals["rep"], "stage": stages[at]}, index=deals.index)
    found["reason"] = reasons.where(reasons != "", NO_REASON)
    chosen = facts.closed_within(facts.window) & (deals["is_lost"] | deals["is_derailed"])
    return found[chosen]


@once
def loss_causes(facts: Facts) -> pd.DataFrame:
    """Per rep with losses: each stage ("All stages" first) and each reason of that rep there, the most frequent first.

    Columns ``_HEADS``: ``lost`` with the reason of ``n`` losses there, ``share`` with Wilson bounds (NaN below the
    setting ``counts_only_below``), the same of the rest, and the difference with its interval and verdict.
    """
    every = losses(facts)
    every = pd.concat([every.assign(stage=EVERYWHERE), every], ignore_index=True)
    order = {name: place for place, name in enumerate((EVERYWHERE, *stage_paths(facts).stages, UNKNOWN_STAGE))}
    reps = {name: place for place, name in enumerate(facts.rep_names())}
    totals = every.groupby("stage").size()
    with_reason = every.groupby(["stage", "reason"]).size()
    own_totals = every.groupby(["rep", "stage"]).size()
    rows = []
    own = every.groupby(["rep", "stage", "reason"]).size()
    for key, lost in own.items():
        rep, stage, reason = cast("tuple[str, str, str]", key)
        if rep == NO_OWNER:
            continue
        n = int(own_totals[(rep, stage)])
        rest = (int(with_reason[(stage, reason)]) - int(lost), int(totals[stage]) - n)
        rows.append((rep, stage, reason, *compared(facts, (int(lost), n), rest)))
    table = pd.DataFrame(rows, columns=_HEADS)
    ordered = table.assign(a=table["rep"].map(reps), b=table["stage"].map(order), c=-table["lost"])
    return ordered.sort_values(["a", "b", "c", "reason"], kind="stable", ignore_index=True)[_HEADS]


def main_cause(facts: Facts, rep: str, stage: str = EVERYWHERE) -> str:
    """The most frequent reason in words, such as ``Price: 8 of 14 (rest of the team 5 of 40)``; "" without losses."""
    table = loss_causes(facts)
    row = table[(table["rep"] == rep) & (table["stage"] == stage) & (table["reason"] != NO_REASON)]
    if row.empty:
        return ""
    one = row.iloc[0]
    return f"{one['reason']}: {one['lost']} of {one['n']} (rest of the team {one['rest_lost']} of {one['rest_n']})"
