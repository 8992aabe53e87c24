Attribute VB_Name = "XlpOffice"
Option Explicit
Option Private Module
' What differs between systems and versions of Excel; each answer has a safe default.

Public Function XlpOnMac() As Boolean
    #If Mac Then
        XlpOnMac = True
    #End If
End Function

' Minutes that local time is ahead of UTC at that moment; Empty where the system does not tell (always on a Mac).
Public Function XlpUtcOffsetMinutes(ByVal localTime As Date) As Variant
    #If Mac Then
        XlpUtcOffsetMinutes = Empty
    #Else
        Dim clock As Object
        On Error GoTo Unknown
        Set clock = CreateObject("WbemScripting.SWbemDateTime")
        clock.SetVarDate localTime, True
        XlpUtcOffsetMinutes = DateDiff("n", clock.GetVarDate(False), localTime)
        Exit Function
Unknown:
        XlpUtcOffsetMinutes = Empty
    #End If
End Function

' Whether Excel saves the workbook by itself every few seconds (OneDrive, SharePoint). Excel 2016 may not know AutoSave.
Public Function XlpSavesItself(ByVal book As Object) As Boolean
    On Error Resume Next
    XlpSavesItself = book.AutoSaveOn
End Function
