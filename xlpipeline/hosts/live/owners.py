"""Who owns which column: what the schema and the tabs declare; every other column belongs to people."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from xlpipeline.model.schema import INPUT_TABLES, ISSUES, Writer
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import TableBlock


@functools.cache
def writers_of(table: str) -> Mapping[str, Writer]:
    """By head, who writes each declared column of a table; empty for a table that is none of ours."""
    declared = [block.table for tab in TABS for block in tab.blocks if isinstance(block, TableBlock)]
    for one in (*INPUT_TABLES, ISSUES, *declared):
        if one.name == table:
            return {column.name: column.writer for column in one.columns}
    return {}
