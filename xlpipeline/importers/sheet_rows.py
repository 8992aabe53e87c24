"""The rows of an .xlsx to import: of its first visible sheet, or of the sheet or table that is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from xlpipeline.errors import SourceError

_MOST_BYTES: Final = 1 << 30
_MOST_RATIO: Final = 200
_SMALL_BYTES: Final = 50 << 20


def sheet_records(raw: bytes, title: str, sheet: str = "") -> list[Sequence[object]]:
    """Typed cells of a sheet or table, row by row; blank cells are empty texts.

    Raises:
        SourceError: the file is no workbook, is unsafe to unpack, or has no such sheet or table.
    """
    _refuse_bomb(raw, title)
    try:  # from bytes, so that the content decides and not the ending of the file's name
        with CalamineWorkbook.from_filelike(io.BytesIO(raw), load_tables=True) as book:
            return _records(book, title, sheet)
    except (CalamineError, OSError) as error:
        raise SourceError(f"{title} cannot be read as a workbook; please save it again in Excel.") from error


def _records(book: CalamineWorkbook, title: str, sheet: str) -> list[Sequence[object]]:
    tables = list(book.table_names or ())
    if sheet in tables:
        table = book.get_table_by_name(sheet)
        # Blank rows above the table, so that its rows keep their numbers.
        above: list[Sequence[object]] = [[]] * (table.start[0] - 1 if table.start else 0)
        return [*above, list(table.columns), *table.to_python()]
    if sheet and sheet not in book.sheet_names:
        names = ", ".join([*book.sheet_names, *tables])
        raise SourceError(f"{title} has no sheet or table {sheet}; it has: {names}.")
    return list(book.get_sheet_by_name(sheet or _first_visible(book, title)).to_python(skip_empty_area=False))


def _first_visible(book: CalamineWorkbook, title: str) -> str:
    for one in book.sheets_metadata:
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet:
            return one.name
    raise SourceError(f"{title} has no visible sheet with cells.")


def _refuse_bomb(raw: bytes, title: str) -> None:
    """Refuse what would unpack to far more than a table of deals ever needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{title} is no complete .xlsx file; please export or save it again.") from error
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > _MOST_BYTES or (unpacked > _SMALL_BYTES and unpacked / packed > _MOST_RATIO):
        raise SourceError(
            f"{title} would unpack to {unpacked >> 20:,} MB, which no list of deals needs; it was not opened."
        )
