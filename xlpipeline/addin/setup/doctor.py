"""Looks for what keeps the add-in from working on this machine, and says what to do about it.

Each check is a function from a `Machine` to its findings; `CHECKS` is their register, in the order of the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from xlpipeline import __version__
from xlpipeline.addin.setup.doctor_windows import (
    check_dll,
    check_excel,
    check_mark_of_the_web,
    check_other_addins,
    check_trust,
)
from xlpipeline.addin.setup.findings import INSTALL_AGAIN, Check, Finding, built_addin, places_of
from xlpipeline.addin.setup.install import BuiltAddin
from xlpipeline.addin.setup.machine import Machine
from xlpipeline.jobs.outcome import Outcome, counted


def doctor(machine: Machine) -> Outcome:
    """Run all checks; faults are counted as errors."""
    findings = [finding for check in CHECKS for finding in check(machine)]
    faults = sum(finding.level == "fault" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    lines = [line for finding in findings for line in _lines(finding)]
    end = (
        f"{counted(faults, 'fault')}, {counted(warnings, 'warning')}."
        if faults or warnings
        else "Nothing keeps the add-in from working."
    )
    return Outcome((*lines, "", end), {"findings": [asdict(finding) for finding in findings]}, errors=faults)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.level:8}{finding.what}"
    if finding.todo:
        yield f"{'':8}→ {finding.todo}"


def check_packages(machine: Machine) -> Iterator[Finding]:
    """The packages that the add-in needs are installed."""
    wanted = ["xlwings", "pyOpenVBA"]
    if machine.platform == "win32":
        wanted.append("pywin32")
    missing = [package for package in wanted if machine.installed(package) is None]
    if missing:
        what = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed in this Python."
        yield Finding("fault", what, "Run: pip install 'xlpipeline[excel]'")
    else:
        yield Finding("ok", f"xlwings {machine.installed('xlwings')} and what it needs are installed.")


def check_system(machine: Machine) -> Iterator[Finding]:
    """Excel can run here, and which parts of the add-in work on this system."""
    if machine.platform == "darwin":
        yield Finding(
            "warning",
            "Excel for Mac has no worksheet functions in Python: XLP_* functions give an error here.",
            "Use the buttons; the dashboards need no functions.",
        )
    elif machine.platform != "win32":
        yield Finding(
            "warning",
            "Excel does not run on this system.",
            "Make the file with: xlpipeline addin build --interpreter PATH, and copy it to a machine with Excel.",
        )


def check_installed(machine: Machine) -> Iterator[Finding]:
    """The add-in is in Excel's start-up folder, and was built by these versions for this Python."""
    where = places_of(machine)
    if where is None:
        return
    data = machine.read(str(where.addin))
    built = built_addin(machine)
    if data is None:
        yield Finding("fault", f"The add-in is not at {where.addin}.", INSTALL_AGAIN)
    elif built is None:
        yield Finding(
            "fault",
            f"{where.addin} is no add-in of xlpipeline.",
            "Move that file away, then run: xlpipeline addin install",
        )
    else:
        yield Finding("ok", f"The add-in is at {where.addin}.")
        yield from _versions(machine, built)
        yield from _interpreter(machine, built)


def _versions(machine: Machine, built: BuiltAddin) -> Iterator[Finding]:
    for name, baked, here in (
        ("xlpipeline", built.xlpipeline_version, __version__),
        ("xlwings", built.xlwings_version, machine.installed("xlwings")),
    ):
        if here is not None and baked != here:
            yield Finding("fault", f"The add-in was built with {name} {baked}, but {here} is installed.", INSTALL_AGAIN)


def _interpreter(machine: Machine, built: BuiltAddin) -> Iterator[Finding]:
    if machine.read(built.interpreter) is None:
        yield Finding("fault", f"The add-in starts {built.interpreter}, which is not there.", INSTALL_AGAIN)
    elif _same_path(built.interpreter, machine.interpreter, machine.platform):
        yield Finding("ok", f"It starts {built.interpreter}.")
    else:
        what = f"The add-in starts {built.interpreter}, not this Python ({machine.interpreter})."
        yield Finding("warning", what, f"If this Python is meant: {INSTALL_AGAIN}")


def check_interpreter_place(machine: Machine) -> Iterator[Finding]:
    """The Python program is at a place that is there whenever Excel starts it."""
    built = built_addin(machine)
    path = built.interpreter if built else machine.interpreter
    low = path.lower()
    if path.startswith("\\\\"):
        yield Finding("warning", f"Python is on a network share ({path}).", "Install it on this machine: it is faster.")
    if "onedrive" in low or "sharepoint" in low:
        what = f"Python is in a folder that OneDrive keeps ({path}); its files may be away when they are needed."
        yield Finding("warning", what, "Make the virtual environment outside of OneDrive and install there.")
    if "\\windowsapps\\" in low:
        what = "Python is from the Microsoft Store; Excel often cannot start it."
        yield Finding("warning", what, "Install Python from python.org, then xlpipeline, then the add-in.")
    if not path.isascii():
        what = f"The path of Python has letters that not every part of Excel reads ({path})."
        yield Finding("warning", what, "If the functions do not start, move Python to a path of plain letters.")


def check_applescript(machine: Machine) -> Iterator[Finding]:
    """On macOS the script that Excel's sandbox allows is there and of this version."""
    where = places_of(machine)
    if where is None or where.applescript is None or machine.applescript is None:
        return
    script = machine.read(str(where.applescript))
    if script is None:
        yield Finding(
            "fault", f"The script is not at {where.applescript}, so no button can start Python.", INSTALL_AGAIN
        )
    elif script != machine.applescript.encode():
        yield Finding("fault", f"{where.applescript} is of another version.", INSTALL_AGAIN)
    else:
        yield Finding("ok", f"The script is at {where.applescript}.")


def check_settings_files(machine: Machine) -> Iterator[Finding]:
    """Settings files that xlwings would read are ignored; who wrote one should know."""
    path = machine.home / ".xlpipeline" / "xlpipeline.conf"
    if machine.read(str(path)) is not None:
        what = f"{path} has no effect: the add-in only reads the settings that were built into it."
        yield Finding("warning", what, "Use: xlpipeline addin install --interpreter PATH")


def _same_path(one: str, other: str, platform: str) -> bool:
    return one.lower() == other.lower() if platform == "win32" else one == other


CHECKS: Final[tuple[Check, ...]] = (
    check_packages,
    check_system,
    check_installed,
    check_interpreter_place,
    check_dll,
    check_excel,
    check_mark_of_the_web,
    check_trust,
    check_other_addins,
    check_applescript,
    check_settings_files,
)
