"""Stage conversion: of the deals that entered a stage, how many went on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="conversion",
    title="Stage conversion",
    definition=(
        "Of the deals that entered a stage and have left it, the share that went on to a later stage or was won."
    ),
    formula=(
        "advanced ÷ (advanced + lost in the stage). Without history: a won deal passed every stage, a lost deal "
        "those up to "
        "its Last stage before loss, an open deal those up to its own; bounds count undecided deals all as lost, "
        "or all as advanced"
    ),
    why="It shows where deals are lost, which is where better work pays most.",
    what_to_do=(
        "Look at the stage with the lowest rate whose interval is narrow, and read the lost reasons of that stage."
    ),
    source="definitions, section 1",
)


class _Flow(NamedTuple):
    """What became of the deals that entered a stage."""

    advanced: int
    lost: int
    still: int
    unknown: int
    may_have_advanced: int


_HEADS = [
    "stage", "entered", "advanced", "lost", "open", "unknown",
    "rate", "low", "high", "lower_bound", "upper_bound", "immature", "note",
]  # fmt: skip


def by_stage(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """One row per open stage, in order, over deals created in ``window`` (None = all deals).

    Columns: stage, entered (= advanced + lost + open), advanced, lost (in this stage), open (still in it), unknown
    (lost deals that do not say in which stage; the same number in each row), rate with Wilson low and high,
    lower_bound and upper_bound, immature, note. Rates are NaN below the setting ``counts_only_below``; the headline
    rate also where the unknown deals are more than the setting ``immature_share`` of the decided ones, because it
    would read too high.
    """
    deals = _cohort(facts, window)
    stages = facts.stages[facts.stages["type"] == "open"]
    last = stages["order"].max()
    # With one open stage there is no other in which a deal can have been lost.
    reached = deals["reached_order"].fillna(last) if len(stages) == 1 else deals["reached_order"]
    ended = deals["is_lost"] | deals["is_derailed"]
    unknown = int((ended & reached.isna()).sum())
    rows = []
    for stage, order in zip(stages["stage"], stages["order"], strict=True):
        entered = reached >= order
        advanced = entered & ((reached > order) | deals["is_won"])
        lost = entered & ~advanced & ended
        flow = _Flow(
            advanced=int(advanced.sum()),
            lost=int(lost.sum()),
            still=int((entered & ~advanced & ~lost).sum()),
            unknown=unknown,
            # A lost deal can never have gone on from the last stage.
            may_have_advanced=0 if order == last else unknown,
        )
        rows.append((stage, *_row(facts, flow)))
    return pd.DataFrame(rows, columns=_HEADS)


def _cohort(facts: Facts, window: Period | None) -> pd.DataFrame:
    deals = facts.deals[facts.deals["stage_type"] != ""]
    if window is None:
        return deals
    return deals[(deals["created"] >= pd.Timestamp(window.start)) & (deals["created"] < pd.Timestamp(window.end))]


def _row(facts: Facts, flow: _Flow) -> tuple[object, ...]:
    decided, entered = flow.advanced + flow.lost, flow.advanced + flow.lost + flow.still
    counts = (entered, flow.advanced, flow.lost, flow.still, flow.unknown)
    blank = (np.nan,) * 5
    if entered == 0:
        return *counts, *blank, False, "No deal is known to have entered this stage."
    immature = flow.still / entered > facts.settings.immature_share
    if entered < facts.settings.counts_only_below:
        return *counts, *blank, immature, f"{flow.advanced} of {entered} went on: too few for a rate."
    lower = flow.advanced / (entered + flow.unknown)
    upper = (entered - flow.lost + flow.may_have_advanced) / (entered + flow.may_have_advanced)
    refusal = _refusal(facts, flow, decided)
    if refusal:
        return *counts, *blank[:3], lower, upper, immature, refusal
    rate = (flow.advanced / decided, *wilson(flow.advanced, decided))
    return *counts, *rate, lower, upper, immature, _note(facts, flow, decided, immature)


def _refusal(facts: Facts, flow: _Flow, decided: int) -> str:
    """Why there is no headline rate, or ""."""
    if flow.unknown and flow.unknown / (decided + flow.unknown) > facts.settings.immature_share:
        return f"{flow.unknown:,} lost deals do not say where; please fill Last stage before loss, and see the bounds."
    if decided < facts.settings.counts_only_below:
        return f"{flow.advanced} of {decided} went on, {flow.still} are still in it: too few for a rate."
    return ""


def _note(facts: Facts, flow: _Flow, decided: int, immature: bool) -> str:
    notes = []
    if flow.unknown:
        notes.append(f"{flow.unknown:,} lost deals do not say in which stage: they widen the bounds.")
    if immature:
        notes.append("Immature: many deals are still in this stage, so read the bounds too.")
    if decided < facts.settings.grey_below:
        notes.append(f"Only {decided} deals: read the interval.")
    return " ".join(notes)
