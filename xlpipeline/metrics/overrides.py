"""Overrides: how often deals are moved on without a criterion that asks for something, by criterion and by stage."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_values import unpack
from xlpipeline.model.register import Metric
from xlpipeline.model.tracking import history_of

METRIC = Metric(
    name="overrides",
    title="Overridden criteria",
    definition="Of the moves that a blocking criterion guards, the share that was made without it, with a reason.",
    formula=(
        "overrides in the trailing window ÷ moves forward past the stage that the criterion guards, without those that "
        "were put back; 95 % Wilson interval. By stage: moves with any override ÷ moves"
    ),
    why="An often-overridden criterion is a bad criterion: it costs time and protects nothing.",
    what_to_do="Ask those who override it why; then mend the criterion, make it a reminder, or train what it asks for.",
    source="definitions, section 17",
)
GONE: Final = "no longer in Criteria"
_HEADS: Final = ["stage", "criterion", "text", "overrides", "moves", "rate", "low", "high"]


@once
def by_criterion(facts: Facts) -> pd.DataFrame:
    """Blocking criteria, the most often overridden first: columns ``_HEADS``.

    ``stage``: whose way out it guards; ``rate`` is NaN below ``counts_only_below`` moves. A criterion that was
    overridden and is gone since has the text ``GONE``, and no rate.
    """
    criteria, path = read_criteria(facts.book)[0], read_path(facts.book)
    passes, made = _passes(facts, len(path.names)), _overridden(facts)
    counts = made.explode("criteria")["criteria"].str.casefold().value_counts()
    rows: list[tuple[object, ...]] = []
    for one in criteria:
        if one.blocking and 0 <= one.step < len(path.names) - 1:
            found = int(counts.pop(one.id.casefold())) if one.id.casefold() in counts.index else 0
            rows.append((path.names[one.step], one.id, one.text, found, *_rated(facts, found, int(passes[one.step]))))
    nan = float("nan")
    rows += [("", str(name), GONE, int(n), 0, nan, nan, nan) for name, n in counts.items()]
    table = pd.DataFrame(rows, columns=_HEADS)
    return table.sort_values(["rate", "overrides"], ascending=False, kind="stable", ignore_index=True)


@once
def by_stage(facts: Facts) -> pd.DataFrame:
    """Per stage that deals leave forward: stage, overrides (moves with any), moves, rate, low, high."""
    path = read_path(facts.book)
    passes, made = _passes(facts, len(path.names)), _overridden(facts)
    counts = made["stage"].str.casefold().value_counts()
    rows = []
    for step, stage in enumerate(path.names[:-1]):
        found = int(counts.get(stage.casefold(), 0))
        rows.append((stage, found, *_rated(facts, found, int(passes[step]))))
    return pd.DataFrame(rows, columns=["stage", "overrides", "moves", "rate", "low", "high"])


def overrides(facts: Facts) -> Figure:
    """Share of the moves forward in the window that were made with an override; n = moves."""
    moves, made = len(_forward(facts)), len(_overridden(facts))
    basis = f"moves forward, {facts.window.name}"
    if moves < max(facts.settings.counts_only_below, 1):
        return refused(f"History saw {moves:,} moves forward: too few for a rate.", n=moves, basis=basis)
    low, high = wilson(min(made, moves), moves)
    return Figure(min(made, moves) / moves, moves, basis, low, high)


def _rated(facts: Facts, found: int, passes: int) -> tuple[int, float, float, float]:
    """Moves, rate, low, high; two copies of a workbook put together may hold more overrides than moves."""
    moves = max(passes, found)
    if moves < max(facts.settings.counts_only_below, 1):
        return moves, float("nan"), float("nan"), float("nan")
    return moves, found / moves, *wilson(found, moves)


def _passes(facts: Facts, stages: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Per step of the path how many moves of the window went past it."""
    moves = _forward(facts)
    steps = np.arange(stages)
    start, end = moves["start"].to_numpy()[:, None], moves["end"].to_numpy()[:, None]
    passed: np.ndarray[tuple[int], np.dtype[np.int64]] = ((start <= steps) & (steps < end)).sum(axis=0)
    return passed


@once
def _forward(facts: Facts) -> pd.DataFrame:
    """Places on the path (start, end) of every move forward in the window that was not put back."""
    events = history_of(facts).events
    moves = events[events["kind"].isin(["stage", "reopened", "reverted"]) & (events["column"] == "Stage")]
    undone = (moves["kind"] == "reverted").groupby(moves["deal"]).shift(-1, fill_value=False)
    moves = _in_window(facts, moves[(moves["kind"] != "reverted") & ~undone.astype(bool)])
    places = {name.casefold(): place for place, name in enumerate(read_path(facts.book).names)}
    found = {
        head: [places.get(str(unpack(cell) or "").strip().casefold(), -1) for cell in moves[column].tolist()]
        for head, column in (("start", "old"), ("end", "new"))
    }
    table = pd.DataFrame(found, dtype=np.int64)
    return table[(table["start"] >= 0) & (table["end"] > table["start"])]


@once
def _overridden(facts: Facts) -> pd.DataFrame:
    """Overrides of the window: stage that the deal came from, and the IDs of the criteria (a list)."""
    events = history_of(facts).events
    made = _in_window(facts, events[events["kind"] == "override"])
    stage = [str(unpack(cell) or "").strip() for cell in made["old"].tolist()]
    told = [[one.strip() for one in str(unpack(cell) or "").split(",") if one.strip()] for cell in made["new"].tolist()]
    return pd.DataFrame({"stage": pd.Series(stage, dtype=object), "criteria": pd.Series(told, dtype=object)})


def _in_window(facts: Facts, events: pd.DataFrame) -> pd.DataFrame:
    start, end = pd.Timestamp(facts.window.start), pd.Timestamp(facts.as_of) + pd.Timedelta(days=1)
    return events[(events["not_after"] >= start) & (events["not_after"] < end)]
