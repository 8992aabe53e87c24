"""What plain xlwings lacks: members of Excel's own object model, for Windows (COM) and macOS (appscript).

``api`` is a COM object on Windows and an appscript reference on macOS; each function here says what it asks of Excel.
Everything else in this package goes through xlwings.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import xlwings as xw

ON_MAC: Final = sys.platform == "darwin"

_BUSY_CODES: Final = frozenset({-2147418111, -2147417846, -2146777998, -1712, -609})
"""Call rejected, try later, cell is being edited (COM); no answer in time, connection lost (Apple events)."""

_ALLOWED: Final = (
    "FormattingCells", "FormattingColumns", "FormattingRows", "InsertingColumns", "InsertingRows",
    "InsertingHyperlinks", "DeletingColumns", "DeletingRows", "Sorting", "Filtering",
)  # fmt: skip
"""What a protected sheet may allow, as both ``Protection`` and ``Protect`` call it; pivot tables are spelled in two
ways."""


@dataclass(frozen=True)
class SheetProtection:
    """How a sheet is protected: the arguments that make Excel protect it just so again."""

    arguments: dict[str, bool]


def full_name(book: xw.Book) -> str:
    """Path or address of a workbook (``Workbook.FullName``); xlwings' own guesses where OneDrive keeps it locally."""
    name = book.api.full_name.get() if ON_MAC else book.api.FullName
    return str(name)


def is_read_only(book: xw.Book) -> bool:
    """Whether the workbook was opened read-only (``Workbook.ReadOnly``): its file cannot be saved in place."""
    return bool(book.api.read_only.get() if ON_MAC else book.api.ReadOnly)


def is_shared(book: xw.Book) -> bool:
    """Whether it is a shared workbook of the old kind (``Workbook.MultiUserEditing``), in which tables are frozen."""
    return bool(book.api.multi_user_editing.get() if ON_MAC else book.api.MultiUserEditing)


def counts_from_1904(book: xw.Book) -> bool:
    """Whether the workbook counts its days from 1904 (``Workbook.Date1904``)."""
    return bool(book.api.date_1904.get() if ON_MAC else book.api.Date1904)


def has_formula(cells: xw.Range) -> bool | None:
    """Whether all cells hold formulas (True), none (False) or some (None): ``Range.HasFormula``, one call."""
    found = cells.api.has_formula.get() if ON_MAC else cells.api.HasFormula
    return found if isinstance(found, bool) else None


def exact_values(cells: xw.Range) -> Any:  # noqa: ANN401 - what COM gives
    """Values with all their digits (``Range.Value2``): a cell with a currency format otherwise comes with four."""
    return cells.api.value2.get() if ON_MAC else cells.api.Value2


def column_heads(table: xw.main.Table) -> list[str]:
    """Heads of a table that does not show them (``ListColumn.Name``)."""
    columns = table.api.list_columns.get() if ON_MAC else table.api.ListColumns
    return [str(column.name.get() if ON_MAC else column.Name) for column in columns]


def is_merged(cells: xw.Range) -> bool:
    """Whether any of the cells is part of a merged one (``Range.MergeCells``; None stands for some)."""
    found = cells.api.merge_cells.get() if ON_MAC else cells.api.MergeCells
    return found is not False


def protection_of(sheet: xw.Sheet) -> SheetProtection | None:
    """How a sheet is protected (``Worksheet.ProtectContents`` and ``Protection``), or None if it is not."""
    if ON_MAC:
        return _protection_on_mac(sheet.api)
    api = sheet.api
    if not api.ProtectContents:
        return None
    allowed = api.Protection
    arguments = {f"Allow{what}": bool(getattr(allowed, f"Allow{what}")) for what in _ALLOWED}
    arguments["AllowUsingPivotTables"] = bool(allowed.AllowUsingPivotTables)
    arguments |= {"Contents": True, "DrawingObjects": bool(api.ProtectDrawingObjects)}
    arguments |= {"Scenarios": bool(api.ProtectScenarios), "UserInterfaceOnly": bool(api.ProtectionMode)}
    return SheetProtection(arguments)


def _protection_on_mac(api: Any) -> SheetProtection | None:  # noqa: ANN401 - an appscript reference
    if not api.protect_contents.get():
        return None
    allowed = api.protection_object
    names = ["allow_" + "".join("_" + c.lower() if c.isupper() else c for c in what)[1:] for what in _ALLOWED]
    arguments = {name: bool(getattr(allowed, name).get()) for name in [*names, "allow_using_pivot_table"]}
    arguments |= {"worksheet_contents": True, "drawing_objects": bool(api.protect_drawing_objects.get())}
    arguments |= {"scenarios": bool(api.protect_scenarios.get())}
    return SheetProtection(arguments | {"user_interface_only": bool(api.protection_mode.get())})


def unprotect(sheet: xw.Sheet) -> None:
    """Take a sheet's protection off (``Worksheet.Unprotect``); fails if it has a password.

    The empty password is given, for without any Excel asks the user for one.
    """
    if ON_MAC:
        sheet.api.unprotect(password="")
    else:
        sheet.api.Unprotect("")


def protect(sheet: xw.Sheet, protection: SheetProtection) -> None:
    """Protect a sheet as it was, without a password (``Worksheet.Protect``)."""
    if ON_MAC:
        sheet.api.protect_worksheet(**protection.arguments)
    else:
        sheet.api.Protect(**protection.arguments)


def is_busy(fault: BaseException) -> bool:
    """Whether Excel did not take a call because a cell is being edited or a dialog is open."""
    return type(fault).__name__ == "ExcelBusyError" or not _BUSY_CODES.isdisjoint(_codes(fault))


def is_refusal(fault: BaseException) -> bool:
    """Whether Excel, or the way to it, refused: COM, Apple events, xlwings. Any other exception is a bug of ours."""
    module = type(fault).__module__.partition(".")[0]
    is_theirs = module in {"pywintypes", "xlwings", "appscript", "aem"}
    return is_theirs or hasattr(fault, "hresult") or hasattr(fault, "errornumber")


def words_of(fault: BaseException) -> str:
    """Excel's own words for why it refused a call, in one line."""
    told = getattr(fault, "excepinfo", None)
    words = told[2] if told and len(told) > 2 and told[2] else str(fault)
    return " ".join(str(words).split())[:200] or type(fault).__name__


def _codes(fault: BaseException) -> set[int]:
    told = getattr(fault, "excepinfo", None) or ()
    found = (getattr(fault, "hresult", None), getattr(fault, "errornumber", None), *fault.args[:1], *told[5:6])
    return {code for code in found if isinstance(code, int)}


_ATTEMPTS: Final = 3_000
"""So often a rejected call is repeated, some seconds, before a person is asked to finish typing."""


@contextlib.contextmanager
def bounded_patience() -> Iterator[None]:
    """On Windows xlwings repeats a rejected call for ever; within, only for some seconds."""
    windows: Any = sys.modules.get("xlwings._xlwindows")
    if windows is None:
        yield
        return
    before = windows.N_COM_ATTEMPTS
    windows.N_COM_ATTEMPTS = before or _ATTEMPTS
    try:
        yield
    finally:
        windows.N_COM_ATTEMPTS = before
