"""The tab Win score: what past deals say of each open one, how far that can be trusted, and the rep's own word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlpipeline.metrics import win_score
from xlpipeline.metrics.win_model import kept as model_tables
from xlpipeline.metrics.win_model.kept import Kept, kept
from xlpipeline.metrics.win_model.landmarks import HISTORY
from xlpipeline.metrics.win_model.trial import BASE, MODEL, NAIVE
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs import win_score_tables as tables
from xlpipeline.tabs.cards import Shown, card_names
from xlpipeline.tabs.layout import Card, ChartBlock, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    counted,
    interval_text,
    n_text,
    quiet,
    title_line,
)

CARDS: Final = (
    Card("B7", "score_auc", "AUC", "share", "win_score", across=1),
    Card("C7", "score_brier", "Brier score", "number", "win_score"),
    Card("E7", "score_skill", "Better than the base rate", "share", "win_score", across=1),
    Card("F7", "score_naive", "AUC of naive Bayes", "share", "win_score"),
    Card("H7", "score_tested", "Deals in the test", "whole", "win_score"),
    Card("J7", "score_deals", "Deals behind the model", "whole", "win_score", across=1),
)


def fill(facts: Facts) -> ChangeSet:
    """All of the tab; below the limits only the reason."""
    reason = win_score.withheld(facts)
    model = None if reason else kept(facts)
    names: dict[str, object] = {
        "line_win_score": title_line(facts),
        "score_says": reason or _says(facts, model),
        "score_warns": " ".join(filter(None, (win_score.useless(facts), win_score.warnings(facts)))) or EMPTY,
        **card_names(CARDS, _shown(facts, model)),
    }
    least, points = facts.settings.counts_only_below, tables.point_rows(model)
    moves: list[tuple[object, ...]] = [(name, max(by, 0.0), max(-by, 0.0)) for name, by, _ in points]
    bodies: tuple[tuple[Table, Sequence[tuple[object, ...]]], ...] = (
        (tables.TEST, tables.test_rows(model)),
        (tables.BANDS, tables.band_rows(model, least)),
        (tables.POINTS, points),
        (tables.DEALS, tables.deal_rows(facts)),
        (tables.CHART, tables.chart_rows(model, least)),
        (tables.MOVES, moves),
    )
    return ChangeSet(tuple(whole_table(table.name, tables.frame(table, rows)) for table, rows in bodies), names)


def _says(facts: Facts, model: Kept | None) -> str:
    if model is None:
        return EMPTY
    skill = tables.skill(model, MODEL)
    by = "as history saw them" if model.basis == HISTORY else "by what is known when they are entered (no history yet)"
    gaps = win_score.scores(facts)
    far = int((gaps["gap"].abs() >= 0.25).sum())
    told = f"Fitted on {model.fitted_on.isoformat()} from {counted(model.deals, 'closed deal')} {by}; "
    told += f"tried on deals since {model.cut} it is {100 * skill:.1f} % better than the base rate."
    return told + (f" 25 points or more away from its probability: {counted(far, 'open deal')}." if far else "")


def _shown(facts: Facts, model: Kept | None) -> tuple[Shown, ...]:
    if model is None:
        why = "too few closed deals" if win_score.enough(facts) else "no model: see above"
        return tuple(Shown(None, why, n_text(0, "win_score")) for _ in CARDS)
    auc, brier = win_score.auc(facts), win_score.brier(facts)
    n = n_text(auc.n, "win_score")
    return (
        Shown(auc.value, f"95 %: {interval_text(auc.low, auc.high)} · 50 % is a coin", n),
        Shown(brier.value, f"{brier.value:.3f} · base rate {model.figure(BASE, 'brier'):.3f}", n),
        Shown(tables.skill(model, MODEL), f"naive Bayes {100 * tables.skill(model, NAIVE):.1f} %", n),
        Shown(model.figure(NAIVE, "auc"), f"Brier {model.figure(NAIVE, 'brier'):.3f}", n),
        Shown(float(auc.n), f"as they stood since {model.cut}", n),
        Shown(float(model.deals), f"{model.won:,} won · fitted {model.fitted_on.isoformat()}", n_text(
            model.deals, "win_score"
        )),
    )  # fmt: skip


TAB: Final = Tab(
    "Win score",
    "dashboard",
    (
        Text("B1", "Win score", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_win_score"),
        Text("B3", "", "line", name="refreshed_on_win_score", formula="refreshed_line"),
        Text("B4", EMPTY, "strong", name="score_says", across=12),
        Text("B5", EMPTY, "body", name="score_warns", across=12),
        *CARDS,
        ChartBlock(
            "B12",
            "score_calibration",
            "column",
            "Test: deals won by band of the score, %, and what the score said",
            "Bars show the share won of the test's deals by band of the score, marks the mean score of the band.",
            tables.CHART.name,
            "Band",
            (Series("Won", labels=True), Series("Score", "attention", "marker")),
            columns=4,
            number_format="0%",
        ),
        ChartBlock(
            "F12",
            "score_points",
            "bar",
            "What moves the score of an average deal most, points of 100",
            "Bars show by how much the strongest factors raise or lower the score of an average deal.",
            tables.MOVES.name,
            "Factor",
            (Series("Raises", labels=True), Series("Lowers", "attention", labels=True)),
            columns=5,
            number_format="0%;;",
        ),
        TableBlock(
            "B28",
            tables.TEST,
            rows=3,
            hint="Fitted on what was closed before a day, tried on deals as they stood after it, before their close.",
        ),
        TableBlock(
            "B36",
            tables.BANDS,
            rows=5,
            grey_when_small="Deals",
            hint="A good score stands inside the interval of what was won.",
            tints=quiet(tables.BANDS),
        ),
        TableBlock(
            "B46",
            tables.POINTS,
            rows=tables.MOST_POINTS,
            hint="How far each moves the score of an average deal; where others say much already, it moves less.",
        ),
        TableBlock(
            "B61",
            tables.DEALS,
            grows=True,
            hint="The score stands beside the probability and changes neither it nor any forecast.",
            tints=(
                Tint("AND(ISNUMBER({Gap}),OR({Gap}>=0.25,{Gap}<=-0.25))", "orange", ("Score", "Probability", "Gap")),
            ),
        ),
    ),
    fill,
    widths={"A": 2.0, "B": 36, "C": 13, "D": 18, "E": 24, "F": 14, "G": 13, "H": 13, "I": 13, "J": 28, "K": 100},
    freeze="B4",
    page_break_before=(61,),
)
MODEL_TAB: Final = Tab(
    model_tables.TAB,
    "hidden",
    (
        Text("B1", "The win score's model", "title"),
        Text("B2", "Written by 'xlpipeline score'; every refresh scores with it. Please leave it as it is.", "line"),
        TableBlock("B4", model_tables.MODEL, grows=True),
        TableBlock("J4", model_tables.WEIGHTS, grows=True),
        TableBlock("O4", model_tables.FIGURES, grows=True),
        TableBlock("V4", model_tables.BANDS, grows=True),
    ),
)
