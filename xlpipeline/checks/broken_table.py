"""A table that people fill in was deleted or renamed, or one of its heads was changed."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.checks._found import HEAD
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import INPUT_TABLES, PIPELINE, SCHEMA_VERSION

NEEDED: Final = {
    table.name: tuple(c.name for c in table.columns if c.required) for table in INPUT_TABLES if table is not PIPELINE
}
"""Tables and the columns that their every row needs; Pipeline has missing_column."""
ALSO: Final = {
    "Stages": ("Default probability", "Max business days", "Counts as qualified"),
    "Criteria": ("Argument 1", "Argument 2", "Argument 3", "Within business days", "Blocking"),
    "Holidays": ("Date",),
    "Periods": ("Period", "Start", "End"),
    "FX": ("Currency", "Period start", "Rate"),
    "Mappings": ("Kind", "From", "To"),
    "Settings": ("Value",),
}
"""Columns that a table may do without, but that every workbook of this version was built with."""


def find(facts: Facts) -> pd.DataFrame:
    """Missing tables, on Pipeline's head; missing columns, on their table's.

    What an older book never had is no fault.
    """
    book, faults = facts.book, []
    is_current = book.names.get("xlp_schema") == SCHEMA_VERSION
    home = book.tables.get(PIPELINE.name)
    place = str(home.frame.columns[0]) if home is not None and len(home.frame.columns) else ""
    for name, required in NEEDED.items():
        table = book.tables.get(name)
        heads = (*required, *(ALSO.get(name, ()) if is_current else ()))
        if table is None and place and is_current:
            faults.append((HEAD, place, f"The table {name} is missing.{_renamed(name, heads, book)}", PIPELINE.name))
        elif table is not None and len(table.frame.columns):
            first = str(table.frame.columns[0])
            gone = [head for head in heads if head not in table.frame.columns]
            faults += [(HEAD, first, f"The column {head} is missing from {name}.", name) for head in gone]
    return pd.DataFrame(faults, columns=["position", "column", "wrong", "table"])


def _renamed(name: str, heads: tuple[str, ...], book: Book) -> str:
    """Another table with the same columns is most likely the missing one."""
    strangers = (t for t in book.tables.values() if t.name not in NEEDED and t.name != PIPELINE.name)
    near = next((t for t in strangers if heads and set(heads) <= set(t.frame.columns) and name in t.name), None)
    return f" Was it renamed? The table {near.name} on {near.sheet} has its columns." if near is not None else ""


CHECK = Check(
    name="broken_table",
    severity="error",
    title="Broken table",
    what="A table of the set-up is gone, was renamed, or lacks a column that figures read.",
    why="Tables and columns are found by their names; what is read from this one is taken as blank.",
    what_to_do="Give the table or column its name back (Table Design, Table Name), or run 'xlpipeline upgrade'.",
    find=find,
)
