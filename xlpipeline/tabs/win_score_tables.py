"""Tables of the tab Win score and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from xlpipeline.metrics import win_score
from xlpipeline.metrics.win_model.kept import Kept
from xlpipeline.metrics.win_model.landmarks import ENTRY
from xlpipeline.metrics.win_model.trial import BASE, MODEL, NAIVE
from xlpipeline.metrics.win_model.weights import chance
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, given, interval_text, known, result

MOST_POINTS: Final = 8
TEST: Final = Table(
    "WinScoreTest",
    "Win score",
    "Tried on later deals",
    (
        result("Scheme", "text", "The model; naive Bayes as CRMs score; the base rate, which is one share for all."),
        result("AUC", "text", "How often a won deal has the higher score than one that was not won; 0.5 is a coin."),
        result("Brier score", "text", "Mean square of score less outcome; lower is better."),
        result("Better than base rate", "share", "1 - Brier score / that of the base rate."),
        result("Deals", "whole", "Closed deals of the test.", "deals"),
        result("Seen", "whole", "A deal is seen on each landmark day on which it was open.", "days x deals"),
        result("Note", "text", "What a scheme had to do without."),
    ),
)
BANDS: Final = Table(
    "WinScoreBands",
    "Win score",
    "Calibration: were deals won as often as the score said?",
    (
        result("Band", "text", "Score of the model from, up to (not included)."),
        result("Deals", "whole", "Deals of the test with such a score; on several days they count once.", "deals"),
        result("Score", "share", "Mean score of the model in the band."),
        result("Won", "share", "Share of them that was won."),
        result("95 % interval", "text", "Wilson interval of the share won, by deals."),
        result("Deals (naive Bayes)", "whole", "The same for naive Bayes.", "deals"),
        result("Naive Bayes", "share", "Mean score of naive Bayes in the band."),
        result("Won (naive Bayes)", "share", "Share of them that was won."),
        result("95 % (naive Bayes)", "text", "Wilson interval of the share won, by deals."),
        result("Note", "text", "Why nothing is shown."),
    ),
)
POINTS: Final = Table(
    "WinScorePoints",
    "Win score",
    "What counts most",
    (
        result("Factor", "text", "What is looked at, and what it was."),
        result("Effect", "share", "How far it moves the score of an average deal."),
        result("Deals", "whole", "Closed deals behind it.", "deals"),
    ),
)
DEALS: Final = Table(
    "WinScores",
    "Win score",
    "Open deals",
    (
        result("Opportunity", "text", "What we hope to sell."),
        result("Deal ID", "text", "The deal."),
        result("Owner", "text", "The rep."),
        result("Stage", "text", "Where it stands."),
        result("Amount", "money", "Its amount."),
        result("Score", "share", "The win score. It changes no probability and no forecast."),
        result("Probability", "share", "What the weighted pipeline uses."),
        result("Gap", "share", "Score less probability."),
        result("Whose", "text", "Whose probability it is. rep: typed for this deal; stage default: nobody has."),
        result("For and against", "text", "Points by which each factor moves this score, the strongest first."),
    ),
    key="Deal ID",
)
MOVES: Final = Table(
    "WinScoreMoves",
    "_Cards",
    "Behind the chart of what counts most",
    (
        result("Factor", "text", "What is looked at, and what it was."),
        result("Raises", "share", "How far it raises the score of an average deal."),
        result("Lowers", "share", "How far it lowers it."),
    ),
)
CHART: Final = Table(
    "WinScoreChart",
    "_Cards",
    "Behind the chart of calibration",
    (
        result("Band", "text", "Score of the model, with n."),
        result("Won", "share", "Share that was won."),
        result("Score", "share", "Mean score."),
    ),
)


def frame(table: Table, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """A table's body."""
    return pd.DataFrame(rows, columns=list(table.heads), dtype=object)


def skill(model: Kept, scheme: str) -> float:
    """How much better than the base rate a scheme's Brier score is, as a share of it."""
    base = model.figure(BASE, "brier")
    return 1 - model.figure(scheme, "brier") / base if base else 0.0


def test_rows(model: Kept | None) -> list[tuple[object, ...]]:
    """The three schemes on the same deals."""
    if model is None:
        return []
    rows: list[tuple[object, ...]] = []
    for row in model.figures.to_dict("records"):
        figures = (f"{row['auc']:.3f}", f"{row['brier']:.3f}", float(skill(model, str(row["scheme"]))))
        stageless = row["scheme"] == NAIVE and model.basis == ENTRY
        note = "Without stages: there is no history." if stageless else None
        rows.append((row["scheme"], *figures, int(row["deals"]), int(row["seen"]), note))
    return rows


def band_rows(model: Kept | None, least: int) -> list[tuple[object, ...]]:
    """Calibration by band; with fewer than ``least`` deals no rate is shown (definitions, section 15)."""
    if model is None:
        return []
    mine, naive = (model.bands[model.bands["scheme"] == name].set_index("band") for name in (MODEL, NAIVE))
    rows: list[tuple[object, ...]] = []
    for band in mine.index:
        few = min(mine.loc[band, "deals"], naive.loc[band, "deals"]) < least
        note = f"With fewer than {least} deals no rate is shown." if few else None
        rows.append((band, *_band(mine.loc[band], least), *_band(naive.loc[band], least), note))
    return rows


def _band(row: pd.Series, least: int) -> tuple[object, ...]:
    deals = int(row["deals"])
    if deals < least:
        return (deals, given(row["stated"]), NOT_AVAILABLE, EMPTY)
    return (deals, given(row["stated"]), given(row["share"]), interval_text(row["low"], row["high"]) or EMPTY)


def point_rows(model: Kept | None) -> list[tuple[str, float, int]]:
    """What moves an average deal's score most: name, effect (share), deals; the best first."""
    if model is None:
        return []
    points = model.weights.points
    points = points[(points["level"] != "") & points["n"].notna()]
    start = pd.Series(model.weights.start, index=points.index)
    effect = chance((start + points["points"]).to_numpy()) - chance(start.to_numpy())
    told = points.assign(effect=effect, size=abs(effect)).sort_values("size", ascending=False, kind="stable")
    told = told.head(MOST_POINTS).sort_values("effect", ascending=False, kind="stable")
    return [(f"{row['feature']}: {row['level']}", row["effect"], int(row["n"])) for row in told.to_dict("records")]


def deal_rows(facts: Facts) -> list[tuple[object, ...]]:
    """Every open deal with its score, beside the probability that the weighted pipeline uses."""
    found = win_score.scores(facts)
    deals = facts.deals.loc[found.index]
    cells = (
        deals["opportunity"], deals["deal_id"], deals["rep"], deals["stage"],
        [known(amount, facts.money_unit) for amount in deals["amount"].tolist()], found["score"],
        [known(share) for share in found["probability"].tolist()],
        [known(share) for share in found["gap"].tolist()], found["whose"], found["factors"],
    )  # fmt: skip
    columns = [one if isinstance(one, list) else one.tolist() for one in cells]
    return [tuple(None if cell == "" else cell for cell in row) for row in zip(*columns, strict=True)]


def chart_rows(model: Kept | None, least: int) -> list[tuple[object, ...]]:
    """Bands of the model for the chart."""
    if model is None:
        return []
    rows: list[tuple[object, ...]] = []
    for _, row in model.bands[model.bands["scheme"] == MODEL].iterrows():
        n, stated, won, _interval = _band(row, least)
        rows.append((f"{row['band']} (n {n:,})", won, stated))
    return rows
