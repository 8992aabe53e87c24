"""A few leads beside the small team: as of Tuesday 2026-03-31; 2026-03-28 and 29 are a weekend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from tests.metrics.small_team import AS_OF, day, facts_of
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import ACTIVITIES, COSTS, ICP, LEADS, PIPELINE, REPS, SCORING, Table
from xlpipeline.model.settings import Settings

Row = Mapping[str, Any]

BANT: Final = (
    ("BANT", "Budget", "", 2, 3),
    ("BANT", "Authority", "", 2, 3),
    ("BANT", "Need", "", 2, 3),
    ("BANT", "Timeline", "", 2, 1),
)
DEAL: Final = (
    ("Deal", "Budget", "", 5, 2),
    ("Deal", "Timing", "", 5, 1),
    ("Deal", "Authority", "", 5, 2),
    ("Deal", "Interest", "", 5, 1),
)
BEHAVIOUR: Final = (("Behaviour", "E-mails answered", "", 3, 3), ("Behaviour", "Page views", "", 10, 1))
PROFILE: Final = (
    ("Employees", ">=", "50", 30),
    ("Employees", "<=", "2000", 20),
    ("Industry", "in", "Software; Services", 30),
    ("Country", "=", "Germany", 20),
)
MARK_HEADS: Final = (
    "Budget", "Budget evidence", "Authority", "Authority evidence", "Need", "Need evidence", "Timeline",
    "Timeline evidence", "Deal budget", "Deal timing", "Deal authority", "Deal interest",
)  # fmt: skip


def lead(created: Any = "2026-03-02", **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    """An open lead of Ann's."""
    return {"Created": day(created) if created else None, "Owner": "Ann", "Source": "Referral"} | cells


def converted(created: Any = "2026-03-02", **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    """A lead that became a deal on 2026-03-20."""
    return lead(created) | {"Converted on": day("2026-03-20"), "Deal ID": "D0", "Status": "qualified"} | cells


def turned_down(created: Any = "2026-03-02", **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    """A disqualified lead."""
    return lead(created) | {"Status": "disqualified", "Disqualified reason": "No need"} | cells


def frame_of(table: Table, rows: Sequence[Any], more: Sequence[str] = ()) -> pd.DataFrame:
    """Body of a table from dicts or tuples."""
    heads = [*table.heads, *more]
    cells = [row if isinstance(row, Mapping) else dict(zip(heads, row, strict=False)) for row in rows]
    return pd.DataFrame([[row.get(head) for head in heads] for row in cells], columns=heads, dtype=object)


def lead_facts(
    leads: Sequence[Row] = (),
    deals: Sequence[Row] = (),
    *,
    scoring: Sequence[Sequence[object]] = (*BANT, *DEAL, *BEHAVIOUR),
    icp: Sequence[Sequence[object]] = PROFILE,
    costs: Sequence[tuple[str, str, object]] = (),
    activities: Sequence[tuple[str, str, str]] = (),
    reps: Sequence[tuple[str, object]] = (("Ann", 10), ("Bob", None)),
    **settings: Any,  # noqa: ANN401
) -> Facts:
    """Facts with leads; ``costs``: month, source, spend; ``activities``: day, lead, type; ``reps``: name, capacity."""
    book = facts_of(deals).book
    named = [{"Lead ID": f"L{i}", "Lead": f"Lead {i}"} | dict(row) for i, row in enumerate(leads)]
    own = [{"Deal ID": f"D{i}", "Opportunity": f"Deal {i}", "Owner": "Ann"} | dict(row) for i, row in enumerate(deals)]
    frames = {
        "Pipeline": frame_of(PIPELINE, own, (*MARK_HEADS, "Industry")),
        "Leads": frame_of(LEADS, named),
        "Scoring": frame_of(SCORING, scoring),
        "ICP": frame_of(ICP, icp),
        "Costs": frame_of(COSTS, [(day(month), source, spend) for month, source, spend in costs]),
        "Activities": frame_of(ACTIVITIES, [(day(on), name, kind) for on, name, kind in activities]),
        "Reps": frame_of(REPS, [{"Rep": name, "Capacity": capacity} for name, capacity in reps]),
    }
    tables = {**book.tables, **{name: BookTable(name, name, 4, 2, frame) for name, frame in frames.items()}}
    return read_facts(Book(tables), AS_OF, replace(Settings(), **settings))
