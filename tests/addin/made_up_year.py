"""Sixteen months of a made-up team that refreshes every other week: a history that every figure can be asked of."""

from __future__ import annotations

import datetime as dt
import functools
import random
from typing import Final

import pandas as pd

from tests.addin.given_tables import Cells, com_tables
from tests.metrics.lived_team import deal, due, lived, lost, won
from tests.metrics.small_team import Row
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable, ChangeSet
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.model.tracking import history_columns, history_of

STEPS: Final = ("Prospect", "Qualified", "Offer")
YEAR: Final = [dt.date(2025, 1, 6) + dt.timedelta(weeks=2 * i) for i in range(36)]


@functools.cache
def made_up(refreshes: int = len(YEAR)) -> Facts:
    """A team that refreshes every other week, sixteen months or less; the engine's facts, with days as days."""
    rng = random.Random(7)  # noqa: S311
    rows: dict[str, Row] = {}
    mornings = []
    for number, today in enumerate(YEAR[:refreshes]):
        for name in [name for name, row in rows.items() if row["Stage"] in STEPS]:
            rows[name] = _lived_on(rows[name], today, rng)
        for new in range(4):
            name = f"D{number}-{new}"
            close = (today + dt.timedelta(days=rng.choice([30, 60, 100]))).isoformat()
            owner = {"Owner": rng.choice(["Ann", "Bob"]), "Source": rng.choice(["Fair", "Mail"]), "Created": today}
            rows[name] = deal(name, rng.choice([None, 100, 250.5, 900]), close, **owner | _entered("Prospect", today))
        mornings.append((today.isoformat(), list(rows.values())))
    marks = [(today.isoformat(), f"Mark {today}") for today in YEAR[:refreshes:6]]
    facts = lived(*mornings, snapshots=marks, quotas=[("Ann", "2026-04-01", "2026-06-30", 4000)])
    _, told = history_columns(facts, history_of(facts))
    return read_facts(applied(_with_forecasts(facts.book), ChangeSet((told,))), facts.as_of)


@functools.cache
def made_up_tables(refreshes: int = len(YEAR)) -> dict[str, Cells]:
    return com_tables(made_up(refreshes).book)


def _lived_on(row: Row, today: dt.date, rng: random.Random) -> Row:
    luck, since = rng.random(), {"Stage since": today}
    if luck < 0.12:
        return lost(row, today.isoformat(), **since | {"Last stage before loss": row["Stage"]})
    if luck < 0.5:
        at = STEPS.index(row["Stage"])
        return won(row, today.isoformat(), **since) if at == 2 else row | _entered(STEPS[at + 1], today)
    later = (row["Expected close"] + dt.timedelta(days=30)).isoformat()
    return due(row, later) if luck < 0.65 else row


def _entered(stage: str, today: dt.date) -> Row:
    """The stage, and since when it holds, which a refresh would write."""
    return {"Stage": stage, "Stage seen": stage, "Stage since": today}


_OTHER_TABLES: Final[dict[str, dict[str, list[object]]]] = {
    "Leads": {"Lead ID": ["L1", "L2"], "Lead": ["A", "B"], "Owner": ["Ann", "Bob"], "Source": ["Fair", "Mail"],
              "Created": [YEAR[30], YEAR[33]], "Status": ["working", "new"], "First response": [YEAR[31], None]},
    "Scoring": {"Framework": ["BANT", "Deal"], "Mark": ["Need", "Budget"], "Highest mark": [2, 5], "Weight": [1, 1]},
    "ICP": {"Field": ["Employees"], "Operator": [">="], "Value": ["50"], "Points": [10]},
    "Activities": {"Date": [YEAR[33], YEAR[35]], "Deal ID": ["D33-0", "D34-1"], "Type": ["Call", "E-mail"],
                   "By": ["Ann", "Bob"]},
    "Cadence": {"Stage": ["Prospect"], "Day": [2], "Channel": ["Call"]},
    "Playbook": {"Stage": ["Prospect"], "Process step": ["Ask who decides."]},
    "Costs": {"Month": [YEAR[33]], "Source": ["Fair"], "Spend": [1000]},
}  # fmt: skip


def _with_forecasts(book: Book) -> Book:
    """Forecasts kept with every snapshot, an experiment, a benchmark, and a row of every other table of the team."""
    kept = book.frame(SNAPSHOTS.name).copy()
    for head, cell in (("Weighted forecast", 900.0), ("Commit forecast", 500.5), ("N days", 30), ("N-day wins", 2.5)):
        kept[head] = pd.Series([cell] * len(kept), dtype=object)
    tried: dict[str, list[object]] = {"Experiment": ["Call first"], "Stage": ["Qualified"], "Start date": [YEAR[20]]}
    peers: dict[str, list[object]] = {
        "Measure": ["Win rate"],
        "Peers": [0.25],
        "Source": ["A report"],
        "As of": [YEAR[0]],
    }
    more: dict[str, dict[str, list[object]]] = {"Experiments": tried, "Benchmarks": peers, **_OTHER_TABLES}
    marked = book.frame("Pipeline").assign(**{"Need": 1, "Deal budget": 3})
    frames = {SNAPSHOTS.name: kept, "Pipeline": marked}
    frames |= {name: pd.DataFrame(cells, dtype=object) for name, cells in more.items()}
    return Book({**book.tables, **{name: BookTable(name, name, 1, 1, frame) for name, frame in frames.items()}})
