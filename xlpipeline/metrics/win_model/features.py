"""The register of what the win score may look at, each with the moment at which it is known.

Nothing that is known only after the close is here: no actual close, reason, last stage, signature or payment. A
feature reads one column of ``landmarks`` and gives levels (texts); "" = not known.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from xlpipeline.metrics.win_model.landmarks import AGES, own_columns
from xlpipeline.model.facts import Facts

_STEPS: Final = (1, 3)
"""Amounts are put in two bands per power of ten."""


@dataclass(frozen=True)
class Feature:
    """``column``: of the rows of ``landmarks``. ``known``: at entry, or as of the day on which the deal is seen."""

    name: str
    column: str
    known: Literal["entry", "landmark"]
    source: str
    """Where the value comes from, and so why it cannot hold anything of the close."""
    levels: Callable[[pd.DataFrame, str], list[str]]
    needs_history: bool = False


def _texts(rows: pd.DataFrame, column: str) -> list[str]:
    return [str(cell) for cell in rows[column].tolist()]


def _ages(rows: pd.DataFrame, column: str) -> list[str]:
    names = [f"{low}–{high - 1} days" for low, high in itertools.pairwise(AGES)]
    return _banded(rows[column], AGES, [*names, f"{AGES[-1]} days or more"])


def _amounts(rows: pd.DataFrame, column: str) -> list[str]:
    edges = [step * 10**power for power in range(12) for step in _STEPS]
    names = [f"{low:,} to {high:,}" for low, high in itertools.pairwise(edges)]
    return _banded(rows[column].where(rows[column] >= 1), edges, [*names, f"{edges[-1]:,} or more"])


def _pushes(rows: pd.DataFrame, column: str) -> list[str]:
    return _banded(rows[column], (0, 1, 2), ("never", "once", "twice or more"))


def _touches(rows: pd.DataFrame, column: str) -> list[str]:
    return _banded(rows[column], (0, 1, 3, 6), ("none", "1–2", "3–5", "6 or more"))


def _customers(rows: pd.DataFrame, column: str) -> list[str]:
    return _banded(rows[column], (0, 1), ("no deal won with it yet", "won before"))


def _due(rows: pd.DataFrame, column: str) -> list[str]:
    known, past = rows[column].notna().tolist(), (rows[column] < rows["day"]).tolist()
    return [("past" if late else "ahead") if told else "" for told, late in zip(known, past, strict=True)]


def _banded(values: pd.Series, edges: tuple[int, ...] | list[int], names: tuple[str, ...] | list[str]) -> list[str]:
    """The band of each number: from its edge up to the next; "" for what is not known or below the first."""
    found = values.to_numpy(dtype=float)
    at = np.where(np.isnan(found), -1, np.searchsorted(np.array(edges, dtype=float), found, side="right") - 1)
    return [names[place] if place >= 0 else "" for place in at.tolist()]


_BY_HISTORY: Final = "history at the end of that day"
FEATURES: Final = (
    Feature("Source", "Source", "entry", "as entered; by history, else the table", _texts),
    Feature("Product", "Product", "entry", "as entered; by history, else the table", _texts),
    Feature("Owner", "Owner", "landmark", "the owner on that day by history, else the table", _texts),
    Feature("Account", "customer", "landmark", "deals that were won with the account by that day", _customers),
    Feature("Age", "age", "landmark", "days from Created to that day", _ages),
    Feature("Stage", "Stage", "landmark", _BY_HISTORY, _texts, needs_history=True),
    Feature("Amount", "amount", "landmark", _BY_HISTORY, _amounts, needs_history=True),
    Feature("Put off", "pushes", "landmark", "moves of the expected close by that day, from history", _pushes, True),
    Feature("Expected close", "Expected close", "landmark", _BY_HISTORY, _due, needs_history=True),
    Feature("Activities", "touches", "landmark", "activities dated up to that day", _touches, needs_history=True),
)


def features_of(facts: Facts) -> tuple[Feature, ...]:
    """The register, and the team's own columns that the setting ``win_score_columns`` calls known at entry."""
    own = (Feature(head, head, "entry", "as entered; by history, else the table", _texts)
           for head in own_columns(facts)[0])  # fmt: skip
    return (*FEATURES, *own)


def levels_of(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Level of every feature (columns by name) of every row; "" = not known."""
    return pd.DataFrame(
        {
            one.name: pd.Series(one.levels(rows, one.column), index=rows.index, dtype=object)
            for one in features_of(facts)
        }
    )
