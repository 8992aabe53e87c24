"""What is changed in the text of xlwings before it becomes part of the add-in, and why.

xlwings lets the active workbook, its folder, and any cell or shape decide which program runs: it looks for settings in
them, runs sheets named *.py, puts their paths into commands, and offers functions that a formula can call. A workbook
comes by e-mail; this add-in runs the one interpreter and the macros it was built for, and nothing else.

`REPLACED`, `CUT` and `PUBLIC_PROCEDURES` say all that is changed. `xlwings_files` does it, and refuses a text in which
something is not found exactly as often as it is said here. Everything else stays as xlwings wrote it, its licence too.
"""

from __future__ import annotations

from dataclasses import dataclass

PROJECT_NAME = "xlpipeline"
KNOWN_XLWINGS = "0.37.8"
"""The newest version whose text was judged; the changes also fit back to 0.33.0."""

APPLESCRIPT_NAME = "xlpipeline.applescript"
"""Our own name: another add-in's script in the same folder is never touched."""

MACRO_COMMAND = "import xlpipeline.addin.macros as macros; macros."
"""RunPython takes this, a macro's name of a-z and _, and (): no other command."""

PUBLIC_PROCEDURES = ("RunPython", "XLPy", "NDims", "KillPy")
"""What our own modules may call. All others become private: a formula or a shape of any workbook could call them."""


@dataclass(frozen=True)
class Replacement:
    """One change of xlwings' text, with lines parted by a line feed."""

    old: str
    new: str
    why: str
    times: int = 1
    """How often `old` must be found."""


CUT = (
    "RunFrozenPython",
    "GetUdfModules",
    "ImportPythonUDFsBase",
    "ImportPythonUDFs",
    "ImportPythonUDFsToAddin",
    "ImportXlwingsUdfsModule",
    "GetDLLVersion",
    "GetDirectoryPath",
    "GetConfigFilePath",
    "GetDirectoryConfigFilePath",
    "SaveConfigToFile",
    "GetConfigFromFile",
    "IsFullName",
    "GetDirectory",
    "KillFileOnMac",
    "FileOrFolderExistsOnMac",
    "ToMacPath",
    "ToPosixPath",
    "GetMacDir",
    "GetBaseName",
    "has_dynamic_array",
    "GetFullName",
)
"""Procedures that the add-in does not need: they run any program, load modules that a workbook's sheets name, read
settings beside a workbook or in a file, make an AppleScript of what they are given, or write and delete any file. What
is not there cannot be called."""

