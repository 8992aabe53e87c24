"""Doctor finds each fault that is given to it by hand, says what to do, and is content with a healthy machine."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from xlpipeline import __version__
from xlpipeline.addin.setup import doctor as doctor_module
from xlpipeline.addin.setup import doctor_windows
from xlpipeline.addin.setup.build import OwnParts, build_addin
from xlpipeline.addin.setup.doctor import CHECKS, doctor
from xlpipeline.addin.setup.findings import Finding
from xlpipeline.addin.setup.install import places
from xlpipeline.addin.setup.machine import Machine, installed_version, read_file, read_registry, this_interpreter
from xlpipeline.addin.setup.xlwings_files import installed_xlwings
from xlpipeline.cli import main

FILES = installed_xlwings()
HOME = Path("/home/me")
PYTHON = r"C:\Users\me\venv\Scripts\pythonw.exe"
MAC_PYTHON = "/Users/me/venv/bin/python"
EXCEL = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"
EXCEL_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
OPTIONS = r"HKCU\Software\Microsoft\Office\16.0\Excel"
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel"
DLL = rf"C:\Users\me\venv\xlwings64-{FILES.version}.dll"
WINDOWS_ADDIN = str(places("win32", {}, HOME).addin)
MAC_PLACES = places("darwin", {}, HOME)
AGAIN = "Close Excel and run: xlpipeline addin install"


def program(machine: int) -> bytes:
    """The head of a Windows program for a processor."""
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<H", machine)


WIDE, NARROW, ARM = program(0x8664), program(0x014C), program(0xAA64)


@cache
def addin(interpreter: str = PYTHON, ours: str = __version__) -> bytes:
    """An add-in, perhaps of another version of ours."""
    out = io.BytesIO()
    built = build_addin(interpreter, FILES, OwnParts((), "", {}))
    with zipfile.ZipFile(io.BytesIO(built)) as package, zipfile.ZipFile(out, "w") as changed:
        for name in package.namelist():
            changed.writestr(
                name, package.read(name).replace(f"<t>{__version__}</t>".encode(), f"<t>{ours}</t>".encode())
            )
    return out.getvalue()


@dataclass
class Desk:
    """A machine whose faults a test sets."""

    platform: str = "win32"
    interpreter: str = PYTHON
    files: dict[str, bytes] = field(
        default_factory=lambda: {WINDOWS_ADDIN: addin(), PYTHON: WIDE, EXCEL: WIDE, DLL: b"MZ"}
    )
    registry: dict[tuple[str, str], str] = field(default_factory=lambda: {(EXCEL_KEY, ""): EXCEL})
    packages: dict[str, str] = field(
        default_factory=lambda: {"xlwings": FILES.version, "pyOpenVBA": "6.5.0", "pywin32": "311"}
    )
    applescript: str | None = "script"

    def machine(self) -> Machine:
        return Machine(
            platform=self.platform,
            environment={},
            home=HOME,
            interpreter=self.interpreter,
            read=self.files.get,
            registry=lambda key, name: self.registry.get((key, name)),
            installed=self.packages.get,
            applescript=self.applescript,
        )

    def findings(self) -> list[Finding]:
        return [finding for check in CHECKS for finding in check(self.machine())]

    def troubles(self) -> list[Finding]:
        return [finding for finding in self.findings() if finding.level != "ok"]


def mac() -> Desk:
    assert MAC_PLACES.applescript is not None
    files = {
        str(MAC_PLACES.addin): addin(MAC_PYTHON),
        str(MAC_PLACES.applescript): b"script",
        MAC_PYTHON: b"python",
    }
    return Desk("darwin", MAC_PYTHON, files, {}, {"xlwings": FILES.version, "pyOpenVBA": "6.5.0"})


MAC_NOTE = "Excel for Mac has no worksheet functions in Python: XLP_* functions give an error here."


def test_a_healthy_windows_machine_has_no_trouble() -> None:
    assert Desk().findings() == [
        Finding("ok", f"xlwings {FILES.version} and what it needs are installed."),
        Finding("ok", f"The add-in is at {WINDOWS_ADDIN}."),
        Finding("ok", f"It starts {PYTHON}."),
        Finding("ok", f"xlwings64-{FILES.version}.dll is there for the worksheet functions."),
    ]


def test_a_healthy_mac_is_only_told_what_does_not_work_there() -> None:
    assert [finding.what for finding in mac().troubles()] == [MAC_NOTE]
    assert Finding("ok", f"The script is at {MAC_PLACES.applescript}.") in mac().findings()


def test_on_linux_nothing_is_at_fault_and_build_is_named() -> None:
    desk = Desk("linux", "/usr/bin/python3", {}, {})
    assert desk.troubles() == [
        Finding(
            "warning",
            "Excel does not run on this system.",
            "Make the file with: xlpipeline addin build --interpreter PATH, and copy it to a machine with Excel.",
        )
    ]


def without(path: str) -> Callable[[Desk], object]:
    return lambda desk: desk.files.pop(path)


def holding(path: str, data: bytes) -> Callable[[Desk], object]:
    return lambda desk: desk.files.update({path: data})


def registered(key: str, name: str, value: str) -> Callable[[Desk], object]:
    return lambda desk: desk.registry.update({(key, name): value})


def lacking(*packages: str) -> Callable[[Desk], object]:
    return lambda desk: [desk.packages.pop(package) for package in packages]


def started_by(interpreter: str) -> Callable[[Desk], object]:
    def change(desk: Desk) -> None:
        desk.interpreter = interpreter
        folder = interpreter.rpartition("\\Scripts")[0] or interpreter.rpartition("\\")[0]
        desk.files |= {interpreter: WIDE, WINDOWS_ADDIN: addin(interpreter),
                       rf"{folder}\xlwings64-{FILES.version}.dll": b"MZ"}  # fmt: skip

    return change


FAULTS: tuple[tuple[str, Callable[[Desk], object], str, str, str], ...] = (
    ("no xlwings", lacking("xlwings"), "fault", "xlwings is not installed in this Python.", "pip install"),
    ("no pyOpenVBA", lacking("pyOpenVBA"), "fault", "pyOpenVBA is not installed in this Python.", "pip install"),
    ("no two", lacking("xlwings", "pywin32"), "fault", "xlwings and pywin32 are not installed", "pip install"),
    ("not installed", without(WINDOWS_ADDIN), "fault", f"The add-in is not at {WINDOWS_ADDIN}.", AGAIN),
    ("another's", holding(WINDOWS_ADDIN, b"x"), "fault", "is no add-in of xlpipeline.", "Move that file away"),
    ("older xlpipeline", holding(WINDOWS_ADDIN, addin(ours="0.0.1")), "fault",
     f"built with xlpipeline 0.0.1, but {__version__} is installed", AGAIN),
    ("older xlwings", lambda desk: desk.packages.update(xlwings="0.99.0"), "fault",
     f"built with xlwings {FILES.version}, but 0.99.0 is installed", AGAIN),
    ("python gone", without(PYTHON), "fault", f"The add-in starts {PYTHON}, which is not there.", AGAIN),
    ("another python", lambda desk: setattr(desk, "interpreter", r"D:\p\pythonw.exe"), "warning",
     rf"The add-in starts {PYTHON}, not this Python (D:\p\pythonw.exe).", "If this Python is meant"),
    ("no dll", without(DLL), "fault", f"xlwings64-{FILES.version}.dll is neither in C:\\Users\\me\\venv\\Scripts nor",
     "--force-reinstall xlwings"),
    ("dll of 64 bits for an Excel of 32", lambda desk: desk.files.update({EXCEL: NARROW, PYTHON: NARROW}), "fault",
     "xlwings32-", "--force-reinstall"),
    ("python of 32 bits", holding(PYTHON, NARROW), "warning", "Excel has 64 bits and Python 32.", "64 bits"),
    ("store Excel", registered(EXCEL_KEY, "", r"C:\Program Files\WindowsApps\Microsoft.Office\EXCEL.EXE"), "fault",
     "Excel is from the Microsoft Store", "Install Office from office.com"),
    ("from the internet", holding(f"{WINDOWS_ADDIN}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n"), "fault",
     "Windows marks the add-in as a file from the internet", "Unblock"),
    ("locations off", registered(OPTIONS + r"\Security\Trusted Locations", "AllLocationsDisabled", "1"), "warning",
     "Trusted locations are switched off (in the Trust Center).", "Trust Center"),
    ("macros off by policy", registered(POLICY + r"\Security", "VBAWarnings", "4"), "warning",
     "Macros are disabled without a notice (by your administrator).", "Ask your administrator."),
    ("signed only", registered(OPTIONS + r"\Security", "VBAWarnings", "3"), "warning", "Only signed macros", ""),
    ("signed add-ins", registered(OPTIONS + r"\Security", "RequireAddinSig", "1"), "warning", "must be signed", ""),
    ("no add-ins", registered(OPTIONS + r"\Security", "DisableAllAddins", "1"), "warning", "All add-ins are", ""),
    ("another of the name", registered(OPTIONS + r"\Options", "OPEN3", r'/R "D:\old\xlpipeline.xlam"'), "warning",
     r"Excel also opens another xlpipeline.xlam: /R", "take the tick off"),
    ("settings file", holding(str(HOME / ".xlpipeline" / "xlpipeline.conf"), b""), "warning", "has no effect", "Use:"),
    ("network", started_by(r"\\server\share\Scripts\pythonw.exe"), "warning", "Python is on a network share", "faster"),
    ("OneDrive", started_by(r"C:\Users\me\OneDrive - Co\v\Scripts\pythonw.exe"), "warning", "OneDrive", "outside"),
    ("store Python", started_by(r"C:\Program Files\WindowsApps\Python\pythonw.exe"), "warning", "Microsoft Store",
     "python.org"),
    ("letters", started_by(r"C:\Users\Łukasz\v\Scripts\pythonw.exe"), "warning", "letters that not every", "plain"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "level", "what", "todo"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_alone_is_found_alone(change: Callable[[Desk], object], level: str, what: str, todo: str) -> None:
    desk = Desk()
    change(desk)
    (finding,) = desk.troubles()
    assert finding.level == level
    assert what in finding.what
    assert todo in finding.todo
    assert finding.todo


MAC_FAULTS: tuple[tuple[str, Callable[[Desk], object], str, str], ...] = (
    ("no script", without(str(MAC_PLACES.applescript)), f"The script is not at {MAC_PLACES.applescript}", "fault"),
    ("older script", holding(str(MAC_PLACES.applescript), b"older"), "is of another version.", "fault"),
    ("not installed", without(str(MAC_PLACES.addin)), f"The add-in is not at {MAC_PLACES.addin}.", "fault"),
    ("case matters", lambda desk: setattr(desk, "interpreter", MAC_PYTHON.upper()), "not this Python", "warning"),
)


@pytest.mark.parametrize(("change", "what", "level"), [f[1:] for f in MAC_FAULTS], ids=[f[0] for f in MAC_FAULTS])
def test_each_fault_of_a_mac_is_found(change: Callable[[Desk], object], what: str, level: str) -> None:
    desk = mac()
    change(desk)
    (finding,) = (finding for finding in desk.troubles() if finding.what != MAC_NOTE)
    assert what in finding.what
    assert finding.level == level
    assert finding.todo


@pytest.mark.parametrize(
    "harmless",
    [
        registered(OPTIONS + r"\Security", "VBAWarnings", "2"),
        registered(OPTIONS + r"\Options", "OPEN", f'/R "{WINDOWS_ADDIN}"'),
        registered(OPTIONS + r"\Options", "OPEN1", r'/R "C:\x\analysis.xlam"'),
        holding(f"{WINDOWS_ADDIN}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=0\r\n"),
        holding(PYTHON, ARM),
        holding(EXCEL, b"no program"),
        holding(EXCEL, b"MZ"),
        holding(EXCEL, program(0x1234)),
        registered(EXCEL_KEY, "", f'"{EXCEL}"'),
        lambda desk: setattr(desk, "interpreter", PYTHON.upper()),
        lambda desk: desk.registry.clear(),
    ],
)
def test_what_is_harmless_is_not_reported(harmless: Callable[[Desk], object]) -> None:
    desk = Desk()
    harmless(desk)
    assert desk.troubles() == []


def test_the_report_is_readable_and_counts() -> None:
    desk = Desk()
    desk.files.pop(DLL)
    registered(OPTIONS + r"\Security", "VBAWarnings", "3")(desk)
    outcome = doctor(desk.machine())
    assert outcome.errors == 1
    assert outcome.sentences[-1] == "1 fault, 1 warning."
    assert outcome.sentences[0] == f"ok      xlwings {FILES.version} and what it needs are installed."
    assert "        → Run: pip install --force-reinstall xlwings, then: xlpipeline addin install" in outcome.sentences
    assert {finding["level"] for finding in outcome.data["findings"]} == {"ok", "warning", "fault"}


def test_a_healthy_machine_ends_with_a_good_word() -> None:
    outcome = doctor(Desk().machine())
    assert outcome.sentences[-1] == "Nothing keeps the add-in from working."
    assert outcome.errors == 0


def test_every_check_is_registered_and_says_what_it_looks_for() -> None:
    names = {**vars(doctor_module), **vars(doctor_windows)}
    written = {value for name, value in names.items() if name.startswith("check_")}
    assert written == {*CHECKS}
    assert len(written) == len(CHECKS)
    assert all(check.__doc__ for check in CHECKS)


# the real machine ---------------------------------------------------------------------------------------------------


def test_the_command_runs_here_as_text_and_as_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert main(["addin", "doctor"]) == 0
    text = capsys.readouterr().out
    assert main(["addin", "doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings
    assert all(finding["what"] in text for finding in findings)


def test_strict_ends_with_one_where_there_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk()
    desk.files.clear()
    monkeypatch.setattr("xlpipeline.addin.setup.commands.this_machine", lambda script: desk.machine())
    assert main(["addin", "doctor"]) == 0
    assert main(["addin", "doctor", "--strict"]) == 1
    assert "The add-in is not at" in capsys.readouterr().out


def test_reading_never_fails(tmp_path: Path) -> None:
    assert read_file(str(tmp_path)) is None
    assert read_file("no\0name") is None
    assert read_file(str(tmp_path / "absent")) is None
    (tmp_path / "there").write_bytes(b"x")
    assert read_file(str(tmp_path / "there")) == b"x"
    assert read_registry(r"HKCU\Software\No such key", "name") is None
    assert installed_version("no-such-package") is None
    assert installed_version("xlwings") == FILES.version


@pytest.mark.parametrize(("there", "baked"), [(True, r"C:\v\pythonw.exe"), (False, r"C:\v\python.exe")])
def test_on_windows_pythonw_is_baked_in_where_it_is_there(
    there: bool, baked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: there)
    assert this_interpreter("win32", r"C:\v\python.exe") == baked
    assert this_interpreter("darwin", "/v/bin/python") == "/v/bin/python"
