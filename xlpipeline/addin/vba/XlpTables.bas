Attribute VB_Name = "XlpTables"
Option Explicit
Option Private Module
' Finding things in a workbook by their names: tabs may be renamed and columns moved, names stay.

Public Function XlpIsOurs(ByVal book As Object) As Boolean
    On Error Resume Next
    XlpIsOurs = Len(book.Names("xlp_schema").Name) > 0
End Function

' The table of that name anywhere in the workbook, or Nothing.
Public Function XlpTable(ByVal book As Object, ByVal tableName As String) As Object
    Dim sheet As Object
    For Each sheet In book.Worksheets
        Set XlpTable = XlpTableOn(sheet, tableName)
        If Not XlpTable Is Nothing Then Exit Function
    Next sheet
End Function

Public Function XlpTableOn(ByVal sheet As Object, ByVal tableName As String) As Object
    Dim table As Object
    For Each table In sheet.ListObjects
        If StrComp(table.Name, tableName, vbTextCompare) = 0 Then
            Set XlpTableOn = table
            Exit Function
        End If
    Next table
End Function

' The place of a column in its table, from 1; 0 where the table has no such column.
Public Function XlpColumnIndex(ByVal table As Object, ByVal head As String) As Long
    Dim column As Object
    For Each column In table.ListColumns
        If StrComp(Trim$(column.Name), head, vbTextCompare) = 0 Then
            XlpColumnIndex = column.Index
            Exit Function
        End If
    Next column
End Function

' The cells below a head, or Nothing.
Public Function XlpColumnCells(ByVal table As Object, ByVal head As String) As Object
    Dim index As Long
    index = XlpColumnIndex(table, head)
    If index = 0 Then Exit Function
    If table.DataBodyRange Is Nothing Then Exit Function
    Set XlpColumnCells = table.DataBodyRange.Columns(index)
End Function

' The text of a setting; nothing where the table, the key or the value is missing.
Public Function XlpSetting(ByVal book As Object, ByVal key As String) As String
    Dim table As Object, keys As Object, values As Object, row As Long
    Set table = XlpTable(book, "Settings")
    If table Is Nothing Then Exit Function
    Set keys = XlpColumnCells(table, "Key")
    Set values = XlpColumnCells(table, "Value")
    If keys Is Nothing Or values Is Nothing Then Exit Function
    For row = 1 To keys.Cells.Count
        If StrComp(XlpText(keys.Cells(row, 1).Value), key, vbTextCompare) = 0 Then
            XlpSetting = XlpText(values.Cells(row, 1).Value)
            Exit Function
        End If
    Next row
End Function

' A value as trimmed text; an error cell is nothing.
Public Function XlpText(ByVal value As Variant) As String
    If IsError(value) Then Exit Function
    XlpText = Trim$(CStr(value))
End Function
