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

from xlpipeline.addin.functions._cells import read_column, read_days, rows_of
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.schema import INPUT_TABLES

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
}
"""Columns by which each table is recognised; the others may be missing."""

_DAYS: Final = {
    table.name: {column.name for column in table.columns if column.kind == "date"} for table in INPUT_TABLES
}
"""Columns of days: Excel hands their cells over as numbers."""

MOST_TABLES, MOST_FACTS = 24, 8
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
    """Facts of the given tables at a day.

    Raises:
        SetupError: a set-up table holds something that is not allowed.
    """
    key = (as_of, *(given.digest for given in tables))
    return _remembered(_FACTS, key, lambda: read_facts(book_of(tables), as_of), MOST_FACTS)


_TABLES: dict[bytes, BookTable | None] = {}
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
    for head in _DAYS[name] & set(columns):
        columns[head] = read_days(columns[head])
    # Where the table stands is not known, so messages count its rows without the head.
    return BookTable(name, f"Table {name}", 0, 1, pd.DataFrame(columns, dtype=object))
