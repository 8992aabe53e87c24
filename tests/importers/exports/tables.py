"""Rows as the bytes of a file: CSV in any encoding, an .xlsx, or a web page that is called .xls."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

Row = Sequence[object]


def csv_bytes(rows: Sequence[Row], *, delimiter: str = ",", encoding: str = "utf-8", quote_all: bool = False) -> bytes:
    out = io.StringIO(newline="")
    if quote_all:
        csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def html_bytes(rows: Sequence[Row], *, charset: str = "utf-8") -> bytes:
    lines = [f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>']
    lines.append("<script>steal()</script><style>td{}</style><table border=1>")
    for number, row in enumerate(rows):
        tag = "th" if number == 0 else "td"
        lines.append("<tr>" + "".join(f"<{tag} nowrap>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>")
    return "\n".join([*lines, "</table></body></html>"]).encode(charset)


def xlsx_file(path: Path, rows: Sequence[Row]) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                cell = sheet.cell(number, column, value)
                cell.data_type = "s" if isinstance(value, str) else cell.data_type  # "=1" is a text here
    book.save(path)
    return path


def rows_of(heads: Sequence[str], deals: Sequence[Mapping[str, object]]) -> list[list[object]]:
    return [list(heads), *([deal.get(head, "") for head in heads] for deal in deals)]
