"""Reps and quotas from a CSV or XLSX: columns by name, cells by kind. Faults refuse the file: set-up must be right."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.amounts import read_amounts
from xlpipeline.importers.cells import Reading, read_texts, read_yes_no
from xlpipeline.importers.dates import Zones, read_dates
from xlpipeline.importers.source import Source
from xlpipeline.model.schema import Column, Table

_UTC: Final = ZoneInfo("UTC")
_MONTHS_BY_HEAD: Final = {"month": 1, "quarter": 3, "year": 12}
_OTHER_NAMES: Final = {
    "Rep": ("rep name", "sales rep", "sales agent", "salesperson", "owner", "name", "seller"),
    "Manager": ("sales manager", "team lead", "reports to"),
    "Region": ("regional office", "office", "territory", "team"),
    "Active": ("is active", "current"),
    "Capacity": ("max deals", "deal capacity"),
    "Period start": ("start", "start date", "from", "month", "quarter", "period", "year"),
    "Period end": ("end", "end date", "to", "until"),
    "Quota": ("monthly quota", "quarterly quota", "target", "goal", "amount"),
}


def read_team_table(source: Source, table: Table) -> pd.DataFrame:
    """Body of ``table`` (Reps or Quotas) from a source: object cells, blank where it has none.

    A quota file without a period end takes it from the name of its start column (month, quarter or year).

    Raises:
        SourceError: a required column is missing, or a cell is not of its kind (the row is named).
    """
    found = {column.name: _source_column(source, column) for column in table.columns}
    body = pd.DataFrame(index=source.rows.index)
    for column in table.columns:
        name = found[column.name]
        if name is not None:
            body[column.name] = _cells(source, name, column)
        elif column.name == "Period end" and found["Period start"] is not None:
            body[column.name] = _period_ends(source, found["Period start"], body["Period start"])
        elif column.required:
            raise SourceError(
                f"{source.title} has no column {column.name}; it has {', '.join(source.columns)}. Please rename one."
            )
        else:
            body[column.name] = None
    if "Active" in body:
        body["Active"] = body["Active"].where(body["Active"].notna(), "Y")
    first = table.columns[0].name
    body = body[body[first].notna()]
    if table.key and (twice := body[first].astype(str).str.casefold().duplicated()).any():
        raise SourceError(f"{source.title}: {body.loc[twice, first].iloc[0]} is there twice; please keep one row.")
    return body.astype(object).where(body.notna(), None).reset_index(drop=True)


def _source_column(source: Source, column: Column) -> str | None:
    wanted = [column.name.casefold(), *_OTHER_NAMES.get(column.name, ())]
    plain = {re.sub(r"[\s_\-.]+", " ", name).strip().casefold(): name for name in reversed(source.columns)}
    return next((plain[name] for name in wanted if name in plain), None)


def _cells(source: Source, name: str, column: Column) -> pd.Series:
    cells = source.rows[name]
    reading: Reading
    if column.kind == "date":
        reading = read_dates(cells, column=name, zones=Zones(_UTC, _UTC))
    elif column.kind in {"money", "whole"}:
        reading = read_amounts(cells, column=name)
    else:
        reading = read_yes_no(cells) if column.choices == "YesNo" else read_texts(cells)
    if reading.unread.any():
        row = int(str(reading.unread.idxmax()))
        raise SourceError(
            f"{source.title}, row {row}: '{cells[row]!s:.40}' is not right for {column.name}; please correct it."
        )
    if column.required and (blank := reading.values.isna()).any():
        raise SourceError(f"{source.title}, row {blank.idxmax()}: {column.name} is blank; please fill it in.")
    return reading.values


def _period_ends(source: Source, start_name: str, starts: pd.Series) -> pd.Series:
    months = next((n for word, n in _MONTHS_BY_HEAD.items() if word in start_name.casefold()), None)
    if months is None:
        raise SourceError(f"{source.title} has no column Period end; please add the last day of each period.")
    ends = [(pd.Timestamp(day) + pd.DateOffset(months=months)).date() - dt.timedelta(days=1) for day in starts]
    return pd.Series(ends, index=starts.index, dtype=object)
