"""The records by which metrics and checks make themselves known; ``xlpipeline explain`` and Definitions print them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from xlpipeline.model.facts import Facts

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Metric:
    """What a metric means. ``definition`` is one sentence that a sales manager would sign."""

    name: str
    title: str
    definition: str
    formula: str
    why: str
    what_to_do: str
    source: str
    """Section of SEMANTICS, or where the definition comes from."""


@dataclass(frozen=True)
class Check:
    """One fault in the data, and how it is found.

    ``find`` takes the facts and gives a frame with the columns ``position`` (0-based body row), ``column`` (head of
    the faulty cell) and ``wrong`` (one sentence with the value found); empty where all is well. A check that looks at
    several tables adds ``table``.

    ``fleeting``: a regular expression for what of the sentence changes while the fault stays the same, such as days
    that pass or the number of a row that is sorted; an accepted or snoozed issue is known again without it.
    """

    name: str
    severity: Severity
    title: str
    what: str
    why: str
    what_to_do: str
    find: Callable[[Facts], pd.DataFrame]
    table: str = "Pipeline"
    fleeting: str = ""
