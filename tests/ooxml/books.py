"""Workbooks for the tests, made by other programs, and looks at their parts."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

DEALS: tuple[tuple[Any, ...], ...] = (
    ("D-1", "Acme", 100.0, dt.date(2024, 1, 31), True),
    ("D-2", "Bolt & Co", 200.5, dt.date(2024, 2, 29), False),
    ("D-3", " spaced ", None, None, None),
)
HEADS = ("Deal ID", "Account", "Amount", "Closed", "Hot", "Double")


def png() -> bytes:
    """The smallest picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def rich_book(path: Path, *, totals: bool = False, below: dict[str, Any] | None = None) -> Path:
    """A book with nearly everything: table Deals at B4:G7 of sheet Deals, with formats, validations and notes."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Deals")
    day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    for i, deal in enumerate(DEALS):
        sheet.write_string(4 + i, 1, deal[0])
        sheet.write_string(4 + i, 2, deal[1])
        sheet.write(4 + i, 3, deal[2], money)
        sheet.write(4 + i, 4, deal[3], day)
        sheet.write(4 + i, 5, deal[4])
    columns: list[dict[str, Any]] = [{"header": head} for head in HEADS]
    columns[2]["format"], columns[3]["format"] = money, day
    columns[5]["formula"] = "=Deals[[#This Row],[Amount]]*2"
    if totals:
        columns[0]["total_string"], columns[2]["total_function"] = "Total", "sum"
    sheet.add_table(3, 1, 6 + totals, 6, {"name": "Deals", "columns": columns, "total_row": totals})
    sheet.conditional_format(
        "B5:G7", {"type": "formula", "criteria": "=$D5>150", "format": book.add_format({"bold": True})}
    )
    sheet.conditional_format("D5:D7", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("C5:C7", {"validate": "list", "source": "=AccountChoices"})
    sheet.data_validation("J1:J90", {"validate": "whole", "criteria": ">", "value": 1})
    sheet.write_comment("B4", "The deal")
    sheet.insert_image("L2", "dot.png", {"image_data": io.BytesIO(png())})
    sheet.add_sparkline("K5", {"range": "Deals!D5:D7"})
    sheet.write("I2", 7)
    sheet.write_formula("I3", "=I2*2", None, 14)
    sheet.set_row(6, 33)
    for place, value in (below or {}).items():
        sheet.write(place, value)
    other = book.add_worksheet("Other sheet")
    other.write("A1", "kept")
    other.write_formula("A2", "=Deals!I2", None, 7)
    for name, kind in (("xlp_amounts", "bar"), ("Mine", "line")):
        chart = book.add_chart({"type": kind, "name": name})
        chart.add_series({"categories": "=Deals!$B$5:$B$7", "values": "=Deals!$D$5:$D$7", "name": "=Deals!$D$4"})
        other.insert_chart("C3" if kind == "bar" else "C20", chart)
    book.define_name("AccountChoices", "=Deals!$C$5:$C$7")
    book.define_name("AsOf", "=Deals!$I$2")
    book.define_name("Doubled", "=Deals!$I$3")
    book.define_name("Note", "='Other sheet'!$B$9")
    book.define_name("xlp_schema", "=3")
    book.close()
    return path


def plain_book(
    path: Path, heads: tuple[str, ...], rows: list[tuple[Any, ...]], *, name: str = "T", top: int = 1
) -> Path:
    """A book by openpyxl with one table on its only sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet"
    for i, row in enumerate([heads, *rows]):
        for j, value in enumerate(row):
            sheet.cell(top + i, 1 + j, value)
    last = get_column_letter(len(heads))
    table = Table(displayName=name, ref=f"A{top}:{last}{top + len(rows)}")
    table.tableStyleInfo = TableStyleInfo("TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)
    book.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    """Bytes of every part."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(path: Path, name: str) -> str:
    """Text of one part."""
    return parts(path)[name].decode()


def changed_parts(before: Path, after: Path) -> set[str]:
    """Names of parts that differ, came or went."""
    old, new = parts(before), parts(after)
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def rewrite(path: Path, edit: Callable[[str, bytes], bytes | None], **more: bytes) -> Path:
    """Change the parts of a book by hand (None: leave one out) and add others."""
    old = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in old.items():
            new = edit(name, data)
            if new is not None:
                archive.writestr(name, new)
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def replace_in(path: Path, name: str, old: str, new: str) -> Path:
    """Replace a text in one part, which must hold it."""

    def edit(part_name: str, data: bytes) -> bytes:
        if part_name != name:
            return data
        assert old.encode() in data, f"{name} lacks {old}"
        return data.replace(old.encode(), new.encode())

    return rewrite(path, edit)


def twins(path: Path) -> tuple[Path, Path]:
    """The book and an equal copy of it beside it (two books made one after the other differ in their time)."""
    copy = path.with_name("before-" + path.name)
    copy.write_bytes(path.read_bytes())
    return path, copy
