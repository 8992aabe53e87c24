# mypy: disallow-subclassing-any=False, disallow-untyped-decorators=False
"""The VBA of the worksheet functions: its text, and what it does when it runs against the real Python.

It runs in pyOpenVBA's interpreter. Three things are stood in for: ``XLPy`` is a VBA object that calls xlwings' own
CallUDF; ``Application.MacroOptions`` and ``Workbook.Date1904``, which the interpreter does not have, are procedures.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter._objects import VBAObject, method
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAArray, VBADate, VBAErrorValue, VBAInt, error

from tests.addin.given_tables import NOT_AVAILABLE, OMITTED, Cells, com_tables, serial
from tests.addin.xlwings_on_windows import xlwings_on_windows
from tests.metrics.small_team import AS_OF, facts_of, in_play, lost, won
from xlpipeline.addin import wrappers
from xlpipeline.addin.functions import FUNCTIONS, WorksheetFunction
from xlpipeline.addin.wrappers import MODULE_NAME, module_text

STAND_INS = """
Public Server As Object
Public From1904 As Boolean

Public Sub Connect(ByVal given As Object)
    Set Server = given
End Sub

Public Sub CountFrom1904()
    From1904 = True
End Sub

Public Function XLPy() As Object
    Set XLPy = Server
End Function

Public Sub MacroOptions(Macro, Description, Category, ArgumentDescriptions)
    Server.Told Macro, Description, Category, ArgumentDescriptions
End Sub

Public Function LastFault() As String
    LastFault = XlpLastFault
End Function

Public Function OfRange(ByVal address As String, ByVal stages As String, ByVal day As Variant) As Variant
    OfRange = XLP_WIN_RATE(Range(address), Range(stages), day, "closed-broad")
End Function

Public Function OfColumn(ByVal address As String, ByVal day As Variant) As Variant
    OfColumn = XLP_BUSINESS_DAYS(Range(address), day)
End Function

Public Function BasisLeftOut(pipeline, stages, day, window) As Variant
    BasisLeftOut = XLP_WIN_RATE(pipeline, stages, day, , window)
End Function

Public Function WhyBasisLeftOut(pipeline, stages, day, window) As Variant
    WhyBasisLeftOut = XLP_WHY("XLP_WIN_RATE", pipeline, stages, day, , window)
