"""What the reader of the tab Conversion chooses: whose deals (team, a rep, a source) and of which period.

Two cells hold the choice; cards, chart and table look it up in tidy tables on _Cards, so no Python is needed. A period
means that deals closed in it (win rates, average deal), were created in it, or first entered the stage in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.benchmarks import past_window
from xlpipeline.metrics.conversion import by_choice, groups_of
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import (
    chosen,
    people,
)
from xlpipeline.tabs.wording import (
    TEAM,
    result,
)

WHO_CELL: Final = "conversion_who"
PERIOD_CELL: Final = "conversion_period"
KEY: Final = f'{WHO_CELL}&"|"&{PERIOD_CELL}'
TRAILING: Final = "Trailing window"
ALL_TIME: Final = "All time"
QUARTERS: Final = 4
MOST_SOURCES: Final = 20
"""Sources that can be chosen: those with the most deals."""
WHO: Final = Table(
    "ConversionWho", "_Cards", "Whose deals", (result("Name", "text", "Team, reps, then sources."),), key="Name"
)
PERIODS: Final = Table(
    "ConversionPeriods", "_Cards", "Periods", (result("Name", "text", "Periods that can be chosen."),), key="Name"
)


@dataclass(frozen=True)
class Span:
    """A period that can be chosen (``window`` None = all time), and the one before it to compare with."""

    name: str
    window: Period | None
    before: Period | None
    before_name: str = ""


@once
def spans(facts: Facts) -> tuple[Span, ...]:
    """The trailing window, the last quarters, all time."""
    quarters = [facts.quarter]
    while len(quarters) <= QUARTERS:
        quarters.append(facts.fiscal.quarter(quarters[-1].start - dt.timedelta(days=1)))
    return (
        Span(TRAILING, facts.window, past_window(facts), "the window before"),
        *(Span(own.name, own, before, before.name) for own, before in pairwise(quarters)),
        Span(ALL_TIME, None, None),
    )


@once
def groups(facts: Facts) -> tuple[tuple[str, Facts], ...]:
    """The team, every rep, and the sources with the most deals, each with its own facts."""
    codes, names = groups_of(facts, "source")
    sizes = np.bincount(codes, minlength=len(names))
    largest = sorted(np.argsort(-sizes, kind="stable")[:MOST_SOURCES].tolist())
    sources = [(_source(names[place]), facts.only(facts.deals[codes == place])) for place in largest]
    return (*((one.name, one.facts) for one in people(facts)), *sources)


def _source(name: str) -> str:
    return f"Source: {name}"


def chosen_key(facts: Facts) -> str:
    """What the two cells hold now."""
    return f"{chosen(facts, WHO_CELL)}|{chosen(facts, PERIOD_CELL, TRAILING)}"


@once
def cohorts(facts: Facts) -> dict[str, list[Mapping[Hashable, Any]]]:
    """Rows of stage conversion by whose deals and period."""
    every, offered = spans(facts), {name for name, _ in groups(facts)}
    out: dict[str, list[Mapping[Hashable, Any]]] = {}
    for row in by_choice(facts, tuple(span.window for span in every)).to_dict("records"):
        name = {"team": TEAM, "rep": row["group"], "source": _source(row["group"])}[row["kind"]]
        if name in offered:
            out.setdefault(f"{name}|{every[row['window']].name}", []).append(row)
    return out


def names_table(names: Iterable[str]) -> pd.DataFrame:
    """Body of a table of choices."""
    return pd.DataFrame({"Name": list(names)}, dtype=object)
