"""Where a table begins and ends in the records of a file: titles above the head, blank lines, totals, imprints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.fault import RowFault
from xlpipeline.model.book import column_letters

_HEAD_SEARCH: Final = 50
"""Rows in which the column heads are looked for."""
_LONGEST_HEAD: Final = 255
"""Letters that Excel allows in the head of a table column."""
_LONGEST_FOOTER: Final = 500
_TOTAL: Final = re.compile(r"((grand|sub)[ -]?)?totals?\s*(\(.*\))?:?|gesamt(summe)?:?|summe:?|count:?|sum:?", re.I)
_IMPRINT: Final = re.compile(
    r"(copyright\b|©|\(c\)\s).*(\d{4}|rights reserved).*|confidential information.*|(report )?generated (by|on)\b.*"
    r"|.*salesforce\.com, inc\b.*",
    re.I | re.S,
)


@dataclass(frozen=True)
class Shape:
    """A table cut out of records: heads, object cells indexed by row number in the file, and what was left out."""

    columns: tuple[str, ...]
    rows: pd.DataFrame
    notes: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()


def shaped(records: Sequence[Sequence[object]], title: str) -> Shape:
    """Cut the table out of all records of a file; record 0 is row 1. Blank cells become None.

    Raises:
        SourceError: there is no head with rows below it.
    """
    head_at = _head_position(records, title)
    heads, notes = _unique_heads(records[head_at])
    if any(not _is_empty(cell) for record in records[:head_at] for cell in record):
        notes.append(f"The column heads were found in row {head_at + 1}; the rows above them were left out.")
    width = len(heads)
    numbers: list[int] = []
    body: list[Sequence[object]] = []
    faults: list[RowFault] = []
    for number, record in enumerate(records[head_at + 1 :], start=head_at + 2):
        if _is_sparse(record, width):
            filled = [cell for cell in record if not _is_empty(cell)]
            if not filled:
                continue
            if _is_footer(filled[0]):
                notes.append(f"Row {number} (“{filled[0]!s:.60}”) is a footer, not a deal, and was left out.")
                continue
        row = record
        if len(record) != width:
            faults += _surplus_fault(number, record, width)
            row = [*record[:width], *[None] * (width - len(record))]
        numbers.append(number)
        body.append(row)
    rows = _frame(body, heads, numbers)
    named = [not _is_empty(text) for text in records[head_at][:width]]
    kept = [head for head, is_named in zip(heads, named, strict=True) if is_named or rows[head].notna().any()]
    return Shape(tuple(kept), rows[kept], tuple(notes), tuple(faults))


def _head_position(records: Sequence[Sequence[object]], title: str) -> int:
    """First record about as wide as the table; a title or filter line above it fills one or two cells only."""
    start = next((at for at, record in enumerate(records) if not all(map(_is_empty, record))), 0)
    counts = [sum(not _is_empty(cell) for cell in record) for record in records[start : start + _HEAD_SEARCH]]
    filled = sorted(count for count in counts if count)
    typical = filled[len(filled) * 3 // 4] if filled else 0  # neither a title nor a row torn by stray commas
    for position, count in enumerate(counts, start=start):
        if count and count * 2 > typical:
            return position
    raise SourceError(f"{title} is empty: it has no column heads; please export it again with its heads.")


def _unique_heads(record: Sequence[object]) -> tuple[list[str], list[str]]:
    texts = [
        " ".join(str("" if cell is None else cell).replace("\ufeff", "").split())[:_LONGEST_HEAD] for cell in record
    ]
    while texts and not texts[-1]:
        texts.pop()
    heads: dict[str, None] = {}  # a dict for its order and its quick look-up
    notes: list[str] = []
    for position, text in enumerate(texts, start=1):
        head = text or f"Column {column_letters(position)}"
        number = 2
        while head in heads:
            head = f"{text} ({number})"
            number += 1
        if text and head != text:
            notes.append(f"The head “{text}” stands there twice; the later column is called “{head}” here.")
        heads[head] = None
    return list(heads), notes


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def _is_sparse(record: Sequence[object], width: int) -> bool:
    """Whether at most half of the table's columns are filled; asked of every row, so it looks at no cell by itself."""
    return len(record) - record.count("") <= max(1, width // 2) or _is_empty(record[0])


def _is_footer(cell: object) -> bool:
    text = str(cell).strip()[:_LONGEST_FOOTER]
    return bool(_TOTAL.fullmatch(text) or _IMPRINT.fullmatch(text))


def _surplus_fault(number: int, record: Sequence[object], width: int) -> list[RowFault]:
    surplus = sum(not _is_empty(cell) for cell in record[width:])
    if not surplus:
        return []
    wrong = f"The row has {surplus} more cell{'s' if surplus > 1 else ''} than there are column heads."
    what_to_do = "Look for a delimiter or a quotation mark inside a text of this row; the surplus was left out."
    return [RowFault(number, "", wrong, what_to_do)]


def _frame(body: list[Sequence[object]], heads: list[str], numbers: list[int]) -> pd.DataFrame:
    columns = zip(*body, strict=True) if body else ((),) * len(heads)
    index = pd.Index(numbers, dtype="int64")
    series = {
        head: pd.Series([None if c == "" else c for c in cells], index=index, dtype=object)
        for head, cells in zip(heads, columns, strict=True)
    }
    return pd.DataFrame(series, index=index, columns=pd.Index(heads, dtype=object))
