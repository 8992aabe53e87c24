Attribute VB_Name = "XlpEdits"
Option Explicit
Option Private Module
' Remembers when and by whom Stage, Amount and Expected close of Pipeline were edited. Writing a cell at once would
' clear Excel's Undo, so the stamps stay in memory and are written to the hidden table _Edits before a save and before
' Python runs. A reset of VBA loses those that were not written yet.

Private Const XLP_MOST_CELLS As Long = 5000
Private Const XLP_LONGEST_TEXT As Long = 255

' One Collection of XlpStamp per workbook, by the workbook's name: Excel never opens two of the same name.
Private mStamps As Collection

Public Sub XlpNoteChange(ByVal sheet As Object, ByVal target As Object)
    Dim table As Object, hits As Collection
    On Error GoTo Quiet
    Set table = XlpTableOn(sheet, "Pipeline")
    If table Is Nothing Then Exit Sub
    If Not XlpIsOurs(sheet.Parent) Then Exit Sub
    Set hits = XlpHits(table, target)
    If XlpCellsIn(hits) = 0 Or XlpCellsIn(hits) > XLP_MOST_CELLS Then Exit Sub
    If LCase$(XlpSetting(sheet.Parent, "edit_stamps")) = "off" Then Exit Sub
    XlpStampHits table, hits
Quiet:
End Sub

' With AutoSave a save comes every few seconds, and writing cells each time would leave nothing to undo.
Public Sub XlpBeforeSave(ByVal book As Object)
    If Not XlpSavesItself(book) Then XlpWriteStamps book
End Sub

Public Sub XlpBeforeClose(ByVal book As Object)
    If XlpSavesItself(book) Then XlpWriteStamps book
End Sub

Public Sub XlpDropStamps(ByVal title As String)
    On Error Resume Next
    If Not mStamps Is Nothing Then mStamps.Remove title
End Sub

' Writes what is remembered of the workbook below the table _Edits, as one block, and forgets it. What cannot be written
' now stays remembered.
Public Sub XlpWriteStamps(ByVal book As Object)
    Dim events As Boolean, table As Object, ready As Collection
    events = Application.EnableEvents
    On Error GoTo Quiet
    If XlpStampsOf(book.Name) Is Nothing Then Exit Sub
    Application.EnableEvents = False
    Set table = XlpTable(book, "_Edits")
    If Not table Is Nothing Then
        Set ready = XlpWithDeal(XlpStampsOf(book.Name))
        If ready.Count > 0 Then XlpAppend table, XlpBlock(table, ready)
    End If
    XlpDropStamps book.Name
Quiet:
    Application.EnableEvents = events
End Sub

' How many stamps wait in memory for a workbook.
Public Function XlpWaiting(ByVal title As String) As Long
    If Not XlpStampsOf(title) Is Nothing Then XlpWaiting = XlpStampsOf(title).Count
End Function

' The changed cells that are watched, as pairs of a head and one block below it. Where an area is whole rows, rows were
' inserted or deleted, not edited.
Private Function XlpHits(ByVal table As Object, ByVal target As Object) As Collection
    Dim hits As Collection, head As Variant, column As Object, area As Object
    Set hits = New Collection
    For Each head In Array("Stage", "Amount", "Expected close")
        Set column = XlpColumnCells(table, head)
        If Not column Is Nothing Then
            For Each area In target.Areas
                If area.Columns.Count < table.Parent.Columns.Count Then XlpAddHit hits, head, area, column
            Next area
        End If
    Next head
    Set XlpHits = hits
End Function

Private Sub XlpAddHit(ByVal hits As Collection, ByVal head As String, ByVal area As Object, ByVal column As Object)
    Dim block As Object
    Set block = Application.Intersect(area, column)
    If Not block Is Nothing Then hits.Add Array(head, block)
End Sub

Private Function XlpCellsIn(ByVal hits As Collection) As Long
    Dim hit As Variant, total As Long
    For Each hit In hits
        total = total + hit(1).Cells.Count
    Next hit
    XlpCellsIn = total
End Function

Private Sub XlpStampHits(ByVal table As Object, ByVal hits As Collection)
    Dim hit As Variant, cell As Object, stamps As Collection, idCells As Object, at As Date, offset As Variant
    Set idCells = XlpColumnCells(table, "Deal ID")
    If idCells Is Nothing Then Exit Sub
    Set stamps = XlpStartStamps(table.Parent.Parent.Name)
    at = Now
    offset = XlpUtcOffsetMinutes(at)
    For Each hit In hits
        For Each cell In hit(1).Cells
            stamps.Add XlpStampOf(idCells, cell, hit(0), at, offset)
        Next cell
    Next hit
End Sub