End Function
"""
RESERVED = """
and as boolean byref byte byval call case const currency date declare dim do double each else elseif empty end enum eqv
erase error event exit false for friend function get global gosub goto if imp implements in input integer is let like
lock long loop lset me mod new next not nothing null object on open option optional or paramarray preserve print private
property public put raiseevent randomize redim rem resume return rset seek select set single static step stop string sub
then to true type typeof unlock until variant wend while with write xor
"""
LONGEST_LINE = 1023
MOST_CONTINUED = 24
NO_FIGURE, BAD_ARGUMENT = VBAErrorValue(2042), VBAErrorValue(2015)


class PythonServer(VBAObject):
    """What XLPy gives: arguments and answers cross as COM carries them."""

    def __init__(self, xlpython: Any) -> None:  # noqa: ANN401
        self.xlpython = xlpython
        self.told: list[tuple[str, str, str, list[object]]] = []
        self.given: list[object] = []
        self.calls: list[tuple[str, str]] = []

    @method
    def CallUDF(self, script: object, fname: object, args: object) -> object:  # noqa: N802 - xlwings' name
        if self.xlpython is None:
            raise error(1000, "Could not activate Python COM server")
        self.calls.append((str(script), str(fname)))
        self.given = list(_as_com(args))  # type: ignore[call-overload]
        return _as_vba(self.xlpython.CallUDF(str(script), str(fname), self.given))

    @method
    def Told(self, macro: object, description: object, category: object, arguments: object) -> object:  # noqa: N802
        texts = [str(one) for one in _as_com(arguments)]  # type: ignore[attr-defined]
        self.told.append((str(macro), str(description), str(category), list(texts)))
        return EMPTY


def _as_com(cell: object) -> object:  # noqa: PLR0911 - one line per kind
    if isinstance(cell, VBAArray):
        if cell.dimensions == 1:
            return tuple(map(_as_com, cell.elements()))
        (top, bottom), (left, right) = cell.bounds
        return tuple(
            tuple(_as_com(cell.get([row, column])) for column in range(left, right + 1))
            for row in range(top, bottom + 1)
        )
    if cell is MISSING:
        return OMITTED
    if isinstance(cell, VBAErrorValue):
        return cell.number - 2146828288
    if isinstance(cell, VBADate):
        return cell.to_datetime()
    if isinstance(cell, VBAInt):
        return int(cell)
    return None if cell is EMPTY else cell


def _as_vba(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    if not isinstance(value[0], list | tuple):
        return VBAArray([(0, len(value) - 1)], items=list(value))
    made = VBAArray([(0, len(value) - 1), (0, len(value[0]) - 1)])
    made.items = [value[row][column] for column in range(len(value[0])) for row in range(len(value))]
    return made


@pytest.fixture(scope="module")
def xlpython() -> Generator[Any]:
    with xlwings_on_windows() as served:
        yield served


class Excel:
    """The module loaded, with a server behind it."""

    def __init__(self, xlpython: Any) -> None:  # noqa: ANN401
        self.app = ExcelApplication()
        self.app.add_workbook()
        text = module_text(with_attributes=False).replace("Application.MacroOptions", "MacroOptions")
        self.app.add_module(text.replace("given.Worksheet.Parent.Date1904", "From1904"), name=MODULE_NAME)
        self.app.add_module(STAND_INS, name="StandIns")
        self.server = PythonServer(xlpython)
        self.app.run("Connect", self.server)

    def run(self, name: str, *given: object) -> Any:  # noqa: ANN401
        return self.app.run(name, *map(_given, given))


def _given(value: object) -> object:
    return _as_vba(value) if isinstance(value, tuple) else EMPTY if value is None else value


@pytest.fixture
def excel(xlpython: Any) -> Excel:  # noqa: ANN401
    return Excel(xlpython)


@pytest.fixture(scope="module")
def shared_excel(xlpython: Any) -> Excel:  # noqa: ANN401
    """For tests that only call functions, because loading the module takes a while."""
    return Excel(xlpython)


@pytest.fixture(scope="module")
def tables() -> dict[str, Cells]:
    facts = facts_of([*[won()] * 3, *[lost()] * 2, in_play(closes="2026-03-30")])
    return _blanks_as_empty(com_tables(facts.book))


def _blanks_as_empty(tables: dict[str, Cells]) -> dict[str, Cells]:
    """An empty cell is Empty in VBA; ``_as_com`` makes None of it again."""
    return {
        name: tuple(tuple(EMPTY if cell is None else cell for cell in row) for row in rows)
        for name, rows in tables.items()
    }


def test_a_figure_comes_through_vba_from_python(excel: Excel, tables: dict[str, Cells]) -> None:
    found = excel.run("XLP_WIN_RATE", tables["Pipeline"], tables["Stages"], serial(AS_OF), "closed-broad")
    assert found == 0.6
    assert excel.server.calls == [("xlpipeline.addin.udfs", "win_rate")]
    assert excel.server.given[4:] == [OMITTED] * 10


def test_no_figure_becomes_n_a_and_a_wrong_argument_value(excel: Excel, tables: dict[str, Cells]) -> None:
    first = (tables["Pipeline"], tables["Stages"], serial(AS_OF))
    assert excel.run("XLP_WIN_RATE", *first[:2], serial(AS_OF), "closed-broad", "2025 Q4") == NO_FIGURE
    assert excel.run("XLP_WIN_RATE", *first, "nonsense") == BAD_ARGUMENT
    assert excel.run("LastFault") == ""
    told = excel.run("XLP_WHY", "XLP_WIN_RATE", *first, "nonsense")
    assert told.startswith("The fourth argument (Basis) is 'nonsense'")


def test_an_error_value_of_a_cell_reaches_python_as_one(excel: Excel, tables: dict[str, Cells]) -> None:
    day = VBAErrorValue(2042)
    assert _as_com(day) == NOT_AVAILABLE
    assert excel.run("XLP_WIN_RATE", tables["Pipeline"], tables["Stages"], day) == BAD_ARGUMENT
    told = excel.run("XLP_WHY", "XLP_WIN_RATE", tables["Pipeline"], tables["Stages"], day)
    assert told == "The third argument (AsOf) is #N/A; please mend that cell first."


def test_an_argument_left_out_in_the_middle_means_what_it_usually_means(excel: Excel, tables: dict[str, Cells]) -> None:
    first = (tables["Pipeline"], tables["Stages"], serial(AS_OF))
    assert excel.run("BasisLeftOut", *first, "all") == 0.6
    assert excel.server.given[3:6] == [OMITTED, "all", OMITTED]
    told = excel.run("WhyBasisLeftOut", *first, "all")
    assert told.startswith("Given: n = 5, basis closed-broad, qualified deals, all time")


def test_a_spilled_table_keeps_its_shape_and_its_errors(excel: Excel, tables: dict[str, Cells]) -> None:
    found = excel.run("XLP_STAGE_CONVERSION", tables["Pipeline"], tables["Stages"], serial(AS_OF))
    assert [len(row) for row in found] == [16] * 4
    assert [row[0] for row in found] == ["Stage", "Prospect", "Qualified", "Offer"]
    assert [row[6] for row in found[1:]] == [1.0, 4 / 6, NO_FIGURE]


def test_a_spilled_column_has_one_cell_per_row(excel: Excel, tables: dict[str, Cells]) -> None:
    found = excel.run("XLP_STALE_FLAGS", tables["Pipeline"], tables["Stages"], serial(AS_OF))
    assert found == [[""], [""], [""], [""], [""], ["C"]]


def test_ranges_are_handed_over_as_values_with_dates_as_numbers(excel: Excel, tables: dict[str, Cells]) -> None:
    sheet = excel.app.sheet(1)
    addresses = []
    for name, row in (("Pipeline", 1), ("Stages", 20)):
        rows = [[None if cell is EMPTY else cell for cell in cells] for cells in tables[name]]
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.set_value(f"{_letters(column)}{row + at}", cell)
        addresses.append(f"A{row}:{_letters(len(rows[0]) - 1)}{row + len(rows) - 1}")
    assert excel.run("OfRange", *addresses, serial(AS_OF)) == 0.6
    pipeline = excel.server.given[0]
    assert isinstance(pipeline, tuple)
    assert pipeline[0] == tables["Pipeline"][0]
    assert {type(cell) for row in pipeline[1:] for cell in row} <= {float, str, type(None)}


def test_a_book_that_counts_from_1904_hands_over_dates_as_such(excel: Excel) -> None:
    excel.app.add_module('Sub Fill()\nRange("A1").Value = #3/27/2026#\nEnd Sub\n', name="Filling")
    excel.app.run("Fill")
    assert excel.run("OfColumn", "A1:A1", serial(AS_OF)) == 2
    assert excel.server.given[0] == 46108
    excel.app.run("CountFrom1904")
    assert excel.run("OfColumn", "A1:A1", serial(AS_OF)) == 2
    assert str(excel.server.given[0]).startswith("2026-03-27")


def _letters(column: int) -> str:
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def test_where_python_cannot_be_started_the_cell_shows_value_and_the_sentence_is_kept() -> None:
    excel = Excel(None)
    assert excel.run("XLP_DEFINITION", "coverage") == BAD_ARGUMENT
    assert excel.run("LastFault") == (
        "The worksheet functions did not work: Could not activate Python COM server\n\n"
        "Please run 'xlpipeline addin doctor' in a terminal; it says what to do."
    )


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_each_function_runs_and_asks_for_its_own(shared_excel: Excel, function: WorksheetFunction) -> None:
    given = ["x"] * (len(function.arguments) - function.takes_more)
    shared_excel.server.calls.clear()
    assert shared_excel.run(function.name, *given) == BAD_ARGUMENT
    assert shared_excel.server.calls == [("xlpipeline.addin.udfs", function.python_name)]
    assert shared_excel.server.given == given


def test_excel_is_told_every_text_of_every_function(excel: Excel) -> None:
    excel.app.run("XlpRegisterFunctions")
    book = excel.app.workbook.name
    assert excel.server.told == [
        (f"'{book}'!{one.name}", one.description, "xlpipeline", [a.description for a in one.arguments])
        for one in FUNCTIONS
    ]


def test_one_function_that_excel_refuses_does_not_stop_the_others(
    excel: Excel, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = PythonServer.Told

    def fussy(self: PythonServer, *texts: object) -> object:
        if "XLP_CYCLE" in str(texts[0]):
            raise error(1004, "Cannot edit a macro on a hidden workbook")
        return listen(self, *texts)

    monkeypatch.setattr(PythonServer._vba_members["told"], "getter", fussy)
    excel.app.run("XlpRegisterFunctions")
    assert len(excel.server.told) == len(FUNCTIONS) - 1


def test_the_text_keeps_the_limits_of_vba() -> None:
    lines = module_text().splitlines()
    assert max(map(len, lines)) < LONGEST_LINE
    for start, line in enumerate(lines):
        if line.endswith(" _"):
            continued = next(n for n, later in enumerate(lines[start:]) if not later.endswith(" _"))
            assert continued <= MOST_CONTINUED
    assert module_text().isascii()
    assert "\t" not in module_text()


def test_the_text_is_always_the_same() -> None:
    assert module_text() == module_text()
    assert module_text().startswith('Attribute VB_Name = "XlpFunctions"\nOption Explicit\n')


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_each_function_has_its_description_and_names_that_vba_allows(function: WorksheetFunction) -> None:
    quoted = function.description.replace('"', '""')
    assert f'Attribute {function.name}.VB_Description = "{quoted}"\n' in module_text()
    for one in function.arguments:
        assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", one.name)
        mend = f"please rename the argument {one.name} of {function.name}: VBA keeps that word for itself"
        assert one.name.casefold() not in RESERVED.split(), mend


def test_quotes_in_a_text_are_doubled_as_vba_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    quoting = replace(FUNCTIONS[-2], description='Say "why".')
    monkeypatch.setattr(wrappers, "FUNCTIONS", (quoting,))
    assert module_text().count('"Say ""why""."') == 2


def test_the_book_is_never_read_nor_the_clock() -> None:
    code = re.sub(r"'.*|\"[^\"]*\"", "", module_text())
    for word in ("ActiveWorkbook", "ActiveSheet", "Caller", "Range(", "Now", "Date(", "Evaluate", "RunPython"):
        assert word not in code
