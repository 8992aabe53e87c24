"""Every metric, in the order of the report; each is one file that holds its definition and its functions."""

from __future__ import annotations

from typing import Final

from xlpipeline.metrics import (
    aging,
    average_deal,
    clean_up,
    conversion,
    coverage,
    cycle,
    data_quality,
    inflation,
    open_pipeline,
    scorecard,
    velocity,
    win_loss,
    win_rate,
    won_trend,
)
from xlpipeline.model.register import Metric

METRICS: Final[tuple[Metric, ...]] = (
    open_pipeline.METRIC,
    coverage.METRIC,
    win_rate.METRIC,
    win_loss.METRIC,
    average_deal.METRIC,
    cycle.METRIC,
    velocity.METRIC,
    conversion.METRIC,
    aging.METRIC,
    inflation.METRIC,
    clean_up.METRIC,
    won_trend.METRIC,
    scorecard.METRIC,
    data_quality.METRIC,
)
