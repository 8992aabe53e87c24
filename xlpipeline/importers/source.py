"""A file to import as one plain table: texts from a CSV or a web page's table, typed cells from an .xlsx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.csv_text import decoded, found_delimiter, read_records, without_separator_line
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.html_table import html_records
from xlpipeline.importers.sheet_rows import sheet_records
from xlpipeline.importers.table_shape import shaped

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK"
_NO_TABLES: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
"""First bytes of PDF, pictures and packed files."""


@dataclass(frozen=True)
class Source:
    """A table to import.

    ``rows``: object cells (None where blank), one column per head, indexed by the row's number in the file as a
    spreadsheet shows it. ``encoding`` and ``delimiter`` are empty for an .xlsx.
    """

    title: str
    columns: tuple[str, ...]
    rows: pd.DataFrame
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()


def read_source(path: Path, *, sheet: str = "", encoding: str = "", delimiter: str = "") -> Source:
    """Read a CSV or .xlsx; ``sheet`` names a sheet or table of the .xlsx, the others override what is found in a CSV.

    Raises:
        SourceError: the file is missing, empty, of another kind, broken or unsafe.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}; please check its name and folder.") from error
    except OSError as error:
        raise SourceError(f"{path.name} cannot be opened; please close it elsewhere and check your rights.") from error
    _refuse_other_kinds(path.name, raw)
    if raw.startswith(_ZIP):
        return _source(path.name, sheet_records(raw, path.name, sheet))
    if _is_web_page(path.name, raw):
        note = f"{path.name} is a web page, whatever its name says; its largest table was read."
        read = _source(path.name, html_records(raw, path.name, encoding))
        return replace(read, notes=(note, *read.notes))
    text, found_encoding = decoded(raw, encoding)
    text, told = without_separator_line(text)
    delimiter = delimiter or told or found_delimiter(text)
    records = read_records(text, delimiter)
    return _source(path.name, records.cells, found_encoding, delimiter, records.broken)


def _source(
    title: str, records: Sequence[Sequence[object]], encoding: str = "", delimiter: str = "", broken: Sequence[int] = ()
) -> Source:
    shape = shaped(records, title)
    faults = tuple(
        RowFault(
            number,
            "",
            "A quotation mark in this row does not close, or a cell is far too long.",
            "The row was read with the marks as letters; please compare it with the source.",
        )
        for number in broken
    )
    return Source(title, shape.columns, shape.rows, encoding, delimiter, shape.notes, shape.faults + faults)


def _refuse_other_kinds(title: str, raw: bytes) -> None:
    if not raw.strip():
        raise SourceError(f"{title} is empty; please export it again.")
    if raw.startswith(_OLE):
        raise SourceError(
            f"{title} is an old .xls or a workbook with a password; please save it in Excel as .xlsx without one."
        )
    if raw.startswith(_NO_TABLES):
        raise SourceError(f"{title} is a PDF, a picture or a packed file; please export the deals as CSV or .xlsx.")


def _is_web_page(title: str, raw: bytes) -> bool:
    """Whether a file is HTML; other markup is refused.

    Raises:
        SourceError: it is XML.
    """
    start = raw[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(b"<?xml") and b"<html" not in start:
        raise SourceError(f"{title} is XML; please open it in Excel and save it as .xlsx or CSV.")
    return start.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<?xml", b"<style", b"<body", b"<!--")
    )
