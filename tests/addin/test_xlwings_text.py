"""xlwings' text after our changes: no workbook, folder, file, cell or shape decides what runs."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.exceptions import VBAError

from xlpipeline.addin.setup import xlwings_files
from xlpipeline.addin.setup.build import OwnParts, addin_settings, build_addin
from xlpipeline.addin.setup.xlwings_files import (
    XlwingsFiles,
    addin_applescript,
    addin_module,
    installed_xlwings,
    settings_asked,
)
from xlpipeline.addin.setup.xlwings_text import (
    APPLESCRIPT_REPLACED,
    CUT,
    MACRO_COMMAND,
    PUBLIC_PROCEDURES,
    REPLACED,
    Replacement,
)
from xlpipeline.errors import RequestError

pytestmark = pytest.mark.slow

FILES = installed_xlwings()
VBA = Path(xlwings_files.__file__).parents[1] / "vba"
PYTHON = r"C:\Python 311\pythonw.exe"
CLICK = MACRO_COMMAND + "refresh_metrics()"
UNKNOWN = "this xlpipeline does not know the VBA text of xlwings 0.37.8; please run: pip install xlwings==0.37.8"


def changed(replacements: tuple[Replacement, ...] = REPLACED, cut: tuple[str, ...] = CUT) -> str:
    """The text with some of the changes only."""
    text = FILES.module
    for change in replacements:
        text = text.replace(change.old, change.new)
    for name in cut:
        text = xlwings_files._without(text, name, FILES.version)
    return xlwings_files._closed(text)


# what may be in the text at all ---------------------------------------------------------------------------------------


def code_of(text: str) -> str:
    """The text without comments that fill a line."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("'"))


def complaints_about(text: str) -> list[str]:
    """What the text may do that the add-in must not; nothing where it is as it should be."""
    code = code_of(text).replace("PYTHONPATH = FName & ", "")  # of Word, Access and PowerPoint: not compiled in Excel
    allowed = {
        r".*\bActiveWorkbook\b.*": {
            '" --wb=" & """" & ActiveWorkbook.Name & """ --from_xl=1" & " --app=" & Chr(34) & _',
            'ParameterString = ParameterString + "|" + ActiveWorkbook.Name',
            'If XlpNameRefusal(ActiveWorkbook.Name, XlpOnMac()) <> "" Then',
            'XLPy.SetAttr XLPy.Module("xlwings._xlwindows"), "BOOK_CALLER", ActiveWorkbook',
        },
        r"\bThisWorkbook\.\w+|Worksheets\b|Sheets\.Add|xlwings\.pro|VBProject": set(),
        r"MAC_OFFICE_VERSION|MacScript|libc|\"\$\"": set(),
        r".{9}cmd\.exe": {r"System32\cmd.exe"},
        r'.{6}-c ""': {'-P -B -c ""'},
        r'Environ\("?\w+"?\)': {'Environ("SystemRoot")', 'Environ("Temp")', 'Environ("HOME")'},
        r"CreateObject\([^)]*\)": {'CreateObject("WScript.Shell")', 'CreateObject("Scripting.Dictionary")'},
        r'AppleScriptTask\("[^)]*"': {'AppleScriptTask("xlpipeline.applescript", "VbaHandler"'},
        r"\bIn (?:sht\.)?Range\(": {"In sht.Range("},
        r"\bOpen .* For \w+": {"Open FileName For Input"},
        r"\bPYTHONPATH = .*": {
            'PYTHONPATH = "false"',
            *(f'PYTHONPATH = Replace(PYTHONPATH, {what})' for what in (r'"\", "\\"', '"&", "^&"')),
            *(f'PYTHONPATH = Replace(PYTHONPATH, "\'", "\\\'"){note}' for note in ("", " ' Escaping quotes")),
        },
        r"xlwings runpython|TEMP DIR|myaddin": set(),
        r"^[ \t]*(?:Public )?(?:Declare .*|(?:Function|Sub) \w+)": {
            f"{start} {name}"
            for name in PUBLIC_PROCEDURES
            for start in ("Function", "Sub", "Public Function")
        },
    }  # fmt: skip
    found = [
        f"{match}"
        for pattern, good in allowed.items()
        for match in (m.strip() for m in re.findall(pattern, code, re.MULTILINE))
        if match not in good
    ]
    needed = ("Option Private Module\n", "    If Not calledByRunPython Then Exit Sub\n", "Private calledByRunPython")
    found += [f"without {line!r}" for line in needed if line not in code]
    found += [f"calls {name}, which is cut" for name in CUT if re.search(rf"\b{name}\b", code)]
    found += ["the mark is not set before each call"] * (code.count("calledByRunPython = True\n") != 2)
    return found


def test_the_text_names_the_active_workbook_and_asks_it_nothing() -> None:
    assert complaints_about(addin_module(FILES)) == []


