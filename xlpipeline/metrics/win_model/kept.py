"""The fitted model as the workbook keeps it, so that every refresh can score without the library that fitted it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import pandas as pd

from xlpipeline.metrics.win_model.trial import BAND_HEADS, FIGURE_HEADS, Trial
from xlpipeline.metrics.win_model.weights import Weights
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import Facts, once_per_book
from xlpipeline.model.schema import Column, Kind, Table

TAB: Final = "_Win model"
_DIGITS: Final = 6


def _column(name: str, kind: Kind, note: str) -> Column:
    return Column(name, kind, note, 14, "refresh")


MODEL: Final = Table(
    "WinModel",
    TAB,
    "The win score's model",
    (
        _column("Fitted on", "date", "As-of date of the deals that it learnt from."),
        _column("Tested from", "date", "First day of the test out of time."),
        _column("Basis", "text", "history: deals as they stood then; entry: only what is known at entry."),
        _column("Deals", "whole", "Closed deals that it learnt from."),
        _column("Won", "whole", "Won ones of them."),
        _column("Start", "number", "Log-odds of an average deal."),
        _column("Withheld", "text", "Why there is no model."),
    ),
)
WEIGHTS: Final = Table(
    "WinModelPoints",
    TAB,
    "Points of each level",
    (
        _column("Factor", "text", "What is looked at."),
        _column("Level", "text", "What it was; blank: not known, or too rare."),
        _column("Points", "number", "Log-odds added to those of an average deal."),
        _column("Deals", "whole", "Closed deals with it."),
    ),
)
FIGURES: Final = Table(
    "WinModelTest",
    TAB,
    "Test out of time",
    (
        _column("Scheme", "text", "Model, naive Bayes or base rate."),
        _column("AUC", "number", "How often a won deal has the higher score."),
        _column("Brier", "number", "Mean square of score less outcome."),
        _column("Deals", "whole", "Deals of the test."),
        _column("Won", "whole", "Won ones of them."),
        _column("Seen", "whole", "Deals x days on which they were seen."),
    ),
)
BANDS: Final = Table(
    "WinModelBands",
    TAB,
    "Calibration in the test",
    (
        _column("Scheme", "text", "Model or naive Bayes."),
        _column("Band", "text", "Scores from, up to (not included)."),
        _column("From", "share", "Lower edge."),
        _column("To", "share", "Upper edge."),
        _column("Deals", "whole", "Deals of the test with such a score."),
        _column("Seen", "whole", "Deals x days."),
        _column("Stated", "share", "Mean score."),
        _column("Won", "share", "Share that was won."),
        _column("Low", "share", "95 % Wilson, lower."),
        _column("High", "share", "95 % Wilson, upper."),
    ),
)
TABLES: Final = (MODEL, WEIGHTS, FIGURES, BANDS)


@dataclass(frozen=True)
class Kept:
    """A model as it was kept; ``withheld``: why there is none, then the rest is empty."""

    fitted_on: dt.date
    cut: dt.date | None
    basis: str
    deals: int
    won: int
    weights: Weights
    figures: pd.DataFrame
    bands: pd.DataFrame
    withheld: str = ""

    def figure(self, scheme: str, measure: str) -> float:
        """``auc``, ``brier`` or a count of a scheme in the test."""
        return float(self.figures.set_index("scheme")[measure][scheme])


def keep(found: Trial | str, as_of: dt.date) -> ChangeSet:
    """What a job writes to keep a model, or the sentence why there is none."""
    if isinstance(found, str):
        blank = [whole_table(table.name, _frame(table, [(None,) * len(table.columns)])) for table in TABLES[1:]]
        row = (as_of, None, None, None, None, None, found)
        return ChangeSet((whole_table(MODEL.name, _frame(MODEL, [row])), *blank))
    start = round(found.weights.start, _DIGITS)
    model = (as_of, found.cut, found.basis, found.deals, found.won, start, None)
    parts = ((WEIGHTS, found.weights.points), (FIGURES, found.figures), (BANDS, found.bands))
    bodies = [whole_table(table.name, _frame(table, _rows(frame))) for table, frame in parts]
    return ChangeSet((whole_table(MODEL.name, _frame(MODEL, [model])), *bodies))


def _frame(table: Table, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(table.heads), dtype=object)


def _rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Plain cells; rounded, so that two machines keep the same."""
    cells = frame.round(_DIGITS).astype(object).where(frame.notna(), None)
    return [tuple(None if cell == "" else cell for cell in row) for row in cells.itertuples(index=False, name=None)]


@once_per_book
def kept(facts: Facts) -> Kept | None:
    """The model that the book keeps; None where there is none, or its tables were damaged."""
    frames = [facts.book.frame(table.name) for table in TABLES]
    for table, frame in zip(TABLES, frames, strict=True):
        if frame.empty or not set(table.heads) <= set(frame.columns):
            return None
    fitted, cut = (dates(frames[0], head)[0].iloc[0] for head in ("Fitted on", "Tested from"))
    if pd.isna(fitted):
        return None
    weights, figures, bands = (
        _typed(table, frame, heads)
        for table, frame, heads in zip(TABLES[1:], frames[1:], (_WEIGHTS, FIGURE_HEADS, BAND_HEADS), strict=True)
    )
    start, deals, won = (numbers(frames[0], head)[0].iloc[0] for head in ("Start", "Deals", "Won"))
    withheld = str(texts(frames[0], "Withheld").iloc[0])
    sound = pd.notna([start, deals, won]).all() and len(figures) == 3 and figures.notna().all(axis=None)
    if not withheld and not (sound and weights["points"].notna().all() and pd.notna(cut)):
        return None
    return Kept(
        fitted.date(),
        None if pd.isna(cut) else cut.date(),
        str(texts(frames[0], "Basis").iloc[0]),
        0 if withheld else int(deals),
        0 if withheld else int(won),
        Weights(0.0 if withheld else float(start), weights[weights["feature"] != ""]),
        figures,
        bands,
        withheld,
    )


_WEIGHTS: Final = ["feature", "level", "points", "n"]


def _typed(table: Table, frame: pd.DataFrame, heads: list[str]) -> pd.DataFrame:
    cells = {
        head: texts(frame, column.name) if column.kind == "text" else numbers(frame, column.name)[0]
        for head, column in zip(heads, table.columns, strict=True)
    }
    return pd.DataFrame(cells)
