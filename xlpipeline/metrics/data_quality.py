"""Data quality: the share of open deals without an error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.checks import find_faults
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="data_quality",
    title="Data quality",
    definition="The share of open deals in which no check finds an error; deals of unknown stage count as open.",
    formula="1 − open deals with at least one error ÷ open deals; beside it the same weighted by amount",
    why="A forecast is no better than the rows it is made of.",
    what_to_do="Open Issues, filter Severity for error, and mend the rows of the largest deals first.",
    source="definitions, section 16",
)

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def data_quality(facts: Facts, faults: pd.DataFrame | None = None) -> Figure:
    """Share (0-1) of open deals without an error; refused when no deal is open.

    ``faults`` of ``checks.find_faults`` may be given for narrowed facts (one rep), so that each is found only once.
    """
    _, clean = _without_error(facts, _wrong_positions(find_faults(facts) if faults is None else faults))
    n = len(clean)
    if n == 0:
        return refused("No deal is open.", basis="open deals")
    wrong = n - int(clean.sum())
    note = f"{wrong:,} of {n:,} open deals have an error." if wrong else ""
    return Figure(1 - wrong / n, n, "open deals", note=note)


@once
def by_rep(facts: Facts) -> pd.DataFrame:
    """One row per rep in the order of ``rep_names``.

    Columns: rep, open_n, error_n (open deals with an error), quality (share without, in [0, 1]), low, high (95 % Wilson
    bounds), amount (minor units, open), wrong_amount (of those with an error), value_quality, reason ("" = all given).
    NaN where a figure is refused: below ``counts_only_below`` deals, or without an amount to weigh with.
    """
    wrong_at, least = _wrong_positions(find_faults(facts)), facts.settings.counts_only_below
    rows = []
    for rep, own in facts.by_owner():
        is_judged, clean = _without_error(own, wrong_at)
        amount = np.fmax(own.deals["amount"].to_numpy()[is_judged], 0.0)
        n, good, total = len(clean), int(clean.sum()), float(amount.sum())
        wrong = float(amount[~clean].sum())
        few = f"{good} of {n} without an error: too few for a rate." if n else "No deal is open."
        reason = few if n < least else ""
        low, high = wilson(good, n) if not reason else (np.nan, np.nan)
        quality = np.nan if reason else good / n
        by_value = 1 - wrong / total if total > 0 and not reason else np.nan
        reason = reason or ("" if total > 0 else "No open deal has an amount, so nothing can be weighed.")
        rows.append((rep, n, n - good, quality, low, high, total, wrong, by_value, reason))
    heads = ["rep", "open_n", "error_n", "quality", "low", "high", "amount", "wrong_amount", "value_quality", "reason"]
    return pd.DataFrame(rows, columns=heads)


def _wrong_positions(faults: pd.DataFrame) -> Positions:
    """Positions in Pipeline at which a check found an error."""
    errors = (faults["severity"] == "error") & (faults["table"] == "Pipeline") & ~faults["quiet"].astype(bool)
    return faults.loc[errors, "position"].to_numpy(dtype=np.int64)


def _without_error(facts: Facts, wrong_at: Positions) -> tuple[Flags, Flags]:
    """Which deals are judged (open, or of unknown stage), and of each of those whether no check found an error."""
    deals = facts.deals
    is_judged = (deals["is_open"] | (deals["stage_type"] == "")).to_numpy(dtype=bool)
    return is_judged, ~np.isin(deals.index.to_numpy()[is_judged], wrong_at)