def test_xlwings_own_text_would_ask_it_a_great_deal() -> None:
    assert len(complaints_about(FILES.module)) > 50


# what it does ---------------------------------------------------------------------------------------------------------

FAKE_SHELL = """Public Function Run(command As String, style, wait) As Long
    Ran = Ran & command & vbLf
End Function
Public Function ExpandEnvironmentStrings(text) As String
    ExpandEnvironmentStrings = text
End Function
Public Sub Popup(text, seconds, title, buttons)
    Shown = Shown & text
End Sub
"""
FAKES = """Public Ran As String
Public Shown As String
Public CallerKind As String
Public Function RanSoFar()
    RanSoFar = Ran
End Function
Public Function ShownSoFar()
    ShownSoFar = Shown
End Function
Public Sub CalledFrom(kind As String)
    CallerKind = kind
End Sub
Public Function FakeEnviron(name As String) As String
    Select Case name
        Case "SystemRoot": FakeEnviron = "C:\\Windows"
        Case "Temp": FakeEnviron = "C:\\Temp"
        Case "USERPROFILE": FakeEnviron = "C:\\Users\\me"
    End Select
End Function
Public Function EveryFileIsThere(path) As Long
End Function
Public Function AllOf(keys As String) As String
    Dim key
    For Each key In Split(keys, "|")
        AllOf = AllOf & AskSetting(CStr(key)) & "|"
    Next
End Function
"""
ASK = "\nPublic Function AskSetting(key As String)\nAskSetting = GetConfig(key)\nEnd Function\n"
HOSTILE_SETTINGS = {
    **dict.fromkeys(("INTERPRETER_WIN", "INTERPRETER", "CONDA PATH", "TEMP DIR", "PYTHONPATH"), r"C:\evil"),
    "CONDA ENV": "evil & calc",
    "LICENSE_KEY": "evil",
    "USE UDF SERVER": "True",
    "SHOW CONSOLE": "True",
    "SHOW_ERROR_POPUPS": "False",
    "ADD_WORKBOOK_TO_PYTHONPATH": "True",
    "DEBUG UDFS": "True",
    "ABSENT": "evil",
}


def excel_with(text: str, folder: Path) -> ExcelApplication:
    """An Excel with the add-in's sheets and this text, and a hostile workbook in front of it.

    What the interpreter lacks is changed: Application.Caller, windows, the environment, files, the shell object, a
    comment after #Const, and comparing a text with True.
    """
    own = OwnParts((), "<customUI/>", {})
    path = folder / "xlpipeline.xlam"
    path.write_bytes(build_addin(PYTHON, FILES, own))
    for real, fake in {
        " 'Adjust when using outside of Excel": "",
        "TypeName(Application.Caller)": "CallerKind",
        "Application.Hwnd": "4711",
        "Environ(": "FakeEnviron(",
        "Kill LOG_FILE": "",
        "GetAttr(": "EveryFileIsThere(",
        'CreateObject("WScript.Shell")': "New FakeShell",
        'GetConfig("SHOW CONSOLE", False) = True': 'CBool(GetConfig("SHOW CONSOLE", False))',
    }.items():
        text = text.replace(real, fake)
    excel = ExcelApplication.open(path, with_vba=False)
    excel.add_module(FAKES, name="Fakes")
    excel.add_module(FAKE_SHELL, name="FakeShell", kind="class")
    for name in ("XlpNames", "XlpOffice"):
        excel.add_module((VBA / f"{name}.bas").read_text("ascii"), name=name)
    excel.add_module(text + ASK, name="xlwings")
    excel.add_workbook()
    excel.add_module(
        "Sub Prepare()\nDim s\nSet s = ActiveWorkbook.Worksheets.Add\ns.Name = \"evil.py\"\n"
        "Set s = ActiveWorkbook.Worksheets.Add\ns.Name = \"xlpipeline.conf\"\n"
        + "".join(
            f's.Range("A{row}").Value = "{key}"\ns.Range("B{row}").Value = "{value}"\n'
            for row, (key, value) in enumerate(HOSTILE_SETTINGS.items(), start=1)
        )
        + "End Sub\n",
        name="Preparing",
    )  # fmt: skip
    excel.run("Prepare")
    return excel


EXPECTED_COMMAND = (
    r'C:\Windows\System32\cmd.exe /C C: & cd "C:\Python 311" & "C:\Python 311\pythonw.exe" -P -B -c '
    r'"import xlwings.utils;xlwings.utils.prepare_sys_path(\"false\"); ' + CLICK + '"  --wb="Book1" --from_xl=1 --app='
)
EXPECTED_SERVER = (
    r'C:\Windows\System32\cmd.exe  /K ""C:\Python 311\pythonw.exe" -P -B -c "import sys, os;import xlwings.utils;'
    r"""xlwings.utils.prepare_sys_path(\"false\");import xlwings; xlwings.serve('$(CLSID)')"""
    '""'
)


