"""What Forecast shows of how right forecasts were: back-test, stated probabilities, kept forecasts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.forecast_accuracy import by_kind, spans_held
from xlpipeline.metrics.forecast_calibration import by_band, left_out
from xlpipeline.metrics.forecast_landmark import LEAST_BACKTESTS, MODEL_ONLY, inflation, own_backtest, summary
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, counted, given, is_missing, known, rate_interval, result, share_text

BACKTEST: Final = Table(
    "ForecastBackTest",
    "Forecast",
    "Back-test of the N-day forecast (team)",
    (
        result("As of", "date", "The past day; only what was known then was used."),
        result("Open deals", "whole", "Deals open on that day in stages with a history.", "deals"),
        result("Expected", "number", "Wins that the forecast would have said.", "deals"),
        result("Won", "whole", "What was won of them within N days.", "deals"),
        result("Off by", "number", "Expected - won.", "deals"),
        result("80 % interval", "text", "Of the model alone, not widened by the back-test."),
        result("Held", "text", "Whether won lay within the interval."),
    ),
)
CALIBRATION: Final = Table(
    "ForecastCalibration",
    "Forecast",
    "Stated probability against what was won (team)",
    (
        result("Stated", "text", "Probability that a deal had N days before its close (setting forecast_days)."),
        result("Closed deals", "whole", "Deals closed since with such a probability.", "deals"),
        result("Mean stated", "share", "Mean of their stated probabilities."),
        result("Won", "whole", "Of them, deals won.", "deals"),
        result("Actual", "share", "Won / closed deals."),
        result("95 % interval", "text", "Wilson interval of the actual share; with too few deals the counts."),
        result("Verdict", "text", "Named only where the stated mean lies outside the interval."),
    ),
)
ACCURACY: Final = Table(
    "ForecastAccuracy",
    "Forecast",
    "Accuracy of the forecasts kept with snapshots (team)",
    (
        result("Forecast", "text", "Kind of forecast."),
        result("Snapshots", "whole", "Snapshots whose time is over.", "snapshots"),
        result("Quarters", "whole", "Quarters that they were taken in.", "quarters"),
        result("WAPE", "share", "Sum of |forecast - actual| / sum of actual."),
        result("Bias", "share", "Sum of (forecast - actual) / sum of actual."),
        result("Note", "text", "Why a figure is not given."),
    ),
)


def back_test_table(facts: Facts) -> pd.DataFrame:
    """Body of ``BACKTEST``."""
    rows: list[tuple[object, ...]] = []
    for row in own_backtest(facts).to_dict("records"):
        span, held = f"{row['low']:.0f}–{row['high']:.0f}", "yes" if row["held"] else "no"
        expected, won = round(row["expected"], 1), int(row["won"])
        rows.append((row["as_of"], int(row["open"]), expected, won, round(row["expected"] - won, 1), span, held))
    return pd.DataFrame(rows or [(None,) * len(BACKTEST.heads)], columns=list(BACKTEST.heads), dtype=object)


def back_test_says(facts: Facts) -> str:
    """The back-test in a sentence, and what it does to the interval."""
    tested = own_backtest(facts)
    if tested.empty:
        return f"No back-test yet: the history must reach back {facts.settings.forecast_days} days and hold ten closes."
    one, phi = summary(tested), inflation(tested)
    parts = [f"{counted(one.dates, 'past day')}: the interval held on {one.held}"]
    if not is_missing(one.bias):
        parts.append(f"bias {100 * one.bias:+.0f} %, mean error {share_text(one.error)}")
    parts.append(
        f"so it is widened × {phi**0.5:.1f}"
        if not is_missing(phi)
        else f"{MODEL_ONLY} ({LEAST_BACKTESTS} days are needed)"
    )
    return f"Back-test on {'; '.join(parts)}."


def calibration_table(facts: Facts) -> pd.DataFrame:
    """Body of ``CALIBRATION``."""
    rows = []
    for row in by_band(facts).to_dict("records"):
        interval = rate_interval(row["low"], row["high"], row["won"], row["n"], facts.settings)
        said = verdict(row["stated"], row["low"], row["high"])
        rows.append(
            (row["band"], int(row["n"]), known(row["stated"]), int(row["won"]), known(row["share"]), interval, said)
        )
    return pd.DataFrame(rows, columns=list(CALIBRATION.heads), dtype=object)


def verdict(stated: float, low: float, high: float) -> str:
    """Whether a stated mean lies above, below or in the interval of what was won; a dash where there is none."""
    if is_missing(low) or is_missing(stated):
        return EMPTY
    return "too hopeful" if stated > high else "too shy" if stated < low else "in line"


def calibration_says(facts: Facts) -> str:
    """Which bands are off the mark, and how many closed deals nobody had stated anything of."""
    table = by_band(facts)
    n, apart = int(table["n"].sum()), left_out(facts)
    days = facts.settings.forecast_days
    unseen = f" {counted(apart, 'more deal')} closed without having stood in an open stage then." if apart else ""
    if not n:
        return f"No closed deal has a probability on record {days} days before its close.{unseen}"
    words = [verdict(*row) for row in table[["stated", "low", "high"]].itertuples(index=False)]
    off = [f"{band} {word}" for band, word in zip(table["band"], words, strict=True) if word.startswith("too")]
    told = f"off the mark: {', '.join(off)}" if off else "no band is off the mark"
    return f"{counted(n, 'closed deal')}, as stated {days} days before their close: {told}.{unseen}"


def accuracy_table(facts: Facts) -> pd.DataFrame:
    """Body of ``ACCURACY``."""
    rows = [
        (row["kind"], int(row["n"]), int(row["quarters"]), given(row["wape"]), given(row["bias"]), _why_not(row))
        for row in by_kind(facts).to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(ACCURACY.heads), dtype=object)


def _why_not(row: dict[Hashable, Any]) -> str:
    if not row["n"]:
        return "No kept forecast is old enough."
    return "Nothing was won." if is_missing(row["wape"]) else EMPTY


def accuracy_says(facts: Facts) -> str:
    """Which kind of forecast lay nearest so far, and how often the simulated span held."""
    scores, (held, n) = by_kind(facts), spans_held(facts)
    told = scores[scores["wape"].notna() & (scores["kind"] != "N-day wins")]
    if told.empty:
        return "Forecasts are kept with every snapshot and scored when their quarter is over; none is yet."
    best = told.iloc[int(told["wape"].to_numpy().argmin())]
    span = f" P10–P90 held {held} of {n} times." if n else ""
    return f"Nearest so far: {best['kind']}, off by {share_text(best['wape'])}, bias {100 * best['bias']:+.0f} %.{span}"
