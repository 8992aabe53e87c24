"""What doctor asks of the machine, as one record, so that a test can give every fault by hand."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from xlpipeline.addin.setup.build import without_console

_MOST_BYTES = 1 << 24


@dataclass(frozen=True)
class Machine:
    """One user's machine. Reading never fails: what is not there is None."""

    platform: str
    """As `sys.platform` says it."""
    environment: Mapping[str, str]
    home: Path
    interpreter: str
    """The Python program that the add-in of this installation should start."""
    read: Callable[[str], bytes | None]
    """The first 16 MB of a file by its path, or of a stream of it (Windows: path:stream)."""
    registry: Callable[[str, str], str | None]
    """A value by its key (HKCU\\… or HKLM\\…) and name."""
    installed: Callable[[str], str | None]
    """The version of a package in this Python."""
    applescript: str | None = field(default=None)
    """What the macOS script should say; None where xlwings is missing or not known."""


def this_machine(applescript: str | None) -> Machine:
    """The machine that this runs on."""
    return Machine(
        platform=sys.platform,
        environment=os.environ,
        home=Path.home(),
        interpreter=this_interpreter(sys.platform, sys.executable),
        read=read_file,
        registry=read_registry,
        installed=installed_version,
        applescript=applescript,
    )


def this_interpreter(platform: str, executable: str) -> str:
    """The Python program to bake in: on Windows pythonw.exe where it is beside python.exe."""
    quiet = without_console(executable)
    return quiet if platform != "win32" or Path(quiet).exists() else executable


def read_file(path: str) -> bytes | None:
    """The first 16 MB of a file; None where it is not there or must not be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return None


def read_registry(key: str, name: str) -> str | None:
    """A value of Windows' registry as text; None on another system or where it is not there."""
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415

    hive, _, rest = key.partition("\\")
    with contextlib.suppress(OSError):
        root = winreg.HKEY_CURRENT_USER if hive == "HKCU" else winreg.HKEY_LOCAL_MACHINE
        with winreg.OpenKey(root, rest) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    return None


def installed_version(package: str) -> str | None:
    """The version of a package in this Python; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