def misdeeds_of(text: str, folder: Path) -> list[str]:
    """What the text does, run with a hostile workbook in front, that it should not."""
    found = []
    try:
        excel = excel_with(text, folder)
        excel.run("ExecuteWindows", False, CLICK, PYTHON, "false")
        if excel.run("RanSoFar") != "":
            found.append("ExecuteWindows runs what it is given")
        for command in ("import os", CLICK.replace("refresh", "refresh(); import os;"), CLICK + ";x()", CLICK[:-1]):
            found += [f"RunPython runs {command}"] * runs(excel, command)
        excel.run("CalledFrom", "Range")
        found += ["RunPython can be called by a cell"] * runs(excel, CLICK)
        excel.run("CalledFrom", "Error")
        found += ["RunPython does not run a click"] * (not runs(excel, CLICK))
        command = str(excel.run("RanSoFar")).rpartition("\n")[0].rpartition("\n")[2]
        found += [command] * (not (command.startswith(EXPECTED_COMMAND) and r'2> "C:\Temp\xlwings-' in command))
        server = str(excel.run("XLPyCommand"))
        found += [server] * (server != EXPECTED_SERVER)
        settings = {**addin_settings(PYTHON, FILES.version), "ABSENT": "", "TEMP DIR": ""}
        answers = str(excel.run("AllOf", "|".join(settings))).split("|")
        found += [f"{key}={got}" for (key, value), got in zip(settings.items(), answers, strict=False) if value != got]
        excel.run("ShowError", "", "oh no")
        found += ["the error is not shown"] * ("oh no" not in str(excel.run("ShownSoFar")))
    except VBAError as error:
        found.append(str(error))
    return found


def runs(excel: ExcelApplication, command: str) -> bool:
    before = excel.run("RanSoFar")
    try:
        excel.run("RunPython", command)
    except VBAError as error:
        if "own macros" not in str(error) and "error 5" not in str(error):
            raise
    return bool(excel.run("RanSoFar") != before)


def test_a_hostile_workbook_and_settings_files_change_nothing_in_what_runs(tmp_path: Path) -> None:
    assert misdeeds_of(addin_module(FILES), tmp_path) == []


def test_with_xlwings_own_lookup_the_same_workbook_would_choose_the_program(tmp_path: Path) -> None:
    kept = tuple(change for change in REPLACED if "set the interpreter" not in change.why)
    assert len(REPLACED) - len(kept) == 2
    chosen = [excel_with(text, tmp_path).run("AskSetting", "INTERPRETER_WIN") for text in (changed(kept), changed())]
    assert chosen == [r"C:\evil", PYTHON]


def test_what_remains_of_the_workbook_in_the_command_is_its_name(tmp_path: Path) -> None:
    """The button looks at the name first and says what to do; RunPython looks at it again."""
    excel = excel_with(addin_module(FILES), tmp_path)
    runs(excel, CLICK)
    ran = str(excel.run("RanSoFar"))
    assert ran.count("Book1") == 1
    assert '--wb="Book1"' in ran


def test_a_name_that_would_change_the_command_is_not_run_even_without_a_button(tmp_path: Path) -> None:
    excel = excel_with(addin_module(FILES), tmp_path)
    for name, good in (("100% a&b (1).xlsx", True), ("%CMDCMDLINE%&calc.xlsx", False), ("a=b.xlsx", False)):
        openpyxl.Workbook().save(tmp_path / name)
        excel.open_workbook(tmp_path / name)
        assert runs(excel, CLICK) == good, name
    assert '--wb="100% a&b (1).xlsx"' in str(excel.run("RanSoFar"))


@pytest.mark.parametrize("number", range(len(REPLACED)))
def test_each_replacement_matters(number: int, tmp_path: Path) -> None:
    left_out = changed(REPLACED[:number] + REPLACED[number + 1 :])
    assert complaints_about(left_out) or misdeeds_of(left_out, tmp_path), REPLACED[number].why


@pytest.mark.parametrize("name", CUT)
def test_each_cut_takes_one_procedure_away_and_nothing_else(name: str) -> None:
    whole, without = changed(cut=()), changed(cut=(name,))
    heads = re.compile(r"^(?:\w+ )?(?:Function|Sub) (\w+)", re.MULTILINE)
    assert set(heads.findall(whole)) - set(heads.findall(without)) == {name}
    for opening, closing in (("#If ", "#End If"), ("Private Function ", "End Function"), ("Private Sub ", "End Sub")):
        starts = len(re.findall(rf"^\s*{opening}", without, re.MULTILINE))
        if opening != "#If ":
            starts += len(re.findall(rf"^\s*(?:Public )?{opening.split()[1]} ", without, re.MULTILINE))
        doubled = len(re.findall(r"^#Else\nPrivate Function", without, re.MULTILINE)) if "Function" in opening else 0
        assert starts - doubled == len(re.findall(rf"^\s*{closing}", without, re.MULTILINE)), opening