REPLACED = (
    Replacement(
        'Attribute VB_Name = "xlwings"\n',
        'Attribute VB_Name = "xlwings"\nOption Private Module\n'
        "'Changed for xlpipeline: what and why stands in its addin/setup/xlwings_text.py.\n",
        "Other workbooks' macros and the list of functions do not see this module.",
    ),
    Replacement(
        '        Private Declare PtrSafe Function system Lib "libc.dylib" (ByVal Command As String) As Long\n',
        "",
        "Nothing needs it, and it runs any command.",
    ),
    Replacement(
        '        Private Declare Function system Lib "libc.dylib" (ByVal Command As String) As Long\n',
        "",
        "Nothing needs it, and it runs any command.",
    ),
    Replacement(
        'Public Const PROJECT_NAME As String = "myaddin"\n',
        f'Public Const PROJECT_NAME As String = "{PROJECT_NAME}"\nPrivate calledByRunPython As Boolean\n',
        "The name of the settings sheet, and what the next replacements ask.",
    ),
    Replacement(
        "    SourcePythonCommand = PythonCommand\n",
        f"    SourcePythonCommand = Mid$(PythonCommand, {len(MACRO_COMMAND) + 1})\n"
        f'    If TypeName(Application.Caller) = "Range" Or Right$(SourcePythonCommand, 2) <> "()" _\n'
        f'        Or Left$(PythonCommand, {len(MACRO_COMMAND)}) <> "{MACRO_COMMAND}" _\n'
        '        Or Left$(SourcePythonCommand, Len(SourcePythonCommand) - 2) Like "*[!a-z_]*" Then\n'
        '        Err.Raise 5, Description:="This add-in runs nothing but its own macros."\n'
        "    End If\n"
        '    If XlpNameRefusal(ActiveWorkbook.Name, XlpOnMac()) <> "" Then\n'
        '        Err.Raise 5, Description:="This workbook\'s name cannot safely be passed on to Python."\n'
        "    End If\n",
        "A formula or a shape could call RunPython with any Python. Only our macros run, never from a cell, and the "
        "workbook's name is looked at here too.",
    ),
    Replacement(
        """    For i = 1 To 2
        If i = 1 Then
            Set wb = ActiveWorkbook
        Else
            Set wb = ThisWorkbook
        End If
        For Each sht In wb.Worksheets
            If Right$(sht.Name, 3) = ".py" Then
                uses_embedded_code = True
                Exit For
            End If
        Next
    Next i
""",
        "",
        "A workbook's sheets named *.py would be run as Python.",
    ),
    Replacement(
        """        licenseKey = GetConfig("LICENSE_KEY")
        If licenseKey = "" Then
            MsgBox "Embedded code requires a valid LICENSE_KEY."
            Exit Function
        Else
            PythonCommand = "import xlwings.pro;xlwings.pro.runpython_embedded_code('" & SourcePythonCommand & "')"
        End If
""",
        "        Exit Function\n",
        "xlwings.pro is never used.",
    ),
    Replacement(
        """    #If Mac Then
        If InStr(ActiveWorkbook.FullName, "://") = 0 Then
            ActiveFullName = ToPosixPath(ActiveWorkbook.FullName)
            ThisFullName = ToPosixPath(ThisWorkbook.FullName)
        Else
            ActiveFullName = ActiveWorkbook.FullName
            ThisFullName = ThisWorkbook.FullName
        End If
    #Else
        ActiveFullName = ActiveWorkbook.FullName
        ThisFullName = ThisWorkbook.FullName
    #End If
""",
        "",
        "A workbook's path would be part of a command and, on macOS, of an AppleScript.",
    ),
    Replacement(
        '        PYTHONPATH = AddExcelDir & ";" & ActiveFullName & ";" & ThisFullName & ";" & '
        'GetConfig("ONEDRIVE_CONSUMER_MAC") & ";" & GetConfig("ONEDRIVE_COMMERCIAL_MAC") & ";" & '
        'GetConfig("SHAREPOINT_MAC") & ";" & GetConfig("PYTHONPATH")\n',
        '        PYTHONPATH = "false"\n',
        "Modules come from the installed packages only.",
    ),
    Replacement(
        '        PYTHONPATH = AddExcelDir & ";" & ActiveFullName & ";" & ThisFullName & ";" & '
        'GetConfig("ONEDRIVE_CONSUMER_WIN") & ";" & GetConfig("ONEDRIVE_COMMERCIAL_WIN") & ";" & '
        'GetConfig("SHAREPOINT_WIN") & ";" & GetConfig("PYTHONPATH")\n',
        '        PYTHONPATH = "false"\n',
        "Modules come from the installed packages only.",
    ),
    Replacement(
        '        PYTHONPATH = AddExcelDir & ";" & ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName & ";" & '
        'GetConfig("ONEDRIVE_CONSUMER_WIN") & ";" & GetConfig("ONEDRIVE_COMMERCIAL_WIN") & ";" & '
        'GetConfig("SHAREPOINT_WIN") & ";" & GetConfig("PYTHONPATH")\n',
        '        PYTHONPATH = "false"\n',
        "A workbook's path would be part of the worksheet functions' command.",
    ),
    Replacement(
        '" -B -c ""import xlwings.utils;',
        '" -P -B -c ""import xlwings.utils;',
        "Without -P Python looks for modules in the current folder first.",
    ),
    Replacement(
        '    tail = " -B -c ""import sys, os;"',
        '    tail = " -P -B -c ""import sys, os;"',
        "Excel's current folder is often the one where a workbook was opened: a file there would be imported.",
    ),
    Replacement(
        'WScript.Run("cmd.exe /C "',
        'WScript.Run(Environ("SystemRoot") & "\\System32\\cmd.exe /C "',
        "Windows would look for cmd.exe in Excel's current folder too.",
    ),
    Replacement(
        'PYTHON_WIN = "cmd.exe " & ConsoleSwitch',
        'PYTHON_WIN = Environ("SystemRoot") & "\\System32\\cmd.exe " & ConsoleSwitch',
        "Windows would look for cmd.exe in Excel's current folder too.",
        times=2,
    ),
    Replacement(
        "        ExecuteMac PythonCommand, interpreter, PYTHONPATH\n",
        "        calledByRunPython = True\n        ExecuteMac PythonCommand, interpreter, PYTHONPATH\n",
        "What the next two ask.",
    ),
    Replacement(
        "            RunPython = ExecuteWindows(False, PythonCommand, interpreter, PYTHONPATH)\n",
        "            calledByRunPython = True\n"
        "            RunPython = ExecuteWindows(False, PythonCommand, interpreter, PYTHONPATH)\n",
        "What the next two ask.",
    ),
    Replacement(
        "    Dim PythonInterpreter As String, RunCommand As String, Log As String\n",
        "    Dim PythonInterpreter As String, RunCommand As String, Log As String\n"
        "    If Not calledByRunPython Then Exit Sub\n"
        "    calledByRunPython = False\n",
        "A shape can call even a private procedure, with arguments of its own.",
    ),
    Replacement(
        '    Dim TempDir As String\n    If GetConfig("SHOW CONSOLE", False) = True Then\n',
        "    Dim TempDir As String\n"
        "    If Not calledByRunPython Then Exit Function\n"
        "    calledByRunPython = False\n"
        '    If GetConfig("SHOW CONSOLE", False) = True Then\n',
        "A shape can call even a private procedure, with arguments of its own.",
    ),
    Replacement(
        'GetConfig("TEMP DIR", Environ("Temp"))',
        'Environ("Temp")',
        "The error log has one place.",
    ),
    Replacement(
        """            'Workbook Sheet Config
            If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then
                If GetConfigFromSheet(ActiveWorkbook).Exists(configKey) = True Then
                    GetConfig = GetConfigFromSheet(ActiveWorkbook).Item(configKey)
                    GetConfig = ExpandEnvironmentStrings(GetConfig)
                    Exit Function
                End If
            End If
""",
        "",
        "A sheet of the active workbook would set the interpreter.",
    ),
    Replacement(
        """    ' Directory Config
    If source = "" Or source = "directory" Then
        #If App = "Microsoft Excel" Then
            If GetFullName(ActiveWorkbook) <> "" Then ' Empty if local dir can't be figured out (e.g. SharePoint)
        #Else
            If InStr(GetDirectoryPath(), "://") = 0 Then ' Other Office apps: skip for synced SharePoint/OneDrive files
        #End If
            If FileExists(GetDirectoryConfigFilePath()) = True Then
                If GetConfigFromFile(GetDirectoryConfigFilePath(), configKey, configValue) Then
                    GetConfig = configValue
                    GetConfig = ExpandEnvironmentStrings(GetConfig)
                    Exit Function
                End If
            End If
        End If
    End If
""",
        "",
        "A file beside the workbook would set the interpreter.",
    ),
    Replacement(
        """    ' User Config
    If source = "" Or source = "user" Then
        If FileExists(GetConfigFilePath()) = True Then
            If GetConfigFromFile(GetConfigFilePath(), configKey, configValue) Then
                GetConfig = configValue
                GetConfig = ExpandEnvironmentStrings(GetConfig)
                Exit Function
            End If
        End If
    End If
""",
        "",
        "The add-in's own sheet is the one place of settings; a forgotten file must not outlive it.",
    ),
    Replacement(
        'In Range(sht.Range("A1"), lastCell)',
        'In sht.Range(sht.Range("A1"), lastCell)',
        "Range without its sheet depends on what is active; a chart sheet has none.",
    ),
    Replacement(
        """    If GetConfig("SHOW_ERROR_POPUPS", "True") = "False" Then
        If SheetExists(ActiveWorkbook, "Error") = False Then
            Set ErrorSheet = ActiveWorkbook.Sheets.Add()
            ErrorSheet.Name = "Error"
        Else
            Set ErrorSheet = ActiveWorkbook.Sheets("Error")
        End If
        ErrorSheet.Range("A1").Value = Content
    Else
        #If Mac Then
            MsgBox Content, vbCritical, "Error"
        #Else
            Content = Content & vbCrLf
            Content = Content & "Press Ctrl+C to copy this message to the clipboard."
"""
        "    \n"
        """            WScript.Popup Content, AUTO_DISMISS, "Error", OK_BUTTON_ERROR
        #End If
    End If
""",
        """    #If Mac Then
        MsgBox Content, vbCritical, "Error"
    #Else
        Content = Content & vbCrLf
        Content = Content & "Press Ctrl+C to copy this message to the clipboard."

        WScript.Popup Content, AUTO_DISMISS, "Error", OK_BUTTON_ERROR
    #End If
""",
        "An error is shown; it never overwrites a sheet of the user's workbook.",
    ),
    Replacement(
        """    #If MAC_OFFICE_VERSION >= 15 Then
        LOG_FILE = Environ("HOME") + "/xlwings.log" '~/Library/Containers/com.microsoft.Excel/Data/xlwings.log
    #Else
        LOG_FILE = "/tmp/xlwings.log"
    #End If
""",
        '    LOG_FILE = Environ("HOME") + "/xlwings.log"\n',
        "Excel 2016 or later is asked for; /tmp is everybody's.",
    ),
    Replacement(
        """        #If MAC_OFFICE_VERSION >= 15 Then
            Kill LOG_FILE
        #Else
            KillFileOnMac ToMacPath(ToPosixPath(LOG_FILE))
        #End If
""",
        "        Kill LOG_FILE\n",
        "KillFileOnMac is cut.",
    ),
    Replacement(
        "            PythonInterpreter = ToPosixPath(PYTHON_MAC)\n",
        "            PythonInterpreter = PYTHON_MAC\n",
        "The path is baked in as it is; ToPosixPath would run it as part of an AppleScript.",
    ),
    Replacement(
        "        FileName = ToMacPath(FileName)\n",
        "",
        "Excel 2016 and later open a file by its POSIX path; ToMacPath would run it as part of an AppleScript.",
    ),
    Replacement(
        "        FileExists = FileOrFolderExistsOnMac(FileSpec)\n",
        '        FileExists = Dir(FileSpec) <> ""\n',
        "For Excel before 2016 the path would be run as part of an AppleScript.",
    ),
    Replacement(
        """        If Left(s, 1) = "$" Then
            PathParts = Split(s, "/")
            EnvString = PathParts(0)
            ExpandEnvironmentStrings = GetMacDir(EnvString, True)
            For i = 1 To UBound(PathParts)
                If Right$(ExpandEnvironmentStrings, 1) = "/" Then
                    ExpandEnvironmentStrings = ExpandEnvironmentStrings & PathParts(i)
                Else
                    ExpandEnvironmentStrings = ExpandEnvironmentStrings & "/" & PathParts(i)
                End If
            Next i
        Else
            ExpandEnvironmentStrings = s
        End If
""",
        "        ExpandEnvironmentStrings = s\n",
        "No setting of ours begins with $; GetMacDir would run it as part of an AppleScript.",
    ),
    Replacement(
        'AppleScriptTask("xlwings-" & XLWINGS_VERSION & ".applescript"',
        f'AppleScriptTask("{APPLESCRIPT_NAME}"',
        "Our script quotes what it is given; xlwings' does not.",
    ),
    Replacement(
        "To enable RunPython, please run 'xlwings runpython install' in a terminal once and try again.",
        "Please run 'xlpipeline addin install' in a terminal once and try again.",
        "What the user has to do.",
    ),
)

APPLESCRIPT_REPLACED = (
    Replacement(
        '\\"--wb=" & WorkbookName & "\\" \\"--from_xl=1\\" \\"--app=" & ApplicationFullName & "\\" > /dev/null '
        '2>\\"" & LOG_FILE & "\\" & "',
        '" & quoted form of ("--wb=" & WorkbookName) & " --from_xl=1 " & quoted form of ("--app=" & '
        'ApplicationFullName) & " > /dev/null 2>" & quoted form of LOG_FILE & " & "',
        "Between double quotes the shell runs what stands in $( ): a workbook's name must not be a command.",
    ),
    Replacement(
        '" -B -u -W ignore -c \\"',
        '" -P -B -u -W ignore -c \\"',
        "Without -P Python looks for modules in the current folder first.",
    ),
)
