Attribute VB_Name = "XlpNames"
Option Explicit
Option Private Module
' Which workbooks may be named in the command line that starts Python: --wb="NAME" is all that RunPython says of one.
'
' Windows: cmd.exe replaces %TEXT% by a variable even inside quotes, and %CMDCMDLINE% brings quotes of its own; one %
' alone is only itself. A quote, or a backslash before it, would change where the name ends. & ^ ( ) < > ; and , mean
' nothing there; !TEXT! is only replaced where delayed expansion is on, and then after the line was taken apart, so it
' cannot become a command.
' macOS: the script quotes the name for the shell, but | parts what the script is given.
' On both, xlwings reads the name up to the first =, and without spaces around it: that could be another open workbook.
' Letters of any language, spaces inside, & ' $ ` # @ ~ and brackets are safe.

' The sentence for the user; nothing when the workbook may be named.
Public Function XlpNameRefusal(ByVal title As String, ByVal onMac As Boolean) As String
    Dim position As Long
    position = XlpUnsafePosition(title, onMac)
    If position = 0 Then Exit Function
    XlpNameRefusal = "Please rename this workbook: its name " & XlpShown(Mid$(title, position, 1)) & _
        ", which cannot safely be passed on to Python. Then click again."
End Function

' The place of the first sign that could change the command, or 0.
Public Function XlpUnsafePosition(ByVal title As String, ByVal onMac As Boolean) As Long
    Dim position As Long
    For position = 1 To Len(title)
        If XlpIsUnsafe(title, position, onMac) Then
            XlpUnsafePosition = position
            Exit Function
        End If
    Next position
End Function

Private Function XlpIsUnsafe(ByVal title As String, ByVal position As Long, ByVal onMac As Boolean) As Boolean
    Select Case AscW(Mid$(title, position, 1))
        Case 0 To 31, 127, 61                       ' signs that cannot be seen, and =
            XlpIsUnsafe = True
        Case 32, 133, 160, 5760, 8192 To 8202, 8232, 8233, 8239, 8287, 12288    ' spaces
            XlpIsUnsafe = position = 1 Or position = Len(title)
        Case 34, 92                                 ' " \
            XlpIsUnsafe = Not onMac
        Case 37                                     ' %
            XlpIsUnsafe = Not onMac And InStr(position + 1, title, "%") > 0
        Case 124                                    ' |
            XlpIsUnsafe = onMac
    End Select
End Function

Private Function XlpShown(ByVal sign As String) As String
    Select Case AscW(sign)
        Case 0 To 31, 127
            XlpShown = "holds a sign that cannot be seen"
        Case 34, 61, 92, 124
            XlpShown = "holds the sign " & sign
        Case 37
            XlpShown = "holds the sign % more than once"
        Case Else
            XlpShown = "begins or ends with a space"
    End Select
End Function
