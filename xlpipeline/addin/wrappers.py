"""The VBA module of the worksheet functions, made from the register: nothing to import, no trust setting to change.

Each function hands the *values* of its arguments to Python, never a range: so Python never has to ask Excel back in the
middle of a calculation, and no workbook is read. Error values come back as marked texts (see ``functions._cells``).
"""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions import ERROR_MARK, FUNCTIONS, Argument, WorksheetFunction

MODULE_NAME: Final = "XlpFunctions"
UDF_MODULE: Final = "xlpipeline.addin.udfs"

_HEAD: Final = f"""\
Attribute VB_Name = "{MODULE_NAME}"
Option Explicit
' The worksheet functions. Made from the register in addin/functions by addin/wrappers.py.

' What a function that failed unexpectedly had to say; the button Explain this figure shows it.
Public XlpLastFault As String
"""

_TAIL: Final = f"""\
' An argument as values; one that was left out stays left out. Dates are numbers that count from 1900; only a book that
' counts from 1904 has to give its dates as such.
Private Function XlpCells(Optional ByRef given As Variant) As Variant
    If Not IsObject(given) Then
        XlpCells = given
    ElseIf given Is Nothing Then
        XlpCells = Empty
    ElseIf given.Worksheet.Parent.Date1904 Then
        XlpCells = given.Value
    Else
        XlpCells = given.Value2
    End If
End Function

Private Function XlpAsk(ByVal python As String, ByVal given As Variant) As Variant
    On Error GoTo Fault
    #If Mac Then
        Err.Raise 1001, "xlpipeline", "they need Excel for Windows; the tabs of the workbook show the same figures"
    #Else
        XlpAsk = XlpShown(XLPy.CallUDF("{UDF_MODULE}", python, (given)))
    #End If
    Exit Function
Fault:
    XlpLastFault = "The worksheet functions did not work: " & Err.Description & vbLf & vbLf & _
        "Please run 'xlpipeline addin doctor' in a terminal; it says what to do."
    XlpAsk = CVErr(xlErrValue)
End Function

' The answer for the cells: one value, one row, or a table.
Private Function XlpShown(ByVal answer As Variant) As Variant
    Dim row As Long, column As Long
    If Not IsArray(answer) Then
        XlpShown = XlpCell(answer)
        Exit Function
    End If
    For row = LBound(answer, 1) To UBound(answer, 1)
        If XlpLastColumn(answer) < 0 Then
            answer(row) = XlpCell(answer(row))
        Else
            For column = LBound(answer, 2) To UBound(answer, 2)
                answer(row, column) = XlpCell(answer(row, column))
            Next column
        End If
    Next row
    XlpShown = answer
End Function

' The number of the last column, or -1 where there is one row only.
Private Function XlpLastColumn(ByRef answer As Variant) As Long
    XlpLastColumn = -1
    On Error Resume Next
    XlpLastColumn = UBound(answer, 2)
End Function

' Python cannot hand over an error value, so it marks a text.
Private Function XlpCell(ByVal cell As Variant) As Variant
    XlpCell = cell
    If VarType(cell) <> vbString Then Exit Function
    If Left$(cell, 1) <> Chr$({ord(ERROR_MARK)}) Then Exit Function
    If Mid$(cell, 2) = "#N/A" Then XlpCell = CVErr(xlErrNA) Else XlpCell = CVErr(xlErrValue)
End Function
"""

_SEVERAL: Final = """\
    Dim given() As Variant, place As Long
    ReDim given(0 To UBound({last}) + {known})
{firsts}
    For place = 0 To UBound({last})
        given(place + {known}) = XlpCells({last}(place))
    Next place
    {name} = XlpAsk("{python}", given)"""


def module_text(*, with_attributes: bool = True) -> str:
    """The whole module in ASCII.

    ``with_attributes``: with the descriptions inside the procedures, as Excel stores them; some interpreters of VBA
    refuse these lines.
    """
    functions = "\n".join(_function(one, with_attributes=with_attributes) for one in FUNCTIONS)
    return "\n".join((_HEAD, functions, _TAIL, _register(), *map(_texts, FUNCTIONS)))


def _function(function: WorksheetFunction, *, with_attributes: bool) -> str:
    name = function.name
    lines = [f"Public Function {name}({', '.join(map(_parameter, function.arguments))}) As Variant"]
    if with_attributes:
        lines.append(f"Attribute {name}.VB_Description = {_quoted(function.description)}")
    lines += [_call(function), "End Function", ""]
    return "\n".join(lines)


def _parameter(one: Argument) -> str:
    if one.kind == "anything":
        return f"ParamArray {one.name}() As Variant"
    return f"{'Optional ' if one.optional else ''}{one.name} As Variant"


def _call(function: WorksheetFunction) -> str:
    if not function.takes_more:
        values = ", ".join(f"XlpCells({one.name})" for one in function.arguments)
        return f'    {function.name} = XlpAsk("{function.python_name}", Array({values}))'
    *firsts, last = (one.name for one in function.arguments)
    return _SEVERAL.format(
        last=last,
        known=len(firsts),
        firsts="\n".join(f"    given({place}) = XlpCells({name})" for place, name in enumerate(firsts)),
        name=function.name,
        python=function.python_name,
    )


def _register() -> str:
    """One procedure that tells Excel all texts; what Excel refuses for one function does not stop the others."""
    calls = "\n".join(f"    XlpTexts_{one.python_name}" for one in FUNCTIONS)
    return (
        "' The texts of the Function Wizard. Excel keeps them only while it runs, so they are told at every start.\n"
        f"Public Sub XlpRegisterFunctions()\n    On Error Resume Next\n{calls}\nEnd Sub\n"
    )


def _texts(function: WorksheetFunction) -> str:
    """A procedure of its own for each function: VBA limits how long one may be."""
    arguments = ", _\n        ".join(_quoted(one.description) for one in function.arguments)
    return (
        f"Private Sub XlpTexts_{function.python_name}()\n"
        f'    Application.MacroOptions Macro:="\'" & ThisWorkbook.Name & "\'!{function.name}", _\n'
        f"        Description:={_quoted(function.description)}, _\n"
        f"        Category:={_quoted(function.category)}, ArgumentDescriptions:=Array( _\n"
        f"        {arguments})\n"
        "End Sub\n"
    )


def _quoted(text: str) -> str:
    """A VBA text: quotes doubled."""
    return '"' + text.replace('"', '""') + '"'
