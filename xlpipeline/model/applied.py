"""A book with changes made in memory: what a host would read after writing them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xlpipeline.model.book import Book, BookTable, ChangeSet, Formula, TableChange


def applied(book: Book, changes: ChangeSet) -> Book:
    """``book`` after ``changes``; tables, columns and names that it lacks are left out, as a host leaves them out."""
    tables = dict(book.tables)
    for change in changes.tables:
        if change.table in tables:
            tables[change.table] = _changed(tables[change.table], change)
    values = {
        name: value.cached if isinstance(value, Formula) else value
        for name, value in changes.names.items()
        if name in book.names
    }
    return replace(book, tables=tables, names={**book.names, **values})


def _changed(table: BookTable, change: TableChange) -> BookTable:
    needed = [int(cells.index.max()) + 1 for cells in change.columns.values() if len(cells)]
    rows = change.rows if change.rows is not None else max([len(table.frame), *needed])
    frame = _resized(table.frame, rows)
    for head, cells in change.columns.items():
        if head in frame.columns:
            column = frame[head].to_numpy(dtype=object, copy=True)
            column[cells.index.to_numpy(dtype=int)] = cells.to_numpy(dtype=object)
            frame = frame.assign(**{head: pd.Series(column, index=frame.index, dtype=object)})
    formulas = {**table.formulas, **{h: text for h, text in change.formulas.items() if h in frame.columns}}
    bare = {
        head: positions - set(change.columns[head].index) if head in change.columns else positions
        for head, positions in table.without_formula.items()
    }
    return replace(table, frame=frame, formulas=formulas, without_formula={h: p for h, p in bare.items() if p})


def _resized(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    if rows == len(frame):
        return frame
    if rows < len(frame):
        return frame.iloc[:rows]
    longer = frame.reindex(range(rows)).astype(object)
    return longer.where(longer.notna(), None)


def with_frame(book: Book, table: str, frame: pd.DataFrame) -> Book:
    """``book`` with another body of one table, which it has."""
    return replace(book, tables={**book.tables, table: replace(book.tables[table], frame=frame)})


def appended_rows(table: BookTable, rows: pd.DataFrame) -> TableChange:
    """Change that puts ``rows`` below the last filled row of a table; what stands there is never touched."""
    start = _filled_rows(table.frame)
    body = rows.set_axis(range(start, start + len(rows)), axis=0)
    columns = {str(head): body[head] for head in body.columns if head in table.frame.columns}
    return TableChange(table.name, columns, rows=max(len(table.frame), start + len(rows)))


def _filled_rows(frame: pd.DataFrame) -> int:
    filled = frame.notna().any(axis=1).to_numpy().nonzero()[0]
    return int(filled[-1]) + 1 if len(filled) else 0
