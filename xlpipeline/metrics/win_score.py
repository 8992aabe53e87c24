"""The win score: what the team's own closed deals say of each open one, beside the rep's probability, never in it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.wilson import Z_95
from xlpipeline.metrics.win_model.features import levels_of
from xlpipeline.metrics.win_model.kept import Kept, kept
from xlpipeline.metrics.win_model.landmarks import closed_deals, open_rows, own_columns
from xlpipeline.metrics.win_model.trial import BASE, MODEL, NAIVE
from xlpipeline.metrics.win_model.weights import Floats, chance
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="win_score",
    title="Win score",
    definition=(
        "The share of the team's own past deals that were won among those that stood as this deal stands, by a "
        "calibrated model of what was known before they closed."
    ),
    formula=(
        "logistic regression (Platt-calibrated) over source, product, owner, account, age, stage, amount, pushes, "
        "expected close, activities and the columns of win_score_columns, each as of 0, 14, 30, 60, 90, 180 and 365 "
        "days after Created while the deal was open; won against lost or derailed; above win_score_least won and as "
        "many lost deals; AUC, Brier score and bands from deals as they stood after the last quarter of closes began, "
        "by a model of what was closed before; intervals count each deal once"
    ),
    why="A second opinion that has no hopes: where it and the rep differ by much, there is something to talk about.",
    what_to_do=(
        "Talk about the deals with the largest gap; run 'xlpipeline score' every quarter; do not use a score whose "
        "test is hardly better than the base rate."
    ),
    source="requirement F31; issue 6, point 3; naive Bayes as CRMs score leads, for comparison",
)
RUN: Final = "run 'xlpipeline score'"
_LITTLE: Final = 0.02
"""Gain in the Brier score below which the tab says that there is hardly any."""
_TOP: Final = 3
"""Factors that are named on either side."""
_LEAST_POINTS: Final = 0.5
"""A factor that moves the score by less than half a point is not worth a word."""


def enough(facts: Facts) -> str:
    """Why the closed deals are too few for a model; "" where there are more than the limit of each kind.

    Derailed deals count as not won in the model, but not towards the limit: it asks for lost ones.
    """
    least = facts.settings.win_score_least
    deals = closed_deals(facts)
    won, lost = int(deals["is_won"].sum()), int(deals["is_lost"].sum())
    if won > least and lost > least:
        return ""
    return (
        f"A win score needs more than {least:,} won and more than {least:,} lost deals with the dates of their "
        f"creation and close; there are {won:,} and {lost:,}."
    )


@once
def withheld(facts: Facts) -> str:
    """Why nothing of a score may be shown; "" where it may. Below the limits there is only this sentence."""
    if few := enough(facts):
        return few
    model = kept(facts)
    if model is None:
        extra = "pip install 'xlpipeline[predict]'"
        return f"No model is kept yet: {RUN} to fit one (once, and then every quarter; it needs {extra})."
    if model.fitted_on > facts.as_of:
        return f"The model was fitted on {model.fitted_on.isoformat()}, after the as-of date; it would know too much."
    return model.withheld


@once
def useless(facts: Facts) -> str:
    """Why the scores of single deals are withheld although the test is shown; "" where they are not."""
    model = _model(facts)
    if model is None:
        return ""
    low, _ = _bounds(model)
    if model.figure(MODEL, "brier") < model.figure(BASE, "brier") and low > 0.5:
        return ""
    return "In its test the score was not surely better than the base rate of all deals, so no deal is scored."


@once
def warnings(facts: Facts) -> str:
    """What must be said beside a score that is shown: its age, a suspicious test, and columns that do not count."""
    model = _model(facts)
    if model is None:
        return ""
    age = (facts.as_of - model.fitted_on).days
    since = int((closed_deals(facts)["closed_on"] > pd.Timestamp(model.fitted_on)).sum())
    told = []
    if age > facts.settings.win_score_days:
        told.append(f"The model is {age:,} days old and {since:,} deals were closed since: {RUN} to renew it.")
    gain = 1 - model.figure(MODEL, "brier") / model.figure(BASE, "brier")
    if not useless(facts) and gain < _LITTLE:
        told.append("It is hardly better than the base rate: these facts say little about who wins.")
    if model.figure(MODEL, "auc") > 0.95:
        told.append("So good a test is suspicious: does an own column say how deals ended?")
    if bad := own_columns(facts)[1]:
        told.append(f"win_score_columns names {', '.join(bad)}: not a column of the team's own, so it does not count.")
    return " ".join(told)


def _model(facts: Facts) -> Kept | None:
    return None if withheld(facts) else kept(facts)


@once
def scores(facts: Facts) -> pd.DataFrame:
    """Open deals, the highest score first (index of ``facts.deals``); empty where no score may be given.

    Columns: deal_id, score (0-1), factors (words), probability (as the weighted pipeline uses it, NaN = none),
    whose ("rep" or "stage default"), gap (score less probability).
    """
    model = _model(facts)
    heads = ["deal_id", "score", "factors", "probability", "whose", "gap"]
    rows = open_rows(facts)
    if model is None or useless(facts) or rows.empty:
        return pd.DataFrame(columns=heads)
    levels = levels_of(facts, rows)
    parts = model.weights.contributions(levels)
    found = facts.deals.loc[rows["position"], ["deal_id", "probability", "own_probability"]]
    log_odds = model.weights.start + parts.to_numpy(dtype=float).sum(axis=1)
    words = _words(levels, parts, log_odds)
    own = found["own_probability"].between(0, 1)
    out = found.assign(score=chance(log_odds), factors=pd.Series(words, index=found.index, dtype=object))
    out["whose"] = np.where(own, "rep", np.where(found["probability"].notna(), "stage default", ""))
    out["gap"] = out["score"] - out["probability"]
    return out.sort_values(["score", "deal_id"], ascending=[False, True], kind="stable")[heads]


def _words(levels: pd.DataFrame, parts: pd.DataFrame, log_odds: Floats) -> list[str]:
    """``for: Stage Closing +18, Source Referral +3; against: Put off twice or more -7``: points of 100.

    The points of a factor are how much lower (or higher) the score would be if it were as in an average deal.
    """
    moved = 100 * (chance(log_odds)[:, None] - chance(log_odds[:, None] - parts.to_numpy(dtype=float)))
    names = [str(name) for name in parts.columns]
    told = levels.reindex(columns=names, fill_value="").to_numpy(dtype=object).tolist()
    out = []
    for row, points in zip(told, moved.tolist(), strict=True):
        known = [one for one in zip(names, row, points, strict=True) if one[1] and abs(one[2]) >= _LEAST_POINTS]
        known.sort(key=lambda one: -abs(one[2]))
        sides = (("for", [one for one in known if one[2] > 0]), ("against", [one for one in known if one[2] < 0]))
        said = [f"{side}: {', '.join(_factor(*one) for one in some[:_TOP])}" for side, some in sides if some]
        out.append("; ".join(said) or "like an average deal")
    return out


def _factor(name: str, level: str, points: float) -> str:
    sign = "+" if points > 0 else "−"
    return f"{name} {level} {sign}{abs(points):.0f}"


def auc(facts: Facts) -> Figure:
    """Area under the ROC curve in the test out of time; n = deals of the test."""
    return _tested(facts, "auc")


def brier(facts: Facts) -> Figure:
    """Brier score in the test out of time (lower is better); n = deals of the test."""
    return _tested(facts, "brier")


def _tested(facts: Facts, measure: str) -> Figure:
    model = _model(facts)
    if model is None:
        return refused(withheld(facts))
    n = int(model.figure(MODEL, "deals"))
    basis = f"deals as they stood since {model.cut}, by a model of those closed before"
    naive, base = model.figure(NAIVE, measure), model.figure(BASE, measure)
    low, high = _bounds(model) if measure == "auc" else (None, None)
    note = f"naive Bayes {naive:.3f} · base rate {base:.3f}"
    return Figure(model.figure(MODEL, measure), n, basis, low, high, note=note)


def _bounds(model: Kept) -> tuple[float, float]:
    """95 % bounds of the AUC; each deal counts once, on however many days it was seen.

    Source: J. A. Hanley and B. J. McNeil, The meaning and use of the area under a ROC curve (1982).
    """
    area, won = model.figure(MODEL, "auc"), model.figure(MODEL, "won")
    others = model.figure(MODEL, "deals") - won
    spread = area * (1 - area) + (won - 1) * (area / (2 - area) - area**2)
    spread += (others - 1) * (2 * area**2 / (1 + area) - area**2)
    half = Z_95 * math.sqrt(spread / (won * others))
    return max(area - half, 0.0), min(area + half, 1.0)
