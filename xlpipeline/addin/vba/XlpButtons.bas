Attribute VB_Name = "XlpButtons"
Option Explicit
Option Private Module
' Made from the register of buttons in ribbon.py by: python -m xlpipeline.addin.callbacks

' The Python command of a button: a constant, whatever the workbook holds; nothing where VBA acts alone.
Public Function XlpCommandOf(ByVal button As String) As String
    Select Case button
        Case "XlpRefresh"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.refresh_metrics()"
        Case "XlpValidate"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.validate()"
        Case "XlpNextIssue"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.next_issue()"
        Case "XlpAdvance"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.advance_stage()"
        Case "XlpConvert"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.convert_lead()"
        Case "XlpColourRows"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.colour_stale_rows()"
        Case "XlpSnapshot"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.take_snapshot()"
        Case "XlpReview"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.start_review()"
        Case "XlpImport"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.import_deals()"
        Case "XlpNewWorkbook"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.new_team_workbook()"
        Case "XlpExplain"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.explain_figure()"
        Case "XlpAbout"
            XlpCommandOf = "import xlpipeline.addin.macros as macros; macros.about()"
    End Select
End Function

' Whether a button only makes sense on a workbook of ours.
Public Function XlpNeedsOurs(ByVal button As String) As Boolean
    Select Case button
        Case "XlpNewWorkbook", "XlpAbout"
            XlpNeedsOurs = False
        Case Else
            XlpNeedsOurs = True
    End Select
End Function

' Whether a button may write into the workbook. One that only looks leaves what can be undone as it is.
Public Function XlpWrites(ByVal button As String) As Boolean
    Select Case button
        Case "XlpValidate", "XlpNextIssue", "XlpNewWorkbook", "XlpExplain", "XlpAbout"
            XlpWrites = False
        Case Else
            XlpWrites = True
    End Select
End Function
