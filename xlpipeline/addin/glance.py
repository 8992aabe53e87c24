"""A quick look at one table, for an action that needs no more: reading a whole workbook takes seconds."""

from __future__ import annotations

import pandas as pd

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import heads_of
from xlpipeline.hosts.live.values import cells_read
from xlpipeline.model.book import BookTable


def glance(click: Click, name: str, head: str = "") -> BookTable | None:
    """A table as the live host reads it, without its formulas; only the column ``head`` where one is given.

    None where the workbook has no such table or column.
    """
    table = click.table(name)
    if table is None or table.data_body_range is None:
        return None
    heads = heads_of(table)
    body, first = table.data_body_range, table.range.column
    if head:
        if head not in heads:
            return None
        at = heads.index(head)
        body, heads, first = body.columns[at], [head], first + at
    rows = body.options(ndim=2, err_to_str=True).value
    columns = dict(zip(heads, (cells_read(column) for column in zip(*rows, strict=True)), strict=True))
    frame = pd.DataFrame({one: pd.Series(cells, dtype=object) for one, cells in columns.items()})
    return BookTable(name, table.parent.name, table.range.row, first, frame)