Private Function XlpStampOf(ByVal idCells As Object, ByVal cell As Object, ByVal head As String, _
                            ByVal at As Date, ByVal offset As Variant) As XlpStamp
    Dim stamp As XlpStamp, idCell As Object
    Set stamp = New XlpStamp
    stamp.Head = head
    stamp.Value = XlpPlain(cell)
    stamp.At = at
    stamp.UtcOffset = offset
    stamp.User = Application.UserName
    Set idCell = idCells.Cells(cell.Row - idCells.Row + 1, 1)
    stamp.DealId = XlpPlain(idCell)
    If Len(XlpText(stamp.DealId)) = 0 Then
        Set stamp.IdCell = idCell
        Set stamp.EditedCell = cell
    End If
    Set XlpStampOf = stamp
End Function

' A date stays a date; a currency cell gives its number unrounded; an error gives the text that is seen.
Private Function XlpPlain(ByVal cell As Object) As Variant
    If IsError(cell.Value) Then
        XlpPlain = cell.Text
    ElseIf VarType(cell.Value) = vbDate Then
        XlpPlain = cell.Value
    Else
        XlpPlain = cell.Value2
    End If
End Function

Private Function XlpStampsOf(ByVal title As String) As Collection
    On Error Resume Next
    If Not mStamps Is Nothing Then Set XlpStampsOf = mStamps(title)
End Function

Private Function XlpStartStamps(ByVal title As String) As Collection
    Dim started As Collection
    If mStamps Is Nothing Then Set mStamps = New Collection
    Set started = XlpStampsOf(title)
    If started Is Nothing Then
        Set started = New Collection
        mStamps.Add started, title
    End If
    Set XlpStartStamps = started
End Function

' The stamps whose deal is known by now; a row that has no ID yet is new to the history anyway.
Private Function XlpWithDeal(ByVal stamps As Collection) As Collection
    Dim stamp As XlpStamp, known As Collection
    Set known = New Collection
    For Each stamp In stamps
        If Not stamp.IdCell Is Nothing Then stamp.DealId = XlpLaterId(stamp)
        If Len(XlpText(stamp.DealId)) > 0 Then known.Add stamp
    Next stamp
    Set XlpWithDeal = known
End Function

' The ID that the row has got since. Rows may have been sorted or deleted meanwhile: then another deal, or none, stands
' there, and the edited cell no longer holds what was typed.
Private Function XlpLaterId(ByVal stamp As XlpStamp) As Variant
    On Error GoTo Gone
    If XlpPlain(stamp.EditedCell) = stamp.Value Then XlpLaterId = XlpPlain(stamp.IdCell)
Gone:
End Function

Private Function XlpBlock(ByVal table As Object, ByVal stamps As Collection) As Variant
    Dim block() As Variant, stamp As XlpStamp, row As Long
    ReDim block(1 To stamps.Count, 1 To table.ListColumns.Count)
    For Each stamp In stamps
        row = row + 1
        XlpPut table, block, row, "Deal ID", stamp.DealId
        XlpPut table, block, row, "Column", stamp.Head
        XlpPut table, block, row, "Value", stamp.Value
        XlpPut table, block, row, "At", stamp.At
        XlpPut table, block, row, "UTC offset", stamp.UtcOffset
        XlpPut table, block, row, "User", stamp.User
    Next stamp
    XlpBlock = block
End Function

' The apostrophe keeps a text a text, whatever it begins with: cells are data, never code.
Private Sub XlpPut(ByVal table As Object, ByRef block() As Variant, ByVal row As Long, ByVal head As String, _
                   ByVal value As Variant)
    Dim index As Long
    index = XlpColumnIndex(table, head)
    If index = 0 Then Exit Sub
    If VarType(value) = vbString Then
        block(row, index) = "'" & Left$(value, XLP_LONGEST_TEXT)
    Else
        block(row, index) = value
    End If
End Sub

Private Sub XlpAppend(ByVal table As Object, ByVal block As Variant)
    Dim filled As Long, rows As Long, added As Object
    filled = XlpFilledRows(table)
    rows = filled + UBound(block, 1)
    If rows > XlpRowCount(table) Then table.Resize table.Range.Resize(rows + 1)
    Set added = table.HeaderRowRange.Offset(filled + 1).Resize(UBound(block, 1))
    ' A row may have got the date format of the one above, and an amount would then read as a date.
    If XlpColumnIndex(table, "Value") > 0 Then added.Columns(XlpColumnIndex(table, "Value")).NumberFormat = "General"
    added.Value = block
End Sub

Private Function XlpRowCount(ByVal table As Object) As Long
    If Not table.DataBodyRange Is Nothing Then XlpRowCount = table.DataBodyRange.Rows.Count
End Function

' An empty table still shows one blank row, which is filled first.
Private Function XlpFilledRows(ByVal table As Object) As Long
    Dim row As Long
    For row = XlpRowCount(table) To 1 Step -1
        If Application.WorksheetFunction.CountA(table.DataBodyRange.Rows(row)) > 0 Then Exit For
    Next row
    XlpFilledRows = row
End Function
