# mypy: disallow-subclassing-any=False, disallow-untyped-decorators=False
"""An Excel in memory that runs our VBA: pyOpenVBA's interpreter with stand-ins for what only Excel and Python can do.

What is not as in Excel, and how it is made up for:

- The interpreter does not read ``WithEvents``: the word is taken out, and ``deliver`` calls the handlers of
  ThisWorkbook that Excel would call, if ``App`` is set and events are on.
- ``RunPython`` writes down its command; ``SWbemDateTime`` and ``AutoSaveOn`` are answered by ``Outside``.
- IRibbonUI and IRibbonControl are the two small classes below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from pyopenvba.apps.excel import ExcelApplication, Range, Workbook, Worksheet
from pyopenvba.apps.excel import _events as events_of_excel
from pyopenvba.interpreter import _runtime
from pyopenvba.interpreter._objects import MemberSpec, VBAObject, member, method
from pyopenvba.interpreter._values import EMPTY, NOTHING, VBADate, error

from xlpipeline.addin import callbacks

VBA = Path(callbacks.__file__).parent / "vba"
NOW = dt.datetime(2026, 5, 15, 10, 30)  # noqa: DTZ001 - as VBA has it
JUNE_30 = dt.datetime(2026, 6, 30)  # noqa: DTZ001
JULY_31 = dt.datetime(2026, 7, 31)  # noqa: DTZ001
PIPELINE = ("Notes", "Stage", "Opportunity", "Expected close", "Deal ID", "Amount")
"""Heads of the test's Pipeline: columns may stand anywhere."""
DEALS = (
    ("n1", "Proposal", "Alpha", JUNE_30, "D-1", 1000),
    ("n2", "Discovery", "Beta", JULY_31, "D-2", 2000),
    ("n3", "Discovery", "Gamma", None, None, 3000),
)
EDITS = ("Deal ID", "Column", "Value", "At", "UTC offset", "User")

STAND_INS = """
Public XlpLastFault As String
Public Commands As String
Public Waited As String
Public FunctionsRegistered As Boolean

Public Function RunPython(PythonCommand As String)
    Commands = Commands & PythonCommand & vbLf
    Waited = Waited & XlpWaiting(ActiveWorkbook.Name) & vbLf
End Function

Public Sub XlpRegisterFunctions()
    FunctionsRegistered = True
End Sub

Public Function Look(ByVal what As String) As Variant
    Select Case what
        Case "Commands": Look = Commands
        Case "Waited": Look = Waited
        Case "XlpLastFault": Look = XlpLastFault
        Case "FunctionsRegistered": Look = FunctionsRegistered
    End Select
End Function

Public Sub Blame(ByVal fault As String)
    XlpLastFault = fault
End Sub

Public Sub MakeTable(ByVal sheet As Object, ByVal address As String, ByVal title As String)
    sheet.ListObjects.Add(1, sheet.Range(address), , 1).Name = title
End Sub

Public Function IsEnabled(ByVal control As Object) As Variant
    XlpGetEnabled control, IsEnabled
End Function
"""


class RibbonControl(VBAObject):
    """IRibbonControl, as far as our callbacks look at it."""

    def __init__(self, button: str) -> None:
        self.button = button

    @member
    def ID(self) -> object:  # noqa: N802 - VBA's name
        return self.button


class RibbonUI(VBAObject):
    """IRibbonUI: counts how often the buttons were asked to look anew."""

    invalidated = 0

    @method
    def Invalidate(self) -> object:  # noqa: N802 - VBA's name
        self.invalidated += 1
        return EMPTY


@dataclass
class Outside:
    """What lies outside of VBA: the clock's zone (None: Windows does not tell) and AutoSave (None: an old Excel)."""

    utc_offset_minutes: int | None = 120
    saves_itself: bool | None = False


class WbemDateTime(VBAObject):
    """SWbemDateTime: takes a local time, gives it in UTC."""

    def __init__(self, offset_minutes: int) -> None:
        self.offset = dt.timedelta(minutes=offset_minutes)
        self.utc = NOW

    @method
    def SetVarDate(self, dVarDate: VBADate, bIsLocal: object) -> object:  # noqa: N802, N803 - VBA's names
        self.utc = dVarDate.to_datetime() - (self.offset if bIsLocal else dt.timedelta())
        return EMPTY

    @method
    def GetVarDate(self, bIsLocal: object) -> object:  # noqa: N802, N803 - VBA's names
        return VBADate.from_datetime(self.utc + (self.offset if bIsLocal else dt.timedelta()))


