Attribute VB_Name = "XlpRibbon"
Option Explicit
' What the buttons of the tab Pipeline do. Callbacks take Object instead of IRibbonControl, so that the project needs no
' reference to the Office library.

' Lost when VBA is reset; then the buttons keep their last look, and every click checks again what it needs.
Private mRibbon As Object

Public Sub XlpRibbonLoaded(ribbon As Object)
    On Error Resume Next
    Set mRibbon = ribbon
    ThisWorkbook.XlpListen
End Sub

Public Sub XlpRefreshRibbon()
    On Error Resume Next
    If Not mRibbon Is Nothing Then mRibbon.Invalidate
End Sub

Public Sub XlpGetEnabled(control As Object, ByRef enabled As Variant)
    enabled = False
    On Error Resume Next
    enabled = XlpCanPress(control.ID)
End Sub

Public Sub XlpPress(control As Object)
    On Error GoTo Fault
    ThisWorkbook.XlpListen
    XlpPressed control.ID
    Exit Sub
Fault:
    XlpTell "This did not work: " & Err.Description & vbLf & vbLf & _
        "If it happens again, please run 'xlpipeline addin doctor' in a terminal."
End Sub

' On the start screen and in protected view there is no active workbook, and nothing that a button could work on.
Private Function XlpCanPress(ByVal button As String) As Boolean
    If ActiveWorkbook Is Nothing Then Exit Function
    XlpCanPress = True
    If XlpNeedsOurs(button) Then XlpCanPress = XlpIsOurs(ActiveWorkbook)
End Function

Private Sub XlpPressed(ByVal button As String)
    If Not XlpCanPress(button) Then
        XlpTell "Please open the workbook of your team first, or make one with New team workbook."
    ElseIf button = "XlpSettings" Then
        XlpShowSettings
    Else
        If button = "XlpExplain" Then XlpTellLastFault
        XlpRunCommand button
    End If
End Sub

' RunPython puts the name of the active workbook into a command line, so it is looked at first.
Private Sub XlpRunCommand(ByVal button As String)
    Dim refusal As String
    refusal = XlpNameRefusal(ActiveWorkbook.Name, XlpOnMac())
    If Len(refusal) > 0 Then
        XlpTell refusal
        Exit Sub
    End If
    If XlpWrites(button) Then XlpWriteStamps ActiveWorkbook
    RunPython XlpCommandOf(button)
End Sub

' A worksheet function cannot speak; what it had to say was kept for this button.
Private Sub XlpTellLastFault()
    Dim fault As String
    fault = XlpLastFault
    XlpLastFault = ""
    If Len(fault) > 0 Then XlpTell fault
End Sub

Private Sub XlpShowSettings()
    Dim table As Object
    Set table = XlpTable(ActiveWorkbook, "Settings")
    If table Is Nothing Then
        XlpTell "This workbook has no table called Settings. 'xlpipeline upgrade' puts it back."
    Else
        Application.Goto table.Range.Cells(1, 1), True
    End If
End Sub

Private Sub XlpTell(ByVal sentence As String)
    MsgBox sentence, vbInformation, "Pipeline"
End Sub
