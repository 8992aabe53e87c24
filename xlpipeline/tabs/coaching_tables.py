"""The tables of the tab Coaching: their columns, and how facts fill them."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from xlpipeline.metrics import loss_causes, overrides, stage_losses
from xlpipeline.metrics.stage_losses import TOO_FEW
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.schema import Column, Kind, Table
from xlpipeline.tabs.wording import EMPTY, given, rate_interval, result

FILTER: Final = "coaching_rep"
NAME: Final = "coaching_name"
CAUSE_LINES: Final = 12
MOST_DIFFERENT: Final = 8
MOST_CRITERIA: Final = 16


def _followed(name: str, kind: Kind, note: str, unit: str = "") -> Column:
    return Column(name, kind, note, 14, "formula", unit)


_LOSS_HEADS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("Left it", "whole", "Deals of the rep that entered the stage and have left it."),
    ("Lost", "whole", "Of these lost or derailed there."),
    ("Loss rate", "share", "Lost / left it."),
    ("Loss rate, 95 %", "text", "Wilson interval; with too few deals the counts."),
    ("Rest left it", "whole", "The same of everybody else."),
    ("Rest rate", "share", "Loss rate of everybody else."),
    ("Difference, 95 %", "text", "Loss rate of the rep less that of the rest, in percentage points."),
    ("Verdict", "text", "Only from 30 deals on both sides, where the interval excludes 0."),
)
LOSSES: Final = Table(
    "CoachingLosses",
    "Coaching",
    "Lost in each stage: the rep against the rest of the team",
    (result("Stage", "text", "Open stages, in their order."), *(_followed(*head) for head in _LOSS_HEADS)),
    key="Stage",
)
LOSS_DATA: Final = Table(
    "CoachingLossData",
    "_Cards",
    "Behind the losses by stage",
    (result("Key", "text", "Rep and stage."), *(result(*head) for head in _LOSS_HEADS)),
    key="Key",
)
_CAUSE_HEADS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("Lost in", "text", "Stage in which the deals ended; All stages first."),
    ("Reason", "text", "Lost reason, the most frequent first."),
    ("Deals", "whole", "Losses of the rep with this reason."),
    ("Of", "whole", "All losses of the rep there."),
    ("Share", "share", "Deals / of."),
    ("Rest", "share", "The same share of everybody else's losses."),
    ("Difference, 95 %", "text", "Share of the rep less that of the rest, in percentage points."),
    ("Verdict", "text", "Only from 30 losses on both sides."),
)
CAUSES: Final = Table(
    "CoachingCauses",
    "Coaching",
    "Why: reasons of the rep's losses in the window",
    (*(_followed(*head) for head in _CAUSE_HEADS), result("No", "whole", "Number of the line.")),
)
CAUSE_DATA: Final = Table(
    "CoachingCauseData",
    "_Cards",
    "Behind the causes",
    (result("Key", "text", "Rep and line."), *(result(*head) for head in _CAUSE_HEADS)),
    key="Key",
)
DIFFERENT: Final = Table(
    "CoachingDifferent",
    "Coaching",
    "More than chance: reps and stages",
    (
        result("Rep", "text", "Whose losses differ from the rest of the team's."),
        result("Stage", "text", "In this stage."),
        result("Left it", "whole", "Deals of the rep that have left the stage.", "deals"),
        result("Loss rate", "share", "Share of these that was lost there."),
        result("Rest rate", "share", "The same of everybody else."),
        result("Difference, 95 %", "text", "In percentage points; it excludes 0."),
        result("Verdict", "text", "loses more, or loses less."),
        result("Main reason", "text", "The rep's most frequent reason there in the window."),
    ),
)
CRITERIA: Final = Table(
    "OverridesByCriterion",
    "Coaching",
    "Criteria that are overridden (team)",
    (
        result("Stage", "text", "Whose way out the criterion guards."),
        result("Criterion", "text", "Its ID on Process."),
        result("Overrides", "whole", "Moves of the window that were made without it.", "moves"),
        result("Moves", "whole", "Moves of the window past the stage.", "moves"),
        result("Rate", "share", "Overrides / moves."),
        result("95 % interval", "text", "Wilson interval; with too few moves the counts."),
        result("Text", "text", "What it asks for."),
    ),
)
STAGES: Final = Table(
    "OverridesByStage",
    "Coaching",
    "Overrides by stage (team)",
    (
        result("Stage", "text", "The stage that was left."),
        result("With an override", "whole", "Moves made without at least one criterion.", "moves"),
        result("Moves", "whole", "Moves of the window out of the stage, forward.", "moves"),
        result("Rate", "share", "With an override / moves."),
        result("95 % interval", "text", "Wilson interval; with too few moves the counts."),
    ),
)


def lookup(table: Table, column: str, own: Table, key: str) -> str:
    """Formula of a column: the cell of the rep who is shown and the row's own key; empty where there is none."""
    row = f'MATCH({NAME}&"|"&{own.name}[[#This Row],[{key}]],{table.name}[Key],0)'
    return f'IF(ISNA({row}),"",INDEX({table.name}[{column}],{row}))'


