"""Fitting: a logistic regression over levels, calibrated on folds that it has not seen (scikit-learn).

Logistic regression because its points add up, so each score can be explained exactly; Platt's sigmoid over five folds
of deals because shrinkage makes it too timid. scikit-learn is an optional extra and is only loaded here.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.metrics.win_model.weights import Weights

LEAST_OF_LEVEL: Final = 20
"""Deals that a level needs to have points of its own."""
KNOWN_SHARE: Final = 0.9
"""Share of the rows in which a feature must be known, or it is left out."""
_FOLDS: Final = 5
Flags = npt.NDArray[np.bool_]


def require_library() -> None:
    """Raise RequestError where scikit-learn is missing."""
    try:
        import sklearn.linear_model  # noqa: F401, PLC0415 - half a second, and only here
    except ImportError as fault:
        raise RequestError(
            "Fitting a win score needs scikit-learn; please run pip install 'xlpipeline[predict]' and try again. "
            "Everything else works without it."
        ) from fault


def used_levels(levels: pd.DataFrame, keys: pd.Series) -> dict[str, list[str]]:
    """Per feature that can be used its levels with enough deals, the most frequent first."""
    out = {}
    for name in levels.columns:
        known = levels[name] != ""
        counts = keys[known].groupby(levels.loc[known, name]).nunique().sort_index()
        counts = counts[counts >= LEAST_OF_LEVEL].sort_values(ascending=False, kind="stable")
        if len(levels) and known.mean() >= KNOWN_SHARE and len(counts) > 1:
            out[str(name)] = [str(level) for level in counts.index]
    return out


def fit(levels: pd.DataFrame, keys: pd.Series, won: Flags) -> Weights:
    """Weights from rows (deals at landmarks) whose outcome is known.

    Args:
        levels: per feature the level of each row.
        keys: the deal of each row: rows of one deal never stand on both sides of a fold.
        won: outcome of each row; both must occur.

    Raises:
        RequestError: scikit-learn is not installed.
    """
    require_library()
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    used = used_levels(levels, keys)
    names = [(feature, level) for feature, some in used.items() for level in some]
    if not names:
        return Weights(_log_odds(won), _points([], [], [], {}))
    hot = np.column_stack([levels[feature].to_numpy() == level for feature, level in names]).astype(float)
    splits = list(GroupKFold(_FOLDS).split(hot, won, pd.factorize(keys)[0]))
    base = LogisticRegression(solver="newton-cholesky")  # the fastest for few columns; draws no random numbers
    with threadpool_limits(1):  # sums in one order: the same points on every machine, and no waiting for other threads
        model = CalibratedClassifierCV(base, method="sigmoid", cv=splits, ensemble=False).fit(hot, won.astype(int))
    (fitted,) = model.calibrated_classifiers_
    slope, shift = -float(fitted.calibrators[0].a_), -float(fitted.calibrators[0].b_)
    raw = slope * fitted.estimator.coef_[0]
    start = slope * float(fitted.estimator.intercept_[0]) + shift
    shares = hot.mean(axis=0)
    deals = [keys[levels[feature] == level].nunique() for feature, level in names]
    middle = dict.fromkeys(used, 0.0)
    for (feature, _), points, share in zip(names, raw.tolist(), shares.tolist(), strict=True):
        middle[feature] += points * share
    return Weights(start + sum(middle.values()), _points(names, raw.tolist(), deals, middle))


def _points(names: list[tuple[str, str]], raw: list[float], deals: list[int], middle: dict[str, float]) -> pd.DataFrame:
    """Points counted from the average deal, so that they say what is better or worse than usual."""
    told = zip(names, raw, deals, strict=True)
    rows: list[tuple[str, str, float, float]] = [
        (feature, level, points - middle[feature], float(n)) for (feature, level), points, n in told
    ]
    rows += [(feature, "", -mean, np.nan) for feature, mean in middle.items()]
    return pd.DataFrame(rows, columns=["feature", "level", "points", "n"])


def _log_odds(won: Flags) -> float:
    share = float(won.mean())
    return float(np.log(share / (1 - share)))


def auc(score: npt.NDArray[Any], won: Flags) -> float:
    """Area under the ROC curve: how often a won row has a higher score than one that was not won (ties: half)."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415

    return float(roc_auc_score(won, score))


def brier(score: npt.NDArray[Any], won: Flags) -> float:
    """Brier score: mean square of score less outcome; 0 is perfect, the base rate's is what knowing nothing costs."""
    from sklearn.metrics import brier_score_loss  # noqa: PLC0415

    return float(brier_score_loss(won, score))
