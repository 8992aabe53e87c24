"""Whole tables as arguments: recognised by their heads, read once, and known again.

A worksheet function is pure: the same tables and day give the same figure. So it is right to remember what was made of
the last few argument sets, and ten cells over the same Pipeline[#All] cost little more than one. Tables are known again
by a digest of their every cell with its type (TRUE is not 1), never by where they stand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import marshal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

import pandas as pd

from xlpipeline.addin.functions._cells import read_column, read_days, read_moments, rows_of
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import History, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.past import past_facts, reaches_back
from xlpipeline.model.schema import INPUT_TABLES
from xlpipeline.model.settings import read_settings
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.model.tracking import last_refresh

MARKS: Final = {
    "Pipeline": ("Stage",),
    "Stages": ("Order", "Stage", "Type"),
    "Quotas": ("Rep", "Period start", "Period end", "Quota"),
    "Criteria": ("Stage", "ID", "Kind"),
    "Activities": ("Date", "Deal ID", "Type"),
    "Settings": ("Key", "Value"),
    "Reps": ("Rep",),
    "FX": ("Currency", "Period start", "Rate"),
    "Periods": ("Period", "Start", "End"),
    "Holidays": ("Date",),
    "Leads": ("Created", "Status"),
    "ICP": ("Field", "Operator", "Value", "Points"),
    "Scoring": ("Framework", "Mark"),
    "Costs": ("Month", "Source", "Spend"),
    "ActivityTypes": ("Activity type",),
    "Cadence": ("Stage", "Day", "Channel"),
    "Playbook": ("Stage", "Process step"),
    "Experiments": ("Experiment", "Stage", "Start date"),
    "Benchmarks": ("Measure", "Peers", "Source"),
    HISTORY.name: ("Event ID", "Deal ID", "Kind", "Column", "Old", "New", "Not after"),
    SNAPSHOTS.name: ("Date", "Taken on", "Stage"),
}
"""Columns by which each table is recognised; the others may be missing."""

_READERS: Final = {"date": read_days, "moment": read_moments}
"""Columns of days and moments: Excel hands their cells over as numbers."""
_TIMES: Final = {
    table.name: {column.name: _READERS[column.kind] for column in table.columns if column.kind in _READERS}
    for table in (*INPUT_TABLES, HISTORY, SNAPSHOTS)
}

MOST_TABLES, MOST_FACTS, MOST_HISTORIES = 24, 8, 2
"""How many are remembered: about what one sheet of figures uses."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class GivenTable:
    """A table that was handed over; equal digests mean equal cells."""

    digest: bytes
    table: BookTable


def read_table(name: str, given: object) -> GivenTable | None:
    """The table of that name with its head in the first row, or None where it is not that table."""
    digest = _digest(name, given)
    table = _remembered(_TABLES, digest, lambda: _table(name, given), MOST_TABLES)
    return None if table is None else GivenTable(digest, table)


def book_of(tables: Iterable[GivenTable]) -> Book:
    """The given tables as a workbook."""
    return Book({given.table.name: given.table for given in tables})


def facts_of(tables: tuple[GivenTable, ...], as_of: dt.date) -> Facts:
    """Facts of the given tables at a day; where History is given and reaches back to it, of the deals as they were.

    Raises:
        SetupError: a set-up table holds something that is not allowed.
    """
    key = (as_of, *sorted(given.digest for given in tables))
    return _remembered(_FACTS, key, lambda: _read(tables, as_of), MOST_FACTS)


def _read(tables: tuple[GivenTable, ...], as_of: dt.date) -> Facts:
    book = book_of(tables)
    given = next((one for one in tables if one.table.name == HISTORY.name), None)
    if given is None:
        return read_facts(book, as_of)
    history = _remembered(_HISTORIES, given.digest, lambda: read_history(given.table.frame), MOST_HISTORIES)
    last = last_refresh(history)
    if last is not None and as_of < last.date() and reaches_back(history, as_of):
        return past_facts(book, history, as_of, read_settings(book))
    facts = read_facts(book, as_of)
    facts.remember_of_book("history", lambda: history)
    return facts


_TABLES: dict[bytes, BookTable | None] = {}
_HISTORIES: dict[bytes, History] = {}
_FACTS: dict[tuple[object, ...], Facts] = {}
_Key = TypeVar("_Key")


def _remembered(kept: dict[_Key, Made], key: _Key, make: Callable[[], Made], most: int) -> Made:
    """What stands under ``key``, made at need; only what was asked for last is kept."""
    made = kept.pop(key) if key in kept else make()
    kept[key] = made
    while len(kept) > most:
        del kept[next(iter(kept))]
    return made


def _digest(name: str, given: object) -> bytes:
    try:
        cells = marshal.dumps((name, given), 2)  # type: ignore[arg-type]  # version 2 writes each cell out in full, in C
    except ValueError:  # dates as such and exact decimals, which Excel hands over only if asked
        cells = repr((name, [[(type(cell).__name__, cell) for cell in row] for row in rows_of(given)])).encode()
    return hashlib.blake2b(cells, digest_size=32).digest()


def _table(name: str, given: object) -> BookTable | None:
    rows = rows_of(given)
    heads = [head for head in rows[0] if isinstance(head, str) and head.strip()]
    if len(rows) < 2 or len(set(heads)) < len(rows[0]) or not set(MARKS[name]) <= set(heads):
        return None
    if any(len(row) != len(heads) for row in rows):
        return None
    columns = {head: read_column(cells) for head, cells in zip(heads, zip(*rows[1:], strict=True), strict=True)}
    for head, read in _TIMES[name].items():
        if head in columns:
            columns[head] = read(columns[head])
    # Where the table stands is not known, so messages count its rows without the head.
    return BookTable(name, f"Table {name}", 0, 1, pd.DataFrame(columns, dtype=object))
