"""Plan the import of leads, or of what they did, into ``Leads``: one row per Lead ID; a blank clears nothing."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import BookError, SourceError
from xlpipeline.importers.amounts import read_amounts
from xlpipeline.importers.cells import read_texts
from xlpipeline.importers.dates import Zones, read_dates
from xlpipeline.importers.source import Source
from xlpipeline.model.book import Book, ChangeSet, TableChange, filled_positions, is_blank, same_cell
from xlpipeline.model.cells import texts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.schema import LEADS, Column
from xlpipeline.model.settings import read_settings

_OTHER_NAMES: Final = {
    "Lead ID": ("id", "record id"),
    "Lead": ("name", "lead name", "full name"),
    "Account": ("company", "organization", "company name"),
    "Owner": ("lead owner",),
    "Source": ("lead source",),
    "Created": ("created on", "create date", "created time"),
    "Employees": ("number of employees", "no of employees"),
    "E-mails answered": ("emails answered", "email replies", "replies"),
    "Page views": ("pageviews", "pages viewed"),
    "Downloads": ("papers", "content downloads"),
}
_WITH_TIME: Final = ("Created", "First response")
_OURS: Final = tuple(column for column in LEADS.columns if column.writer == "user")


@dataclass(frozen=True)
class LeadPlan:
    """What an import of leads would do. ``ignored``: columns that have no place; ``faults``: row and sentence."""

    changes: ChangeSet
    added: int
    updated: int
    unchanged: int
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]


def plan_leads(book: Book, source: Source) -> LeadPlan:
    """Plan to add new leads and bring known ones up to date.

    Raises:
        BookError: the workbook has no table Leads.
        SourceError: the file has no column for the Lead ID, or its dates or numbers are undecidable.
        SetupError: a setting is not right.
    """
    if LEADS.name not in book.tables:
        raise BookError(f"{book.title} has no table Leads; run 'xlpipeline upgrade' to get it back.")
    found = {column.name: head for column in _OURS if (head := _source_column(source, column)) is not None}
    if LEADS.key not in found:
        raise SourceError(f"{source.title} has no column Lead ID; it has {', '.join(source.columns)}. Please add it.")
    zone = ZoneInfo(read_settings(book).time_zone)
    body, faults = pd.DataFrame(index=source.rows.index), []
    for column in _OURS:
        if column.name in found and column.name in book.frame(LEADS.name).columns:
            cells, unread = _cells(source.rows[found[column.name]], column, found[column.name], zone)
            body[column.name] = cells.where(~unread, None)
            told = source.rows.loc[unread, found[column.name]]
            faults += [(int(str(row)), f"{column.name}: '{cell!s:.40}' was not read.") for row, cell in told.items()]
    ids = texts(body, LEADS.key).str.strip()
    faults += [(int(str(row)), "There is no Lead ID.") for row in body.index[ids == ""]]
    body = body[ids != ""]
    last = ~body[LEADS.key].map(lambda name: deal_key(str(name))).duplicated(keep="last")
    faults += [(int(str(row)), "The same lead stands further down.") for row in body.index[~last]]
    ignored = tuple(head for head in source.columns if head not in found.values())
    return _planned(book, body[last], ignored, tuple(sorted(faults)))


def _source_column(source: Source, column: Column) -> str | None:
    plain = {_plain(head): head for head in reversed(source.columns)}
    wanted = (column.name, *_OTHER_NAMES.get(column.name, ()))
    return next((plain[_plain(name)] for name in wanted if _plain(name) in plain), None)


def _plain(head: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", head.casefold()).strip()


def _cells(cells: pd.Series, column: Column, head: str, zone: ZoneInfo) -> tuple[pd.Series, pd.Series]:
    """The values of a column, and where its cells made no sense."""
    if column.kind == "date":
        read = read_dates(cells, column=head, zones=Zones(zone, zone), keep_time=column.name in _WITH_TIME)
    elif column.kind in {"whole", "money", "number"}:
        read = read_amounts(cells, column=head)
    else:
        read = read_texts(cells)
    return read.values.astype(object).map(_as_day), read.unread.astype(bool)


def _as_day(cell: object) -> object:
    """Midnight is a day without a time."""
    return cell.date() if isinstance(cell, dt.datetime) and cell.time() == dt.time() else cell


def _planned(book: Book, body: pd.DataFrame, ignored: tuple[str, ...], faults: tuple[tuple[int, str], ...]) -> LeadPlan:
    frame = book.frame(LEADS.name)
    rows = {deal_key(name): row for row, name in reversed(list(enumerate(texts(frame, LEADS.key)))) if name.strip()}
    filled = filled_positions(frame, [column.name for column in _OURS])
    following = filled[-1] + 1 if filled else 0
    cells: dict[str, dict[int, object]] = {str(head): {} for head in body.columns}
    added = updated = 0
    for row in body.to_dict("records"):
        position = rows.get(deal_key(str(row[LEADS.key])))
        is_new = position is None
        at = following if position is None else position
        given = {str(head): cell for head, cell in row.items() if not is_blank(cell) and (is_new or head != LEADS.key)}
        changed = {h: cell for h, cell in given.items() if is_new or not same_cell(cell, frame[h].iloc[at])}
        for head, cell in changed.items():
            cells[head][at] = cell
        following, added, updated = following + is_new, added + is_new, updated + (not is_new and bool(changed))
    columns = {head: pd.Series(found, dtype=object) for head, found in cells.items() if found}
    change = TableChange(LEADS.name, columns, rows=max(len(frame), following))
    heads = tuple(str(head) for head in body.columns)
    changes = ChangeSet((change,)) if columns else ChangeSet()
    return LeadPlan(changes, added, updated, len(body) - added - updated, heads, ignored, faults)