LOSS_FORMULAS: Final = {head: lookup(LOSS_DATA, head, LOSSES, "Stage") for head, *_ in _LOSS_HEADS}
CAUSE_FORMULAS: Final = {head: lookup(CAUSE_DATA, head, CAUSES, "No") for head, *_ in _CAUSE_HEADS}


@once
def reps_to_coach(facts: Facts) -> tuple[str, ...]:
    """Everybody with deals; those who differ from the rest in most stages first, then as in the report."""
    found = stage_losses.different(stage_losses.stage_losses(facts))["rep"].value_counts()
    names = [name for name in facts.rep_names() if name != NO_OWNER]
    return tuple(sorted(names, key=lambda name: -int(found.get(name, 0))))


def loss_data(facts: Facts) -> pd.DataFrame:
    """Cells of every rep and stage."""
    rows = [
        (
            f"{row['rep']}|{row['stage']}", row["n"], row["lost"], given(row["rate"]),
            rate_interval(row["low"], row["high"], row["lost"], row["n"], facts.settings),
            row["rest_n"], given(row["rest_rate"]), points(row), verdict(row),
        )
        for row in _records(stage_losses.stage_losses(facts))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LOSS_DATA.heads), dtype=object)


def cause_data(facts: Facts) -> pd.DataFrame:
    """The first lines of causes of every rep: all stages, then stage by stage."""
    lines: list[tuple[object, ...]] = []
    for rep, own in loss_causes.loss_causes(facts).groupby("rep", sort=False):
        for at, row in enumerate(_records(_most_telling(own)), start=1):
            share, rest = given(row["share"]), given(row["rest_share"])
            counts = (row["lost"], row["n"])
            lines.append((f"{rep}|{at}", row["stage"], row["reason"], *counts, share, rest, points(row), verdict(row)))
    return pd.DataFrame(lines, columns=list(CAUSE_DATA.heads), dtype=object)


def _most_telling(own: pd.DataFrame) -> pd.DataFrame:
    """The first four reasons of all stages, then the first two of the stages with most losses, in their order."""
    whole = own[own["stage"] == loss_causes.EVERYWHERE].head(4)
    stages = own[own["stage"] != loss_causes.EVERYWHERE]
    first = stages.groupby("stage", sort=False).head(2)
    most = stages.groupby("stage", sort=False)["n"].first().sort_values(ascending=False, kind="stable")
    kept = first[first["stage"].isin(most.index[: (CAUSE_LINES - 4) // 2])]
    return pd.concat([whole, kept]).head(CAUSE_LINES)


def different_rows(facts: Facts) -> pd.DataFrame:
    """What is more than chance, the largest difference first."""
    found = stage_losses.different(stage_losses.stage_losses(facts)).head(MOST_DIFFERENT)
    rows = [
        (
            row["rep"], row["stage"], row["n"], row["rate"], row["rest_rate"], points(row), row["verdict"],
            loss_causes.main_cause(facts, row["rep"], row["stage"]) or EMPTY,
        )
        for row in _records(found)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(DIFFERENT.heads), dtype=object)


def criterion_rows(facts: Facts) -> pd.DataFrame:
    """The criteria, the most often overridden first."""
    rows = [
        (row["stage"] or EMPTY, row["criterion"], row["overrides"], row["moves"], *_rated(facts, row), row["text"])
        for row in _records(overrides.by_criterion(facts).head(MOST_CRITERIA))
    ]
    return pd.DataFrame(rows, columns=list(CRITERIA.heads), dtype=object)


def stage_rows(facts: Facts) -> pd.DataFrame:
    """The stages that deals leave forward."""
    rows = [
        (row["stage"], row["overrides"], row["moves"], *_rated(facts, row))
        for row in _records(overrides.by_stage(facts))
    ]
    return pd.DataFrame(rows, columns=list(STAGES.heads), dtype=object)


def _rated(facts: Facts, row: dict[str, Any]) -> tuple[object, str]:
    interval = rate_interval(row["low"], row["high"], row["overrides"], row["moves"], facts.settings)
    return given(row["rate"]), interval


def points(row: dict[str, Any]) -> str:
    """Difference of two shares and its interval: ``+12 (−3 to +27)``; a dash where it is not given."""
    low, high = row["difference_low"], row["difference_high"]
    if pd.isna(low):
        return EMPTY
    told = [f"{100 * value:+.0f}".replace("-", "−") for value in (row["difference"], low, high)]
    return f"{told[0]} ({told[1]} to {told[2]})"


def verdict(row: dict[str, Any]) -> str:
    """The verdict; of causes in words that fit shares."""
    if row["verdict"] == TOO_FEW:
        return "counts only"
    if "reason" in row:
        return {"loses more": "more often", "loses less": "less often"}.get(row["verdict"], str(row["verdict"]))
    return str(row["verdict"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(head): cell for head, cell in row.items()} for row in frame.to_dict("records")]