def test_the_settings_that_are_asked_for_are_all_answered() -> None:
    asked = settings_asked(addin_module(FILES))
    assert len(asked) > 10
    assert set(asked) <= set(addin_settings(PYTHON, "0"))
    assert set(settings_asked(FILES.module)) <= {*addin_settings(PYTHON, "0"), "TEMP DIR"}


def test_the_licence_stays() -> None:
    assert FILES.module[FILES.module.index("'xlwings is distributed") : FILES.module.index("POSSIBILITY")] in (
        addin_module(FILES)
    )


@pytest.mark.parametrize(
    "text",
    [
        FILES.module.replace("-B -c", "-c"),
        FILES.module + REPLACED[0].old,
        FILES.module.replace("Sub GetDLLVersion()", "Sub GetDLLVersions()"),
        FILES.module + "\nSub GetDLLVersion()\nEnd Sub\n",
        "",
    ],
)
def test_a_text_that_was_not_judged_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as refusal:
        addin_module(replace(FILES, module=text))
    assert str(refusal.value) == UNKNOWN


def test_an_xlwings_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as refusal:
        xlwings_files.installed_files(tmp_path, "0.37.8")
    assert str(refusal.value) == UNKNOWN


def test_every_change_says_why_in_a_sentence() -> None:
    for change in (*REPLACED, *APPLESCRIPT_REPLACED):
        assert re.fullmatch(r"[A-Z].{10,}\.|xlwings.{10,}\.", change.why), change.why


# macOS ----------------------------------------------------------------------------------------------------------------


def shell_command(files: XlwingsFiles, workbook: str) -> str:
    """The line that the AppleScript gives to the shell: what its first statement joins, worked out here."""
    given = {
        "PythonInterpreter": "/bin/echo",
        "PYTHONPATH": "false;",
        "PythonCommand": CLICK,
        "WorkbookName": workbook,
        "ApplicationFullName": "/Applications/Microsoft Excel.app",
        "LOG_FILE": "/dev/null",
    }
    script = addin_applescript(files)
    statement = script[script.index("set ShellCommand to") + 20 : script.index("\n\ttry")].replace("¬\n", "")
    parts = re.findall(r'quoted form of \(([^)]*)\)|quoted form of (\w+)|"((?:[^"\\]|\\.)*)"|(\w+)', statement)
    line = ""
    for bracketed, quoted, literal, name in parts:
        if bracketed or quoted:
            prefix, _, variable = bracketed.rpartition(" & ")
            text = prefix.strip('"') + given[variable or quoted]
            line += "'" + text.replace("'", "'\\''") + "'"
        else:
            line += given[name] if name else literal.replace('\\"', '"')
    return line


@pytest.mark.parametrize("name", ["team.xlsx", "a b.xlsx", "$(echo evil).xlsx", '"; echo evil; ".xlsx', "`it's`.xlsx"])
def test_on_macos_a_workbooks_name_is_never_read_by_the_shell(name: str) -> None:
    line = shell_command(FILES, name).replace("> /dev/null", "").removesuffix(" & ")
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "-P -B -u -W ignore -c import xlwings.utils;xlwings.utils.prepare_sys_path('false;');"
        f"{CLICK}  --wb={name} --from_xl=1 --app=/Applications/Microsoft Excel.app\n"
    )


def test_xlwings_own_script_would_run_a_command_in_the_name() -> None:
    assert '\\"--wb=" & WorkbookName & "\\"' in FILES.applescript


@pytest.mark.parametrize(("switches", "who"), [(("-P", "-B"), "xlwings"), (("-B",), "evil")])
def test_a_file_in_the_current_folder_is_not_imported(switches: tuple[str, ...], who: str, tmp_path: Path) -> None:
    """Excel's current folder is often the workbook's: without -P its xlwings.py would be the one."""
    (tmp_path / "xlwings.py").write_text("print('evil'); raise SystemExit")
    script = 'import xlwings.utils;xlwings.utils.prepare_sys_path("false"); import sys; print(xlwings.__name__)'
    command = [sys.executable, *switches, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == who + "\n"


def test_only_the_nothing_that_false_means_reaches_pythons_path() -> None:
    """`prepare_sys_path` adds folders from the seventh part on; "false" and macOS' "false;" have none."""
    source = importlib.util.find_spec("xlwings.utils")
    assert source is not None
    assert source.origin is not None
    text = Path(source.origin).read_text("utf-8")
    assert 'if args[0].lower() == "true":' in text
    assert "if args[6:]:" in text
