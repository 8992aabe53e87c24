"""The checks of doctor that only Windows needs."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Final

from xlpipeline.addin.setup.findings import INSTALL_AGAIN, Finding, built_addin, places_of
from xlpipeline.addin.setup.install import ADDIN_NAME
from xlpipeline.addin.setup.machine import Machine

_EXCEL: Final = r"Software\Microsoft\Office\16.0\Excel"
_EXCEL_POLICY: Final = r"Software\Policies\Microsoft\Office\16.0\Excel"
_EXCEL_PROGRAM: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_BITS: Final = {0x014C: 32, 0x8664: 64, 0xAA64: 64}
"""The machine that a Windows program is made for, and its width; the last is ARM."""
_OTHER_ADDINS: Final = 20
"""Excel counts the add-ins that it opens as OPEN, OPEN1, OPEN2 …; more than this has nobody."""


def check_dll(machine: Machine) -> Iterator[Finding]:
    """The library that worksheet functions go through is where xlwings' VBA looks: beside Python or one folder up."""
    built = built_addin(machine)
    if machine.platform != "win32" or built is None:
        return
    program = PureWindowsPath(built.interpreter)
    name = f"xlwings{_excel_bits(machine) or 64}-{built.xlwings_version}.dll"
    if any(machine.read(str(folder / name)) is not None for folder in (program.parent, program.parent.parent)):
        yield Finding("ok", f"{name} is there for the worksheet functions.")
    else:
        what = f"{name} is neither in {program.parent} nor in the folder above, so worksheet functions cannot start."
        yield Finding("fault", what, "Run: pip install --force-reinstall xlwings, then: xlpipeline addin install")


def check_excel(machine: Machine) -> Iterator[Finding]:
    """Excel is one that lets add-ins of this kind in, and as wide as Python."""
    program = machine.registry(_EXCEL_PROGRAM, "")
    if machine.platform != "win32" or program is None:
        return
    if "\\windowsapps\\" in program.lower():
        what = "Excel is from the Microsoft Store, which shuts programs such as Python out."
        yield Finding("fault", what, "Install Office from office.com instead.")
    excel, python = _excel_bits(machine), _program_bits(machine, machine.interpreter)
    if excel and python and excel != python:
        what = f"Excel has {excel} bits and Python {python}. Buttons work; worksheet functions may not start."
        yield Finding("warning", what, f"If they do not, install a Python of {excel} bits.")


def check_mark_of_the_web(machine: Machine) -> Iterator[Finding]:
    """Windows does not think that the add-in came from the internet."""
    where = places_of(machine)
    if machine.platform != "win32" or where is None:
        return
    mark = machine.read(f"{where.addin}:Zone.Identifier")
    if mark is not None and re.search(rb"ZoneId\s*=\s*[34]", mark):
        what = "Windows marks the add-in as a file from the internet; Excel then blocks its macros."
        yield Finding("fault", what, f"Right-click {where.addin} > Properties > Unblock; or {INSTALL_AGAIN}")


def check_trust(machine: Machine) -> Iterator[Finding]:
    """The Trust Center lets macros of the start-up folder run."""
    if machine.platform != "win32":
        return
    asked = (
        ("Security\\Trusted Locations", "AllLocationsDisabled", "1", "Trusted locations are switched off"),
        ("Security", "VBAWarnings", "4", "Macros are disabled without a notice"),
        ("Security", "VBAWarnings", "3", "Only signed macros may run"),
        ("Security", "RequireAddinSig", "1", "Add-ins must be signed"),
        ("Security", "DisableAllAddins", "1", "All add-ins are disabled"),
    )
    for key, name, value, what in asked:
        for hive, who in ((_EXCEL_POLICY, "by your administrator"), (_EXCEL, "in the Trust Center")):
            if machine.registry(f"HKCU\\{hive}\\{key}", name) == value:
                todo = "Excel: File > Options > Trust Center > Settings; trust the XLSTART folder and its macros."
                yield Finding(
                    "warning", f"{what} ({who}).", "Ask your administrator." if hive is _EXCEL_POLICY else todo
                )
                break


def check_other_addins(machine: Machine) -> Iterator[Finding]:
    """No second add-in of this name is loaded from elsewhere."""
    where = places_of(machine)
    if machine.platform != "win32" or where is None:
        return
    for number in range(_OTHER_ADDINS):
        opened = machine.registry(f"HKCU\\{_EXCEL}\\Options", f"OPEN{number or ''}") or ""
        if ADDIN_NAME in opened.lower() and str(where.addin).lower() not in opened.lower():
            what = f"Excel also opens another {ADDIN_NAME}: {opened}"
            yield Finding("warning", what, "Excel: File > Options > Add-ins > Go; take the tick off the other one.")


def _excel_bits(machine: Machine) -> int | None:
    program = machine.registry(_EXCEL_PROGRAM, "")
    return _program_bits(machine, program.strip('"')) if program else None


def _program_bits(machine: Machine, path: str) -> int | None:
    """How wide a Windows program is, by the head of its file; None where it cannot be read."""
    head = machine.read(path)
    if head is None or head[:2] != b"MZ" or len(head) < 0x40:
        return None
    (start,) = struct.unpack_from("<I", head, 0x3C)
    if head[start : start + 4] != b"PE\0\0" or len(head) < start + 6:
        return None
    return _BITS.get(struct.unpack_from("<H", head, start + 4)[0])