@dataclass
class Excel:
    """Excel with the add-in open, and what the tests do to it and ask of it."""

    app: ExcelApplication
    addin: Workbook
    outside: Outside
    heard: list[str] = field(default_factory=list)

    def deliver(self, event: str, *arguments: object) -> None:
        """Call a handler of the add-in's ThisWorkbook, as Excel does where it listens."""
        module = self.app.interpreter.modules["thisworkbook"]
        document = module.document
        assert document is not None
        if not self.app.application.enable_events or document.variables["app"].get() is NOTHING:
            return
        self.heard.append(event)
        found = module.procedure(f"App_{event}")
        assert found is not None
        self.app.interpreter.call(found, module, list(arguments), {}, me=document)

    def start(self) -> None:
        """Excel opens the add-in."""
        self.app.run("ThisWorkbook.Workbook_Open")

    def reset_vba(self) -> None:
        """What "End" in an error box does: every variable of the project is forgotten."""
        for module in self.app.interpreter.modules.values():
            module._initialised = False
            module.initialise()
            if module.document is not None:
                module.document.variables["app"].set(NOTHING)
                module.document.variables["mdescribed"].set(False)

    def open_team_book(self, name: str = "team.xlsx", *, is_ours: bool = True, stamps: str = "on") -> Workbook:
        """A workbook with Pipeline, Settings and a hidden _Edits, made active."""
        book = self.app.add_workbook()
        book.name = name
        sheet = book.sheets_[0]
        sheet.name = "Deals of the team"
        self.fill(sheet, "B4", (PIPELINE, *DEALS))
        self.app.run("MakeTable", sheet, "B4:G7", "Pipeline")
        settings = book.add_sheet("Settings")
        self.fill(settings, "A1", (("Key", "Value"), ("colour_rows", "on"), ("edit_stamps", stamps)))
        self.app.run("MakeTable", settings, "A1:B3", "Settings")
        edits = book.add_sheet("_Edits")
        self.fill(edits, "B4", (EDITS,))
        self.app.run("MakeTable", edits, "B4:G5", "_Edits")
        if is_ours:
            self.app.add_named_range("xlp_schema", "=Settings!$D$1")
        book.saved = True
        self.deliver("WorkbookOpen", book)
        return book

    def fill(self, sheet: Worksheet, corner: str, rows: Sequence[Sequence[object]]) -> None:
        """Put rows on a sheet without Excel's hearing of it."""
        self.app.application.enable_events = False
        start = sheet.vba_get("Range", [corner])
        for down, row in enumerate(rows):
            for right, value in enumerate(row):
                start.vba_get("Offset", [down, right]).vba_set("Value", _in_vba(value))
        self.app.application.enable_events = True

    def type(self, book: Workbook, address: str, value: object, sheet: Worksheet | None = None) -> None:
        """A person edits cells of a sheet; without one, of the first."""
        target = (sheet or book.sheets_[0]).vba_get("Range", [address])
        assert isinstance(target, Range)
        target.vba_set("Value", _in_vba(value))

    def save(self, book: Workbook) -> None:
        """A person (or AutoSave) saves."""
        self.deliver("WorkbookBeforeSave", book, False, False)
        book.saved = True

    def click(self, button: str) -> None:
        """A person clicks a button of the ribbon."""
        self.app.run("XlpPress", RibbonControl(button))

    def is_enabled(self, button: str) -> object:
        """What the ribbon is told when it asks for a button."""
        return self.app.run("IsEnabled", RibbonControl(button))

    def waiting(self, book: Workbook) -> object:
        """Stamps in memory."""
        return self.app.run("XlpWaiting", book.name)

    def edits(self, book: Workbook) -> list[list[Any]]:
        """The rows of the table _Edits that hold anything."""
        table = self.app.run("XlpTable", book, "_Edits")
        address = table.vba_get("Range").vba_get("Address")
        rows = self.app.sheet("_Edits", workbook=book).value(str(address).replace("$", ""))
        assert isinstance(rows, list)
        assert rows[0] == list(EDITS)
        return [row for row in rows[1:] if any(value is not None for value in row)]

    def cells(self, book: Workbook) -> dict[str, list[list[object]]]:
        """All values of a workbook."""
        return {sheet.name: self.app.sheet(sheet.name, workbook=book).rows() for sheet in book.sheets_}

    def commands(self) -> list[str]:
        """What RunPython was asked to run."""
        return str(self.app.run("Look", "Commands")).splitlines()

    def told(self) -> list[str]:
        """The messages that were shown."""
        return [prompt for _, prompt, _, _ in self.app.dialogs]


def _in_vba(value: object) -> object:
    if value is None:
        return EMPTY
    return VBADate.from_datetime(value) if isinstance(value, dt.datetime) else value


_parsed_once = lru_cache(_runtime.parse_module)
"""A text is parsed once for all tests: running it changes nothing in its tree."""


def start_excel(monkeypatch: pytest.MonkeyPatch) -> Excel:
    """Excel with our add-in loaded and listening."""
    monkeypatch.setattr(_runtime, "parse_module", _parsed_once)
    app = ExcelApplication()
    app.freeze_clock(NOW)
    app.application.user_name = "Rita Rep"
    addin = app.add_workbook()
    addin.name = "xlpipeline.xlam"
    excel = Excel(app, addin, Outside())
    for path in sorted(VBA.glob("*.[bc]*s")):
        kind = "document" if path.stem == "ThisWorkbook" else "class" if path.suffix == ".cls" else "standard"
        text = path.read_text("ascii").replace("Private WithEvents App", "Private App")
        app.add_module(text, name=path.stem, kind=kind)
    app.add_module(STAND_INS, name="StandIns")
    _connect(excel, monkeypatch)
    excel.start()
    return excel


def _connect(excel: Excel, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = events_of_excel.changed

    def changed_here_and_in_the_addin(target: Range) -> None:
        changed(target)
        excel.deliver("SheetChange", target.sheet, target)

    def create(name: str) -> object:
        assert name == "WbemScripting.SWbemDateTime"
        if excel.outside.utc_offset_minutes is None:
            raise error(429)
        return WbemDateTime(excel.outside.utc_offset_minutes)

    def auto_save_on(_: Workbook) -> object:
        if excel.outside.saves_itself is None:
            raise error(438)
        return excel.outside.saves_itself

    monkeypatch.setattr(events_of_excel, "changed", changed_here_and_in_the_addin)
    monkeypatch.setattr(excel.app.interpreter.host, "create", create)
    monkeypatch.setitem(
        Workbook._vba_members, "autosaveon", MemberSpec(name="AutoSaveOn", kind="property", getter=auto_save_on)
    )
