"""Stage conversion of the chosen deals and period: table and chart that follow the choice, and what is behind them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.model.stage_paths import stage_paths
from xlpipeline.tabs.conversion_choice import KEY, chosen_key, cohorts
from xlpipeline.tabs.conversion_groups import short_note
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import (
    EMPTY,
    given,
    interval_text,
    is_missing,
    rate_interval,
    result,
)

CHOSEN: Final = Table(
    "ConversionChosen",
    "Conversion",
    "Stage conversion of the chosen deals and period",
    (
        result("Stage", "text", "Open stages, in their order."),
        following("Entered", "whole", "Deals that first entered this stage or a later one in the period.", "deals"),
        following("Went on", "whole", "Of them, deals that reached a later stage or were won by now.", "deals"),
        following("Lost", "whole", "Of them, deals that were lost or derailed without going on.", "deals"),
        following("Open", "whole", "Of them, deals that are still open in this stage or before it.", "deals"),
        following("Conversion", "share", "Went on / (went on + lost)."),
        following("95 % interval", "text", "Wilson interval of the conversion; with few deals the counts."),
        following("Decided", "whole", "Went on + lost: the deals behind the conversion.", "deals"),
        following("At least", "share", "If every undecided and unknown deal is lost here."),
        following("At most", "share", "If every undecided and unknown deal goes on."),
        following("Note", "text", "Immature: more than 20 % are undecided. Or why there is no figure."),
    ),
    key="Stage",
)
_FOLLOWING: Final = CHOSEN.heads[1:]
DATA: Final = Table(
    "ConversionData",
    "_Cards",
    "Behind stage conversion: every cohort",
    (
        result("Key", "text", "Whose deals|period|stage."),
        *(replace(column, writer="refresh") for column in CHOSEN.columns[1:]),
        result("Label", "text", "Stage with interval and n."),
        result("Share", "share", "The conversion; where that is not given, the lower bound."),
    ),
    key="Key",
)
CHART: Final = Table(
    "ConversionChart",
    "_Cards",
    "Behind the chart of stage conversion",
    (
        result("Stage", "text", "Open stages, in their order."),
        following("Label", "text", "Stage with interval and n."),
        following("Share", "share", "Went on / (went on + lost); where that is not given, the lower bound."),
    ),
    key="Stage",
)


def _of_stage(column: str, own: Table, otherwise: str) -> str:
    """Formula of a column: the cell of the chosen deals and period, of the row's own stage."""
    row = f'MATCH({KEY}&"|"&{own.name}[[#This Row],[Stage]],{DATA.name}[Key],0)'
    return f"IF(ISNA({row}),{otherwise},INDEX({DATA.name}[{column}],{row}))"


NO_DEAL: Final = " (no deal)"
CHOSEN_FORMULAS: Final = {head: _of_stage(head, CHOSEN, f'"{EMPTY}"') for head in _FOLLOWING}
CHART_FORMULAS: Final = {
    "Label": _of_stage("Label", CHART, f'{CHART.name}[[#This Row],[Stage]]&"{NO_DEAL}"'),
    "Share": _of_stage("Share", CHART, f'"{EMPTY}"'),
}


def data_table(facts: Facts) -> pd.DataFrame:
    """Body of ConversionData."""
    rows = [_data_row(key, row, facts) for key, found in cohorts(facts).items() for row in found]
    return pd.DataFrame(rows or [(EMPTY, *[None] * 12)], columns=list(DATA.heads), dtype=object)


def chosen_table(data: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Body of ConversionChosen with what its formulas show now."""
    rows = [(stage, *_found(data, facts, stage, _FOLLOWING, (EMPTY,) * len(_FOLLOWING))) for stage in _stages(facts)]
    return pd.DataFrame(rows, columns=list(CHOSEN.heads), dtype=object)


def chart_table(data: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Body of ConversionChart with what its formulas show now."""
    rows = [
        (stage, *_found(data, facts, stage, ("Label", "Share"), (f"{stage}{NO_DEAL}", EMPTY)))
        for stage in _stages(facts)
    ]
    return pd.DataFrame(rows, columns=list(CHART.heads), dtype=object)


def _stages(facts: Facts) -> tuple[str, ...]:
    return stage_paths(facts).stages


def _found(
    data: pd.DataFrame, facts: Facts, stage: str, heads: tuple[str, ...], otherwise: tuple[object, ...]
) -> tuple[object, ...]:
    row = data[data["Key"].str.casefold() == f"{chosen_key(facts)}|{stage}".casefold()].head(1)
    return otherwise if row.empty else tuple(row[head].iloc[0] for head in heads)


def _data_row(key: str, row: Mapping[Hashable, Any], facts: Facts) -> tuple[object, ...]:
    decided = row["advanced"] + row["lost"]
    counts = (row["entered"], row["advanced"], row["lost"], row["open"])
    interval = rate_interval(row["low"], row["high"], row["advanced"], decided, facts.settings)
    bounds = (given(row["lower_bound"]), given(row["upper_bound"]))
    own = (f"{key}|{row['stage']}", *counts, given(row["rate"]), interval, decided, *bounds, short_note(row))
    return (*own, *_bar(row, decided))


def _bar(row: Mapping[Hashable, Any], decided: int) -> tuple[str, object]:
    """Label and length of a bar: the conversion, or where it is withheld the lower bound; the label says which."""
    interval = interval_text(row["low"], row["high"])
    if interval:
        return f"{row['stage']} ({interval}, n {decided:,})", row["rate"]
    if not is_missing(row["lower_bound"]):
        bounds = interval_text(row["lower_bound"], row["upper_bound"])
        return f"{row['stage']} ({bounds} possible)", row["lower_bound"]
    return f"{row['stage']} (too few)", EMPTY
