"""The test of the score out of time: fitted on what was closed before a day, tried on deals as they stood after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.forecast_calibration import BANDS
from xlpipeline.metrics.wilson import wilson
from xlpipeline.metrics.win_model import naive_bayes
from xlpipeline.metrics.win_model.features import features_of, levels_of
from xlpipeline.metrics.win_model.fit import auc, brier, fit
from xlpipeline.metrics.win_model.landmarks import ENTRY, closed_rows
from xlpipeline.metrics.win_model.weights import Weights
from xlpipeline.model.facts import Facts

MODEL: Final = "Model"
NAIVE: Final = "Naive Bayes"
BASE: Final = "Base rate"
_LEARNT_SHARE: Final = 0.75
"""Share of the closed deals that the tested model learns from; it is tried on what came later."""
_LEAST_OF_EACH: Final = 20
"""Won deals, and deals that were not won, that both sides of the test need."""


@dataclass(frozen=True)
class Trial:
    """A fitted model and its test.

    ``figures``: scheme, auc, brier, deals (counted once), won (of them), seen (deals x days).
    ``bands``: scheme, band, low_edge, high_edge, deals, seen, stated, share, low, high (Wilson by deals).
    ``weights`` are fitted on all closed deals, the test on those closed before ``cut``.
    """

    weights: Weights
    figures: pd.DataFrame
    bands: pd.DataFrame
    cut: dt.date
    basis: str
    deals: int
    won: int


def try_out(facts: Facts) -> Trial | str:
    """The model of the closed deals and its test; a sentence where there is too little to test it with.

    Raises:
        RequestError: scikit-learn is not installed.
    """
    rows = closed_rows(facts)
    levels = levels_of(facts, rows)
    closes = rows.drop_duplicates("key")["closed_on"]
    if closes.empty:
        return "No closed deal was seen open on any day: without Created nothing can be learnt."
    cut = closes.iloc[min(int(len(closes) * _LEARNT_SHARE), len(closes) - 1)].normalize()
    learnt = (rows["closed_on"] < cut).to_numpy()
    tried = (rows["day"] >= cut).to_numpy()
    won = rows["won"].to_numpy(dtype=bool)
    few = _too_few(rows, learnt, tried, cut.date())
    if few:
        return few
    keys = rows["key"]
    tested = fit(levels[learnt], keys[learnt], won[learnt])
    naive = _naive(facts, rows, levels, learnt)
    score = {
        MODEL: tested.score(levels[tried]),
        NAIVE: naive.score(levels[tried]),
        BASE: np.full(int(tried.sum()), won[learnt].mean()),
    }
    counts = keys[tried].nunique(), keys[tried & won].nunique()
    figures = [
        (name, auc(told, won[tried]), brier(told, won[tried]), *counts, len(told)) for name, told in score.items()
    ]
    bands = [row for name in (MODEL, NAIVE) for row in _bands(name, score[name], won[tried], keys[tried])]
    return Trial(
        fit(levels, keys, won),
        pd.DataFrame(figures, columns=FIGURE_HEADS),
        pd.DataFrame(bands, columns=BAND_HEADS),
        cut.date(),
        rows.attrs["basis"],
        keys.nunique(),
        rows.loc[rows["won"], "key"].nunique(),
    )


FIGURE_HEADS: Final = ["scheme", "auc", "brier", "deals", "won", "seen"]
BAND_HEADS: Final = ["scheme", "band", "low_edge", "high_edge", "deals", "seen", "stated", "share", "low", "high"]


def _too_few(rows: pd.DataFrame, learnt: npt.NDArray[Any], tried: npt.NDArray[Any], cut: dt.date) -> str:
    for side, where in ((learnt, "closed before"), (tried, "seen open since")):
        for won, word in ((True, "won"), (False, "lost")):
            n = rows.loc[side & (rows["won"] == won), "key"].nunique()
            if n < _LEAST_OF_EACH:
                return (
                    f"Only {n} {word} deals were {where} {cut.isoformat()}; a test out of time needs at least "
                    f"{_LEAST_OF_EACH} won and {_LEAST_OF_EACH} lost on both sides."
                )
    return ""


def _naive(facts: Facts, rows: pd.DataFrame, levels: pd.DataFrame, learnt: npt.NDArray[Any]) -> naive_bayes.NaiveBayes:
    """Counts of the same deals: each as it was seen last."""
    last = rows[learnt].drop_duplicates("key", keep="last")
    deals = levels.loc[last.index].assign(won=last["won"])
    entry = tuple(one.name for one in features_of(facts) if one.known == "entry" or one.name == "Owner")
    stages = () if rows.attrs["basis"] == ENTRY else tuple(facts.stages.loc[facts.stages["type"] == "open", "stage"])
    return naive_bayes.count(deals, entry, stages)


def _bands(
    scheme: str, score: npt.NDArray[Any], won: npt.NDArray[np.bool_], keys: pd.Series
) -> list[tuple[object, ...]]:
    """A deal that was seen on several days counts once in an interval's n: its days are not independent."""
    out: list[tuple[object, ...]] = []
    for low_edge, high_edge in BANDS:
        inside = (score >= low_edge) & ((score < high_edge) | (high_edge == 1))
        seen, deals = int(inside.sum()), int(keys[inside].nunique())
        share = float(won[inside].mean()) if seen else np.nan
        low, high = wilson(share * deals, deals) if seen else (np.nan, np.nan)
        stated = float(score[inside].mean()) if seen else np.nan
        name = f"{100 * low_edge:.0f}–{100 * high_edge:.0f} %"
        out.append((scheme, name, low_edge, high_edge, deals, seen, stated, share, low, high))
    return out
