"""Next issue: from what stands in the table Issues, the next cell to look at; nothing is computed anew."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xlpipeline.checks._decisions import Decision
from xlpipeline.model.book import Book, BookTable, column_number, is_blank
from xlpipeline.model.cells import texts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.schema import ISSUES, PIPELINE

_REFERENCE: Final = re.compile(r"'((?:[^']|'')+)'!\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True)
class Place:
    """A cell of the workbook; ``row`` and ``column`` count from 1."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Stop:
    """One cell with all standing issues that are about it.

    ``place``: None where neither the cell nor the table Issues can be seen. ``on_list``: the place is the row of
    Issues, because the issue has no cell of its own, or one on a hidden tab. ``positions``: rows of Issues.
    """

    place: Place | None
    positions: tuple[int, ...]
    told: tuple[str, ...]
    """One paragraph per issue."""
    on_list: bool = False


def stops(book: Book, as_of: dt.date, tabs: Collection[str]) -> tuple[Stop, ...]:
    """The cells that have standing issues, in the order of the table Issues; ``tabs``: those that can be seen.

    A deal that was sorted to another row since the refresh is followed by its Deal ID.
    """
    table = book.tables.get(ISSUES.name)
    if table is None or not {"Check", "Cell", "What is wrong"} <= set(table.frame.columns):
        return ()
    found: dict[object, Stop] = {}
    columns = {str(head): texts(table.frame, head) for head in table.frame.columns}
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    standing = [position for position in range(len(rows)) if _stands(table, position, as_of)]
    for number, position in enumerate(standing, start=1):
        row = rows[position]
        place = _cell_of(row, book)
        on_list = place is None or place.sheet not in tabs
        key: object = ("row", position) if on_list else place
        if on_list:
            place = _row_of_list(table, position, tabs)
        told = f"Issue {number:,} of {len(standing):,} · {_paragraph(row)}"
        known = found.get(key, Stop(place, (), (), on_list))
        found[key] = replace(known, positions=(*known.positions, position), told=(*known.told, told))
    return tuple(found.values())


def next_stop(all_stops: Sequence[Stop], at: Place | None, position: int = -1) -> Stop | None:
    """The stop after the selection ``at``, around the end; the first where the selection is at none.

    ``position``: the row of Issues that is selected, -1 if none is: its own issue is next. A cell just left by Enter
    or Tab counts as selected still.
    """
    if not all_stops:
        return None
    if position >= 0:
        own = [i for i, stop in enumerate(all_stops) if position in stop.positions]
        if own and not all_stops[own[0]].on_list:
            return all_stops[own[0]]
        later = [i for i, stop in enumerate(all_stops) if stop.positions[0] > position]
        return all_stops[later[0] if later else 0]
    index = {stop.place: i for i, stop in reversed(list(enumerate(all_stops)))}
    for place in _near(at):
        if place in index:
            return all_stops[(index[place] + 1) % len(all_stops)]
    return all_stops[0]


def _near(at: Place | None) -> tuple[Place, ...]:
    if at is None:
        return ()
    return at, replace(at, row=at.row - 1), replace(at, column=at.column - 1)


def _stands(table: BookTable, position: int, as_of: dt.date) -> bool:
    row = table.frame.iloc[position]
    decision = Decision(None, *(row.get(head) for head in ("Decision", "Until", "Reason")))
    return not is_blank(row["Check"]) and not decision.is_quiet(as_of)


def _cell_of(row: dict[str, str], book: Book) -> Place | None:
    """Where the faulty cell is now; None where the issue names none."""
    match = _REFERENCE.fullmatch(row["Cell"])
    if match is None:
        return None
    place = Place(match[1].replace("''", "'"), int(match[3]), column_number(match[2]))
    deals, deal = book.tables.get(PIPELINE.name), deal_key(row.get("Deal ID", ""))
    if deals is not None and deal and "Deal ID" in deals.frame.columns:
        return _followed(place, deals, deal)
    return place


def _followed(place: Place, deals: BookTable, deal: str) -> Place:
    """The deal's own row: where Pipeline was sorted since the refresh, the address in Issues is another deal's."""
    ids = [deal_key(one) for one in texts(deals.frame, "Deal ID")]
    first = deals.first_row + 1
    at = place.row - first
    if 0 <= at < len(ids) and ids[at] == deal:
        return replace(place, sheet=deals.sheet)
    rows = [row for row, one in enumerate(ids) if one == deal]
    return replace(place, sheet=deals.sheet, row=first + rows[0] if len(rows) == 1 else place.row)


def _row_of_list(table: BookTable, position: int, tabs: Collection[str]) -> Place | None:
    if table.sheet not in tabs:
        return None
    column = table.first_column + list(table.frame.columns).index("What is wrong")
    return Place(table.sheet, table.first_row + 1 + position, column)


def _paragraph(row: dict[str, str]) -> str:
    about = ", ".join(filter(None, (row.get("Deal ID", ""), row.get("Owner", ""))))
    head = " · ".join(filter(None, (row.get("Severity", ""), row["Check"], about)))
    todo = row.get("What to do", "")
    return "\n".join(filter(None, (head, row["What is wrong"], todo and f"What to do: {todo}")))
