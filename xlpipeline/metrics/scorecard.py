"""Scorecard: the first figures of the team and of each rep, side by side."""

from __future__ import annotations

import pandas as pd

from xlpipeline.metrics import open_pipeline
from xlpipeline.metrics.average_deal import won_amounts
from xlpipeline.metrics.coverage import by_rep, coverage
from xlpipeline.metrics.cycle import median_of_won
from xlpipeline.metrics.velocity import velocity
from xlpipeline.metrics.win_loss import win_loss
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="scorecard",
    title="Scorecard",
    definition=(
        "The first figures of the whole team and of each rep, all with the same definitions, window and as-of date."
    ),
    formula="every figure as defined under its own name; deals count for their owner",
    why=(
        "A rep sees where help is needed, a manager where to coach; the interval shows which differences may be chance."
    ),
    what_to_do=(
        "Do not rank reps with fewer than 30 closed deals; ask what the best do differently in the weakest figure."
    ),
    source="definitions, section 15",
)

TEAM = "Team"


@once
def scorecard(facts: Facts) -> pd.DataFrame:
    """One row for the team, then one per rep (those of Reps, then other owners, then deals without an owner).

    Money in minor units, cycles in days, rates in [0, 1]; NaN where a figure is not given, with the reason in the
    column of its ``…_reason`` ("" = given).
    """
    stale = stale_flags(facts).any(axis=1)
    cover = coverage(facts)
    team_cover = {
        "gross": _value(cover.gross),
        "to_go": _value(cover.to_go),
        "required": _value(cover.required),
        "status": cover.status,
    }
    rep_cover = by_rep(facts).rename(columns={"reason": "coverage_reason"}).to_dict("records")
    rows = [_row(TEAM, facts, stale, {**team_cover, "coverage_reason": cover.to_go.reason})]
    for (rep, own), found in zip(facts.by_owner(), rep_cover, strict=True):
        rows.append(_row(rep, own, stale.loc[own.deals.index], {str(head): cell for head, cell in found.items()}))
    return pd.DataFrame(rows)


def _row(name: str, facts: Facts, stale: pd.Series, cover: dict[str, object]) -> dict[str, object]:
    window, is_open = facts.window, facts.deals["is_open"]
    won = won_amounts(facts, window)
    speed = velocity(facts, window, stale=stale)
    rate, average, mean = speed.win_rate, speed.average, speed.cycle_days
    ratio, median = win_loss(facts, window), median_of_won(facts, window)
    open_n, stale_n = int(is_open.sum()), int((is_open & stale).sum())
    return {
        "rep": name,
        "open_n": open_n,
        "open_amount": _value(open_pipeline.total(facts)),
        "weighted": _value(open_pipeline.weighted(facts)),
        "won_n": len(won),
        "won_amount": float(won.sum(min_count=1 if len(won) else 0)),
        "win_rate": _value(rate),
        "win_low": _bound(rate.low),
        "win_high": _bound(rate.high),
        "win_n": rate.n,
        "win_loss": _value(ratio),
        "average": _value(average),
        "cycle_mean": _value(mean),
        "cycle_median": _value(median),
        "velocity_per_day": _value(speed.per_day),
        "realised_per_day": _value(speed.realised_per_day),
        "gross": cover["gross"],
        "to_go": cover["to_go"],
        "required": cover["required"],
        "status": cover["status"],
        "stale_n": stale_n,
        "stale_share": stale_n / open_n if open_n else float("nan"),
        "win_rate_reason": rate.reason,
        "win_loss_reason": ratio.reason,
        "average_reason": average.reason,
        "cycle_reason": mean.reason,
        "velocity_reason": speed.per_day.reason,
        "coverage_reason": cover["coverage_reason"],
    }


def _value(figure: Figure) -> float:
    return float("nan") if figure.value is None else figure.value


def _bound(bound: float | None) -> float:
    return float("nan") if bound is None else bound
