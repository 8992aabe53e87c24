"""The stamps of edits (``_Edits``): when and by whom cells of Pipeline were typed, as far as it can be true.

Stamps are hints, never truth. One that does not fit (a clock gone wrong, an unknown deal or stage, a value that no
such cell takes) is left out, and where the last one is not what stands in Pipeline none of that cell is used: the
change is then told as without stamps, between the two refreshes.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, CellError, TableChange, canonical, is_blank, whole_table
from xlpipeline.model.cells import texts
from xlpipeline.model.edits_table import EDITS, REFRESHED_AT, STAMPED
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.settings import read_settings

_LONGEST_USER: Final = 255
_LARGEST_OFFSET: Final = 14 * 60
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone
_LAST_SERIAL: Final = 2_958_466
_MOST: Final = 1e15
_SLACK: Final = dt.timedelta(days=2)
"""Moments further off than this are outside in any zone; converted, they might lie beyond the calendar."""

Cell = tuple[str, str]
"""Key of a deal, and a column."""


@dataclass(frozen=True)
class Edit:
    """One edit that may be true: the value (of its column's kind; None = cleared) and when, in the workbook's zone."""

    value: object
    moment: dt.datetime
    in_utc: dt.datetime
    user: str


@dataclass(frozen=True)
class Window:
    """Edits count after the previous refresh, up to this one (naive moments in the workbook's zone)."""

    after: dt.datetime
    now: dt.datetime
    zone: zoneinfo.ZoneInfo


def previous_refresh(book: Book, last_event: dt.datetime | None) -> dt.datetime | None:
    """The moment of the previous refresh of Pipeline: the book's own stamp, or its last event if that is later."""
    told = book.names.get(REFRESHED_AT)
    known = [moment for moment in (last_event, _clock(told)) if moment is not None]
    return max(known) if known and last_event is not None else last_event


def emptied(book: Book) -> tuple[TableChange, ...]:
    """Change that empties ``_Edits``; none where the book has no such table."""
    table = book.tables.get(EDITS.name)
    if table is None:
        return ()
    return (whole_table(EDITS.name, table.frame.drop(columns=list(table.formula_columns)).iloc[:0]),)


def edits_of(
    book: Book, after: dt.datetime | None, now: dt.datetime, stages: Collection[str]
) -> dict[Cell, list[Edit]]:
    """Edits since the previous refresh (None: there was none) that the add-in has stamped; {} where it is set off."""
    settings = read_settings(book)
    if after is None or settings.edit_stamps != "on":
        return {}
    window = Window(after, now, zoneinfo.ZoneInfo(settings.time_zone))
    return read_edits(book.frame(EDITS.name), window, stages)


def read_edits(frame: pd.DataFrame, window: Window, stages: Collection[str]) -> dict[Cell, list[Edit]]:
    """Edits by deal and column, in order; what cannot be true is left out.

    Args:
        frame: body of ``_Edits``, empty where the book has none.
        window: between which moments edits count.
        stages: the team's.
    """
    if not set(EDITS.heads) <= set(frame.columns):
        return {}
    known = {stage.strip().casefold() for stage in stages}
    found: dict[Cell, list[Edit]] = defaultdict(list)
    deals, columns = texts(frame, "Deal ID"), texts(frame, "Column")
    cells = (frame[head].tolist() for head in ("Value", "At", "UTC offset", "User"))
    for deal, column, value, at, offset, user in zip(deals.tolist(), columns.tolist(), *cells, strict=True):
        head = column.strip()
        if head not in STAMPED or not deal_key(deal) or not _is_allowed(head, value, known) or not _is_name(user):
            continue
        moments = _moments(at, offset, window)
        if moments is not None:
            found[deal_key(deal), head].append(Edit(value_of(head, value), *moments, _user(user)))
    return {cell: sorted(edits, key=lambda one: one.in_utc) for cell, edits in found.items()}


def value_of(column: str, cell: object) -> object:
    """A cell as its column means it: a stage without outer space, an amount as float, a close as a date."""
    if is_blank(cell):
        return None
    value = canonical(cell)
    if isinstance(value, CellError):
        return value
    if column == "Stage":
        return (f"{value:g}" if isinstance(value, float) else str(value)).strip()
    if column == "Expected close":
        day = _clock(value)
        return value if day is None else day.date()
    return value


def _is_allowed(column: str, cell: object, stages: Collection[str]) -> bool:
    value = value_of(column, cell)
    if value is None:
        return True
    if isinstance(value, CellError):
        return False
    if column == "Stage":
        return str(value).casefold() in stages
    if column == "Amount":
        return isinstance(value, float) and abs(value) < _MOST
    return isinstance(value, dt.date)


def is_alike(column: str, left: object, right: object) -> bool:
    """Whether two values of a column are the same; stages whatever their case."""
    if column == "Stage" and isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return type(left) is type(right) and left == right


def _is_name(cell: object) -> bool:
    """Whether a user may go into the history: no error, nothing endless, nothing that Excel would calculate."""
    name = "" if is_blank(cell) else _user(cell)
    is_plain = name.isprintable() and name[:1] not in {*"=+-@"}
    return not isinstance(cell, CellError) and len(name) <= _LONGEST_USER and is_plain


def _user(cell: object) -> str:
    value = None if is_blank(cell) else canonical(cell)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value).strip()


def _clock(cell: object) -> dt.datetime | None:
    """A moment or its serial number, in whole seconds (a float's last digits are noise); None for anything else."""
    if is_blank(cell) or isinstance(cell, bool):
        return None
    if isinstance(cell, dt.datetime):
        moment = dt.datetime(*cell.timetuple()[:6], cell.microsecond)  # noqa: DTZ001 - cells know no time zone
    elif isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - cells know no time zone
    elif isinstance(cell, int | float) and 1 <= cell < _LAST_SERIAL:
        moment = _EPOCH + dt.timedelta(days=float(cell))
    else:
        return None
    return moment if moment.year == dt.MAXYEAR else (moment + dt.timedelta(milliseconds=1)).replace(microsecond=0)


def _moments(at: object, offset: object, window: Window) -> tuple[dt.datetime, dt.datetime] | None:
    """A stamp's moment in the workbook's zone and in UTC; None if there is no such moment or it is outside."""
    clock = _clock(at)
    if clock is None or not window.after - _SLACK <= clock <= window.now + _SLACK:
        return None
    if is_blank(offset):
        in_utc = clock.replace(tzinfo=window.zone).astimezone(dt.UTC)
    else:
        minutes = canonical(offset)
        if not isinstance(minutes, float) or not minutes.is_integer() or abs(minutes) > _LARGEST_OFFSET:
            return None
        in_utc = (clock - dt.timedelta(minutes=minutes)).replace(tzinfo=dt.UTC)
        clock = in_utc.astimezone(window.zone).replace(tzinfo=None, fold=0)
    return (clock, in_utc) if window.after < clock <= window.now else None
